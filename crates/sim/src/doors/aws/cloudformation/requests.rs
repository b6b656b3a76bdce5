//! Requests of CloudFormation out of their parameters.

use super::super::demand::{flag, number, required, sent_texts, tags, word};
use super::super::params::Params;
use super::super::query::Call;
use super::deployment;
use super::template_source::template;
use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::request::{
    ChangeSetReference, ContinueUpdateRollback, CreateChangeSet, CreateStack, DeleteStack,
    ExecuteChangeSet, OnStack, ParameterInput, RollbackStack, SignalResource, UpdateStack,
};
use crate::cloudformation::status::{ChangeSetType, DeletionMode, OnFailure, SignalStatus};
use crate::world::World;

pub(super) const CREATE_STACK: &[&str] = &[
    "StackName",
    "TemplateBody",
    "TemplateURL",
    "Parameters",
    "Capabilities",
    "Tags",
    "NotificationARNs",
    "RoleARN",
    "OnFailure",
    "DisableRollback",
    "TimeoutInMinutes",
    "EnableTerminationProtection",
    "RetainExceptOnCreate",
    "RollbackConfiguration",
    "StackPolicyBody",
    "StackPolicyURL",
    "DeploymentConfig",
    "ClientRequestToken",
    "DisableValidation",
];

/// CreateStack.
pub(super) fn create_stack(call: &Call<'_>, world: &World) -> AwsResult<CreateStack> {
    let params = call.params;
    Ok(CreateStack {
        stack_name: required(params, "StackName")?,
        template_body: template(call, world)?,
        parameters: parameters(params)?,
        capabilities: params.texts("Capabilities"),
        tags: tags(params).unwrap_or_default(),
        notification_arns: params.texts("NotificationARNs"),
        role_arn: params.owned("RoleARN"),
        on_failure: word(params, "OnFailure", OnFailure::ALL, OnFailure::as_str)?,
        disable_rollback: flag(params, "DisableRollback")?,
        timeout_in_minutes: number(params, "TimeoutInMinutes")?,
        enable_termination_protection: flag(params, "EnableTerminationProtection")?
            .unwrap_or_default(),
        retain_except_on_create: flag(params, "RetainExceptOnCreate")?.unwrap_or_default(),
        rollback_configuration: deployment::rollback(params)?,
        stack_policy_body: deployment::policy(call, world, "StackPolicyBody", "StackPolicyURL")?,
        deployment_config: deployment::config(params)?,
        disable_validation: flag(params, "DisableValidation")?.unwrap_or_default(),
        client_request_token: params.owned("ClientRequestToken"),
    })
}

pub(super) const UPDATE_STACK: &[&str] = &[
    "StackName",
    "TemplateBody",
    "TemplateURL",
    "UsePreviousTemplate",
    "Parameters",
    "Capabilities",
    "Tags",
    "NotificationARNs",
    "RoleARN",
    "DisableRollback",
    "RetainExceptOnCreate",
    "RollbackConfiguration",
    "StackPolicyBody",
    "StackPolicyURL",
    "StackPolicyDuringUpdateBody",
    "StackPolicyDuringUpdateURL",
    "DeploymentConfig",
    "ClientRequestToken",
    "DisableValidation",
];

/// UpdateStack.
pub(super) fn update_stack(call: &Call<'_>, world: &World) -> AwsResult<UpdateStack> {
    let params = call.params;
    let during = ["StackPolicyDuringUpdateBody", "StackPolicyDuringUpdateURL"];
    Ok(UpdateStack {
        stack_name: required(params, "StackName")?,
        template_body: template(call, world)?,
        use_previous_template: flag(params, "UsePreviousTemplate")?.unwrap_or_default(),
        parameters: parameters(params)?,
        capabilities: params.texts("Capabilities"),
        tags: tags(params),
        notification_arns: sent_texts(params, "NotificationARNs"),
        role_arn: params.owned("RoleARN"),
        disable_rollback: flag(params, "DisableRollback")?,
        retain_except_on_create: flag(params, "RetainExceptOnCreate")?.unwrap_or_default(),
        rollback_configuration: deployment::rollback(params)?,
        stack_policy_body: deployment::policy(call, world, "StackPolicyBody", "StackPolicyURL")?,
        stack_policy_during_update_body: deployment::policy(call, world, during[0], during[1])?,
        deployment_config: deployment::config(params)?,
        disable_validation: flag(params, "DisableValidation")?.unwrap_or_default(),
        client_request_token: params.owned("ClientRequestToken"),
    })
}

pub(super) const DELETE_STACK: &[&str] = &[
    "StackName",
    "RetainResources",
    "DeletionMode",
    "RoleARN",
    "DeploymentConfig",
    "ClientRequestToken",
];

/// DeleteStack.
pub(super) fn delete_stack(call: &Call<'_>) -> AwsResult<DeleteStack> {
    let params = call.params;
    Ok(DeleteStack {
        stack_name: required(params, "StackName")?,
        retain_resources: params.texts("RetainResources"),
        deletion_mode: word(
            params,
            "DeletionMode",
            DeletionMode::ALL,
            DeletionMode::as_str,
        )?,
        role_arn: params.owned("RoleARN"),
        deployment_config: deployment::mode_only(params)?,
        client_request_token: params.owned("ClientRequestToken"),
    })
}

