//! What an observation settles: how attempts ended, and which ids are known.
//!
//! An outcome is believed only when it is ours: by the ARN that the create was answered
//! with, by the change set that the stack executed last, or by our tags.

mod step;

pub use step::{attempt_for, by_outcome, overtaken_by};

use bennu_model::attempt::{Attempt, Settled, Settlement};
use bennu_model::ids::StackArn;
use bennu_model::known::Known;
use bennu_model::observed::Seen;
use bennu_model::plan::Resource;
use bennu_model::stack::{ChangeSetState, Stack, StackStatus};

use crate::case::{Case, Owner};
use crate::classify::phase::{Phase, phase};

/// The ids that are known once the observation is taken in.
pub fn identify(case: &Case<'_>) -> Known {
    let mut known = case.known.clone();
    let answered = case
        .attempts
        .iter()
        .filter(|a| a.verb == "create-stack")
        .filter_map(|a| {
            let arn = StackArn::new(a.reference.clone()?).ok()?;
            (a.settled.is_none() && known.dead_stack.as_ref() != Some(&arn)).then_some(arn)
        });
    if known.stack.is_none() {
        known.stack = answered.into_iter().next_back();
    }
    if let Seen::Present(stack) = &case.observed.stack.seen
        && case.owner_of_stack(stack) == Owner::Us
    {
        if stack.status != StackStatus::DeleteComplete {
            known.stack = Some(stack.arn.clone());
            known.stack_gone_at = None;
        } else if known.stack.as_ref().is_none_or(|arn| *arn == stack.arn) {
            if known.dead_stack.as_ref() != Some(&stack.arn) {
                known.stack_gone_at = Some(case.now);
            }
            known.stack = None;
            known.dead_stack = Some(stack.arn.clone());
        }
    }
    match &case.observed.tenant.seen {
        Seen::Present(tenant) if case.owner_of_tenant(tenant) == Owner::Us => {
            known.tenant = Some(tenant.id.clone());
        }
        Seen::Absent => known.tenant = None,
        Seen::Present(_) | Seen::Unknown(_) => {}
    }
    known
}

/// The attempts that the observation settles.
pub fn settlements(case: &Case<'_>) -> Vec<Settlement> {
    let open = case.attempts.iter().filter(|a| a.settled.is_none());
    open.filter_map(|attempt| {
        let settled = settled(case, attempt)?;
        Some(Settlement {
            token: attempt.token.clone(),
            settled,
        })
    })
    .collect()
}

fn settled(case: &Case<'_>, attempt: &Attempt) -> Option<Settled> {
    match (attempt.resource, attempt.verb.as_str()) {
        (Resource::Stack, "create-stack") => created(case, attempt),
        (Resource::Stack, "create-change-set") => judged(case, attempt),
        (Resource::Stack, "execute-change-set") => executed(case, attempt),
        (Resource::Stack, "delete-stack") => deleted(case, attempt),
        (Resource::Stack, _) => moved_on(case, attempt),
        (Resource::Tenant, _) => tenant_made(case, attempt),
        (Resource::Software, _) => deployed(case, attempt),
        (Resource::Variables, _) => variables_set(case, attempt),
        (Resource::Objects | Resource::Machines, _) => Some(Settled::NotApplied),
    }
}

fn created(case: &Case<'_>, attempt: &Attempt) -> Option<Settled> {
    let decisive = case.is_decisive(&case.observed.stack, attempt);
    match &case.observed.stack.seen {
        Seen::Unknown(_) => None,
        // A stack that was answered for is found by its ARN for months: absence is a lag,
        // unless that stack is known to be dead.
        Seen::Absent => {
            match &attempt.reference {
                None => decisive.then_some(Settled::NotApplied),
                Some(arn) => (case.known.dead_stack.as_ref().map(StackArn::as_str) == Some(arn))
                    .then(|| Settled::Failed {
                        why: "the stack was deleted".into(),
                        version: None,
                    }),
            }
        }
        Seen::Present(stack) => {
            if case.owner_of_stack(stack) != Owner::Us {
                return decisive.then_some(Settled::NotApplied);
            }
            let answered = attempt.reference.as_deref();
            if answered.is_some_and(|arn| arn != stack.arn.as_str()) {
                return None;
            }
            match phase(&stack.status) {
                Phase::Good => Some(Settled::Applied(Some(stack.version()))),
                Phase::NeverWorked | Phase::Gone | Phase::DeleteFailed => failed(case, stack),
                Phase::Shell => decisive.then_some(Settled::NotApplied),
                Phase::UpdateFailed | Phase::RolledBack | Phase::RollbackFailed => {
                    Some(Settled::Applied(Some(stack.version())))
                }
                Phase::Busy(_) | Phase::Unrecognised => None,
            }
        }
    }
}

