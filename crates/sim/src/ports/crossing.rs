//! The way of one call: through the gate, into the world, and back, if the reply is not
//! lost on the way.

use bennu_model::outcome::{Outcome, Retry};
use bennu_ports::{Call, Gate, PortError, PortErrorKind};

use crate::World;
use crate::doors::serve::Sim;
use crate::faults::Spot;
use crate::trace::Subject;

/// Milliseconds after which a client stops waiting for a reply: ten seconds, as the
/// adapters do.
const PATIENCE_MS: u64 = 10_000;

/// What a `delay` is that does not say how long, in milliseconds; as at the HTTP doors.
const USUAL_DELAY_MS: u64 = 1_000;

/// A failure of `call`.
pub(super) fn failure(call: Call, kind: PortErrorKind, message: impl Into<String>) -> PortError {
    PortError {
        kind,
        call: call.as_str().to_owned(),
        message: message.into(),
    }
}

/// Does `act` if the gate lets it; `spot` tells where faults find the call.
pub(super) async fn cross<T: Send>(
    sim: &Sim,
    gate: &dyn Gate,
    call: Call,
    spot: impl FnOnce(&World) -> Spot + Send,
    act: impl FnOnce(&mut World) -> Result<T, PortError> + Send,
) -> Result<T, PortError> {
    if let Err(closed) = gate.before(call).await {
        return Err(failure(call, PortErrorKind::Closed, closed.to_string()));
    }
    let result = sim.with(|world| {
        let spot = spot(world);
        let delay = world.faults.take_at("delay", &spot);
        let result = act(world);
        let answered = match &result {
            Ok(_) => "ok".to_owned(),
            Err(error) => format!("{:?}", error.kind),
        };
        let text = format!("port {} {answered}", call.as_str());
        world.trace.write(world.now, Subject::Call, text);
        let lost = world.faults.take_at("lose_reply", &spot).is_some();
        let late = delay.is_some_and(|f| f.number("ms").unwrap_or(USUAL_DELAY_MS) >= PATIENCE_MS);
        if lost || late {
            return Err(failure(call, PortErrorKind::NoAnswer, "the reply was lost"));
        }
        result
    });
    gate.after(call, result.as_ref().map(|_| ())).await;
    result
}

/// What a failed write means for its step, as the adapters see it.
pub(super) fn outcome(error: &PortError) -> Outcome {
    let rejected = |retry| Outcome::Rejected {
        why: error.to_string(),
        retry,
    };
    match &error.kind {
        PortErrorKind::Throttled(Some(pause)) => rejected(Retry::After(
            u32::try_from(pause.as_secs()).unwrap_or(u32::MAX),
        )),
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

/// The same for a read before a write: nothing was written, so nothing is in doubt.
pub(super) fn outcome_unwritten(error: &PortError) -> Outcome {
    match &error.kind {
        PortErrorKind::NoAnswer => Outcome::Rejected {
            why: error.to_string(),
            retry: Retry::Backoff,
        },
        PortErrorKind::Throttled(_)
        | PortErrorKind::Denied
        | PortErrorKind::NotFound
        | PortErrorKind::Conflict
        | PortErrorKind::NoChange
        | PortErrorKind::Invalid
        | PortErrorKind::Quota
        | PortErrorKind::Unavailable
        | PortErrorKind::Closed => outcome(error),
    }
}
