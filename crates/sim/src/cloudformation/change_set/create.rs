//! `CreateChangeSet`.

use super::{ChangeSet, import};
use crate::aws_error::{AwsError, AwsResult};
use crate::clock::seconds;
use crate::cloudformation::answer::ChangeSetStarted;
use crate::cloudformation::definition::{Definition, Given};
use crate::cloudformation::lifecycle::{cannot_be_updated, new_identity, quota};
use crate::cloudformation::lookup::{check_name, no_stack};
use crate::cloudformation::request::CreateChangeSet;
use crate::cloudformation::stack::Stack;
use crate::cloudformation::status::{
    ChangeSetStatus, ChangeSetType, ExecutionStatus, OnFailure, OperationType, StackStatus,
};
use crate::cloudformation::tokens::Replay;
use crate::compute::Compute;
use crate::region::Region;
use crate::world::Moment;

impl Region {
    /// `CreateChangeSet`: the change set is worked out later, and its status tells how.
    ///
    /// A CREATE change set makes the stack's shell, in `REVIEW_IN_PROGRESS`.
    ///
    /// # Errors
    ///
    /// `AlreadyExistsException` for a name in use on the stack, `LimitExceededException`
    /// when the stack holds too many (failed ones count),
    /// `InsufficientCapabilitiesException`, and `ValidationError` for a stack that is
    /// missing, there already, or busy, and for what is wrong with template or parameters.
    pub fn create_change_set(
        &mut self,
        request: CreateChangeSet,
        moment: &mut Moment<'_>,
    ) -> AwsResult<ChangeSetStarted> {
        check_name(&request.change_set_name, "changeSetName")?;
        check_description(request.description.as_deref())?;
        let kind = request.change_set_type.unwrap_or(ChangeSetType::Update);
        let call = format!(
            "CreateChangeSet {} {}",
            request.stack_name, request.change_set_name
        );
        let token = request.client_token.clone();
        if let Some(Replay::ChangeSet(started)) = self.tokens.replay(token.as_deref(), &call)? {
            return Ok(started);
        }
        let on_delete = request.on_stack_failure == Some(OnFailure::Delete);
        if on_delete && kind != ChangeSetType::Create {
            return Err(AwsError::validation(
                "OnStackFailure=DELETE is for change sets of type CREATE only",
            ));
        }
        let was_there = self.find_stack(&request.stack_name).is_some();
        let stack_id = match kind {
            ChangeSetType::Create => self.shell(&request, moment)?,
            ChangeSetType::Update => self.updatable(&request.stack_name)?,
            ChangeSetType::Import => self.importable(&request, moment)?,
        };
        let number = self.chance.uuid();
        let operation_id = self.chance.uuid();
        let stack = self
            .stacks
            .get_mut(&stack_id)
            .ok_or_else(|| no_stack(&stack_id))?;
        let ids = Ids {
            number: &number,
            operation_id: &operation_id,
        };
        let validates = moment.parameters.early_validation
            && !request.disable_validation
            && kind != ChangeSetType::Import;
        let made = add(stack, request, kind, ids, &mut self.compute, moment);
        let made = match made {
            Ok(made) => made,
            Err(refused) => {
                // A shell that this very call made was never made.
                if !was_there {
                    let shell = self.stacks.remove(&stack_id);
                    shell.and_then(|shell| self.names.remove(&shell.name));
                }
                return Err(refused);
            }
        };
        stack.note_operation(OperationType::CreateChangeSet, &operation_id);
        let made_of = stack.change_sets.last().map(|one| one.definition.clone());
        if validates {
            self.validate(&stack_id, made_of.as_ref(), &operation_id, moment.now);
        }
        let started = ChangeSetStarted { id: made, stack_id };
        self.tokens
            .remember(token.as_deref(), &call, Replay::ChangeSet(started.clone()));
        Ok(started)
    }

