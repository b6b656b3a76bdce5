//! `UpdateStack` and `CancelUpdateStack`.

use super::begin::{Beginning, begin_update, disables_rollback, is_express};
use super::cannot_be_updated;
use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::answer::Started;
use crate::cloudformation::change_set::{make_obsolete, preview};
use crate::cloudformation::definition::{Definition, Given};
use crate::cloudformation::lookup::no_stack;
use crate::cloudformation::policy::StackPolicy;
use crate::cloudformation::request::{OnStack, UpdateStack};
use crate::cloudformation::stack::Stack;
use crate::cloudformation::status::StackStatus;
use crate::cloudformation::tokens::Replay;
use crate::region::Region;
use crate::world::Moment;

impl Region {
    /// `UpdateStack`.
    ///
    /// # Errors
    ///
    /// `ValidationError` when the stack is missing, busy or dead, when there is nothing to
    /// change, and for all that is wrong with template or parameters;
    /// `InsufficientCapabilitiesException`; `TokenAlreadyExistsException`.
    pub fn update_stack(
        &mut self,
        request: UpdateStack,
        moment: &mut Moment<'_>,
    ) -> AwsResult<Started> {
        let name = request.stack_name;
        let id = self.find_stack(&name).map(|stack| stack.id.clone());
        let id = id.ok_or_else(|| no_stack(&name))?;
        let call = format!("UpdateStack {id}");
        let token = request.client_request_token;
        if let Some(Replay::Started(started)) = self.tokens.replay(token.as_deref(), &call)? {
            return Ok(started);
        }
        let deployment = request.deployment_config;
        let disable_rollback =
            disables_rollback(request.disable_rollback, deployment, moment.parameters)?;
        let read = |body: Option<&String>| body.map(|body| StackPolicy::read(body)).transpose();
        let policy = read(request.stack_policy_body.as_ref())?;
        let during = read(request.stack_policy_during_update_body.as_ref())?;
        let operation_id = self.chance.uuid();
        let stack = self.stacks.get_mut(&id).ok_or_else(|| no_stack(&name))?;
        if !is_updatable(stack, disable_rollback) {
            return Err(cannot_be_updated(stack));
        }
        let given = Given {
            template_body: request.template_body,
            use_previous_template: request.use_previous_template,
            parameters: request.parameters,
            capabilities: request.capabilities,
            tags: request.tags,
            notification_arns: request.notification_arns,
            role_arn: request.role_arn,
        };
        let (before, identity) = (stack.definition.as_ref(), &stack.identity);
        let mut definition = Definition::prepare(given, before, identity, &mut self.compute)?;
        if let Some(configuration) = request.rollback_configuration {
            definition.rollback_configuration = configuration;
        }
        let preview = preview(stack, &definition, &self.compute, moment.parameters)
            .map_err(AwsError::validation)?;
        if preview.is_empty() && stack.status != StackStatus::UpdateFailed {
            return Err(AwsError::validation("No updates are to be performed."));
        }
        stack.retain_except_on_create = request.retain_except_on_create;
        if policy.is_some() {
            stack.policy = policy;
        }
        let started = Started {
            stack_id: id.clone(),
            operation_id: operation_id.clone(),
        };
        let beginning = Beginning {
            operation_id,
            token: token.clone(),
            disable_rollback,
            express: is_express(deployment),
            policy: during,
        };
        make_obsolete(stack);
        begin_update(stack, definition, beginning, moment);
        if moment.parameters.early_validation && !request.disable_validation {
            self.validate(&id, None, &started.operation_id, moment.now);
        }
        self.tokens
            .remember(token.as_deref(), &call, Replay::Started(started.clone()));
        Ok(started)
    }

    /// `CancelUpdateStack`: only while `UPDATE_IN_PROGRESS`.
    pub fn cancel_update_stack(
        &mut self,
        request: OnStack,
        _moment: &mut Moment<'_>,
    ) -> AwsResult<()> {
        let name = &request.stack_name;
        let id = self.find_stack(name).map(|stack| stack.id.clone());
        let call = format!("CancelUpdateStack {}", id.as_deref().unwrap_or(name));
        let token = request.client_request_token.as_deref();
        if self.tokens.replay(token, &call)?.is_some() {
            return Ok(());
        }
        let stack = self.find_stack_mut(name).ok_or_else(|| no_stack(name))?;
        if stack.status != StackStatus::UpdateInProgress {
            return Err(AwsError::validation(
                "CancelUpdateStack cannot be called from current stack status",
            ));
        }
        if let Some(operation) = &mut stack.operation {
            operation.failure = Some("User Initiated".to_owned());
            operation.disable_rollback = false;
        }
        self.tokens.remember(token, &call, Replay::Nothing);
        Ok(())
    }
}

/// Whether the status lets the stack be updated; after a failure that was not rolled back
/// only as long as rollback stays disabled.
pub(crate) fn is_updatable(stack: &Stack, disable_rollback: bool) -> bool {
    let failed = matches!(
        stack.status,
        StackStatus::CreateFailed | StackStatus::UpdateFailed
    );
    stack.status.is_stable() || (failed && disable_rollback)
}
