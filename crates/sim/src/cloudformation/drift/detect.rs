//! `DetectStackDrift` and its like.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::compare::look;
use super::{
    Detection, DetectionStatus, DriftFinding, ResourceDrift, ResourceDriftStatus, StackDriftStatus,
};
use crate::aws_error::{AwsError, AwsResult};
use crate::clock::seconds;
use crate::cloudformation::answer::Page;
use crate::cloudformation::lookup::no_stack;
use crate::cloudformation::stack::{Resource, Stack};
use crate::cloudformation::status::StackStatus;
use crate::compute::Compute;
use crate::paging::page;
use crate::region::Region;
use crate::world::Moment;

/// The detections of a region, by id.
#[derive(Debug, Default)]
pub(crate) struct Detections(BTreeMap<String, Detection>);

impl Detections {
    /// When the next one is at its end.
    pub(crate) fn next_due(&self) -> Option<DateTime<Utc>> {
        self.running().map(|one| one.due).min()
    }

    fn running(&self) -> impl Iterator<Item = &Detection> {
        self.0
            .values()
            .filter(|one| one.status == DetectionStatus::InProgress)
    }
}

/// Ends the detections that are due.
pub(crate) fn run_due(region: &mut Region, now: DateTime<Utc>) {
    let Region {
        stacks,
        compute,
        detections,
        ..
    } = region;
    let due = |one: &&mut Detection| one.status == DetectionStatus::InProgress && one.due <= now;
    for one in detections.0.values_mut().filter(due) {
        match stacks.get_mut(&one.stack_id) {
            Some(stack) if may_look(stack) => finish(one, stack, compute),
            Some(_) | None => {
                one.status = DetectionStatus::Failed;
                one.reason = Some("The stack was changed while it was looked at".to_owned());
            }
        }
    }
}

fn finish(detection: &mut Detection, stack: &mut Stack, compute: &Compute) {
    let wanted =
        |one: &&mut Resource| detection.only.is_empty() || detection.only.contains(&one.logical_id);
    for resource in stack.resources.values_mut().filter(wanted) {
        resource.checked = look(resource, compute, detection.due);
    }
    let drifted = stack
        .resources
        .values()
        .filter(|one| is_drifted(one))
        .count();
    let status = if drifted == 0 {
        StackDriftStatus::InSync
    } else {
        StackDriftStatus::Drifted
    };
    stack.drift = Some((status, detection.due));
    detection.status = DetectionStatus::Complete;
    detection.stack_drift_status = Some(status);
    detection.drifted = Some(drifted);
}

fn is_drifted(resource: &Resource) -> bool {
    let found = resource.checked.as_ref().map(|one| one.status);
    matches!(
        found,
        Some(ResourceDriftStatus::Modified | ResourceDriftStatus::Deleted)
    )
}

/// The statuses in which the user guide lets drift be detected.
fn may_look(stack: &Stack) -> bool {
    stack.status.is_stable() || stack.status == StackStatus::UpdateRollbackFailed
}

impl Region {
    /// `DetectStackDrift`: begins to look at all resources, or at those named; tells the id of
    /// the detection.
    ///
    /// # Errors
    ///
    /// `ValidationError` for a stack that is missing, or in a status that allows no detection,
    /// or that is looked at already, and for a resource that it does not have.
    pub fn detect_stack_drift(
        &mut self,
        stack_name: &str,
        only: Vec<String>,
        moment: &mut Moment<'_>,
    ) -> AwsResult<String> {
        let stack = self.checkable(stack_name)?;
        if let Some(unknown) = only.iter().find(|one| !stack.resources.contains_key(*one)) {
            let text = format!("Resource {unknown} does not exist for stack {stack_name}");
            return Err(AwsError::validation(text));
        }
        let stack_id = stack.id.clone();
        if self
            .detections
            .running()
            .any(|one| one.stack_id == stack_id)
        {
            let text = format!("Drift detection is already in progress for stack [{stack_id}]");
            return Err(AwsError::validation(text));
        }
        let id = self.chance.uuid();
        let detection = Detection {
            id: id.clone(),
            stack_id,
            only,
            status: DetectionStatus::InProgress,
            reason: None,
            stack_drift_status: None,
            drifted: None,
            timestamp: moment.now,
            due: moment.now + seconds(moment.parameters.drift_detection_s),
        };
        self.detections.0.insert(id.clone(), detection);
        Ok(id)
    }

