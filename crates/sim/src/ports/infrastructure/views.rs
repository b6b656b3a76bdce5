//! What AWS describes, as Bennu's values.

use bennu_model::ids::{
    ChangeSetArn, ChangeSetName, IllegalId, LogicalId, OperationId, StackArn, StackName,
};
use bennu_model::stack::{
    Cause, Change, ChangeSet, ChangeSetState, Group, GroupInstance, Instance, Stack, StackEvent,
    StackStatus,
};
use bennu_ports::{Call, Cursor, Page, PortError, PortErrorKind};
use chrono::{DateTime, SubsecRound, Utc};

use super::super::crossing::failure;
use crate::autoscaling;
use crate::cloudformation::answer;
use crate::cloudformation::status::{ChangeSetStatus, ExecutionStatus, OperationType};
use crate::ec2;

/// The tag by which CloudFormation marks what a stack made.
const STACK_TAG: &str = "aws:cloudformation:stack-id";

/// Reads one thing.
pub(in super::super) fn read<S, T>(
    call: Call,
    thing: S,
    form: impl FnOnce(S) -> Result<T, IllegalId>,
) -> Result<T, PortError> {
    form(thing).map_err(|error| failure(call, PortErrorKind::Unavailable, error.to_string()))
}

/// Reads a page.
pub(in super::super) fn page<S, T>(
    call: Call,
    page: answer::Page<S>,
    form: fn(S) -> Result<T, IllegalId>,
) -> Result<Page<T>, PortError> {
    let items = page.items.into_iter().map(|item| read(call, item, form));
    Ok(Page {
        items: items.collect::<Result<_, _>>()?,
        next: page.next_token.map(Cursor),
    })
}

/// A moment as AWS tells it, in milliseconds.
fn told(at: DateTime<Utc>) -> DateTime<Utc> {
    at.trunc_subsecs(3)
}

/// A stack.
pub(super) fn stack(stack: answer::StackDescription) -> Result<Stack, IllegalId> {
    let operation = stack
        .last_operations
        .iter()
        .find(|last| last.operation_type != OperationType::CreateChangeSet);
    Ok(Stack {
        arn: StackArn::new(stack.stack_id)?,
        name: StackName::new(stack.stack_name)?,
        status: StackStatus::from(stack.stack_status.as_str().to_owned()),
        reason: stack.stack_status_reason,
        tags: stack
            .tags
            .into_iter()
            .map(|tag| (tag.key, tag.value))
            .collect(),
        outputs: stack
            .outputs
            .into_iter()
            .map(|o| (o.output_key, o.output_value))
            .collect(),
        change_set: stack.change_set_id.map(ChangeSetArn::new).transpose()?,
        operation: operation
            .map(|last| OperationId::new(&last.operation_id))
            .transpose()?,
        created_at: told(stack.creation_time),
        updated_at: stack.last_updated_time.map(told),
        termination_protection: stack.enable_termination_protection.unwrap_or(false),
    })
}

/// A change set with all its changes.
pub(super) fn change_set(set: answer::ChangeSetDescription) -> Result<ChangeSet, IllegalId> {
    let state = state(&set);
    Ok(ChangeSet {
        arn: ChangeSetArn::new(set.change_set_id)?,
        name: ChangeSetName::new(set.change_set_name)?,
        stack: StackArn::new(set.stack_id)?,
        state,
        reason: set.status_reason,
        changes: set
            .changes
            .into_iter()
            .map(change)
            .collect::<Result<_, _>>()?,
    })
}

fn state(set: &answer::ChangeSetDescription) -> ChangeSetState {
    let reason = set.status_reason.as_deref().unwrap_or_default();
    match set.status {
        ChangeSetStatus::CreatePending | ChangeSetStatus::CreateInProgress => {
            ChangeSetState::Pending
        }
        ChangeSetStatus::Failed
            if reason.starts_with("The submitted information didn't contain changes.")
                || reason.starts_with("No updates are to be performed.") =>
        {
            ChangeSetState::Empty
        }
        // A change set on its way out is of no use either.
        ChangeSetStatus::Failed
        | ChangeSetStatus::DeletePending
        | ChangeSetStatus::DeleteInProgress
        | ChangeSetStatus::DeleteFailed => ChangeSetState::Failed,
        ChangeSetStatus::CreateComplete => match set.execution_status {
            ExecutionStatus::Unavailable => ChangeSetState::Pending,
            ExecutionStatus::Available => ChangeSetState::Available,
            ExecutionStatus::ExecuteInProgress => ChangeSetState::Executing,
            ExecutionStatus::ExecuteComplete | ExecutionStatus::ExecuteFailed => {
                ChangeSetState::Executed
            }
            ExecutionStatus::Obsolete => ChangeSetState::Obsolete,
        },
    }
}

fn change(change: answer::ResourceChange) -> Result<Change, IllegalId> {
    let cause = |detail: answer::ChangeDetail| Cause {
        property: detail.name.unwrap_or_else(|| detail.attribute.to_owned()),
        source: detail.change_source.to_owned(),
        entity: detail.causing_entity,
        recreation: detail.requires_recreation.to_owned(),
    };
    Ok(Change {
        action: change.action.to_owned(),
        logical_id: LogicalId::new(change.logical_resource_id)?,
        kind: change.resource_type,
        replacement: change.replacement.map(str::to_owned),
        policy_action: change.policy_action.map(str::to_owned),
        scope: change.scope.into_iter().map(str::to_owned).collect(),
        causes: change.details.into_iter().map(cause).collect(),
    })
}

/// One event.
pub(super) fn event(event: answer::StackEvent) -> Result<StackEvent, IllegalId> {
    Ok(StackEvent {
        at: told(event.timestamp),
        logical_id: LogicalId::new(event.logical_resource_id)?,
        kind: event.resource_type,
        status: event.resource_status.to_owned(),
        reason: event.resource_status_reason,
    })
}

/// A group with its members.
pub(super) fn group(group: autoscaling::Group) -> Result<Group, IllegalId> {
    let stack = group.tags.into_iter().find(|tag| tag.key == STACK_TAG);
    let template = group.launch_template.map(|from| from.version);
    let launches = template.or(group.launch_configuration_name);
    Ok(Group {
        launches: launches.filter(|version| !version.starts_with('$')),
        name: group.name,
        stack: stack.map(|tag| StackArn::new(tag.value)).transpose()?,
        desired: i32::try_from(group.desired_capacity).unwrap_or(i32::MAX),
        instances: group.members.into_iter().map(member).collect(),
    })
}

fn member(member: autoscaling::Member) -> GroupInstance {
    let template = member.launch_template.map(|from| from.version);
    GroupInstance {
        id: member.instance_id,
        lifecycle: member.lifecycle_state.as_str().to_owned(),
        healthy: member.health_status.eq_ignore_ascii_case("healthy"),
        launched_by: template.or(member.launch_configuration_name),
    }
}

/// An instance.
pub(in super::super) fn instance(instance: ec2::Instance) -> Result<Instance, IllegalId> {
    Ok(Instance {
        id: instance.id,
        state: instance.state.as_str().to_owned(),
        tags: instance
            .tags
            .into_iter()
            .map(|tag| (tag.key, tag.value))
            .collect(),
        launched_at: Some(told(instance.launch_time)),
    })
}
