//! Drift: what became of the things of a stack behind CloudFormation's back.

mod compare;
mod detect;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;
use thiserror::Error;

use super::stack::Resource;
use crate::World;
use crate::words::words;
use crate::world::Place;

pub(crate) use detect::{Detections, run_due};

words! {
    /// Whether a resource is what its template says.
    pub enum ResourceDriftStatus {
        /// It is.
        InSync = "IN_SYNC",
        /// It was changed.
        Modified = "MODIFIED",
        /// It is gone.
        Deleted = "DELETED",
        /// Nobody has looked, or what it should be is not known.
        NotChecked = "NOT_CHECKED",
    }
}

words! {
    /// Whether a stack is what its template says.
    pub enum StackDriftStatus {
        /// Something in it is not.
        Drifted = "DRIFTED",
        /// It is.
        InSync = "IN_SYNC",
        /// Nobody has looked.
        NotChecked = "NOT_CHECKED",
    }
}

words! {
    /// How far a drift detection is.
    pub enum DetectionStatus {
        /// It looks.
        InProgress = "DETECTION_IN_PROGRESS",
        /// It could not look at everything.
        Failed = "DETECTION_FAILED",
        /// It has looked at everything.
        Complete = "DETECTION_COMPLETE",
    }
}

words! {
    /// In what a property differs.
    pub enum DifferenceType {
        /// It is there, and the template does not say so.
        Add = "ADD",
        /// It is not there, and the template says so.
        Remove = "REMOVE",
        /// It is another.
        NotEqual = "NOT_EQUAL",
    }
}

/// What happened to a thing that nobody but its owner should touch.
#[derive(Debug, Clone, PartialEq)]
pub enum Actual {
    /// It was deleted.
    Gone,
    /// Properties were set, or taken away: JSON pointers into the resource's properties.
    Changed(BTreeMap<String, Option<Value>>),
}

/// A property that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertyDifference {
    /// A JSON pointer.
    pub property_path: String,
    /// What the template says, `null` for nothing.
    pub expected_value: String,
    /// What there is, `null` for nothing.
    pub actual_value: String,
    /// In what they differ.
    pub difference_type: DifferenceType,
}

/// What a drift detection found out about a resource.
#[derive(Debug, Clone, PartialEq)]
pub struct DriftFinding {
    /// The verdict.
    pub status: ResourceDriftStatus,
    /// When it was reached.
    pub at: DateTime<Utc>,
    /// The properties that the template gives it.
    pub expected: Value,
    /// What they are; none of a thing that is gone.
    pub actual: Option<Value>,
    /// Where those differ.
    pub differences: Vec<PropertyDifference>,
}

/// A drift detection of a stack, in `DescribeStackDriftDetectionStatus`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detection {
    /// Its id.
    pub id: String,
    /// The stack's ARN.
    pub stack_id: String,
    /// The resources that it looks at; none: all.
    pub only: Vec<String>,
    /// How far it is.
    pub status: DetectionStatus,
    /// Why it failed.
    pub reason: Option<String>,
    /// What it found.
    pub stack_drift_status: Option<StackDriftStatus>,
    /// How many resources drifted.
    pub drifted: Option<usize>,
    /// When it was asked for.
    pub timestamp: DateTime<Utc>,
    /// When it is at its end.
    pub due: DateTime<Utc>,
}

/// A resource in `DescribeStackResourceDrifts`.
#[derive(Debug, Clone, PartialEq)]
pub struct ResourceDrift {
    /// The stack's ARN.
    pub stack_id: String,
    /// The name in the template.
    pub logical_resource_id: String,
    /// The id in the service that holds it.
    pub physical_resource_id: Option<String>,
    /// For example `AWS::SQS::Queue`.
    pub resource_type: String,
    /// What was found.
    pub finding: DriftFinding,
}

/// Nothing was changed: no stack holds such a thing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("no stack of account {account} in {region} holds a thing with the id {physical_id}")]
pub struct NoSuchThing {
    /// Where it was looked for.
    pub account: String,
    /// The region of it.
    pub region: String,
    /// What was looked for.
    pub physical_id: String,
}

impl World {
    /// Changes a property of a thing behind CloudFormation's back, as a person in the console
    /// would. `property` is a name at the top, or a JSON pointer; `None` takes it away.
    ///
    /// # Errors
    ///
    /// No live stack at `place` holds a thing of that id.
    pub fn drift(
        &mut self,
        place: &Place,
        physical_id: &str,
        property: &str,
        value: Option<Value>,
    ) -> Result<(), NoSuchThing> {
        let pointer = if property.starts_with('/') {
            property.to_owned()
        } else {
            format!("/{property}")
        };
        let actual = self.actual(place, physical_id)?;
        match actual {
            Some(Actual::Changed(changes)) => {
                changes.insert(pointer, value);
            }
            Some(Actual::Gone) | None => {
                *actual = Some(Actual::Changed(BTreeMap::from([(pointer, value)])));
            }
        }
        Ok(())
    }

    /// Deletes a thing behind CloudFormation's back. What has behaviour of its own (groups,
    /// instances) goes by its own service's calls instead.
    ///
    /// # Errors
    ///
    /// No live stack at `place` holds a thing of that id.
    pub fn drift_away(&mut self, place: &Place, physical_id: &str) -> Result<(), NoSuchThing> {
        *self.actual(place, physical_id)? = Some(Actual::Gone);
        Ok(())
    }

    fn actual(
        &mut self,
        place: &Place,
        physical_id: &str,
    ) -> Result<&mut Option<Actual>, NoSuchThing> {
        let is_meant =
            |one: &Resource| one.exists() && one.physical_id.as_deref() == Some(physical_id);
        // Found by reading: only the stack that is changed is asked at the next step.
        let found = self.regions.get_mut(place).and_then(|region| {
            let mut stacks = region.stacks.iter();
            let (id, _) = stacks
                .find(|(_, stack)| !stack.is_deleted() && stack.resources.values().any(is_meant))?;
            let id = id.clone();
            let mut resources = region.stacks.get_mut(&id)?.resources.values_mut();
            resources.find(|one| is_meant(one))
        });
        found.map(|one| &mut one.drift).ok_or_else(|| NoSuchThing {
            account: place.account.clone(),
            region: place.region.clone(),
            physical_id: physical_id.to_owned(),
        })
    }
}