    /// The stack that a CREATE change set is for: its shell, which is made if needed.
    pub(super) fn shell(
        &mut self,
        request: &CreateChangeSet,
        moment: &Moment<'_>,
    ) -> AwsResult<String> {
        let name = &request.stack_name;
        if let Some(stack) = self.find_stack(name) {
            if stack.status == StackStatus::ReviewInProgress {
                return Ok(stack.id.clone());
            }
            return Err(AwsError::validation(format!(
                "Stack [{}] already exists and cannot be created again with the changeSet [{}].",
                stack.name, request.change_set_name
            )));
        }
        check_name(name, "stackName")?;
        quota(self, moment.parameters)?;
        let identity = new_identity(self, name);
        let status = StackStatus::ReviewInProgress;
        let mut stack = Stack::new(identity, status, moment.now);
        stack.set_status(status, Some("User Initiated"), moment.now);
        let id = stack.id.clone();
        self.admit(stack);
        Ok(id)
    }

    /// The stack that an UPDATE change set is for.
    pub(super) fn updatable(&self, name: &str) -> AwsResult<String> {
        let stack = self.find_stack(name).filter(|stack| !stack.is_deleted());
        let stack = stack.ok_or_else(|| no_stack(name))?;
        let status = stack.status;
        let dead = matches!(
            status,
            StackStatus::ReviewInProgress
                | StackStatus::RollbackComplete
                | StackStatus::RollbackFailed
                | StackStatus::DeleteFailed
                | StackStatus::UpdateRollbackFailed
                | StackStatus::ImportRollbackFailed
        );
        if status.is_busy() || dead {
            return Err(cannot_be_updated(stack));
        }
        Ok(stack.id.clone())
    }
}

/// What tells a new change set from all others.
struct Ids<'a> {
    number: &'a str,
    operation_id: &'a str,
}

/// Adds the change set to its stack; tells its ARN.
fn add(
    stack: &mut Stack,
    request: CreateChangeSet,
    kind: ChangeSetType,
    ids: Ids<'_>,
    compute: &mut Compute,
    moment: &Moment<'_>,
) -> AwsResult<String> {
    let name = request.change_set_name;
    if stack.change_sets.iter().any(|one| one.name == name) {
        let text = format!("ChangeSet [{name}] already exists");
        return Err(AwsError::new("AlreadyExistsException", text, 400));
    }
    if stack.change_sets.len() >= moment.parameters.change_set_limit {
        let text = format!("ChangeSet limit exceeded for stack [{}]", stack.name);
        return Err(AwsError::new("LimitExceededException", text, 400));
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
    let mut definition =
        Definition::prepare(given, stack.definition.as_ref(), &stack.identity, compute)?;
    check_nested(request.include_nested_stacks, &definition)?;
    if let Some(configuration) = request.rollback_configuration {
        definition.rollback_configuration = configuration;
    }
    let wanted = &request.resources_to_import;
    let imports = import::check(stack, &definition, kind, wanted)?;
    let number = ids.number;
    let place = &stack.identity.place;
    let id = format!(
        "arn:aws:cloudformation:{}:{}:changeSet/{name}/{number}",
        place.region, place.account
    );
    stack.change_sets.push(ChangeSet {
        id: id.clone(),
        name,
        kind,
        definition,
        description: request.description,
        creation_time: moment.now,
        status: ChangeSetStatus::CreatePending,
        execution_status: ExecutionStatus::Unavailable,
        status_reason: None,
        on_stack_failure: request.on_stack_failure,
        include_nested_stacks: request.include_nested_stacks,
        deployment_config: request.deployment_config,
        imports,
        operation_id: ids.operation_id.to_owned(),
        changes: Vec::new(),
        warning: None,
        due: Some(moment.now + seconds(moment.parameters.change_set_pending_s)),
    });
    Ok(id)
}

fn check_description(description: Option<&str>) -> AwsResult<()> {
    let constraint = match description.map(|text| text.chars().count()) {
        None | Some(1..=1024) => return Ok(()),
        Some(0) => "greater than or equal to 1",
        Some(_) => "less than or equal to 1024",
    };
    Err(AwsError::validation(format!(
        "1 validation error detected: Value at 'description' failed to satisfy constraint: \
         Member must have length {constraint}"
    )))
}

/// What is within nested stacks is not worked out; where there are none, nothing is missing.
fn check_nested(include: bool, definition: &Definition) -> AwsResult<()> {
    let mut active = definition.active();
    let nested = active.find(|(_, one)| one.kind == "AWS::CloudFormation::Stack");
    match nested.filter(|_| include) {
        None => Ok(()),
        Some((name, _)) => Err(AwsError::validation(format!(
            "IncludeNestedStacks is not simulated for a template with nested stacks ({name}); \
             leave it out"
        ))),
    }
}
