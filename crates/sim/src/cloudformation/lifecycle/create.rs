//! `CreateStack`.

use super::begin::{Beginning, begin_creation, disables_rollback, is_express};
use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::answer::Started;
use crate::cloudformation::definition::{Definition, Given};
use crate::cloudformation::evaluate::Identity;
use crate::cloudformation::lookup::check_name;
use crate::cloudformation::policy::StackPolicy;
use crate::cloudformation::request::CreateStack;
use crate::cloudformation::stack::Stack;
use crate::cloudformation::status::{OnFailure, StackStatus};
use crate::cloudformation::tokens::Replay;
use crate::parameters::Parameters;
use crate::region::Region;
use crate::world::Moment;

impl Region {
    /// `CreateStack`.
    ///
    /// # Errors
    ///
    /// `AlreadyExistsException` for a name in use, `LimitExceededException` at the quota,
    /// `InsufficientCapabilitiesException`, `TokenAlreadyExistsException`, and
    /// `ValidationError` for all that is wrong with name, template or parameters.
    pub fn create_stack(
        &mut self,
        request: CreateStack,
        moment: &mut Moment<'_>,
    ) -> AwsResult<Started> {
        check_name(&request.stack_name, "stackName")?;
        let call = format!("CreateStack {}", request.stack_name);
        let token = request.client_request_token.clone();
        if let Some(Replay::Started(started)) = self.tokens.replay(token.as_deref(), &call)? {
            return Ok(started);
        }
        if self.find_stack(&request.stack_name).is_some() {
            let text = format!("Stack [{}] already exists", request.stack_name);
            return Err(AwsError::new("AlreadyExistsException", text, 400));
        }
        if request.on_failure.is_some() && request.disable_rollback.is_some() {
            return Err(AwsError::validation(
                "Either DisableRollback or OnFailure can be specified, not both.",
            ));
        }
        quota(self, moment.parameters)?;
        let identity = new_identity(self, &request.stack_name);
        let given = Given {
            template_body: request.template_body,
            use_previous_template: false,
            parameters: request.parameters,
            capabilities: request.capabilities,
            tags: Some(request.tags),
            notification_arns: Some(request.notification_arns),
            role_arn: request.role_arn,
        };
        let mut definition = Definition::prepare(given, None, &identity, &mut self.compute)?;
        definition.rollback_configuration = request.rollback_configuration.unwrap_or_default();
        let policy = request.stack_policy_body.as_deref();
        let policy = policy.map(StackPolicy::read).transpose()?;
        let deployment = request.deployment_config;
        let disabled = disables_rollback(request.disable_rollback, deployment, moment.parameters)?;
        let mut stack = Stack::new(identity, StackStatus::CreateInProgress, moment.now);
        stack.on_failure = request.on_failure.unwrap_or(if disabled {
            OnFailure::DoNothing
        } else {
            OnFailure::Rollback
        });
        stack.timeout_in_minutes = request.timeout_in_minutes;
        stack.termination_protection = request.enable_termination_protection;
        stack.policy = policy;
        stack.retain_except_on_create = request.retain_except_on_create;
        let operation_id = self.chance.uuid();
        let started = Started {
            stack_id: stack.id.clone(),
            operation_id: operation_id.clone(),
        };
        let beginning = Beginning {
            operation_id,
            token: token.clone(),
            disable_rollback: disabled && request.on_failure.is_none(),
            express: is_express(deployment),
            policy: None,
        };
        begin_creation(&mut stack, definition, beginning, moment);
        self.admit(stack);
        if moment.parameters.early_validation && !request.disable_validation {
            self.validate(&started.stack_id, None, &started.operation_id, moment.now);
        }
        self.tokens
            .remember(token.as_deref(), &call, Replay::Started(started.clone()));
        Ok(started)
    }
}

/// A new stack's ARN.
pub(crate) fn new_identity(region: &mut Region, name: &str) -> Identity {
    let place = region.place.clone();
    let stack_id = format!(
        "arn:aws:cloudformation:{}:{}:stack/{name}/{}",
        place.region,
        place.account,
        region.chance.uuid()
    );
    Identity {
        place,
        stack_id,
        stack_name: name.to_owned(),
    }
}

/// One more stack has to fit; shells count.
pub(crate) fn quota(region: &Region, parameters: &Parameters) -> AwsResult<()> {
    if region.names.len() < parameters.stack_quota {
        return Ok(());
    }
    Err(AwsError::new(
        "LimitExceededException",
        "Limit for stacks has been exceeded",
        400,
    ))
}
