//! Failures as the port wants them, and what they mean for a step.

use bennu_model::outcome::{Outcome, Retry};
use bennu_ports::{Call, PortError, PortErrorKind};

/// The port's promise for the length of a message, in characters.
const LONGEST_MESSAGE: usize = 1_000;

/// A failure of `call`; the message is cut.
pub(crate) fn failure(call: Call, kind: PortErrorKind, message: &str) -> PortError {
    PortError {
        kind,
        call: call.as_str().to_owned(),
        message: message.chars().take(LONGEST_MESSAGE).collect(),
    }
}

/// What a failed write means for its step.
///
/// A missing right and a used-up quota are tried again with growing pauses: people repair
/// them without touching the spec.
pub(crate) fn outcome(error: &PortError) -> Outcome {
    let rejected = |retry| Outcome::Rejected {
        why: error.to_string(),
        retry,
    };
    match &error.kind {
        PortErrorKind::Throttled(Some(pause)) => {
            let seconds = pause.as_secs() + u64::from(pause.subsec_nanos() > 0);
            rejected(Retry::After(u32::try_from(seconds).unwrap_or(u32::MAX)))
        }
        PortErrorKind::Throttled(None)
        | PortErrorKind::Denied
        | PortErrorKind::Quota
        | PortErrorKind::Unavailable => rejected(Retry::Backoff),
        PortErrorKind::NotFound | PortErrorKind::Conflict => rejected(Retry::Look),
        PortErrorKind::NoChange => Outcome::Unchanged,
        PortErrorKind::Invalid => rejected(Retry::Never),
        PortErrorKind::NoAnswer => Outcome::Ambiguous(error.to_string()),
        PortErrorKind::Closed => Outcome::NotSent(error.message.clone()),
    }
}

/// What a failed read before a write means for the step: nothing was written, so an
/// answer that did not come leaves no doubt.
pub(crate) fn outcome_unwritten(error: &PortError) -> Outcome {
    match outcome(error) {
        Outcome::Ambiguous(why) => Outcome::Rejected {
            why,
            retry: Retry::Backoff,
        },
        other @ (Outcome::Accepted(_)
        | Outcome::Done(_)
        | Outcome::Unchanged
        | Outcome::Rejected { .. }
        | Outcome::NotSent(_)) => other,
    }
}
