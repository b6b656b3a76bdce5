//! Stacks, events and resources as documents.

use chrono::{DateTime, Utc};

use super::super::demand::required;
use super::super::query::Call;
use super::super::xml::{Element, time};
use super::deployment::show_rollback;
use super::nothing;
use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::answer::{
    OperationEntry, OutputValue, ParameterOutput, StackDescription, StackEvent, StackResource,
    StackSummary,
};
use crate::cloudformation::drift::{ResourceDriftStatus, StackDriftStatus};
use crate::cloudformation::request::Tag;
use crate::cloudformation::status::StackStatus;
use crate::world::World;

/// DescribeStacks.
pub(super) fn stacks(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let (name, token) = (call.params.text("StackName"), call.params.text("NextToken"));
    let page = world.on(call.place, |region, m| {
        region.describe_stacks(name, token, m)
    })?;
    Ok(nothing()
        .list("Stacks", "member", page.items, stack)
        .optional("NextToken", page.next_token))
}

/// ListStacks.
pub(super) fn list_stacks(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let words = call.params.texts("StackStatusFilter");
    let filter = words
        .iter()
        .map(|word| status(word))
        .collect::<AwsResult<Vec<_>>>()?;
    let token = call.params.text("NextToken");
    let page = world.on(call.place, |region, m| {
        region.list_stacks(&filter, token, m)
    })?;
    Ok(nothing()
        .list("StackSummaries", "member", page.items, summary)
        .optional("NextToken", page.next_token))
}

/// DescribeStackEvents.
pub(super) fn events(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let name = required(call.params, "StackName")?;
    let token = call.params.text("NextToken");
    let page = world.on(call.place, |region, m| {
        region.describe_stack_events(&name, token, m)
    })?;
    Ok(nothing()
        .list("StackEvents", "member", page.items, event)
        .optional("NextToken", page.next_token))
}

/// DescribeStackResource.
pub(super) fn resource(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let detail = one_resource(call, world)?;
    let element = in_stack(Element::new("StackResourceDetail"), &detail);
    let element = about_resource(element, "LastUpdatedTimestamp", &detail)
        .optional("Metadata", detail.metadata.as_deref());
    Ok(nothing().with(element))
}

/// The resource that DescribeStackResource is about, in either format.
pub(super) fn one_resource(call: &Call<'_>, world: &mut World) -> AwsResult<StackResource> {
    let stack = required(call.params, "StackName")?;
    let logical = required(call.params, "LogicalResourceId")?;
    world.on(call.place, |region, m| {
        region.describe_stack_resource(&stack, &logical, m)
    })
}

/// DescribeStackResources.
pub(super) fn resources(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let text = |name| call.params.text(name);
    let (stack, logical) = (text("StackName"), text("LogicalResourceId"));
    let physical = text("PhysicalResourceId");
    let found = world.on(call.place, |region, m| {
        region.describe_stack_resources(stack, logical, physical, m)
    })?;
    Ok(
        nothing().list("StackResources", "member", found, |element, one| {
            about_resource(in_stack(element, &one), "Timestamp", &one)
        }),
    )
}

/// ListStackResources.
pub(super) fn list_resources(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let stack = required(call.params, "StackName")?;
    let token = call.params.text("NextToken");
    let page = world.on(call.place, |region, m| {
        region.list_stack_resources(&stack, token, m)
    })?;
    Ok(nothing()
        .list(
            "StackResourceSummaries",
            "member",
            page.items,
            |element, one| about_resource(element, "LastUpdatedTimestamp", &one),
        )
        .optional("NextToken", page.next_token))
}

fn stack(element: Element, stack: StackDescription) -> Element {
    element
        .field("StackId", stack.stack_id)
        .field("StackName", stack.stack_name)
        .optional("ChangeSetId", stack.change_set_id)
        .optional("Description", stack.description)
        .list("Parameters", "member", stack.parameters, parameter)
        .field("CreationTime", time(stack.creation_time))
        .optional("LastUpdatedTime", stack.last_updated_time.map(time))
        .optional("DeletionTime", stack.deletion_time.map(time))
        .with(show_rollback(stack.rollback_configuration))
        .field("StackStatus", stack.stack_status)
        .optional("StackStatusReason", stack.stack_status_reason)
        .field("DisableRollback", stack.disable_rollback)
        .texts("NotificationARNs", "member", stack.notification_arns)
        .optional("TimeoutInMinutes", stack.timeout_in_minutes)
        .texts("Capabilities", "member", stack.capabilities)
        .list("Outputs", "member", stack.outputs, output)
        .optional("RoleARN", stack.role_arn)
        .list("Tags", "member", stack.tags, tag)
        .optional(
            "EnableTerminationProtection",
            stack.enable_termination_protection,
        )
        .with(drift(stack.drift))
        .optional("ParentId", stack.parent_id)
        .optional("RootId", stack.root_id)
        .optional("DeletionMode", stack.deletion_mode)
        .optional("DetailedStatus", stack.detailed_status)
        .list("LastOperations", "member", stack.last_operations, operation)
}

