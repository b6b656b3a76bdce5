//! From a step to its attempt, and from a reply to what it settles.

use bennu_model::action::{Action, DeploymentsAction, InfrastructureAction};
use bennu_model::attempt::{Attempt, Settled};
use bennu_model::ids::Token;
use bennu_model::observed::{Fact, Seen};
use bennu_model::outcome::{Outcome, Retry};
use bennu_model::plan::Step;

use crate::case::Case;

/// The attempt that has to be durable before a step is taken; none for what can simply be
/// repeated.
pub fn attempt_for(case: &Case<'_>, step: &Step) -> Option<Attempt> {
    let action = step.action.as_ref()?;
    let (token, reference) = match action {
        Action::Infrastructure(_, action) => match action {
            InfrastructureAction::CreateStack { token, .. } => (token.clone(), None),
            InfrastructureAction::CreateChangeSet { name, .. } => {
                (Token::new(name.as_str()).ok()?, None)
            }
            InfrastructureAction::ExecuteChangeSet {
                token, change_set, ..
            } => (token.clone(), Some(change_set.to_string())),
            InfrastructureAction::DeleteStack { token, stack }
            | InfrastructureAction::CancelUpdate { token, stack } => {
                (token.clone(), Some(stack.to_string()))
            }
            // A stack that is as it was cannot tell whether these were tried: the answer does.
            InfrastructureAction::ContinueRollback { token, .. }
            | InfrastructureAction::RollBack { token, .. } => (token.clone(), None),
            InfrastructureAction::PutObject { .. }
            | InfrastructureAction::DeleteObjects { .. }
            | InfrastructureAction::DeleteChangeSet { .. } => return None,
        },
        Action::Deployments(_, _, action) => match action {
            DeploymentsAction::CreateTenant { .. } => (case.token("create-tenant", ""), None),
            DeploymentsAction::Deploy { token, .. }
            | DeploymentsAction::SetVariables { token, .. } => (token.clone(), None),
            DeploymentsAction::ConnectTenant { .. }
            | DeploymentsAction::ClearVariables { .. }
            | DeploymentsAction::DeleteTenant { .. }
            | DeploymentsAction::DeleteMachine { .. }
            | DeploymentsAction::CancelTask { .. }
            | DeploymentsAction::EditOverrides { .. }
            | DeploymentsAction::CreateTrigger { .. }
            | DeploymentsAction::UpdateTrigger { .. }
            | DeploymentsAction::DeleteTrigger { .. }
            | DeploymentsAction::CreateMachinePolicy { .. }
            | DeploymentsAction::UpdateMachinePolicy { .. }
            | DeploymentsAction::DeleteMachinePolicy { .. } => return None,
        },
    };
    let boots = matches!(action.verb(), "create-stack" | "execute-change-set");
    let release = case
        .desired
        .software
        .as_ref()
        .map(|software| software.release.clone());
    Some(Attempt {
        token,
        resource: step.resource,
        verb: action.verb().to_owned(),
        generation: case.desired.generation,
        retry: case.desired.retry,
        subject: step.subject.clone(),
        release: release.filter(|_| boots),
        started_at: case.now,
        reference,
        settled: None,
        settled_at: None,
    })
}

/// What an action makes of earlier knowledge, whatever came of it: what was read before the
/// write says nothing any more, so the next pass looks again.
pub fn overtaken_by(action: &Action, outcome: &Outcome) -> Option<Fact> {
    if matches!(outcome, Outcome::NotSent(_)) {
        return None;
    }
    let since = format!("not read since: {action}");
    Some(match action {
        Action::Infrastructure(_, action) => match action {
            InfrastructureAction::PutObject { .. } => Fact::Objects(Seen::Unknown(since)),
            InfrastructureAction::DeleteObjects { .. } => match outcome {
                Outcome::Done(_) | Outcome::Accepted(_) | Outcome::Unchanged => {
                    Fact::Objects(Seen::Unknown(since))
                }
                // Where no object is needed nobody would look again; deleting twice is harmless.
                Outcome::Rejected { .. } | Outcome::Ambiguous(_) | Outcome::NotSent(_) => {
                    return None;
                }
            },
            InfrastructureAction::CreateStack { .. }
            | InfrastructureAction::CancelUpdate { .. }
            | InfrastructureAction::ContinueRollback { .. }
            | InfrastructureAction::RollBack { .. }
            | InfrastructureAction::DeleteStack { .. }
            | InfrastructureAction::ExecuteChangeSet { .. } => Fact::Stack(Seen::Unknown(since)),
            InfrastructureAction::CreateChangeSet { .. } => Fact::ChangeSet(Seen::Unknown(since)),
            InfrastructureAction::DeleteChangeSet { .. } => match outcome {
                Outcome::Done(_) => Fact::ChangeSet(Seen::Absent),
                Outcome::Accepted(_)
                | Outcome::Unchanged
                | Outcome::Rejected { .. }
                | Outcome::Ambiguous(_)
                | Outcome::NotSent(_) => Fact::ChangeSet(Seen::Unknown(since)),
            },
        },
        Action::Deployments(_, _, action) => match action {
            DeploymentsAction::CreateTenant { .. }
            | DeploymentsAction::ConnectTenant { .. }
            | DeploymentsAction::DeleteTenant { .. } => Fact::Tenant(Seen::Unknown(since)),
            DeploymentsAction::SetVariables { .. } | DeploymentsAction::ClearVariables { .. } => {
                Fact::Variables(Seen::Unknown(since))
            }
            DeploymentsAction::DeleteMachine { .. } => Fact::Machines(Seen::Unknown(since)),
            DeploymentsAction::Deploy { .. } | DeploymentsAction::CancelTask { .. } => {
                Fact::Deployments(Seen::Unknown(since))
            }
            // Shared documents are looked at by their own workers.
            DeploymentsAction::EditOverrides { .. }
            | DeploymentsAction::CreateTrigger { .. }
            | DeploymentsAction::UpdateTrigger { .. }
            | DeploymentsAction::DeleteTrigger { .. }
            | DeploymentsAction::CreateMachinePolicy { .. }
            | DeploymentsAction::UpdateMachinePolicy { .. }
            | DeploymentsAction::DeleteMachinePolicy { .. } => return None,
        },
    })
}

/// How the reply to a call settles its attempt; `None` leaves it open until a look.
pub fn by_outcome(outcome: &Outcome) -> Option<Settled> {
    match outcome {
        Outcome::Accepted(_) | Outcome::Ambiguous(_) => None,
        Outcome::Done(_) => Some(Settled::Applied(None)),
        Outcome::Unchanged => Some(Settled::Unchanged(None)),
        Outcome::Rejected {
            why,
            retry: Retry::Never,
        } => Some(Settled::Rejected(why.clone())),
        Outcome::Rejected { .. } | Outcome::NotSent(_) => Some(Settled::NotApplied),
    }
}
