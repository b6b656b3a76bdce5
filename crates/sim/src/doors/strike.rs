//! Faults that strike at a door: before a call, instead of it, or after it.

use std::time::Duration;

use crate::aws_error::AwsError;
use crate::faults::{Fault, Faults};

/// The longest that a `delay` holds a request up, whatever it asks for.
const LONGEST_DELAY: Duration = Duration::from_secs(300);

/// How long a `delay` holds this operation up, in real time.
pub(super) fn delay(faults: &mut Faults, operation: &str) -> Option<Duration> {
    let fault = faults.take_on("delay", operation)?;
    Some(Duration::from_millis(fault.number("ms").unwrap_or(1000)).min(LONGEST_DELAY))
}

/// The error that strikes instead of the operation; `throttled` is what the
/// service says when it has had enough.
pub(super) fn refusal(
    faults: &mut Faults,
    operation: &str,
    throttled: impl FnOnce() -> AwsError,
) -> Option<AwsError> {
    if faults.take_on("throttle", operation).is_some() {
        return Some(throttled());
    }
    faults.take_on("error", operation).map(|fault| told(&fault))
}

/// Whether the reply to this operation, which has taken effect, is lost.
pub(super) fn loses_reply(faults: &mut Faults, operation: &str) -> bool {
    faults.take_on("lose_reply", operation).is_some()
}

fn told(fault: &Fault) -> AwsError {
    let text = |key, otherwise: &str| fault.text(key).unwrap_or(otherwise).to_owned();
    let status = fault
        .number("status")
        .and_then(|status| u16::try_from(status).ok());
    AwsError::new(
        text("code", "InternalFailure"),
        text(
            "message",
            "The request processing has failed because of a simulated fault.",
        ),
        status
            .filter(|status| (400..600).contains(status))
            .unwrap_or(500),
    )
}