    /// `DetectStackResourceDrift`: looks at once.
    ///
    /// # Errors
    ///
    /// `ValidationError` as of [`Region::detect_stack_drift`], and for a resource whose type
    /// drift detection does not know.
    pub fn detect_stack_resource_drift(
        &mut self,
        stack_name: &str,
        logical_resource_id: &str,
        moment: &mut Moment<'_>,
    ) -> AwsResult<ResourceDrift> {
        let stack_id = self.checkable(stack_name)?.id.clone();
        let stack = self.stacks.get_mut(&stack_id);
        let stack = stack.ok_or_else(|| no_stack(stack_name))?;
        let resource = stack.resources.get_mut(logical_resource_id);
        let resource = resource.ok_or_else(|| {
            let text =
                format!("Resource {logical_resource_id} does not exist for stack {stack_name}");
            AwsError::validation(text)
        })?;
        let finding = look(resource, &self.compute, moment.now).ok_or_else(|| {
            let text = format!(
                "Drift detection is not supported for resource type {}",
                resource.kind
            );
            AwsError::validation(text)
        })?;
        resource.checked = Some(finding.clone());
        Ok(drift_of(&stack_id, resource, finding))
    }

    /// `DescribeStackDriftDetectionStatus`.
    ///
    /// # Errors
    ///
    /// `ValidationError` for an id that no detection has.
    pub fn drift_detection(&self, id: &str, _moment: &Moment<'_>) -> AwsResult<Detection> {
        let found = self.detections.0.get(id).cloned();
        found.ok_or_else(|| {
            AwsError::validation(format!("Drift detection with id [{id}] does not exist"))
        })
    }

    /// `DescribeStackResourceDrifts`: what the newest detections found, in these statuses or
    /// in all.
    ///
    /// # Errors
    ///
    /// `ValidationError` for a stack that is missing and for a token that no page gave.
    pub fn stack_resource_drifts(
        &self,
        stack_name: &str,
        statuses: &[ResourceDriftStatus],
        size: Option<usize>,
        next_token: Option<&str>,
        moment: &Moment<'_>,
    ) -> AwsResult<Page<ResourceDrift>> {
        let stack = self.find_stack(stack_name);
        let stack = stack.ok_or_else(|| no_stack(stack_name))?;
        let found = stack.resources.values().filter_map(|one| {
            let finding = one.checked.clone()?;
            Some(drift_of(&stack.id, one, finding))
        });
        let wanted =
            |one: &ResourceDrift| statuses.is_empty() || statuses.contains(&one.finding.status);
        let size = size.unwrap_or(moment.parameters.resource_page);
        page(found.filter(wanted).collect(), size, next_token)
    }

    /// A stack that drift can be detected of.
    fn checkable(&self, stack_name: &str) -> AwsResult<&Stack> {
        let stack = self.find_stack(stack_name);
        let stack = stack.ok_or_else(|| no_stack(stack_name))?;
        if may_look(stack) {
            return Ok(stack);
        }
        Err(AwsError::validation(format!(
            "Drift detection cannot be performed on stack [{}] while it is in [{}] state",
            stack.id, stack.status
        )))
    }
}

fn drift_of(stack_id: &str, resource: &Resource, finding: DriftFinding) -> ResourceDrift {
    ResourceDrift {
        stack_id: stack_id.to_owned(),
        logical_resource_id: resource.logical_id.clone(),
        physical_resource_id: resource.physical_id.clone(),
        resource_type: resource.kind.clone(),
        finding,
    }
}
