//! Taking a stack away.

use bennu_model::action::{Action, InfrastructureAction};
use bennu_model::plan::Resource;
use bennu_model::verdict::Operation;

use super::{busy, failures, first_cause, refused, rejection, unknown};
use crate::case::Case;
use crate::choose::{Wanted, blocked, go, wait};

/// Deletes by ARN. A deletion that failed is tried again a few times, with growing pauses.
pub(super) fn delete(case: &Case<'_>, because: &str) -> Wanted {
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
pub(super) fn cancel(case: &Case<'_>, because: &str) -> Wanted {
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
