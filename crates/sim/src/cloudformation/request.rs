//! What callers of CloudFormation ask for, in its own vocabulary.
//!
//! A template comes as its text: a `TemplateURL` is read by the door. An absent
//! list of tags or notification ARNs keeps what the stack has; an empty one
//! removes it.

use std::collections::BTreeMap;

use super::monitoring::RollbackConfiguration;
use super::status::{ChangeSetType, DeletionMode, DeploymentMode, OnFailure, SignalStatus};

/// A key and a value attached to a thing.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    /// At most 128 characters.
    pub key: String,
    /// At most 256 characters.
    pub value: String,
}

/// A parameter value, or the wish to keep the one the stack has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParameterInput {
    /// The parameter's name.
    pub key: String,
    /// Its value, unless the previous one is kept.
    pub value: Option<String>,
    /// Keep the value that the stack has.
    pub use_previous_value: bool,
}

/// How an operation is carried out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeploymentConfig {
    /// `None` is STANDARD.
    pub mode: Option<DeploymentMode>,
    /// Leave everything in place after a failure; what `None` means depends on the mode.
    pub disable_rollback: Option<bool>,
}

/// `CreateStack`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CreateStack {
    /// The new stack's name.
    pub stack_name: String,
    /// The template's text.
    pub template_body: Option<String>,
    /// Parameter values.
    pub parameters: Vec<ParameterInput>,
    /// Acknowledged capabilities.
    pub capabilities: Vec<String>,
    /// Tags of the stack, which its resources inherit.
    pub tags: Vec<Tag>,
    /// Topics that hear of every event.
    pub notification_arns: Vec<String>,
    /// The service role.
    pub role_arn: Option<String>,
    /// Exclusive with `disable_rollback`.
    pub on_failure: Option<OnFailure>,
    /// Leave everything in place after a failure.
    pub disable_rollback: Option<bool>,
    /// Fail the creation after this long.
    pub timeout_in_minutes: Option<u32>,
    /// Refuse deletion.
    pub enable_termination_protection: bool,
    /// On a rollback also delete what has the deletion policy Retain.
    pub retain_except_on_create: bool,
    /// The alarms that roll the creation back.
    pub rollback_configuration: Option<RollbackConfiguration>,
    /// What later updates may do.
    pub stack_policy_body: Option<String>,
    /// How to go about it.
    pub deployment_config: DeploymentConfig,
    /// Leave the early validation out.
    pub disable_validation: bool,
    /// Makes a repeat of this call a replay.
    pub client_request_token: Option<String>,
}

/// `UpdateStack`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UpdateStack {
    /// Name or ARN.
    pub stack_name: String,
    /// The new template's text.
    pub template_body: Option<String>,
    /// Keep the template that the stack has.
    pub use_previous_template: bool,
    /// Parameter values.
    pub parameters: Vec<ParameterInput>,
    /// Acknowledged capabilities.
    pub capabilities: Vec<String>,
    /// New tags; `None` keeps.
    pub tags: Option<Vec<Tag>>,
    /// New topics; `None` keeps.
    pub notification_arns: Option<Vec<String>>,
    /// The service role; `None` keeps.
    pub role_arn: Option<String>,
    /// Leave everything in place after a failure.
    pub disable_rollback: Option<bool>,
    /// On a rollback also delete new resources that have the deletion policy Retain.
    pub retain_except_on_create: bool,
    /// The alarms that roll the update back; `None` keeps.
    pub rollback_configuration: Option<RollbackConfiguration>,
    /// What later updates may do; `None` keeps.
    pub stack_policy_body: Option<String>,
    /// What this update may do, in place of the stack's policy.
    pub stack_policy_during_update_body: Option<String>,
    /// How to go about it.
    pub deployment_config: DeploymentConfig,
    /// Leave the early validation out.
    pub disable_validation: bool,
    /// Makes a repeat of this call a replay.
    pub client_request_token: Option<String>,
}

/// `DeleteStack`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeleteStack {
    /// Name or ARN.
    pub stack_name: String,
    /// Leave these in place; legal from `DELETE_FAILED` only.
    pub retain_resources: Vec<String>,
    /// How to treat what cannot be deleted; `None` is STANDARD.
    pub deletion_mode: Option<DeletionMode>,
    /// The service role; `None` keeps.
    pub role_arn: Option<String>,
    /// How to go about it.
    pub deployment_config: DeploymentConfig,
    /// Makes a repeat of this call a replay.
    pub client_request_token: Option<String>,
}

