//! Faults that strike at a door: before a call, instead of it, or after it.

use std::time::Duration;

use crate::aws_error::AwsError;
use crate::faults::{Fault, Faults, Spot};

use super::sim::Sim;

/// The longest that a `delay` holds a request up, whatever it asks for.
const LONGEST_DELAY: Duration = Duration::from_secs(300);

/// How old a stale answer may be, in seconds, unless the fault says otherwise.
const USUAL_LAG_S: f64 = 30.0;

/// When a held request waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    BeforeItsEffect,
    BeforeItsReply,
}

/// Delays the call, and holds it, if faults say so. Nothing is locked meanwhile.
pub(super) async fn hold_up(sim: &Sim, spot: &Spot, operation: &str) {
    if let Some(delay) = sim.with(|world| delay(&mut world.faults, spot)) {
        tokio::time::sleep(delay).await;
    }
    hold(sim, spot, operation, Wait::BeforeItsEffect).await;
}

/// Holds the call at this point, if a fault says so.
pub(super) async fn hold(sim: &Sim, spot: &Spot, operation: &str, wait: Wait) {
    let is_meant = |fault: &Fault| {
        let is_after = fault.text("when") == Some("after");
        is_after == (wait == Wait::BeforeItsReply)
    };
    if let Some(fault) = sim.with(|world| world.faults.take_where("hold", spot, is_meant)) {
        sim.holds().wait(sim, fault, operation).await;
    }
}

fn delay(faults: &mut Faults, spot: &Spot) -> Option<Duration> {
    let fault = faults.take_at("delay", spot)?;
    Some(Duration::from_millis(fault.number("ms").unwrap_or(1000)).min(LONGEST_DELAY))
}

/// The error that strikes instead of the operation; `throttled` is what the
/// service says when it has had enough, `denied` to who lacks the right.
pub(super) fn refusal(
    faults: &mut Faults,
    spot: &Spot,
    throttled: impl FnOnce() -> AwsError,
    denied: impl FnOnce() -> AwsError,
) -> Option<AwsError> {
    if faults.take_at("throttle", spot).is_some() {
        return Some(throttled());
    }
    if faults.take_at("deny", spot).is_some() {
        return Some(denied());
    }
    faults.take_at("error", spot).map(|fault| told(&fault))
}

/// Whether the reply to this call, which has taken effect, is lost.
pub(super) fn loses_reply(faults: &mut Faults, spot: &Spot) -> bool {
    faults.take_at("lose_reply", spot).is_some()
}

/// The earlier answer that a stale read gets: the one that `answered` finds for the lag of a
/// fault, in seconds. A fault for which it finds none is not used up.
pub(super) fn stale<T>(
    faults: &mut Faults,
    spot: &Spot,
    answered: impl Fn(f64) -> Option<T>,
) -> Option<T> {
    if !faults.is_on("stale_read") {
        return None;
    }
    let lag_s = |fault: &Fault| fault.seconds("lag_s").unwrap_or(USUAL_LAG_S);
    let fault = faults.take_where("stale_read", spot, |fault| answered(lag_s(fault)).is_some())?;
    answered(lag_s(&fault))
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
