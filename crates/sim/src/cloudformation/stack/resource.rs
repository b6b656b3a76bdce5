//! A resource of a stack.

use std::collections::BTreeSet;

use bennu_template::RemovalPolicy;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::{Happening, Stack};
use crate::cloudformation::request::Tag;
use crate::cloudformation::status::ResourceStatus;

/// What a resource was made with: the template's words, worked out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    /// `Properties`.
    pub properties: Map<String, Value>,
    /// `Metadata`.
    pub metadata: Map<String, Value>,
    /// The stack's tags, for types that take them.
    pub tags: Vec<Tag>,
    /// `CreationPolicy`.
    pub creation_policy: Option<Value>,
    /// `UpdatePolicy`.
    pub update_policy: Option<Value>,
    /// `DeletionPolicy`.
    pub deletion_policy: Option<RemovalPolicy>,
    /// `UpdateReplacePolicy`.
    pub update_replace_policy: Option<RemovalPolicy>,
    /// The resources that it was made after, and is deleted before.
    pub dependencies: BTreeSet<String>,
}

impl Settings {
    /// Whether turning this into `other` changes the real thing, and so shows in events.
    pub fn differs(&self, other: &Self) -> bool {
        self.properties != other.properties
            || self.metadata != other.metadata
            || self.tags != other.tags
    }
}

/// A resource by its logical id.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// The name in the template.
    pub logical_id: String,
    /// The id in the service that holds it.
    pub physical_id: Option<String>,
    /// For example `AWS::EC2::LaunchTemplate`.
    pub kind: String,
    /// The status.
    pub status: ResourceStatus,
    /// Why.
    pub reason: Option<String>,
    /// Of the newest event.
    pub timestamp: DateTime<Utc>,
    /// What it was made with.
    pub settings: Settings,
    /// Whether a change of it was begun and not finished: it may be neither old nor new.
    pub dirty: bool,
    /// What it was made of before the operation under way changed it, in place.
    pub before: Option<Box<Settings>>,
    /// What it was before the operation under way replaced it.
    pub former: Option<Former>,
    /// Whether the operation under way made it.
    pub fresh: bool,
}

/// A real thing that a resource stood for, and no longer does.
#[derive(Debug, Clone, PartialEq)]
pub struct Former {
    /// The name in the template.
    pub logical_id: String,
    /// For example `AWS::EC2::LaunchTemplate`.
    pub kind: String,
    /// Its id.
    pub physical_id: String,
    /// What it was made with.
    pub settings: Settings,
}

impl Resource {
    /// Whether there is, or may be, something real behind it.
    pub fn exists(&self) -> bool {
        match self.status {
            ResourceStatus::DeleteComplete | ResourceStatus::DeleteSkipped => false,
            ResourceStatus::CreateInProgress
            | ResourceStatus::CreateFailed
            | ResourceStatus::CreateComplete
            | ResourceStatus::DeleteInProgress
            | ResourceStatus::DeleteFailed
            | ResourceStatus::UpdateInProgress
            | ResourceStatus::UpdateFailed
            | ResourceStatus::UpdateComplete => true,
        }
    }
}

impl Stack {
    /// Gives a resource a status, with its event; an unknown resource is passed over.
    pub(crate) fn set_resource_status(
        &mut self,
        logical_id: &str,
        status: ResourceStatus,
        reason: Option<&str>,
        now: DateTime<Utc>,
    ) {
        let Some(resource) = self.resources.get_mut(logical_id) else {
            return;
        };
        resource.status = status;
        resource.reason = reason.map(str::to_owned);
        resource.timestamp = now;
        let properties = Value::Object(resource.settings.properties.clone()).to_string();
        let (kind, physical_id) = (resource.kind.clone(), resource.physical_id.clone());
        self.record(Happening {
            logical_id,
            physical_id: physical_id.as_deref(),
            kind: &kind,
            status: status.as_str(),
            reason,
            properties: Some(properties),
            now,
        });
    }

    /// The event of something that no longer stands for its resource.
    pub(crate) fn record_former(
        &mut self,
        former: &Former,
        status: ResourceStatus,
        reason: Option<&str>,
        now: DateTime<Utc>,
    ) {
        self.record(Happening {
            logical_id: &former.logical_id,
            physical_id: Some(&former.physical_id),
            kind: &former.kind,
            status: status.as_str(),
            reason,
            properties: Some(Value::Object(former.settings.properties.clone()).to_string()),
            now,
        });
    }
}
