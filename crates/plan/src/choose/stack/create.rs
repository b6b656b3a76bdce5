//! Bringing a stack into being, a few times if it has to be.

use bennu_model::action::{Action, InfrastructureAction, StackInput};
use bennu_model::ids::StackArn;
use bennu_model::plan::Resource;

use super::delete::delete;
use super::{RETRY, failures, first_cause, refused, rejection};
use crate::case::Case;
use crate::choose::{Wanted, blocked, go, wait};

/// Creates the stack, unless this generation has used up its tries.
pub(super) fn create(case: &Case<'_>) -> Wanted {
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

pub(super) fn stack_input(case: &Case<'_>) -> Result<StackInput, Box<Wanted>> {
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
pub(super) fn start_over(case: &Case<'_>) -> Wanted {
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
