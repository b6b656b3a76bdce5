//! Ways out of trouble: `ContinueUpdateRollback` and `RollbackStack`.

use super::begin::{first_event_at, is_express};
use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::answer::Started;
use crate::cloudformation::engine::{plan_convergence, plan_deletion};
use crate::cloudformation::lookup::no_stack;
use crate::cloudformation::operation::Operation;
use crate::cloudformation::request::{ContinueUpdateRollback, RollbackStack};
use crate::cloudformation::stack::{Resource, Stack};
use crate::cloudformation::status::{OperationType, StackStatus};
use crate::cloudformation::tokens::Replay;
use crate::region::Region;
use crate::world::Moment;

impl Region {
    /// `ContinueUpdateRollback`.
    ///
    /// # Errors
    ///
    /// `ValidationError` from any status but `UPDATE_ROLLBACK_FAILED`, for both ways to skip
    /// at once, and for a resource to skip that did not fail in the rollback itself;
    /// `TokenAlreadyExistsException`.
    pub fn continue_update_rollback(
        &mut self,
        request: ContinueUpdateRollback,
        moment: &mut Moment<'_>,
    ) -> AwsResult<()> {
        let name = request.stack_name.as_str();
        let id = self.find_stack(name).map(|stack| stack.id.clone());
        let call = format!("ContinueUpdateRollback {}", id.as_deref().unwrap_or(name));
        let token = request.client_request_token.clone();
        if self.tokens.replay(token.as_deref(), &call)?.is_some() {
            return Ok(());
        }
        let operation_id = self.chance.uuid();
        let stack = self.find_stack_mut(name).ok_or_else(|| no_stack(name))?;
        if stack.status != StackStatus::UpdateRollbackFailed {
            return Err(AwsError::validation(format!(
                "Stack:{} is in {} state and can not continue update rollback.",
                stack.id, stack.status
            )));
        }
        let skip = to_skip(stack, &request)?;
        let Some(definition) = &mut stack.definition else {
            return Err(no_stack(name));
        };
        if let Some(role) = request.role_arn {
            definition.role_arn = Some(role);
        }
        let begins = first_event_at(moment);
        let mut operation = Operation::new(operation_id.clone(), token.clone(), begins);
        operation.works = plan_convergence(definition);
        operation.rolls_back = true;
        operation.skip = skip.into_iter().collect();
        stack.operation = Some(operation);
        stack.note_operation(OperationType::ContinueRollback, &operation_id);
        let status = StackStatus::UpdateRollbackInProgress;
        stack.set_status(status, Some("User Initiated"), moment.now);
        self.tokens
            .remember(token.as_deref(), &call, Replay::Nothing);
        Ok(())
    }

    /// `RollbackStack`: from `UPDATE_FAILED` back to the last stable version; where there is
    /// none, the stack is deleted.
    ///
    /// # Errors
    ///
    /// `ValidationError` from any other status than `CREATE_FAILED` and `UPDATE_FAILED`;
    /// `TokenAlreadyExistsException`.
    pub fn rollback_stack(
        &mut self,
        request: RollbackStack,
        moment: &mut Moment<'_>,
    ) -> AwsResult<Started> {
        let name = request.stack_name.as_str();
        let id = self.find_stack(name).map(|stack| stack.id.clone());
        let call = format!("RollbackStack {}", id.as_deref().unwrap_or(name));
        let token = request.client_request_token;
        if let Some(Replay::Started(started)) = self.tokens.replay(token.as_deref(), &call)? {
            return Ok(started);
        }
        let operation_id = self.chance.uuid();
        let stack = self.find_stack_mut(name).ok_or_else(|| no_stack(name))?;
        let begins = first_event_at(moment);
        let mut operation = Operation::new(operation_id.clone(), token.clone(), begins);
        let status = roll_back(stack, &mut operation, moment)?;
        operation.rolls_back = true;
        operation.express = is_express(request.deployment_config);
        stack.retain_except_on_create |= request.retain_except_on_create;
        if let (Some(role), Some(definition)) = (request.role_arn, &mut stack.definition) {
            definition.role_arn = Some(role);
        }
        stack.operation = Some(operation);
        stack.note_operation(OperationType::Rollback, &operation_id);
        stack.set_status(status, Some("User Initiated"), moment.now);
        let started = Started {
            stack_id: stack.id.clone(),
            operation_id,
        };
        self.tokens
            .remember(token.as_deref(), &call, Replay::Started(started.clone()));
        Ok(started)
    }
}

/// The resources that a continued rollback declares restored: only those which the rollback
/// itself could not restore.
fn to_skip(stack: &Stack, request: &ContinueUpdateRollback) -> AwsResult<Vec<String>> {
    let stuck = |one: &Resource| one.stuck && one.exists();
    if request.force_rollback {
        if !request.resources_to_skip.is_empty() {
            return Err(AwsError::validation(
                "ForceRollback and ResourcesToSkip cannot be specified together.",
            ));
        }
        let all = stack.resources.values().filter(|one| stuck(one));
        return Ok(all.map(|one| one.logical_id.clone()).collect());
    }
    let may = |name: &&String| stack.resources.get(*name).is_some_and(stuck);
    if let Some(wrong) = request.resources_to_skip.iter().find(|name| !may(name)) {
        return Err(AwsError::validation(format!(
            "The resource {wrong} cannot be skipped: it is not in the UPDATE_FAILED state because \
             of the rollback of stack [{}]",
            stack.id
        )));
    }
    Ok(request.resources_to_skip.clone())
}

fn roll_back(
    stack: &mut Stack,
    operation: &mut Operation,
    moment: &Moment<'_>,
) -> AwsResult<StackStatus> {
    match (stack.status, stack.previous.take()) {
        (StackStatus::UpdateFailed, Some(previous)) => {
            operation.works = plan_convergence(&previous);
            stack.definition = Some(previous);
            Ok(StackStatus::UpdateRollbackInProgress)
        }
        (StackStatus::CreateFailed, None)
            if !moment.parameters.rollback_deletes_failed_creation =>
        {
            operation.works = plan_deletion(stack);
            Ok(StackStatus::RollbackInProgress)
        }
        (StackStatus::UpdateFailed | StackStatus::CreateFailed, None) => {
            operation.works = plan_deletion(stack);
            stack.deletion_time = Some(moment.now);
            Ok(StackStatus::DeleteInProgress)
        }
        (status, previous) => {
            stack.previous = previous;
            let text = format!(
                "Stack:{} is in {status} state and can not be rolled back.",
                stack.id
            );
            Err(AwsError::validation(text))
        }
    }
}
