//! `DeleteStack` and `UpdateTerminationProtection`.

use super::begin::{first_event_at, is_express};
use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::engine::{fail_running, plan_deletion};
use crate::cloudformation::lookup::no_stack;
use crate::cloudformation::operation::Operation;
use crate::cloudformation::request::DeleteStack;
use crate::cloudformation::stack::{Resource, Stack};
use crate::cloudformation::status::{DeletionMode, OperationType, StackStatus};
use crate::cloudformation::tokens::Replay;
use crate::parameters::Parameters;
use crate::region::Region;
use crate::world::Moment;

impl Region {
    /// `DeleteStack`. A missing name and a deleted ARN are deleted already; a repeat while
    /// the deletion runs changes nothing.
    ///
    /// # Errors
    ///
    /// `ValidationError` under termination protection, for resources to retain when the
    /// stack is not in `DELETE_FAILED`, and while an update or rollback runs that a
    /// deletion cannot interrupt.
    pub fn delete_stack(&mut self, request: DeleteStack, moment: &mut Moment<'_>) -> AwsResult<()> {
        let name = request.stack_name.as_str();
        let id = self.find_stack(name).map(|stack| stack.id.clone());
        let token = request.client_request_token.clone();
        let call = match &id {
            Some(id) => format!("DeleteStack {id}"),
            None => self.deletion_of(token.as_deref(), name),
        };
        if self.tokens.replay(token.as_deref(), &call)?.is_some() {
            return Ok(());
        }
        let operation_id = self.chance.uuid();
        if let Some(stack) = self.find_stack_mut(name) {
            check(stack, &request, moment.parameters)?;
            if may_begin(stack, moment)? {
                begin_deletion(stack, request, operation_id, moment);
            }
        }
        self.tokens
            .remember(token.as_deref(), &call, Replay::Nothing);
        Ok(())
    }

    /// The deletion that a caller means who names a stack that is not there: one that lost its
    /// reply is asked again by name when the stack is gone.
    fn deletion_of(&self, token: Option<&str>, name: &str) -> String {
        let used = token.and_then(|token| self.tokens.call_of(token));
        let same = used.filter(|call| {
            call.starts_with("DeleteStack arn:") && call.split('/').nth(1) == Some(name)
        });
        same.map_or_else(|| format!("DeleteStack {name}"), str::to_owned)
    }

    /// `UpdateTerminationProtection`; tells the stack's ARN.
    pub fn update_termination_protection(
        &mut self,
        stack_name: &str,
        enable: bool,
        _moment: &mut Moment<'_>,
    ) -> AwsResult<String> {
        let stack = self
            .find_stack_mut(stack_name)
            .filter(|stack| !stack.is_deleted());
        let stack = stack.ok_or_else(|| no_stack(stack_name))?;
        if stack.root_id.is_some() {
            return Err(AwsError::validation(format!(
                "Stack [{}] is nested; set the termination protection of its root stack",
                stack.name
            )));
        }
        stack.termination_protection = enable;
        let id = stack.id.clone();
        let nested = self
            .stacks
            .values()
            .filter(|one| one.root_id.as_ref() == Some(&id));
        let nested: Vec<String> = nested.map(|one| one.id.clone()).collect();
        for child in nested {
            if let Some(child) = self.stacks.get_mut(&child) {
                child.termination_protection = enable;
            }
        }
        Ok(id)
    }
}

fn check(stack: &Stack, request: &DeleteStack, parameters: &Parameters) -> AwsResult<()> {
    if stack.is_deleted() {
        return Ok(());
    }
    if stack.termination_protection {
        return Err(AwsError::validation(format!(
            "Stack [{}] cannot be deleted while TerminationProtection is enabled",
            stack.name
        )));
    }
    if !request.retain_resources.is_empty() && stack.status != StackStatus::DeleteFailed {
        return Err(AwsError::validation(format!(
            "Invalid operation on stack [{}]. When you delete a stack, specify which resources \
             to retain only when the stack is in the DELETE_FAILED state.",
            stack.id
        )));
    }
    let is_there = |name: &&String| stack.resources.get(*name).is_some_and(Resource::exists);
    if let Some(unknown) = request.retain_resources.iter().find(|name| !is_there(name)) {
        let text = format!(
            "The specified resources to retain must be in a valid state. Resource {unknown} is \
             not in the stack"
        );
        return Err(AwsError::validation(text));
    }
    let forces = request.deletion_mode == Some(DeletionMode::ForceDeleteStack);
    if forces && stack.status != StackStatus::DeleteFailed && !parameters.force_delete_at_once {
        return Err(AwsError::validation(format!(
            "Invalid operation on stack [{}]. Force a deletion only when the stack is in the \
             DELETE_FAILED state.",
            stack.id
        )));
    }
    Ok(())
}

/// Whether a deletion begins now: not when one runs or the stack is gone.
fn may_begin(stack: &Stack, moment: &Moment<'_>) -> AwsResult<bool> {
    let interrupts = match stack.status {
        StackStatus::DeleteInProgress | StackStatus::DeleteComplete => return Ok(false),
        StackStatus::CreateInProgress => true,
        StackStatus::RollbackInProgress => moment.parameters.deletion_interrupts_rollback,
        status => !status.is_busy(),
    };
    if interrupts {
        return Ok(true);
    }
    Err(AwsError::validation(format!(
        "Stack [{}] cannot be deleted while in status {}",
        stack.id, stack.status
    )))
}

/// Begins to delete a stack in whatever state it is.
pub(crate) fn begin_deletion(
    stack: &mut Stack,
    request: DeleteStack,
    operation_id: String,
    moment: &Moment<'_>,
) {
    fail_running(stack, moment.now);
    stack.note_operation(OperationType::DeleteStack, &operation_id);
    stack.deletion_mode = request.deletion_mode;
    stack.deletion_time = Some(moment.now);
    let token = request.client_request_token;
    let mut operation = Operation::new(operation_id, token, first_event_at(moment));
    operation.force = request.deletion_mode == Some(DeletionMode::ForceDeleteStack);
    operation.retain = request.retain_resources.into_iter().collect();
    operation.express = is_express(request.deployment_config);
    operation.works = plan_deletion(stack);
    if let (Some(role), Some(definition)) = (request.role_arn, &mut stack.definition) {
        definition.role_arn = Some(role);
    }
    stack.operation = Some(operation);
    stack.set_status(
        StackStatus::DeleteInProgress,
        Some("User Initiated"),
        moment.now,
    );
}
