//! One entry of `Resources`.

use serde_json::{Map, Value};

use crate::error::TemplateError;

use super::LogicalId;
use super::field::Field;

/// A resource as declared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resource {
    /// CloudFormation's resource type, such as `AWS::EC2::LaunchTemplate`
    pub kind: String,
    /// what to make it with
    pub properties: Map<String, Value>,
    /// resources that it waits for although nothing in it refers to them
    pub depends_on: Vec<LogicalId>,
    /// the condition without which it does not exist
    pub condition: Option<String>,
    /// `Metadata`, for instance `AWS::CloudFormation::Init`
    pub metadata: Map<String, Value>,
    /// when its creation counts as done: signals and time-outs
    pub creation_policy: Option<Value>,
    /// how changes are rolled out
    pub update_policy: Option<Value>,
    /// what becomes of it when it leaves the stack
    pub deletion_policy: Option<RemovalPolicy>,
    /// what becomes of the old one when it is replaced
    pub update_replace_policy: Option<RemovalPolicy>,
}

/// What becomes of the real thing when the stack lets go of it.
#[derive(Clone, Debug, PartialEq)]
pub enum RemovalPolicy {
    /// it is deleted
    Delete,
    /// it stays, and nobody manages it any more
    Retain,
    /// it stays, unless the operation that created it fails; as a
    /// `DeletionPolicy` only
    RetainExceptOnCreate,
    /// it is deleted after a snapshot was taken
    Snapshot,
    /// an intrinsic function that a transform resolves; only in templates that
    /// declare one
    Computed(Value),
}

/// Reads a resource; `transformed` templates may compute their policies.
pub(super) fn read(field: &Field<'_>, transformed: bool) -> Result<Resource, TemplateError> {
    let mut resource = Resource::default();
    for (key, value) in field.entries()? {
        match key {
            "Type" => resource.kind = value.string()?,
            "Properties" => resource.properties = value.object()?.clone(),
            "DependsOn" => resource.depends_on = value.one_or_more(Field::string)?,
            "Condition" => resource.condition = Some(value.string()?),
            "Metadata" => resource.metadata = value.object()?.clone(),
            "CreationPolicy" => resource.creation_policy = Some(object(&value)?),
            "UpdatePolicy" => resource.update_policy = Some(object(&value)?),
            "DeletionPolicy" => resource.deletion_policy = Some(policy(&value, transformed)?),
            "UpdateReplacePolicy" => {
                resource.update_replace_policy = Some(replace_policy(&value, transformed)?);
            }
            // The version of a custom resource type: CloudFormation has no
            // other use for it, nor have we.
            "Version" => {}
            _ if transformed => {}
            unknown => {
                let what = format_args!("Invalid template resource property '{unknown}'");
                return Err(value.refuse(what));
            }
        }
    }
    if resource.kind.is_empty() {
        return Err(field.refuse("Every Resources object must contain a Type member."));
    }
    Ok(resource)
}

fn object(field: &Field<'_>) -> Result<Value, TemplateError> {
    field.object().map(|map| Value::Object(map.clone()))
}

fn policy(field: &Field<'_>, transformed: bool) -> Result<RemovalPolicy, TemplateError> {
    if transformed && field.value.is_object() {
        return Ok(RemovalPolicy::Computed(field.value.clone()));
    }
    match field.string()?.as_str() {
        "Delete" => Ok(RemovalPolicy::Delete),
        "Retain" => Ok(RemovalPolicy::Retain),
        "RetainExceptOnCreate" => Ok(RemovalPolicy::RetainExceptOnCreate),
        "Snapshot" => Ok(RemovalPolicy::Snapshot),
        other => {
            let known = "Delete, Retain, RetainExceptOnCreate and Snapshot";
            Err(field.refuse(format_args!("'{other}' is no policy; there are {known}")))
        }
    }
}

fn replace_policy(field: &Field<'_>, transformed: bool) -> Result<RemovalPolicy, TemplateError> {
    match policy(field, transformed)? {
        RemovalPolicy::RetainExceptOnCreate => {
            Err(field.refuse("RetainExceptOnCreate is for DeletionPolicy only; use Retain"))
        }
        fit @ (RemovalPolicy::Delete
        | RemovalPolicy::Retain
        | RemovalPolicy::Snapshot
        | RemovalPolicy::Computed(_)) => Ok(fit),
    }
}
