//! What is to be done about each resource: one exhaustive match for each family.

pub mod machines;
pub mod objects;
pub mod software;
pub mod stack;
pub mod tenant;
pub mod variables;

use bennu_model::action::Action;
use bennu_model::ids::Digest;
use bennu_model::plan::{Blocked, Line, Resource, Step, When};
use chrono::Duration;

use crate::case::Case;

/// A step, and when to look again if it has to wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The step.
    pub step: Step,
    /// How long until looking again is worth it; `None`: only when woken.
    pub look_after: Option<Duration>,
}

/// What is to be done about every resource, each for itself: the order comes later.
pub fn all(case: &Case<'_>, report: &[Line]) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    for line in report {
        match line.resource {
            Resource::Stack => wanted.extend(stack::choose(case, &line.verdict)),
            Resource::Tenant => wanted.extend(tenant::choose(case, &line.verdict)),
            Resource::Variables => wanted.extend(variables::choose(case, &line.verdict)),
            Resource::Machines if case.wanted() => {
                wanted.extend(machines::prune(case, &line.verdict));
            }
            Resource::Machines => wanted.extend(machines::leave(case, &line.verdict)),
            Resource::Objects => wanted.extend(objects::choose(case, &line.verdict)),
            Resource::Software => wanted.extend(software::choose(case, &line.verdict)),
        }
    }
    wanted
}

/// A step that may go, unless the order holds it back.
pub fn go(resource: Resource, action: Action, subject: Option<Digest>, because: &str) -> Wanted {
    Wanted {
        step: Step {
            resource,
            action: Some(action),
            when: When::Go,
            because: because.to_owned(),
            subject,
        },
        look_after: None,
    }
}

/// Something that clears by itself.
pub fn wait(
    resource: Resource,
    on: impl Into<String>,
    because: &str,
    look_after: Option<Duration>,
) -> Wanted {
    Wanted {
        step: Step {
            resource,
            action: None,
            when: When::Wait(on.into()),
            because: because.to_owned(),
            subject: None,
        },
        look_after,
    }
}

/// Something of somebody else's is in the way. No sweep tells when it goes, so it is looked
/// at now and then.
pub fn foreign(case: &Case<'_>, mut blocked: Wanted) -> Wanted {
    blocked.look_after = Some(case.policy.foreign_poll);
    blocked
}

/// Something that needs a person or a new spec.
pub fn blocked(
    resource: Resource,
    reason: &str,
    cause: impl Into<String>,
    remedy: &str,
    because: &str,
) -> Wanted {
    Wanted {
        step: Step {
            resource,
            action: None,
            when: When::Blocked(Blocked {
                reason: reason.to_owned(),
                cause: cause.into(),
                remedy: remedy.to_owned(),
            }),
            because: because.to_owned(),
            subject: None,
        },
        look_after: None,
    }
}
