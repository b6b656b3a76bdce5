//! How a step went, and when to look again.

use chrono::Duration;
use serde::{Deserialize, Serialize};

/// How a step went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A long operation has begun; what the provider calls it.
    Accepted(Option<String>),
    /// Done, and complete.
    Done(Option<String>),
    /// There was nothing to do.
    Unchanged,
    /// Refused; nothing happened.
    Rejected {
        /// The provider's words, redacted and cut.
        why: String,
        /// Whether trying again can help.
        retry: Retry,
    },
    /// Sent, and no answer: it may or may not have happened.
    Ambiguous(String),
    /// Not sent: the gate refused, for example because the lease is about to end.
    NotSent(String),
}

/// Whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Retry {
    /// After a pause that grows with each failure.
    Backoff,
    /// After the pause that the provider asked for, in seconds.
    After(u32),
    /// The world has moved: look again, then decide.
    Look,
    /// Not before the spec or the retry counter changes.
    Never,
}

/// When a pass wants its key to come up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Next {
    /// Nothing to do: at the safety interval, or when woken.
    Settled,
    /// Something is under way: look again after this many milliseconds.
    Progressing {
        /// Milliseconds.
        look_after_ms: u64,
    },
    /// Something failed: try again after a pause that grows with each failure.
    Retry,
    /// A person or a new spec is needed: at the safety interval, or when woken.
    Stalled,
}

impl Next {
    /// Look again after `pause`; a negative one counts as none.
    pub fn after(pause: Duration) -> Self {
        Self::Progressing {
            look_after_ms: u64::try_from(pause.num_milliseconds()).unwrap_or(0),
        }
    }
}
