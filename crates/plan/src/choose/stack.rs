//! What is to be done about a stack, by what it is in and by what is desired.

use bennu_model::action::{Action, InfrastructureAction, StackInput};
use bennu_model::attempt::{Attempt, Settled};
use bennu_model::ids::{StackArn, Token};
use bennu_model::observed::Seen;
use bennu_model::plan::Resource;
use bennu_model::spec::Approve;
use bennu_model::stack::{ChangeSet, ChangeSetState, Stack};
use bennu_model::verdict::{Broken, Operation, Verdict};

use super::{Wanted, blocked, go, wait};
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
        Verdict::Foreign(whose) => Some(blocked(
            Resource::Stack,
            "ForeignStack",
            format!("a stack {} exists, and {whose}", case.desired.stack.name),
            "have its owner delete it, or declare the environment under another name",
            "what is not ours is not touched",
        )),
        Verdict::Unknown(why) => Some(unknown(case, why)),
    }
}

fn absent(case: &Case<'_>, verdict: &Verdict) -> Option<Wanted> {
    const BECAUSE: &str = "the environment is being deleted";
    match verdict {
        Verdict::InSync | Verdict::Missing | Verdict::Foreign(_) => None,
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

/// Creates the stack, unless this generation has used up its tries.
fn create(case: &Case<'_>) -> Wanted {
    let desired = &case.desired.stack;
    if let Some(refusal) = rejection(case, &["create-stack"]) {
        return refused(refusal);
    }
    if let Some(pause) = pause_before_next_create(case) {
        return pause;
    }
    let input = match stack_input(case) {
        Ok(input) => input,
        Err(waiting) => return *waiting,
    };
    let predecessor = case.known.dead_stack.as_ref().map_or("", StackArn::as_str);
    let create = InfrastructureAction::CreateStack {
        name: desired.name.clone(),
        input,
        token: case.token("create-stack", predecessor),
    };
    let action = Action::Infrastructure(case.desired.target.clone(), create);
    go(
        Resource::Stack,
        action,
        Some(desired.digest()),
        "there is no stack",
    )
}

fn stack_input(case: &Case<'_>) -> Result<StackInput, Box<Wanted>> {
    let desired = &case.desired.stack;
    match case.template_body() {
        Ok(body) => Ok(StackInput {
            body,
            parameters: desired.parameters.clone(),
            capabilities: desired.capabilities.clone(),
            tags: desired.tags.clone(),
        }),
        Err(source) => Err(Box::new(wait(
            Resource::Stack,
            source.to_string(),
            "CloudFormation has to be able to read the template",
            Some(case.policy.poll),
        ))),
    }
}

fn failures<'s>(case: &'s Case<'_>, verbs: &'s [&str]) -> Vec<&'s Attempt> {
    case.tries(verbs)
        .filter(|a| matches!(a.settled, Some(Settled::Failed { .. })))
        .collect()
}

fn pause_before_next_create(case: &Case<'_>) -> Option<Wanted> {
    let failed = failures(case, &["create-stack"]);
    let last = failed.last()?;
    let until = last.settled_at? + case.policy.pause_after(failed.len());
    (case.now < until).then(|| {
        wait(
            Resource::Stack,
            format!(
                "a pause after {} failed creation(s), until {until}",
                failed.len()
            ),
            "what failed a moment ago would fail again",
            Some(until - case.now),
        )
    })
}

/// A stack that never worked cannot be updated: delete it and create it again, a few times.
fn start_over(case: &Case<'_>) -> Wanted {
    let failed = failures(case, &["create-stack"]);
    if failed.len() >= case.policy.create_tries {
        return blocked(
            Resource::Stack,
            "CreateFailed",
            format!(
                "{} creations failed, the last one by {}",
                failed.len(),
                first_cause(case)
            ),
            RETRY,
            "a stack whose creation failed cannot be updated",
        );
    }
    delete(case, "a stack whose creation failed can only be deleted")
}

/// Judge, approve, arm, execute: a change set says what an update would change.
fn update(case: &Case<'_>, why: &str) -> Wanted {
    let Some(stack) = case.living_stack() else {
        return unknown(case, "the stack was not read");
    };
    let set = match &case.observed.change_set.seen {
        Seen::Present(set) if set.name == case.change_set_name(stack) => Some(set),
        Seen::Present(_) | Seen::Absent | Seen::Unknown(_) => None,
    };
    if let Some(set) = set
        && set.state == ChangeSetState::Failed
    {
        return discard(case, set, "a change set that failed is of no use");
    }
    if let Some(refusal) = rejection(case, &["create-change-set", "execute-change-set"]) {
        return refused(refusal);
    }
    match (set, &case.observed.change_set.seen) {
        (Some(set), _) => follow(case, stack, set, why),
        (None, Seen::Unknown(reason)) => unknown(case, reason),
        (None, Seen::Absent | Seen::Present(_)) => judge(case, stack, why),
    }
}