pub(super) const CREATE_CHANGE_SET: &[&str] = &[
    "StackName",
    "ChangeSetName",
    "ChangeSetType",
    "TemplateBody",
    "TemplateURL",
    "UsePreviousTemplate",
    "Parameters",
    "Capabilities",
    "Tags",
    "NotificationARNs",
    "RoleARN",
    "Description",
    "OnStackFailure",
    "IncludeNestedStacks",
    "ResourcesToImport",
    "RollbackConfiguration",
    "DeploymentConfig",
    "ClientToken",
    "DisableValidation",
];

/// CreateChangeSet.
pub(super) fn create_change_set(call: &Call<'_>, world: &World) -> AwsResult<CreateChangeSet> {
    let params = call.params;
    Ok(CreateChangeSet {
        stack_name: required(params, "StackName")?,
        change_set_name: required(params, "ChangeSetName")?,
        change_set_type: word(
            params,
            "ChangeSetType",
            ChangeSetType::ALL,
            ChangeSetType::as_str,
        )?,
        template_body: template(call, world)?,
        use_previous_template: flag(params, "UsePreviousTemplate")?.unwrap_or_default(),
        parameters: parameters(params)?,
        capabilities: params.texts("Capabilities"),
        tags: tags(params),
        notification_arns: sent_texts(params, "NotificationARNs"),
        role_arn: params.owned("RoleARN"),
        description: params.owned("Description"),
        on_stack_failure: word(params, "OnStackFailure", OnFailure::ALL, OnFailure::as_str)?,
        include_nested_stacks: flag(params, "IncludeNestedStacks")?.unwrap_or_default(),
        rollback_configuration: deployment::rollback(params)?,
        resources_to_import: deployment::imports(params)?,
        deployment_config: deployment::config(params)?,
        disable_validation: flag(params, "DisableValidation")?.unwrap_or_default(),
        client_token: params.owned("ClientToken"),
    })
}

pub(super) const EXECUTE_CHANGE_SET: &[&str] = &[
    "ChangeSetName",
    "StackName",
    "DisableRollback",
    "RetainExceptOnCreate",
    "ClientRequestToken",
];

/// ExecuteChangeSet.
pub(super) fn execute_change_set(call: &Call<'_>) -> AwsResult<ExecuteChangeSet> {
    let params = call.params;
    Ok(ExecuteChangeSet {
        change_set: change_set(params)?,
        disable_rollback: flag(params, "DisableRollback")?,
        retain_except_on_create: flag(params, "RetainExceptOnCreate")?.unwrap_or_default(),
        client_request_token: params.owned("ClientRequestToken"),
    })
}

/// A change set by name and stack, or by ARN.
pub(super) fn change_set(params: &Params) -> AwsResult<ChangeSetReference> {
    Ok(ChangeSetReference {
        change_set_name: required(params, "ChangeSetName")?,
        stack_name: params.owned("StackName"),
    })
}

/// ContinueUpdateRollback.
pub(super) fn continue_update_rollback(call: &Call<'_>) -> AwsResult<ContinueUpdateRollback> {
    Ok(ContinueUpdateRollback {
        stack_name: required(call.params, "StackName")?,
        resources_to_skip: call.params.texts("ResourcesToSkip"),
        force_rollback: flag(call.params, "ForceRollback")?.unwrap_or_default(),
        role_arn: call.params.owned("RoleARN"),
        client_request_token: call.params.owned("ClientRequestToken"),
    })
}

/// RollbackStack.
pub(super) fn rollback_stack(call: &Call<'_>) -> AwsResult<RollbackStack> {
    let params = call.params;
    Ok(RollbackStack {
        stack_name: required(params, "StackName")?,
        role_arn: params.owned("RoleARN"),
        retain_except_on_create: flag(params, "RetainExceptOnCreate")?.unwrap_or_default(),
        deployment_config: deployment::mode_only(params)?,
        client_request_token: params.owned("ClientRequestToken"),
    })
}

/// An action that takes a stack and a token.
pub(super) fn on_stack(call: &Call<'_>) -> AwsResult<OnStack> {
    Ok(OnStack {
        stack_name: required(call.params, "StackName")?,
        client_request_token: call.params.owned("ClientRequestToken"),
    })
}

/// SignalResource.
pub(super) fn signal_resource(call: &Call<'_>) -> AwsResult<SignalResource> {
    let params = call.params;
    required(params, "Status")?;
    let status = word(params, "Status", SignalStatus::ALL, SignalStatus::as_str)?;
    Ok(SignalResource {
        stack_name: required(params, "StackName")?,
        logical_resource_id: required(params, "LogicalResourceId")?,
        unique_id: required(params, "UniqueId")?,
        status: status.ok_or_else(|| AwsError::validation("Status must be SUCCESS or FAILURE"))?,
    })
}

fn parameters(params: &Params) -> AwsResult<Vec<ParameterInput>> {
    let entries = params.list("Parameters").unwrap_or_default();
    let read = |entry: &Params| {
        Ok(ParameterInput {
            key: required(entry, "ParameterKey")?,
            value: entry.owned("ParameterValue"),
            use_previous_value: flag(entry, "UsePreviousValue")?.unwrap_or_default(),
        })
    };
    entries.into_iter().map(read).collect()
}