fn judged(case: &Case<'_>, attempt: &Attempt) -> Option<Settled> {
    let decisive = case.is_decisive(&case.observed.change_set, attempt);
    match &case.observed.change_set.seen {
        Seen::Unknown(_) => None,
        Seen::Absent => (decisive || stack_is_dead(case)).then_some(Settled::NotApplied),
        Seen::Present(set) if set.name.as_str() != attempt.token.as_str() => {
            stack_is_dead(case).then_some(Settled::NotApplied)
        }
        Seen::Present(set) => match set.state {
            ChangeSetState::Pending => stack_is_dead(case).then_some(Settled::NotApplied),
            ChangeSetState::Available
            | ChangeSetState::Executing
            | ChangeSetState::Executed
            | ChangeSetState::Obsolete => Some(Settled::Applied(None)),
            ChangeSetState::Empty => {
                Some(Settled::Unchanged(case.living_stack().map(Stack::version)))
            }
            ChangeSetState::Failed => Some(Settled::Failed {
                why: set
                    .reason
                    .clone()
                    .unwrap_or_else(|| "no reason was given".into()),
                version: case.living_stack().map(Stack::version),
            }),
            ChangeSetState::Deleting => Some(Settled::NotApplied),
        },
    }
}

fn stack_is_dead(case: &Case<'_>) -> bool {
    case.known.stack.is_none()
}

fn executed(case: &Case<'_>, attempt: &Attempt) -> Option<Settled> {
    let decisive = case.is_decisive(&case.observed.stack, attempt);
    match &case.observed.stack.seen {
        Seen::Unknown(_) => None,
        Seen::Absent => stack_is_dead(case).then(|| Settled::Failed {
            why: "the stack was deleted meanwhile".into(),
            version: None,
        }),
        Seen::Present(stack) => {
            let is_ours =
                stack.change_set.as_ref().map(|arn| arn.as_str()) == attempt.reference.as_deref();
            match phase(&stack.status) {
                Phase::Busy(_) | Phase::Unrecognised => None,
                Phase::Gone => Some(Settled::Failed {
                    why: "the stack was deleted meanwhile".into(),
                    version: None,
                }),
                Phase::Good if is_ours => Some(Settled::Applied(Some(stack.version()))),
                Phase::UpdateFailed | Phase::RolledBack | Phase::RollbackFailed if is_ours => {
                    failed(case, stack)
                }
                Phase::Good
                | Phase::Shell
                | Phase::NeverWorked
                | Phase::UpdateFailed
                | Phase::RolledBack
                | Phase::RollbackFailed
                | Phase::DeleteFailed => decisive.then_some(Settled::NotApplied),
            }
        }
    }
}

fn deleted(case: &Case<'_>, attempt: &Attempt) -> Option<Settled> {
    let decisive = case.is_decisive(&case.observed.stack, attempt);
    match &case.observed.stack.seen {
        Seen::Unknown(_) => None,
        Seen::Absent => Some(Settled::Applied(None)),
        Seen::Present(stack) if Some(stack.arn.as_str()) != attempt.reference.as_deref() => {
            Some(Settled::Applied(None))
        }
        Seen::Present(stack) => match phase(&stack.status) {
            Phase::Gone => Some(Settled::Applied(None)),
            Phase::Busy(_) | Phase::Unrecognised => None,
            Phase::DeleteFailed if decisive => failed(case, stack),
            // Back where it was: CloudFormation took the order and then gave it up.
            Phase::Good
            | Phase::Shell
            | Phase::NeverWorked
            | Phase::UpdateFailed
            | Phase::RolledBack
            | Phase::RollbackFailed
                if decisive =>
            {
                Some(match &stack.reason {
                    Some(why) if why.contains("elete") => Settled::Failed {
                        why: why.clone(),
                        version: Some(stack.version()),
                    },
                    _ => Settled::NotApplied,
                })
            }
            Phase::DeleteFailed
            | Phase::Good
            | Phase::Shell
            | Phase::NeverWorked
            | Phase::UpdateFailed
            | Phase::RolledBack
            | Phase::RollbackFailed => None,
        },
    }
}

