//! Operations and policies as documents.

use super::super::demand::{flag, required};
use super::super::query::Call;
use super::super::xml::{Element, time};
use super::{deployment, nothing};
use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::answer::OperationEvent;
use crate::cloudformation::request::DescribeEvents;
use crate::cloudformation::validation::NAME_CONFLICT;
use crate::world::World;

/// DescribeEvents.
pub(super) fn events(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let params = call.params;
    let failed = params.structure("Filters");
    let failed = failed.map(|one| flag(one, "FailedEvents")).transpose()?;
    let request = DescribeEvents {
        stack_name: params.owned("StackName"),
        change_set_name: params.owned("ChangeSetName"),
        operation_id: params.owned("OperationId"),
        failed_events: failed.flatten().unwrap_or_default(),
        next_token: params.owned("NextToken"),
    };
    let page = world.on(call.place, |region, m| region.describe_events(&request, m))?;
    Ok(nothing()
        .list("OperationEvents", "member", page.items, event)
        .optional("NextToken", page.next_token))
}

fn event(element: Element, event: OperationEvent) -> Element {
    let element = element
        .field("EventId", event.event_id)
        .field("StackId", event.stack_id)
        .optional("OperationId", event.operation_id)
        .optional("OperationType", event.operation_type)
        .optional("OperationStatus", event.operation_status)
        .field("EventType", event.event_type)
        .field("Timestamp", time(event.timestamp))
        .optional("StartTime", event.start_time.map(time))
        .optional("EndTime", event.end_time.map(time));
    let element = match event.stack {
        None => element,
        Some(happened) => element
            .field("LogicalResourceId", happened.logical_resource_id)
            .optional("PhysicalResourceId", happened.physical_resource_id)
            .field("ResourceType", happened.resource_type)
            .field("ResourceStatus", happened.resource_status)
            .optional("ResourceStatusReason", happened.resource_status_reason)
            .optional("ResourceProperties", happened.resource_properties)
            .optional("ClientRequestToken", happened.client_request_token)
            .optional("DetailedStatus", happened.detailed_status),
    };
    match event.finding {
        None => element,
        Some(found) => element
            .field("LogicalResourceId", found.logical_id)
            .field("ResourceType", found.kind)
            .field("ValidationFailureMode", "FAIL")
            .field("ValidationName", NAME_CONFLICT)
            .field("ValidationStatus", "FAILED")
            .field("ValidationStatusReason", found.reason)
            .field("ValidationPath", found.path),
    }
}

/// DescribeAccountLimits.
pub(super) fn account_limits(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let limits = world.on(call.place, |region, m| region.account_limits(m));
    Ok(nothing().list(
        "AccountLimits",
        "member",
        limits,
        |element, (name, value)| element.field("Name", name).field("Value", value),
    ))
}

/// SetStackPolicy.
pub(super) fn set_policy(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let stack = required(call.params, "StackName")?;
    let policy = deployment::policy(call, world, "StackPolicyBody", "StackPolicyURL")?;
    let policy = policy.ok_or_else(|| {
        AwsError::validation("Either StackPolicyBody or StackPolicyURL must be specified.")
    })?;
    world.on(call.place, |region, m| {
        region.set_stack_policy(&stack, &policy, m)
    })?;
    Ok(nothing())
}

/// GetStackPolicy.
pub(super) fn get_policy(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let stack = required(call.params, "StackName")?;
    let policy = world.on(call.place, |region, m| region.stack_policy(&stack, m))?;
    Ok(nothing().optional("StackPolicyBody", policy))
}