/// `CreateChangeSet`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CreateChangeSet {
    /// Name or ARN of the stack.
    pub stack_name: String,
    /// The change set's name, unique among the stack's.
    pub change_set_name: String,
    /// `None` is UPDATE.
    pub change_set_type: Option<ChangeSetType>,
    /// The new template's text.
    pub template_body: Option<String>,
    /// Keep the template that the stack has.
    pub use_previous_template: bool,
    /// Parameter values.
    pub parameters: Vec<ParameterInput>,
    /// Acknowledged capabilities.
    pub capabilities: Vec<String>,
    /// New tags; `None` keeps.
    pub tags: Option<Vec<Tag>>,
    /// New topics; `None` keeps.
    pub notification_arns: Option<Vec<String>>,
    /// The service role; `None` keeps.
    pub role_arn: Option<String>,
    /// At most 1,024 characters.
    pub description: Option<String>,
    /// What happens when its execution fails.
    pub on_stack_failure: Option<OnFailure>,
    /// Show what is within nested stacks.
    pub include_nested_stacks: bool,
    /// The alarms that roll its execution back; `None` keeps.
    pub rollback_configuration: Option<RollbackConfiguration>,
    /// What an IMPORT change set takes in.
    pub resources_to_import: Vec<ResourceToImport>,
    /// How its execution goes about it.
    pub deployment_config: DeploymentConfig,
    /// Leave the early validation out.
    pub disable_validation: bool,
    /// Makes a repeat of this call a replay.
    pub client_token: Option<String>,
}

/// A thing that is there already, to be taken into a stack.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResourceToImport {
    /// Its type.
    pub resource_type: String,
    /// Its name in the template.
    pub logical_resource_id: String,
    /// What tells it from others of its type, such as `BucketName`.
    pub resource_identifier: BTreeMap<String, String>,
}

/// Names a change set: by ARN, or by name together with its stack.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangeSetReference {
    /// Name or ARN of the change set.
    pub change_set_name: String,
    /// Name or ARN of the stack; needed unless the change set is named by ARN.
    pub stack_name: Option<String>,
}

/// `ExecuteChangeSet`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExecuteChangeSet {
    /// Which one.
    pub change_set: ChangeSetReference,
    /// Leave everything in place after a failure; exclusive with `OnStackFailure`.
    pub disable_rollback: Option<bool>,
    /// On a rollback also delete new resources that have the deletion policy Retain.
    pub retain_except_on_create: bool,
    /// Makes a repeat of this call a replay.
    pub client_request_token: Option<String>,
}

/// `ContinueUpdateRollback`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContinueUpdateRollback {
    /// Name or ARN.
    pub stack_name: String,
    /// Declare these restored without trying.
    pub resources_to_skip: Vec<String>,
    /// Declare all those restored that could not be; exclusive with `resources_to_skip`.
    pub force_rollback: bool,
    /// The service role; `None` keeps.
    pub role_arn: Option<String>,
    /// Makes a repeat of this call a replay.
    pub client_request_token: Option<String>,
}

/// `RollbackStack`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RollbackStack {
    /// Name or ARN.
    pub stack_name: String,
    /// The service role; `None` keeps.
    pub role_arn: Option<String>,
    /// Also delete new resources that have the deletion policy Retain.
    pub retain_except_on_create: bool,
    /// How to go about it.
    pub deployment_config: DeploymentConfig,
    /// Makes a repeat of this call a replay.
    pub client_request_token: Option<String>,
}

/// A call that names a stack and may carry a token: `CancelUpdateStack`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OnStack {
    /// Name or ARN.
    pub stack_name: String,
    /// Makes a repeat of this call a replay.
    pub client_request_token: Option<String>,
}

/// `DescribeEvents`: of one of the three that can be named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DescribeEvents {
    /// Name or ARN.
    pub stack_name: Option<String>,
    /// Name or ARN: the operation that made it.
    pub change_set_name: Option<String>,
    /// An operation of any stack.
    pub operation_id: Option<String>,
    /// Only what tells of failures.
    pub failed_events: bool,
    /// Where the page begins.
    pub next_token: Option<String>,
}

/// `SignalResource`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignalResource {
    /// Name or ARN.
    pub stack_name: String,
    /// The waiting resource.
    pub logical_resource_id: String,
    /// Counts once; for an Auto Scaling group the id of one of its instances.
    pub unique_id: String,
    /// Ready or never.
    pub status: SignalStatus,
}