/// Cancelling, continuing and rolling back: over once a later read shows the stack at rest.
fn moved_on(case: &Case<'_>, attempt: &Attempt) -> Option<Settled> {
    if !case.is_decisive(&case.observed.stack, attempt) {
        return None;
    }
    match &case.observed.stack.seen {
        Seen::Unknown(_) => None,
        Seen::Absent => Some(Settled::Applied(None)),
        Seen::Present(stack) => match phase(&stack.status) {
            Phase::Busy(_) | Phase::Unrecognised => None,
            // Nobody answered, and the stack is as it was: the same token asks again.
            Phase::RollbackFailed | Phase::UpdateFailed if attempt.reference.is_none() => {
                Some(Settled::NotApplied)
            }
            Phase::RollbackFailed | Phase::UpdateFailed => failed(case, stack),
            Phase::Good
            | Phase::Shell
            | Phase::NeverWorked
            | Phase::RolledBack
            | Phase::DeleteFailed
            | Phase::Gone => Some(Settled::Applied(None)),
        },
    }
}

fn tenant_made(case: &Case<'_>, attempt: &Attempt) -> Option<Settled> {
    match &case.observed.tenant.seen {
        Seen::Unknown(_) => None,
        Seen::Present(tenant) if case.owner_of_tenant(tenant) == Owner::Us => {
            Some(Settled::Applied(None))
        }
        Seen::Present(_) | Seen::Absent => case
            .is_decisive(&case.observed.tenant, attempt)
            .then_some(Settled::NotApplied),
    }
}

/// Secrets cannot be read back: what has no answer is set again.
fn variables_set(case: &Case<'_>, attempt: &Attempt) -> Option<Settled> {
    let is_over = case.known.tenant.is_none();
    let is_decisive = case.is_decisive(&case.observed.variables, attempt);
    (is_over || is_decisive).then_some(Settled::NotApplied)
}

/// Octopus takes no token for a deployment: ours stands in its comments.
fn deployed(case: &Case<'_>, attempt: &Attempt) -> Option<Settled> {
    if !case.wanted() && case.known.tenant.is_none() {
        return Some(Settled::NotApplied);
    }
    match &case.observed.deployments.seen {
        Seen::Unknown(_) => None,
        Seen::Absent => case
            .is_decisive(&case.observed.deployments, attempt)
            .then_some(Settled::NotApplied),
        Seen::Present(deployments) => {
            let token = attempt.token.as_str();
            let is_it = |comments: &str| comments.split_whitespace().any(|word| word == token);
            if deployments.iter().any(|one| is_it(&one.comments)) {
                return Some(Settled::Applied(None));
            }
            // Retention can have deleted the one that we were answered for.
            let decisive = case.is_decisive(&case.observed.deployments, attempt);
            match &attempt.reference {
                Some(_) => decisive.then_some(Settled::Applied(None)),
                None => decisive.then_some(Settled::NotApplied),
            }
        }
    }
}

/// A failure is written down with its first cause, so it waits until that has been read.
fn failed(case: &Case<'_>, stack: &Stack) -> Option<Settled> {
    let fallback = || {
        stack
            .reason
            .clone()
            .unwrap_or_else(|| stack.status.to_string())
    };
    let why = match &case.observed.failure.seen {
        Seen::Present(failure) if failure.moment == stack.moment() => failure.to_string(),
        Seen::Present(_) | Seen::Unknown(_) => return None,
        Seen::Absent => fallback(),
    };
    Some(Settled::Failed {
        why,
        version: Some(stack.version()),
    })
}
