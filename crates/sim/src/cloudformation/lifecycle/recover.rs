//! Ways out of trouble: `ContinueUpdateRollback`, `RollbackStack`; and `SignalResource`.

use super::begin::first_event_at;
use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::answer::Started;
use crate::cloudformation::engine::{plan_convergence, plan_deletion};
use crate::cloudformation::lookup::no_stack;
use crate::cloudformation::operation::Operation;
use crate::cloudformation::request::{ContinueUpdateRollback, OnStack, SignalResource};
use crate::cloudformation::stack::Stack;
use crate::cloudformation::status::{OperationType, ResourceStatus, StackStatus};
use crate::cloudformation::tokens::Replay;
use crate::region::Region;
use crate::world::Moment;

impl Region {
    /// `ContinueUpdateRollback`: from `UPDATE_ROLLBACK_FAILED` only.
    pub fn continue_update_rollback(
        &mut self,
        request: ContinueUpdateRollback,
        moment: &mut Moment<'_>,
    ) -> AwsResult<()> {
        let name = request.stack_name.as_str();
        let id = self.find_stack(name).map(|stack| stack.id.clone());
        let call = format!("ContinueUpdateRollback {}", id.as_deref().unwrap_or(name));
        let token = request.client_request_token;
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
        let failed = |name: &&String| {
            stack
                .resources
                .get(*name)
                .is_some_and(|one| one.status == ResourceStatus::UpdateFailed)
        };
        if let Some(wrong) = request.resources_to_skip.iter().find(|name| !failed(name)) {
            let text = format!(
                "Resource [{wrong}] cannot be skipped: it is not in UPDATE_FAILED by the rollback"
            );
            return Err(AwsError::validation(text));
        }
        let Some(definition) = &stack.definition else {
            return Err(no_stack(name));
        };
        let mut operation =
            Operation::new(operation_id.clone(), token.clone(), first_event_at(moment));
        operation.works = plan_convergence(definition);
        operation.skip = request.resources_to_skip.into_iter().collect();
        stack.operation = Some(operation);
        stack.note_operation(OperationType::ContinueRollback, &operation_id);
        let status = StackStatus::UpdateRollbackInProgress;
        stack.set_status(status, Some("User Initiated"), moment.now);
        self.tokens
            .remember(token.as_deref(), &call, Replay::Nothing);
        Ok(())
    }

    /// `RollbackStack`: from `UPDATE_FAILED` back to the version before; from
    /// `CREATE_FAILED`, where there is none, to nothing.
    pub fn rollback_stack(
        &mut self,
        request: OnStack,
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
        let mut operation =
            Operation::new(operation_id.clone(), token.clone(), first_event_at(moment));
        let status = roll_back(stack, &mut operation, moment)?;
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

    /// `SignalResource`. A resource that is not being made or changed, or waits for no
    /// signal, refuses it.
    pub fn signal_resource(
        &mut self,
        request: SignalResource,
        moment: &mut Moment<'_>,
    ) -> AwsResult<()> {
        let name = request.stack_name.as_str();
        let missing = || AwsError::validation(format!("Stack:{name} does not exist"));
        let stack = self.find_stack_mut(name).ok_or_else(missing)?;
        let resource = request.logical_resource_id.as_str();
        let Some(known) = stack.resources.get(resource) else {
            let text = format!("Resource {resource} does not exist for stack {name}");
            return Err(AwsError::validation(text));
        };
        let status = known.status;
        if stack.signal(resource, &request.unique_id, request.status, moment.now) {
            return Ok(());
        }
        Err(AwsError::validation(format!(
            "Resource {resource} is in {status} state and cannot be signaled"
        )))
    }
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
