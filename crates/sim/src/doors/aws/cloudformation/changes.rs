//! Change sets as documents.

use super::super::demand::{flag, required};
use super::super::query::Call;
use super::super::xml::{Element, time};
use super::describe::{parameter, tag};
use super::{nothing, requests};
use crate::aws_error::AwsResult;
use crate::cloudformation::answer::{ChangeDetail, ChangeSetDescription, ResourceChange};
use crate::world::World;

/// CreateChangeSet.
pub(super) fn create(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let request = requests::create_change_set(call, world)?;
    let made = world.on(call.place, |region, m| region.create_change_set(request, m))?;
    Ok(nothing()
        .field("Id", made.id)
        .field("StackId", made.stack_id))
}

/// DescribeChangeSet.
pub(super) fn describe(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let which = requests::change_set(call.params)?;
    let token = call.params.text("NextToken");
    let with_values = flag(call.params, "IncludePropertyValues")?.unwrap_or_default();
    let (set, next_token) = world.on(call.place, |region, m| {
        region.describe_change_set(&which, with_values, token, m)
    })?;
    Ok(heading(nothing(), &set)
        .list("Parameters", "member", set.parameters, parameter)
        .texts("NotificationARNs", "member", set.notification_arns)
        .texts("Capabilities", "member", set.capabilities)
        .list("Tags", "member", set.tags, tag)
        .with(Element::new("RollbackConfiguration"))
        .optional("OnStackFailure", set.on_stack_failure)
        .list("Changes", "member", set.changes, |element, change| {
            element
                .field("Type", "Resource")
                .with(resource_change(change))
        })
        .optional("NextToken", next_token))
}

/// DescribeChangeSetHooks.
pub(super) fn hooks(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let which = requests::change_set(call.params)?;
    let set = world.on(call.place, |region, m| {
        region.describe_change_set_hooks(&which, m)
    })?;
    Ok(nothing()
        .field("ChangeSetId", set.change_set_id)
        .field("ChangeSetName", set.change_set_name)
        .with(Element::new("Hooks"))
        .field("Status", "PLANNED")
        .field("StackId", set.stack_id)
        .field("StackName", set.stack_name))
}

/// ListChangeSets.
pub(super) fn list(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let stack = required(call.params, "StackName")?;
    let token = call.params.text("NextToken");
    let page = world.on(call.place, |region, m| {
        region.list_change_sets(&stack, token, m)
    })?;
    Ok(nothing()
        .list("Summaries", "member", page.items, |element, set| {
            heading(element, &set)
        })
        .optional("NextToken", page.next_token))
}

/// What a summary and a description have in common.
fn heading(element: Element, set: &ChangeSetDescription) -> Element {
    element
        .field("ChangeSetName", &set.change_set_name)
        .field("ChangeSetId", &set.change_set_id)
        .field("StackId", &set.stack_id)
        .field("StackName", &set.stack_name)
        .optional("Description", set.description.as_deref())
        .field("CreationTime", time(set.creation_time))
        .field("ExecutionStatus", set.execution_status)
        .field("Status", set.status)
        .optional("StatusReason", set.status_reason.as_deref())
        .field("IncludeNestedStacks", set.include_nested_stacks)
}

fn resource_change(change: ResourceChange) -> Element {
    Element::new("ResourceChange")
        .optional("PolicyAction", change.policy_action)
        .field("Action", change.action)
        .field("LogicalResourceId", change.logical_resource_id)
        .optional("PhysicalResourceId", change.physical_resource_id)
        .field("ResourceType", change.resource_type)
        .optional("Replacement", change.replacement)
        .texts("Scope", "member", change.scope)
        .list("Details", "member", change.details, detail)
        .optional("BeforeContext", change.before_context)
        .optional("AfterContext", change.after_context)
}

fn detail(element: Element, detail: ChangeDetail) -> Element {
    let mut target = Element::new("Target")
        .field("Attribute", detail.attribute)
        .optional("Name", detail.name)
        .field("RequiresRecreation", detail.requires_recreation);
    if let Some(value) = detail.value {
        target = target
            .field("Path", value.path)
            .optional("BeforeValue", value.before_value)
            .optional("AfterValue", value.after_value)
            .field("AttributeChangeType", value.attribute_change_type);
    }
    element
        .with(target)
        .field("Evaluation", detail.evaluation)
        .field("ChangeSource", detail.change_source)
        .optional("CausingEntity", detail.causing_entity)
}
