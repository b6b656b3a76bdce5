//! A resource of a stack.

use std::collections::BTreeSet;

use bennu_template::RemovalPolicy;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::{Happening, Stack};
use crate::cloudformation::drift::{Actual, DriftFinding};
use crate::cloudformation::policy::UpdateAction;
use crate::cloudformation::request::Tag;
use crate::cloudformation::status::{DetailedStatus, ResourceStatus, StackStatus};

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
    /// Whether it is a rollback that it failed in, and so what a continued one may skip.
    pub stuck: bool,
    /// Whether it was skipped: what it is need not be what the template says.
    pub skipped: bool,
    /// What became of the real thing behind CloudFormation's back.
    pub drift: Option<Actual>,
    /// What the newest drift detection found.
    pub checked: Option<DriftFinding>,
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
    /// A resource that begins to be.
    pub fn new(
        logical_id: &str,
        kind: String,
        status: ResourceStatus,
        settings: Settings,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            logical_id: logical_id.to_owned(),
            physical_id: None,
            kind,
            status,
            reason: None,
            timestamp: now,
            settings,
            dirty: false,
            before: None,
            former: None,
            fresh: true,
            stuck: false,
            skipped: false,
            drift: None,
            checked: None,
        }
    }

    /// Whether there is, or may be, something real behind it.
    pub fn exists(&self) -> bool {
        match self.status {
            ResourceStatus::DeleteComplete
            | ResourceStatus::DeleteSkipped
            | ResourceStatus::ImportFailed
            | ResourceStatus::ImportRollbackComplete => false,
            ResourceStatus::CreateInProgress
            | ResourceStatus::CreateFailed
            | ResourceStatus::CreateComplete
            | ResourceStatus::DeleteInProgress
            | ResourceStatus::DeleteFailed
            | ResourceStatus::UpdateInProgress
            | ResourceStatus::UpdateFailed
            | ResourceStatus::UpdateComplete
            | ResourceStatus::ImportInProgress
            | ResourceStatus::ImportComplete
            | ResourceStatus::ImportRollbackInProgress
            | ResourceStatus::ImportRollbackFailed => true,
        }
    }
}

impl Resource {
    /// An update gives the real thing these settings: what they set anew is no longer drift.
    pub(crate) fn overwrite(&mut self, new: &Settings) {
        let Some(Actual::Changed(changes)) = &mut self.drift else {
            return;
        };
        let old = &self.settings.properties;
        changes.retain(|pointer, _| {
            let top = pointer.split('/').nth(1).unwrap_or_default();
            old.get(top) == new.properties.get(top)
        });
        if changes.is_empty() {
            self.drift = None;
        }
    }
}

impl Stack {
    /// Why the policy in force lets an update not do this to a resource.
    pub(crate) fn denial(&self, action: UpdateAction, name: &str) -> Option<String> {
        if self.status != StackStatus::UpdateInProgress {
            return None;
        }
        let during = self.operation.as_ref().and_then(|one| one.policy.as_ref());
        let kind = &self.resources.get(name)?.kind;
        during.or(self.policy.as_ref())?.denial(action, name, kind)
    }

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
            detail: None,
            reason,
            properties: Some(properties),
            now,
        });
    }

    /// The event of a resource that is configured and not yet at rest.
    pub(crate) fn show_configured(&mut self, logical_id: &str, now: DateTime<Utc>) {
        let Some(resource) = self.resources.get(logical_id).cloned() else {
            return;
        };
        let properties = Value::Object(resource.settings.properties).to_string();
        self.record(Happening {
            logical_id,
            physical_id: resource.physical_id.as_deref(),
            kind: &resource.kind,
            status: resource.status.as_str(),
            detail: Some(DetailedStatus::ConfigurationComplete),
            reason: Some("Eventual consistency check initiated"),
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
            detail: None,
            reason,
            properties: Some(Value::Object(former.settings.properties.clone()).to_string()),
            now,
        });
    }
}
