//! CloudFormation's door: every action in one list, each with what it takes.

mod changes;
mod constraints;
mod deployment;
mod describe;
mod drift;
mod elsewhere;
mod exports;
pub(super) mod json;
mod operations;
mod requests;
mod template_source;
mod templates;

use super::action::{self, Action};
use super::demand::{flag, required};
use super::query::Call;
use super::xml::Element;
use crate::aws_error::AwsResult;
use crate::cloudformation::answer::Started;
use crate::world::World;

/// Carries a call out.
pub(super) fn answer(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    if elsewhere::NOT_SIMULATED.contains(&call.action) {
        let there: Vec<&str> = ACTIONS.iter().map(|action| action.name).collect();
        return Err(elsewhere::refusal(call.action, &there));
    }
    constraints::check(call)?;
    action::perform(ACTIONS, call, world)
}

/// Every action, with what it takes.
pub(crate) const ACTIONS: &[Action] = &[
    Action {
        name: "CreateStack",
        takes: requests::CREATE_STACK,
        answer: |call, world| {
            let request = requests::create_stack(call, world)?;
            let begun = world.on(call.place, |region, m| region.create_stack(request, m));
            begun.map(started)
        },
    },
    Action {
        name: "UpdateStack",
        takes: requests::UPDATE_STACK,
        answer: |call, world| {
            let request = requests::update_stack(call, world)?;
            let begun = world.on(call.place, |region, m| region.update_stack(request, m));
            begun.map(started)
        },
    },
    Action {
        name: "DeleteStack",
        takes: requests::DELETE_STACK,
        answer: |call, world| {
            let request = requests::delete_stack(call)?;
            let done = world.on(call.place, |region, m| region.delete_stack(request, m));
            done.map(|()| nothing())
        },
    },
    Action {
        name: "CancelUpdateStack",
        takes: &["StackName", "ClientRequestToken"],
        answer: |call, world| {
            let request = requests::on_stack(call)?;
            let done = world.on(call.place, |region, m| {
                region.cancel_update_stack(request, m)
            });
            done.map(|()| nothing())
        },
    },
    Action {
        name: "ContinueUpdateRollback",
        takes: &[
            "StackName",
            "RoleARN",
            "ResourcesToSkip",
            "ForceRollback",
            "ClientRequestToken",
        ],
        answer: |call, world| {
            let request = requests::continue_update_rollback(call)?;
            let done = world.on(call.place, |region, m| {
                region.continue_update_rollback(request, m)
            });
            done.map(|()| nothing())
        },
    },
    Action {
        name: "RollbackStack",
        takes: &[
            "StackName",
            "RoleARN",
            "RetainExceptOnCreate",
            "DeploymentConfig",
            "ClientRequestToken",
        ],
        answer: |call, world| {
            let request = requests::rollback_stack(call)?;
            let begun = world.on(call.place, |region, m| region.rollback_stack(request, m));
            begun.map(started)
        },
    },
    Action {
        name: "SignalResource",
        takes: &["StackName", "LogicalResourceId", "UniqueId", "Status"],
        answer: |call, world| signal(call, world).map(|()| nothing()),
    },
    Action {
        name: "UpdateTerminationProtection",
        takes: &["StackName", "EnableTerminationProtection"],
        answer: update_termination_protection,
    },
    Action {
        name: "SetStackPolicy",
        takes: &["StackName", "StackPolicyBody", "StackPolicyURL"],
        answer: operations::set_policy,
    },
    Action {
        name: "GetStackPolicy",
        takes: &["StackName"],
        answer: operations::get_policy,
    },
    Action {
        name: "CreateChangeSet",
        takes: requests::CREATE_CHANGE_SET,
        answer: changes::create,
    },
    Action {
        name: "DescribeChangeSet",
        takes: &[
            "ChangeSetName",
            "StackName",
            "IncludePropertyValues",
            "NextToken",
        ],
        answer: changes::describe,
    },
    Action {
        name: "DescribeChangeSetHooks",
        takes: &[
            "ChangeSetName",
            "StackName",
            "LogicalResourceId",
            "NextToken",
        ],
        answer: changes::hooks,
    },
    Action {
        name: "ExecuteChangeSet",
        takes: requests::EXECUTE_CHANGE_SET,
        answer: |call, world| {
            let request = requests::execute_change_set(call)?;
            let done = world.on(call.place, |region, m| {
                region.execute_change_set(request, m)
            });
            done.map(|()| nothing())
        },
    },
    Action {
        name: "DeleteChangeSet",
        takes: &["ChangeSetName", "StackName"],
        answer: |call, world| {
            let which = requests::change_set(call.params)?;
            let done = world.on(call.place, |region, m| region.delete_change_set(&which, m));
            done.map(|()| nothing())
        },
    },
    Action {
        name: "ListChangeSets",
        takes: &["StackName", "NextToken"],
        answer: changes::list,
    },
    Action {
        name: "DescribeStacks",
        takes: &["StackName", "NextToken"],
        answer: describe::stacks,
    },
    Action {
        name: "ListStacks",
        takes: &["StackStatusFilter", "NextToken"],
        answer: describe::list_stacks,
    },
    Action {
        name: "DescribeStackEvents",
        takes: &["StackName", "NextToken"],
        answer: describe::events,
    },
    Action {
        name: "DescribeEvents",
        takes: &[
            "StackName",
            "ChangeSetName",
            "OperationId",
            "Filters",
            "NextToken",
        ],
        answer: operations::events,
    },
    Action {
        name: "DescribeAccountLimits",
        takes: &[],
        answer: operations::account_limits,
    },
    Action {
        name: "DetectStackDrift",
        takes: &["StackName", "LogicalResourceIds"],
        answer: drift::detect,
    },
    Action {
        name: "DetectStackResourceDrift",
        takes: &["StackName", "LogicalResourceId"],
        answer: drift::detect_resource,
    },
    Action {
        name: "DescribeStackDriftDetectionStatus",
        takes: &["StackDriftDetectionId"],
        answer: drift::detection,
    },
    Action {
        name: "DescribeStackResourceDrifts",
        takes: &[
            "StackName",
            "StackResourceDriftStatusFilters",
            "MaxResults",
            "NextToken",
        ],
        answer: drift::resources,
    },
    Action {
        name: "DescribeStackResource",
        takes: &["StackName", "LogicalResourceId"],
        answer: describe::resource,
    },
    Action {
        name: "DescribeStackResources",
        takes: &["StackName", "LogicalResourceId", "PhysicalResourceId"],
        answer: describe::resources,
    },
    Action {
        name: "ListStackResources",
        takes: &["StackName", "NextToken"],
        answer: describe::list_resources,
    },
    Action {
        name: "ListExports",
        takes: &["NextToken"],
        answer: exports::list,
    },
    Action {
        name: "ListImports",
        takes: &["ExportName", "NextToken"],
        answer: exports::imports,
    },
    Action {
        name: "GetTemplate",
        takes: &["StackName", "ChangeSetName", "TemplateStage"],
        answer: templates::get,
    },
    Action {
        name: "GetTemplateSummary",
        takes: &["TemplateBody", "TemplateURL", "StackName"],
        answer: templates::summary,
    },
    Action {
        name: "ValidateTemplate",
        takes: &["TemplateBody", "TemplateURL"],
        answer: templates::validate,
    },
];

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
