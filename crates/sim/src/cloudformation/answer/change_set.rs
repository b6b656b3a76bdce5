//! A change set: what it would change, and because of what.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::ParameterOutput;
use crate::cloudformation::request::Tag;
use crate::cloudformation::status::{ChangeSetStatus, ChangeSetType, ExecutionStatus, OnFailure};

/// A change set in `DescribeChangeSet`, and without its changes in `ListChangeSets`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChangeSetDescription {
    /// The name.
    pub change_set_name: String,
    /// The ARN.
    pub change_set_id: String,
    /// The stack's ARN.
    pub stack_id: String,
    /// The stack's name.
    pub stack_name: String,
    /// What its maker says of it.
    pub description: Option<String>,
    /// What it is for.
    pub change_set_type: ChangeSetType,
    /// The parameters it would put in force.
    pub parameters: Vec<ParameterOutput>,
    /// When it was asked for.
    pub creation_time: DateTime<Utc>,
    /// Whether it can be executed.
    pub execution_status: ExecutionStatus,
    /// The status.
    pub status: ChangeSetStatus,
    /// Why; a reason on a healthy change set is no error.
    pub status_reason: Option<String>,
    /// Topics that hear of every event.
    pub notification_arns: Vec<String>,
    /// Acknowledged capabilities.
    pub capabilities: Vec<String>,
    /// The tags it would put in force.
    pub tags: Vec<Tag>,
    /// What happens when its execution fails.
    pub on_stack_failure: Option<OnFailure>,
    /// Whether it was asked to show what is within nested stacks.
    pub include_nested_stacks: bool,
    /// What it would change.
    pub changes: Vec<ResourceChange>,
}

/// What happens to one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResourceChange {
    /// `ReplaceAndDelete` and its like: what happens to what is there now.
    pub policy_action: Option<&'static str>,
    /// `Add`, `Modify` or `Remove`.
    pub action: &'static str,
    /// The name in the template.
    pub logical_resource_id: String,
    /// The id of what is there now.
    pub physical_resource_id: Option<String>,
    /// For example `AWS::EC2::LaunchTemplate`.
    pub resource_type: String,
    /// `True`, `False` or `Conditional`; for Modify only.
    pub replacement: Option<&'static str>,
    /// `Properties`, `Metadata`, `CreationPolicy`, `UpdatePolicy`, `DeletionPolicy`,
    /// `UpdateReplacePolicy`, `Tags`.
    pub scope: Vec<&'static str>,
    /// What changes in it, and because of what.
    pub details: Vec<ChangeDetail>,
    /// What it is now, as JSON text; for Modify and Remove, where values were asked for.
    pub before_context: Option<String>,
    /// What it will be, as JSON text; for Add and Modify, where values were asked for.
    pub after_context: Option<String>,
}

/// One cause of a change to a resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChangeDetail {
    /// `Properties`, `Metadata`, `Tags` and so on.
    pub attribute: &'static str,
    /// The property, when the attribute is `Properties`.
    pub name: Option<String>,
    /// `Never`, `Conditionally` or `Always`.
    pub requires_recreation: &'static str,
    /// `Static` when the new value is certain, `Dynamic` when it depends on something.
    pub evaluation: &'static str,
    /// `DirectModification`, `ParameterReference`, `ResourceReference`, `ResourceAttribute`,
    /// `Automatic`.
    pub change_source: &'static str,
    /// The parameter, resource, or `Resource.Attribute`; absent for a direct modification.
    pub causing_entity: Option<String>,
    /// The place and what stands there, where values were asked for.
    pub value: Option<ChangeValue>,
}

/// A place in a resource whose value changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChangeValue {
    /// For example `/Properties/Tags/0/Value`.
    pub path: String,
    /// What stands there now: a text as it is, the rest as JSON.
    pub before_value: Option<String>,
    /// What will stand there, or `{{changeSet:KNOWN_AFTER_APPLY}}`.
    pub after_value: Option<String>,
    /// `Add`, `Modify` or `Remove`.
    pub attribute_change_type: &'static str,
}
