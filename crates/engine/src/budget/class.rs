//! How much the calls of a claim matter. The row's class says who is claimed first; this says
//! whose calls go first, and sees what the row does not: whether the environment is at rest.

use bennu_model::condition::{ConditionKind, Status};
use bennu_model::environment::Presence;
use bennu_model::work::{Class, Lease};
use bennu_ports::ledger::{EnvironmentState, Load};
use chrono::Duration;

/// A request for a fresh look is waited for by somebody this long, and a little longer.
const REFRESH: Duration = Duration::seconds(60);

/// The class of the calls that are made for a claim.
pub fn class(lease: &Lease, load: &Load) -> Class {
    match load {
        // Environments go by what these find and write.
        Load::Target(_, _) | Load::Space(_, _, _) | Load::Document(_, _) => Class::First,
        Load::Environment(state) => of_environment(lease, state),
        Load::Unreadable(_) => Class::Routine,
    }
}

fn of_environment(lease: &Lease, state: &EnvironmentState) -> Class {
    let environment = &state.environment;
    let is_asked_for = environment
        .refresh_at
        .is_some_and(|asked_at| lease.claimed_at - asked_at < REFRESH);
    let is_at_rest = state.conditions.iter().any(|condition| {
        matches!(
            condition.kind,
            ConditionKind::Ready | ConditionKind::Stalled
        ) && condition.status == Status::True
            && condition.observed_generation == environment.generation
    });
    match environment.presence {
        Presence::Absent => Class::First,
        Presence::Present if is_at_rest && !is_asked_for => Class::Routine,
        Presence::Present => Class::Waited,
    }
}