fn judge(case: &Case<'_>, stack: &Stack, why: &str) -> Wanted {
    let input = match stack_input(case) {
        Ok(input) => input,
        Err(waiting) => return *waiting,
    };
    let create = InfrastructureAction::CreateChangeSet {
        stack: stack.arn.clone(),
        name: case.change_set_name(stack),
        input,
    };
    let action = Action::Infrastructure(case.desired.target.clone(), create);
    go(
        Resource::Stack,
        action,
        Some(case.desired.stack.digest()),
        why,
    )
}

fn follow(case: &Case<'_>, stack: &Stack, set: &ChangeSet, why: &str) -> Wanted {
    match set.state {
        ChangeSetState::Pending | ChangeSetState::Deleting => wait(
            Resource::Stack,
            "CloudFormation to work out the change set",
            why,
            Some(case.policy.poll),
        ),
        ChangeSetState::Empty | ChangeSetState::Failed | ChangeSetState::Obsolete => {
            discard(case, set, "a change set without changes would only pile up")
        }
        ChangeSetState::Available => match case.desired.approve {
            Approve::Never => execute(case, stack, set, why),
            Approve::Replacements | Approve::Always => blocked(
                Resource::Stack,
                "ApprovalNeeded",
                "the change set waits for a person",
                "set approve: never; approving one change set is not supported yet",
                why,
            ),
        },
        ChangeSetState::Executing | ChangeSetState::Executed => wait(
            Resource::Stack,
            "the stack to show that its change set was executed",
            why,
            Some(case.policy.poll),
        ),
    }
}

fn execute(case: &Case<'_>, stack: &Stack, set: &ChangeSet, why: &str) -> Wanted {
    let execute = InfrastructureAction::ExecuteChangeSet {
        stack: stack.arn.clone(),
        change_set: set.arn.clone(),
        token: case.token("execute-change-set", set.arn.as_str()),
    };
    let action = Action::Infrastructure(case.desired.target.clone(), execute);
    let because = format!("{why}; {} resource(s) change", set.changes.len());
    go(
        Resource::Stack,
        action,
        Some(case.desired.stack.digest()),
        &because,
    )
}

/// The judge's empty change set goes, although the stack is as it should be.
fn tidy(case: &Case<'_>) -> Option<Wanted> {
    let stack = case.living_stack()?;
    let set = case.observed.change_set.seen.present()?;
    (set.state == ChangeSetState::Empty && set.stack == stack.arn)
        .then(|| discard(case, set, "a change set without changes would only pile up"))
}

fn discard(case: &Case<'_>, set: &ChangeSet, because: &str) -> Wanted {
    let discard = InfrastructureAction::DeleteChangeSet {
        stack: set.stack.clone(),
        change_set: set.arn.clone(),
    };
    let action = Action::Infrastructure(case.desired.target.clone(), discard);
    go(Resource::Stack, action, None, because)
}

/// Deletes by ARN. A deletion that failed is tried again a few times, with growing pauses.
fn delete(case: &Case<'_>, because: &str) -> Wanted {
    let Some(arn) = case.known.stack.clone() else {
        return unknown(case, "the stack's ARN is not known");
    };
    if let Some(open) = case
        .open(Resource::Stack)
        .find(|a| a.verb == "delete-stack")
    {
        return wait(
            Resource::Stack,
            format!("the deletion that was begun at {}", open.started_at),
            because,
            Some(case.policy.poll),
        );
    }
    if let Some(refusal) = rejection(case, &["delete-stack"]) {
        return refused(refusal);
    }
    let of_this: Vec<_> = failures(case, &["delete-stack"])
        .into_iter()
        .filter(|a| a.reference.as_deref() == Some(arn.as_str()))
        .collect();
    if of_this.len() >= case.policy.delete_tries {
        return blocked(
            Resource::Stack,
            "DeleteFailed",
            format!(
                "{} deletions failed, the last one by {}",
                of_this.len(),
                first_cause(case)
            ),
            "remove what is in the way, then ask for a retry",
            because,
        );
    }
    if let Some(until) = of_this
        .last()
        .and_then(|a| a.settled_at)
        .map(|at| at + case.policy.pause_after(of_this.len()))
        .filter(|until| case.now < *until)
    {
        return wait(
            Resource::Stack,
            format!(
                "a pause after {} failed deletion(s), until {until}",
                of_this.len()
            ),
            because,
            Some(until - case.now),
        );
    }
    let token = case.token("delete-stack", &format!("{arn}#{}", of_this.len()));
    let delete = InfrastructureAction::DeleteStack { stack: arn, token };
    go(
        Resource::Stack,
        Action::Infrastructure(case.desired.target.clone(), delete),
        None,
        because,
    )
}

/// Stops an update once; then its roll-back is waited for.
fn cancel(case: &Case<'_>, because: &str) -> Wanted {
    let Some(stack) = case.living_stack() else {
        return unknown(case, "the stack was not read");
    };
    let token = case.token("cancel-update", &stack.version());
    if case.attempts.iter().any(|a| a.token == token) {
        return busy(case, Operation::Updating);
    }
    let cancel = InfrastructureAction::CancelUpdate {
        stack: stack.arn.clone(),
        token,
    };
    go(
        Resource::Stack,
        Action::Infrastructure(case.desired.target.clone(), cancel),
        None,
        because,
    )
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
    if case.tries(&[verb]).any(|a| a.settled.is_some()) {
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
