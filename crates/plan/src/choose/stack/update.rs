//! Changing a stack: judge, approve, execute. A change set says what an update would change.

use bennu_model::action::{Action, InfrastructureAction};
use bennu_model::observed::Seen;
use bennu_model::plan::{APPROVAL_NEEDED, Resource};
use bennu_model::stack::{ChangeSet, ChangeSetState, Stack};

use super::create::stack_input;
use super::{refused, rejection, unknown};
use crate::case::Case;
use crate::choose::{Wanted, blocked, go, wait};
use crate::guard::needs_a_person;

/// The next step of an update.
pub(super) fn update(case: &Case<'_>, why: &str) -> Wanted {
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
        ChangeSetState::Available => match needs_a_person(case, set) {
            Some(what) if case.desired.approved.as_ref() != Some(&set.name) => {
                approval_needed(case, set, &what, why)
            }
            Some(_) | None => execute(case, stack, set, why),
        },
        ChangeSetState::Executing | ChangeSetState::Executed => wait(
            Resource::Stack,
            "the stack to show that its change set was executed",
            why,
            Some(case.policy.poll),
        ),
    }
}

fn approval_needed(case: &Case<'_>, set: &ChangeSet, what: &str, why: &str) -> Wanted {
    let name = &case.desired.name;
    let remedy = format!(
        "look at the changes, then `bennu approve {name} --change-set {}`, or change the spec",
        set.name
    );
    blocked(Resource::Stack, APPROVAL_NEEDED, what, &remedy, why)
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
pub(super) fn tidy(case: &Case<'_>) -> Option<Wanted> {
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
