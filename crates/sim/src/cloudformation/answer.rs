//! What CloudFormation answers, in its own vocabulary.

mod change_set;

use chrono::{DateTime, Utc};
use serde::Serialize;

pub use change_set::{ChangeDetail, ChangeSetDescription, ChangeValue, ResourceChange};

use super::drift::{ResourceDriftStatus, StackDriftStatus};
use super::monitoring::RollbackConfiguration;
use super::request::Tag;
use super::status::{
    DeletionMode, DetailedStatus, EventType, OperationStatus, OperationType, ResourceStatus,
    StackStatus,
};
use super::validation::Finding;

/// One page of a list, and where the next begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// What is on this page.
    pub items: Vec<T>,
    /// To be sent back for the next page; `None` on the last.
    pub next_token: Option<String>,
}

/// The answer to CreateStack, UpdateStack and RollbackStack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// The stack's ARN.
    pub stack_id: String,
    /// The operation that began.
    pub operation_id: String,
}

/// The answer to CreateChangeSet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeSetStarted {
    /// The change set's ARN.
    pub id: String,
    /// The stack's ARN.
    pub stack_id: String,
}

/// A parameter as a stack or change set shows it; a NoEcho value reads `****`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ParameterOutput {
    /// The parameter's name.
    pub parameter_key: String,
    /// What was given, or the default.
    pub parameter_value: String,
    /// What an SSM parameter name stood for.
    pub resolved_value: Option<String>,
}

/// An output of a stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct OutputValue {
    /// The output's name.
    pub output_key: String,
    /// Its value.
    pub output_value: String,
    /// What the template says of it.
    pub description: Option<String>,
    /// The name under which it is exported.
    pub export_name: Option<String>,
}

/// An entry of `ListExports`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ExportEntry {
    /// The ARN of the stack that exports it.
    pub exporting_stack_id: String,
    /// Its name, one of its kind in account and region.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// An entry of `LastOperations`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct OperationEntry {
    /// What kind of operation.
    pub operation_type: OperationType,
    /// Its id.
    pub operation_id: String,
}

/// A stack in `DescribeStacks`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StackDescription {
    /// The ARN.
    pub stack_id: String,
    /// The name.
    pub stack_name: String,
    /// The change set that was executed last; absent on a deleted stack.
    pub change_set_id: Option<String>,
    /// The template's description.
    pub description: Option<String>,
    /// The parameters in force.
    pub parameters: Vec<ParameterOutput>,
    /// When the stack, or its shell, was made.
    pub creation_time: DateTime<Utc>,
    /// Present from the first execution of a change set or update on.
    pub last_updated_time: Option<DateTime<Utc>>,
    /// When deletion was asked for.
    pub deletion_time: Option<DateTime<Utc>>,
    /// The status.
    pub stack_status: StackStatus,
    /// Why; also on some successes.
    pub stack_status_reason: Option<String>,
    /// Whether a failed operation leaves everything in place.
    pub disable_rollback: bool,
    /// Topics that hear of every event.
    pub notification_arns: Vec<String>,
    /// The time-out of the creation.
    pub timeout_in_minutes: Option<u32>,
    /// Acknowledged capabilities.
    pub capabilities: Vec<String>,
    /// The outputs; none before the first success.
    pub outputs: Vec<OutputValue>,
    /// The service role.
    pub role_arn: Option<String>,
    /// The tags; empty before a CREATE change set is executed.
    pub tags: Vec<Tag>,
    /// Whether deletion is refused; absent on a deleted stack.
    pub enable_termination_protection: Option<bool>,
    /// The ARN of the stack that it is nested in.
    pub parent_id: Option<String>,
    /// The ARN of the outermost stack that it is nested in.
    pub root_id: Option<String>,
    /// How the last deletion was asked for.
    pub deletion_mode: Option<DeletionMode>,
    /// The newest operation of each kind, newest first.
    pub last_operations: Vec<OperationEntry>,
    /// What the status does not tell.
    pub detailed_status: Option<DetailedStatus>,
    /// The alarms that end an operation.
    pub rollback_configuration: RollbackConfiguration,
    /// What the newest drift detection found, and when.
    pub drift: Option<(StackDriftStatus, DateTime<Utc>)>,
}

/// A stack in `ListStacks`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StackSummary {
    /// The ARN.
    pub stack_id: String,
    /// The name.
    pub stack_name: String,
    /// The template's description.
    pub template_description: Option<String>,
    /// When the stack, or its shell, was made.
    pub creation_time: DateTime<Utc>,
    /// When it was last updated.
    pub last_updated_time: Option<DateTime<Utc>>,
    /// When deletion was asked for.
    pub deletion_time: Option<DateTime<Utc>>,
    /// The status.
    pub stack_status: StackStatus,
    /// Why.
    pub stack_status_reason: Option<String>,
    /// The ARN of the stack that it is nested in.
    pub parent_id: Option<String>,
    /// The ARN of the outermost stack that it is nested in.
    pub root_id: Option<String>,
    /// The newest operation of each kind, newest first.
    pub last_operations: Vec<OperationEntry>,
    /// What the newest drift detection found, and when.
    pub drift: Option<(StackDriftStatus, DateTime<Utc>)>,
}

