//! `ExecuteChangeSet`.

use super::ChangeSet;
use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::lifecycle::{
    Beginning, begin_creation, begin_import, begin_update, cannot_be_updated, disables_rollback,
    is_express,
};
use crate::cloudformation::lookup::no_stack;
use crate::cloudformation::request::{DeploymentConfig, ExecuteChangeSet};
use crate::cloudformation::stack::Stack;
use crate::cloudformation::status::{ChangeSetType, ExecutionStatus, OnFailure, StackStatus};
use crate::cloudformation::tokens::Replay;
use crate::region::Region;
use crate::world::Moment;

impl Region {
    /// `ExecuteChangeSet`: begins what the change set shows, and deletes every other change
    /// set of the stack.
    ///
    /// # Errors
    ///
    /// `ChangeSetNotFound`; `InvalidChangeSetStatus` unless it is `AVAILABLE`;
    /// `ValidationError` for a stack that is busy, and for `DisableRollback` together with
    /// the change set's own `OnStackFailure`.
    pub fn execute_change_set(
        &mut self,
        request: ExecuteChangeSet,
        moment: &mut Moment<'_>,
    ) -> AwsResult<()> {
        let token = request.client_request_token.clone();
        let (stack, one) = self.change_set(&request.change_set)?;
        let (stack_id, one) = (stack.id.clone(), one.clone());
        let call = format!("ExecuteChangeSet {}", one.id);
        if self.tokens.replay(token.as_deref(), &call)?.is_some() {
            return Ok(());
        }
        let operation_id = self.chance.uuid();
        let stack = self
            .stacks
            .get_mut(&stack_id)
            .ok_or_else(|| no_stack(&stack_id))?;
        check(stack, &one, request.disable_rollback)?;
        let deployment = match one.on_stack_failure {
            Some(_) => DeploymentConfig {
                disable_rollback: Some(false),
                ..one.deployment_config
            },
            None => one.deployment_config,
        };
        let disable_rollback =
            disables_rollback(request.disable_rollback, deployment, moment.parameters)?;
        stack.change_sets.retain(|other| other.id == one.id);
        if let Some(executed) = stack.change_sets.first_mut() {
            executed.execution_status = ExecutionStatus::ExecuteInProgress;
        }
        stack.change_set_id = Some(one.id);
        stack.last_updated_time = Some(moment.now);
        stack.retain_except_on_create = request.retain_except_on_create;
        let on_failure = one.on_stack_failure;
        let beginning = Beginning {
            operation_id,
            token: token.clone(),
            disable_rollback: disable_rollback || on_failure == Some(OnFailure::DoNothing),
            express: is_express(one.deployment_config),
            policy: None,
        };
        match one.kind {
            ChangeSetType::Create => {
                stack.on_failure = on_failure.unwrap_or(OnFailure::Rollback);
                begin_creation(stack, one.definition, beginning, moment);
            }
            ChangeSetType::Update => begin_update(stack, one.definition, beginning, moment),
            ChangeSetType::Import => {
                begin_import(stack, one.definition, &one.imports, beginning, moment);
            }
        }
        self.tokens
            .remember(token.as_deref(), &call, Replay::Nothing);
        Ok(())
    }
}

fn check(stack: &Stack, one: &ChangeSet, disable_rollback: Option<bool>) -> AwsResult<()> {
    if one.execution_status != ExecutionStatus::Available {
        // A change set that was executed keeps its CREATE_COMPLETE: the other status tells.
        let status = match one.execution_status {
            ExecutionStatus::Unavailable => one.status.as_str(),
            ExecutionStatus::Available
            | ExecutionStatus::ExecuteInProgress
            | ExecutionStatus::ExecuteComplete
            | ExecutionStatus::ExecuteFailed
            | ExecutionStatus::Obsolete => one.execution_status.as_str(),
        };
        let text = format!(
            "ChangeSet [{}] cannot be executed in its current status of [{status}]",
            one.id
        );
        return Err(AwsError::new("InvalidChangeSetStatus", text, 400));
    }
    if disable_rollback.is_some() && one.on_stack_failure.is_some() {
        return Err(AwsError::validation(
            "DisableRollback cannot be given for a change set that has OnStackFailure",
        ));
    }
    let may = match one.kind {
        ChangeSetType::Create => stack.status == StackStatus::ReviewInProgress,
        ChangeSetType::Update => {
            !stack.status.is_busy() && stack.status != StackStatus::ReviewInProgress
        }
        ChangeSetType::Import => {
            stack.status.is_stable() || stack.status == StackStatus::ReviewInProgress
        }
    };
    if !may {
        return Err(cannot_be_updated(stack));
    }
    Ok(())
}
