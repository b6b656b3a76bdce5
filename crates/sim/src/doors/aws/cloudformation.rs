//! CloudFormation's door: every action in one list, each with what it takes.

mod changes;
mod describe;
pub(super) mod json;
mod requests;
mod template_source;
mod templates;

use super::demand::{flag, only, required};
use super::query::{Call, unknown};
use super::xml::Element;
use crate::aws_error::AwsResult;
use crate::cloudformation::answer::Started;
use crate::world::World;

/// Carries a call out. A parameter that the simulator would have to ignore is refused.
pub(super) fn answer(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    if let Some(known) = parameters(call.action) {
        only(call.params, call.action, known)?;
    }
    match call.action {
        "CreateStack" => {
            let request = requests::create_stack(call, world)?;
            world
                .on(call.place, |region, m| region.create_stack(request, m))
                .map(started)
        }
        "UpdateStack" => {
            let request = requests::update_stack(call, world)?;
            world
                .on(call.place, |region, m| region.update_stack(request, m))
                .map(started)
        }
        "DeleteStack" => {
            let request = requests::delete_stack(call)?;
            world
                .on(call.place, |region, m| region.delete_stack(request, m))
                .map(|()| nothing())
        }
        "CancelUpdateStack" => {
            let request = requests::on_stack(call)?;
            let done = world.on(call.place, |region, m| {
                region.cancel_update_stack(request, m)
            });
            done.map(|()| nothing())
        }
        "ContinueUpdateRollback" => {
            let request = requests::continue_update_rollback(call)?;
            let done = world.on(call.place, |region, m| {
                region.continue_update_rollback(request, m)
            });
            done.map(|()| nothing())
        }
        "RollbackStack" => {
            let request = requests::on_stack(call)?;
            world
                .on(call.place, |region, m| region.rollback_stack(request, m))
                .map(started)
        }
        "SignalResource" => signal(call, world).map(|()| nothing()),
        "UpdateTerminationProtection" => update_termination_protection(call, world),
        "CreateChangeSet" => changes::create(call, world),
        "DescribeChangeSet" => changes::describe(call, world),
        "ExecuteChangeSet" => {
            let request = requests::execute_change_set(call)?;
            let done = world.on(call.place, |region, m| {
                region.execute_change_set(request, m)
            });
            done.map(|()| nothing())
        }
        "DeleteChangeSet" => {
            let which = requests::change_set(call.params)?;
            let done = world.on(call.place, |region, m| region.delete_change_set(&which, m));
            done.map(|()| nothing())
        }
        "ListChangeSets" => changes::list(call, world),
        "DescribeStacks" => describe::stacks(call, world),
        "ListStacks" => describe::list_stacks(call, world),
        "DescribeStackEvents" => describe::events(call, world),
        "DescribeStackResource" => describe::resource(call, world),
        "DescribeStackResources" => describe::resources(call, world),
        "ListStackResources" => describe::list_resources(call, world),
        "GetTemplate" => templates::get(call, world),
        "GetTemplateSummary" => templates::summary(call, world),
        "ValidateTemplate" => templates::validate(call, world),
        _ => unknown(call),
    }
}

/// What each action takes; `None` for an action that there is not.
fn parameters(action: &str) -> Option<&'static [&'static str]> {
    Some(match action {
        "CreateStack" => requests::CREATE_STACK,
        "UpdateStack" => requests::UPDATE_STACK,
        "DeleteStack" => requests::DELETE_STACK,
        "CreateChangeSet" => requests::CREATE_CHANGE_SET,
        "ExecuteChangeSet" => requests::EXECUTE_CHANGE_SET,
        "DescribeChangeSet" => &["ChangeSetName", "StackName", "NextToken"],
        "DeleteChangeSet" => &["ChangeSetName", "StackName"],
        "CancelUpdateStack" | "RollbackStack" => &["StackName", "ClientRequestToken"],
        "ContinueUpdateRollback" => &["StackName", "ResourcesToSkip", "ClientRequestToken"],
        "SignalResource" => &["StackName", "LogicalResourceId", "UniqueId", "Status"],
        "UpdateTerminationProtection" => &["StackName", "EnableTerminationProtection"],
        "ListChangeSets" | "DescribeStacks" | "DescribeStackEvents" | "ListStackResources" => {
            &["StackName", "NextToken"]
        }
        "ListStacks" => &["StackStatusFilter", "NextToken"],
        "DescribeStackResource" => &["StackName", "LogicalResourceId"],
        "DescribeStackResources" => &["StackName", "LogicalResourceId", "PhysicalResourceId"],
        "GetTemplate" => &["StackName", "ChangeSetName", "TemplateStage"],
        "GetTemplateSummary" => &["TemplateBody", "TemplateURL", "StackName"],
        "ValidateTemplate" => &["TemplateBody", "TemplateURL"],
        _ => return None,
    })
}

/// SignalResource, in either format.
fn signal(call: &Call<'_>, world: &mut World) -> AwsResult<()> {
    let request = requests::signal_resource(call)?;
    world.on(call.place, |region, m| region.signal_resource(request, m))
}

fn update_termination_protection(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let stack = required(call.params, "StackName")?;
    required(call.params, "EnableTerminationProtection")?;
    let enable = flag(call.params, "EnableTerminationProtection")?.unwrap_or_default();
    let id = world.on(call.place, |region, m| {
        region.update_termination_protection(&stack, enable, m)
    })?;
    Ok(nothing().field("StackId", id))
}

fn started(started: Started) -> Element {
    nothing()
        .field("StackId", started.stack_id)
        .field("OperationId", started.operation_id)
}

/// A result element, still empty.
fn nothing() -> Element {
    Element::new("Result")
}