/// One event of a stack.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StackEvent {
    /// Unique among the stack's events.
    pub event_id: String,
    /// The stack's ARN.
    pub stack_id: String,
    /// The stack's name.
    pub stack_name: String,
    /// The resource, or the stack's name for events of the stack itself.
    pub logical_resource_id: String,
    /// The physical id; the ARN for events of the stack itself; absent before there is one.
    pub physical_resource_id: Option<String>,
    /// The resource's type; `AWS::CloudFormation::Stack` for the stack itself.
    pub resource_type: String,
    /// When.
    pub timestamp: DateTime<Utc>,
    /// A word of [`StackStatus`] or [`ResourceStatus`].
    pub resource_status: &'static str,
    /// Why.
    pub resource_status_reason: Option<String>,
    /// What the status does not tell.
    pub detailed_status: Option<DetailedStatus>,
    /// The properties as JSON text.
    pub resource_properties: Option<String>,
    /// The token of the call that began the operation.
    pub client_request_token: Option<String>,
    /// The operation.
    pub operation_id: Option<String>,
}

/// One event of an operation, in `DescribeEvents`.
#[derive(Debug, Clone, PartialEq)]
pub struct OperationEvent {
    /// Unique among the stack's events.
    pub event_id: String,
    /// The stack's ARN.
    pub stack_id: String,
    /// The operation.
    pub operation_id: Option<String>,
    /// What kind of operation.
    pub operation_type: Option<OperationType>,
    /// How the operation stood then, for events of the stack itself.
    pub operation_status: Option<OperationStatus>,
    /// What kind of event.
    pub event_type: EventType,
    /// When.
    pub timestamp: DateTime<Utc>,
    /// When the operation began, for events of the stack itself.
    pub start_time: Option<DateTime<Utc>>,
    /// When it ended, for its last event.
    pub end_time: Option<DateTime<Utc>>,
    /// What happened to the stack or a resource.
    pub stack: Option<StackEvent>,
    /// What the early validation found.
    pub finding: Option<Finding>,
}

/// A resource in `DescribeStackResource`, `DescribeStackResources`, `ListStackResources`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StackResource {
    /// The stack's ARN.
    pub stack_id: String,
    /// The stack's name.
    pub stack_name: String,
    /// The name in the template.
    pub logical_resource_id: String,
    /// The id in the service that holds it.
    pub physical_resource_id: Option<String>,
    /// For example `AWS::EC2::LaunchTemplate`.
    pub resource_type: String,
    /// Of the newest event.
    pub timestamp: DateTime<Utc>,
    /// The status.
    pub resource_status: ResourceStatus,
    /// Why.
    pub resource_status_reason: Option<String>,
    /// `Metadata` of the template, evaluated, as JSON text (shown by `DescribeStackResource`).
    pub metadata: Option<String>,
    /// What the newest drift detection found, and when.
    pub drift: Option<(ResourceDriftStatus, DateTime<Utc>)>,
}

/// The answer to `GetTemplate`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateText {
    /// The text as it was given.
    pub template_body: String,
}

/// The answer to `ValidateTemplate` and `GetTemplateSummary`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateSummary {
    /// The template's description.
    pub description: Option<String>,
    /// What it takes.
    pub parameters: Vec<ParameterDeclaration>,
    /// Capabilities that must be acknowledged.
    pub capabilities: Vec<String>,
    /// Why.
    pub capabilities_reason: Option<String>,
    /// The types of its resources, each once.
    pub resource_types: Vec<String>,
    /// Its macros.
    pub declared_transforms: Vec<String>,
    /// Its format version, if it names it.
    pub version: Option<String>,
    /// Its `Metadata`, as JSON text.
    pub metadata: Option<String>,
    /// By which properties resources of its types are found when they are imported.
    pub resource_identifiers: Vec<ResourceIdentifierSummary>,
}

/// The resources of one type in a template, and what names one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceIdentifierSummary {
    /// For example `AWS::S3::Bucket`.
    pub resource_type: String,
    /// Their names in the template.
    pub logical_resource_ids: Vec<String>,
    /// The properties that name one of them.
    pub resource_identifiers: Vec<String>,
}

/// A parameter that a template declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterDeclaration {
    /// Its name.
    pub parameter_key: String,
    /// Its type, for example `String`.
    pub parameter_type: String,
    /// Its default.
    pub default_value: Option<String>,
    /// The only values that it takes, if any are listed.
    pub allowed_values: Vec<String>,
    /// Whether its value is hidden.
    pub no_echo: bool,
    /// What the template says of it.
    pub description: Option<String>,
}
