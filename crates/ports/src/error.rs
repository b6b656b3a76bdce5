//! How a port fails, in kinds that a caller can act on.

use std::time::Duration;

/// A provider's failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{call}: {message}{}", kind.remedy())]
pub struct PortError {
    /// What a caller can do about it.
    pub kind: PortErrorKind,
    /// Which call failed, for example `cloudformation:CreateStack`.
    pub call: String,
    /// The provider's code where it gave one, and its words; redacted, at most 1,000
    /// characters.
    pub message: String,
}

/// What a caller can do about a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PortErrorKind {
    /// Too many calls; the pause that the provider asked for, if it named one.
    Throttled(Option<Duration>),
    /// Not allowed: no try will help before somebody changes a right or a credential.
    Denied,
    /// What the call is about is not there.
    NotFound,
    /// The world is not in the state that the call needs: look again.
    Conflict,
    /// There was nothing to change.
    NoChange,
    /// The call itself is wrong: no try will help before the spec changes.
    Invalid,
    /// A quota is used up.
    Quota,
    /// The provider did not answer in time, or the connection broke after the send: it may
    /// have happened.
    NoAnswer,
    /// It was certainly not sent, or the provider says that it failed by itself.
    Unavailable,
    /// The gate was closed: nothing was sent.
    Closed,
}

/// The longest pause that a provider is believed to mean. Whoever asks for more, by mistake or
/// malice, is asked again after this.
pub const LONGEST_ASKED_PAUSE: Duration = Duration::from_secs(15 * 60);

impl PortErrorKind {
    /// What a person can do who reads of it, where waiting does not help.
    fn remedy(&self) -> &'static str {
        match self {
            Self::Denied => {
                " (an operator of Bennu has to give it this right, or a new credential; \
                 `bennu doctor` on its machine says which)"
            }
            Self::Throttled(_)
            | Self::NotFound
            | Self::Conflict
            | Self::NoChange
            | Self::Invalid
            | Self::Quota
            | Self::NoAnswer
            | Self::Unavailable
            | Self::Closed => "",
        }
    }

    /// As it stands in metrics and in the log.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Throttled(_) => "throttled",
            Self::Denied => "denied",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::NoChange => "no_change",
            Self::Invalid => "invalid",
            Self::Quota => "quota",
            Self::NoAnswer => "no_answer",
            Self::Unavailable => "unavailable",
            Self::Closed => "not_sent",
        }
    }
}

/// The ledger's failure: the database is away, slow, or refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{doing}: {message}")]
pub struct LedgerError {
    /// What was being done, as a verb phrase: "claim work".
    pub doing: &'static str,
    /// The database's words.
    pub message: String,
    /// Whether the same call can succeed later without anybody's doing.
    pub transient: bool,
}