fn summary(element: Element, stack: StackSummary) -> Element {
    element
        .field("StackId", stack.stack_id)
        .field("StackName", stack.stack_name)
        .optional("TemplateDescription", stack.template_description)
        .field("CreationTime", time(stack.creation_time))
        .optional("LastUpdatedTime", stack.last_updated_time.map(time))
        .optional("DeletionTime", stack.deletion_time.map(time))
        .field("StackStatus", stack.stack_status)
        .optional("StackStatusReason", stack.stack_status_reason)
        .with(drift(stack.drift))
        .optional("ParentId", stack.parent_id)
        .optional("RootId", stack.root_id)
        .list("LastOperations", "member", stack.last_operations, operation)
}

fn event(element: Element, event: StackEvent) -> Element {
    element
        .field("StackId", event.stack_id)
        .field("EventId", event.event_id)
        .field("StackName", event.stack_name)
        .optional("OperationId", event.operation_id)
        .field("LogicalResourceId", event.logical_resource_id)
        .optional("PhysicalResourceId", event.physical_resource_id)
        .field("ResourceType", event.resource_type)
        .field("Timestamp", time(event.timestamp))
        .field("ResourceStatus", event.resource_status)
        .optional("ResourceStatusReason", event.resource_status_reason)
        .optional("ResourceProperties", event.resource_properties)
        .optional("ClientRequestToken", event.client_request_token)
        .optional("DetailedStatus", event.detailed_status)
}

fn in_stack(element: Element, resource: &StackResource) -> Element {
    element
        .field("StackName", &resource.stack_name)
        .field("StackId", &resource.stack_id)
}

/// The three actions that show resources differ in the name of the time.
fn about_resource(element: Element, timestamp: &str, resource: &StackResource) -> Element {
    element
        .field("LogicalResourceId", &resource.logical_resource_id)
        .optional(
            "PhysicalResourceId",
            resource.physical_resource_id.as_deref(),
        )
        .field("ResourceType", &resource.resource_type)
        .field(timestamp, time(resource.timestamp))
        .field("ResourceStatus", resource.resource_status)
        .optional(
            "ResourceStatusReason",
            resource.resource_status_reason.as_deref(),
        )
        .with(resource_drift(resource.drift))
}

pub(super) fn parameter(element: Element, parameter: ParameterOutput) -> Element {
    element
        .field("ParameterKey", parameter.parameter_key)
        .field("ParameterValue", parameter.parameter_value)
        .optional("ResolvedValue", parameter.resolved_value)
}

pub(super) fn tag(element: Element, tag: Tag) -> Element {
    element.field("Key", tag.key).field("Value", tag.value)
}

fn output(element: Element, output: OutputValue) -> Element {
    element
        .field("OutputKey", output.output_key)
        .field("OutputValue", output.output_value)
        .optional("Description", output.description)
        .optional("ExportName", output.export_name)
}

fn operation(element: Element, operation: OperationEntry) -> Element {
    element
        .field("OperationType", operation.operation_type)
        .field("OperationId", operation.operation_id)
}

fn drift(found: Option<(StackDriftStatus, DateTime<Utc>)>) -> Element {
    let status = found.map_or(StackDriftStatus::NotChecked, |(status, _)| status);
    Element::new("DriftInformation")
        .field("StackDriftStatus", status)
        .optional("LastCheckTimestamp", found.map(|(_, at)| time(at)))
}

fn resource_drift(found: Option<(ResourceDriftStatus, DateTime<Utc>)>) -> Element {
    let status = found.map_or(ResourceDriftStatus::NotChecked, |(status, _)| status);
    Element::new("DriftInformation")
        .field("StackResourceDriftStatus", status)
        .optional("LastCheckTimestamp", found.map(|(_, at)| time(at)))
}

fn status(word: &str) -> AwsResult<StackStatus> {
    StackStatus::parse(word).ok_or_else(|| {
        let words: Vec<&str> = StackStatus::ALL
            .iter()
            .map(|status| status.as_str())
            .collect();
        AwsError::validation(format!(
            "1 validation error detected: Value '[{word}]' at 'stackStatusFilter' failed to \
             satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value \
             set: [{}]]",
            words.join(", ")
        ))
    })
}
