//! What is to be done about a stack, by what it is in and by what is desired.

mod create;
mod delete;
mod update;

use bennu_model::action::{Action, InfrastructureAction};
use bennu_model::attempt::{Attempt, Settled};
use bennu_model::ids::{StackArn, Token};
use bennu_model::plan::Resource;
use bennu_model::verdict::{Broken, Operation, Verdict};

use self::create::{create, start_over};
use self::delete::{cancel, delete};
use self::update::{tidy, update};
use super::{Wanted, blocked, foreign, go, wait};
use crate::case::Case;

const RETRY: &str = "change the spec, or ask for a retry once the cause is mended";

/// At most one step.
pub fn choose(case: &Case<'_>, verdict: &Verdict) -> Option<Wanted> {
    if case.wanted() {
        present(case, verdict)
    } else {
        absent(case, verdict)
    }
}

fn present(case: &Case<'_>, verdict: &Verdict) -> Option<Wanted> {
    match verdict {
        Verdict::InSync => tidy(case),
        Verdict::Missing => Some(create(case)),
        Verdict::Outdated(why) | Verdict::Drifted(why) => Some(update(case, why)),
        Verdict::Busy(operation) => Some(busy(case, *operation)),
        Verdict::Broken(Broken::Shell) => {
            Some(delete(case, "a shell without resources is in the way"))
        }
        Verdict::Broken(Broken::NeverWorked) => Some(start_over(case)),
        Verdict::Broken(Broken::UpdateFailed) => {
            Some(recover(case, "roll-back", |stack, token| {
                InfrastructureAction::RollBack { stack, token }
            }))
        }
        Verdict::Broken(Broken::UpdateRolledBack) => Some(blocked(
            Resource::Stack,
            "UpdateFailed",
            format!(
                "the update failed and was rolled back: {}",
                first_cause(case)
            ),
            RETRY,
            "the stack goes on serving what it had",
        )),
        Verdict::Broken(Broken::RollbackFailed) => {
            Some(recover(case, "continue-rollback", |stack, token| {
                InfrastructureAction::ContinueRollback { stack, token }
            }))
        }
        Verdict::Broken(Broken::DeleteFailed) => Some(delete(
            case,
            "an unfinished deletion has to be finished first",
        )),
        // What software is in, a stack never is.
        Verdict::Broken(Broken::DeploymentFailed) => None,
        Verdict::Foreign(whose) => Some(foreign(
            case,
            blocked(
                Resource::Stack,
                "ForeignStack",
                format!("a stack {} exists, and {whose}", case.desired.stack.name),
                "have its owner delete it, or declare the environment under another name",
                "what is not ours is not touched",
            ),
        )),
        Verdict::Unknown(why) => Some(unknown(case, why)),
    }
}

fn absent(case: &Case<'_>, verdict: &Verdict) -> Option<Wanted> {
    const BECAUSE: &str = "the environment is being deleted";
    match verdict {
        Verdict::InSync
        | Verdict::Missing
        | Verdict::Foreign(_)
        | Verdict::Busy(Operation::Deploying)
        | Verdict::Broken(Broken::DeploymentFailed) => None,
        Verdict::Outdated(_) | Verdict::Drifted(_) => Some(delete(case, BECAUSE)),
        Verdict::Busy(Operation::Creating) => Some(delete(case, BECAUSE)),
        Verdict::Busy(Operation::Updating) => Some(cancel(case, BECAUSE)),
        Verdict::Busy(
            operation @ (Operation::RollingBack | Operation::Finishing | Operation::Deleting),
        ) => Some(busy(case, *operation)),
        Verdict::Broken(
            Broken::Shell
            | Broken::NeverWorked
            | Broken::UpdateFailed
            | Broken::UpdateRolledBack
            | Broken::RollbackFailed
            | Broken::DeleteFailed,
        ) => Some(delete(case, BECAUSE)),
        Verdict::Unknown(why) => Some(unknown(case, why)),
    }
}

fn failures<'s>(case: &'s Case<'_>, verbs: &'s [&str]) -> Vec<&'s Attempt> {
    case.tries(verbs)
        .filter(|a| matches!(a.settled, Some(Settled::Failed { .. })))
        .collect()
}

/// Tries once for each generation and retry to get a stuck stack out.
fn recover(
    case: &Case<'_>,
    verb: &str,
    action: impl FnOnce(StackArn, Token) -> InfrastructureAction,
) -> Wanted {
    let Some(stack) = case.living_stack() else {
        return unknown(case, "the stack was not read");
    };
    let is_over = |settled: &Settled| *settled != Settled::NotApplied;
    if case
        .tries(&[verb])
        .any(|a| a.settled.as_ref().is_some_and(is_over))
    {
        return blocked(
            Resource::Stack,
            "RollbackFailed",
            format!(
                "the stack is stuck in {}: {}",
                stack.status,
                first_cause(case)
            ),
            "mend what the roll-back stumbles over, then ask for a retry",
            "it was tried once and did not help",
        );
    }
    let action = action(stack.arn.clone(), case.token(verb, &stack.moment()));
    go(
        Resource::Stack,
        Action::Infrastructure(case.desired.target.clone(), action),
        None,
        "a stuck stack cannot be updated",
    )
}

fn busy(case: &Case<'_>, operation: Operation) -> Wanted {
    let created = case.tries(&["create-stack"]).next_back();
    if let (Operation::Creating, Some(created)) = (operation, created)
        && case.now > created.started_at + case.policy.create_deadline
    {
        let mut late = blocked(
            Resource::Stack,
            "CreateTakesTooLong",
            format!(
                "the creation that was begun at {} has not ended",
                created.started_at
            ),
            "look at the stack's events; delete the environment if it is hopeless",
            "the deadline for a creation has passed",
        );
        late.look_after = Some(case.policy.poll);
        return late;
    }
    wait(
        Resource::Stack,
        format!("the stack, which is busy: {operation}"),
        "CloudFormation takes one operation at a time",
        Some(case.policy.poll),
    )
}

fn unknown(case: &Case<'_>, why: &str) -> Wanted {
    let certain = case.observed.drain_until + case.policy.certainty();
    let look_after = if case.now < certain {
        certain - case.now
    } else {
        case.policy.poll
    };
    wait(
        Resource::Stack,
        format!("certainty about the stack: {why}"),
        "nothing is created or deleted on what is not known",
        Some(look_after.min(case.policy.poll.max(case.policy.certainty()))),
    )
}

fn rejection<'s>(case: &'s Case<'_>, verbs: &'s [&str]) -> Option<&'s Attempt> {
    case.tries(verbs).rfind(|a| match &a.settled {
        Some(Settled::Rejected(_)) => true,
        Some(Settled::Failed { .. }) => a.verb == "create-change-set",
        Some(Settled::Applied(_) | Settled::Unchanged(_) | Settled::NotApplied) | None => false,
    })
}

fn refused(attempt: &Attempt) -> Wanted {
    let why = match &attempt.settled {
        Some(Settled::Rejected(why) | Settled::Failed { why, .. }) => why.as_str(),
        Some(Settled::Applied(_) | Settled::Unchanged(_) | Settled::NotApplied) | None => "",
    };
    blocked(
        Resource::Stack,
        "Refused",
        format!(
            "CloudFormation refused to {}: {why}",
            attempt.verb.replace('-', " ")
        ),
        RETRY,
        "the same call would be refused again",
    )
}

fn first_cause(case: &Case<'_>) -> String {
    match case.observed.failure.seen.present() {
        Some(failure) => failure.to_string(),
        None => "a cause that is not known".into(),
    }
}
