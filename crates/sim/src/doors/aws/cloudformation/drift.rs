//! Drift as documents.

use super::super::demand::{number, required};
use super::super::query::Call;
use super::super::xml::{Element, time};
use super::nothing;
use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::drift::{ResourceDrift, ResourceDriftStatus};
use crate::world::World;

/// DetectStackDrift.
pub(super) fn detect(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let stack = required(call.params, "StackName")?;
    let only = call.params.texts("LogicalResourceIds");
    let id = world.on(call.place, |region, m| {
        region.detect_stack_drift(&stack, only, m)
    })?;
    Ok(nothing().field("StackDriftDetectionId", id))
}

/// DetectStackResourceDrift.
pub(super) fn detect_resource(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let stack = required(call.params, "StackName")?;
    let logical = required(call.params, "LogicalResourceId")?;
    let found = world.on(call.place, |region, m| {
        region.detect_stack_resource_drift(&stack, &logical, m)
    })?;
    Ok(nothing().with(drift(Element::new("StackResourceDrift"), found)))
}

/// DescribeStackDriftDetectionStatus.
pub(super) fn detection(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let id = required(call.params, "StackDriftDetectionId")?;
    let found = world.on(call.place, |region, m| region.drift_detection(&id, m))?;
    Ok(nothing()
        .field("StackId", found.stack_id)
        .field("StackDriftDetectionId", found.id)
        .optional("StackDriftStatus", found.stack_drift_status)
        .field("DetectionStatus", found.status)
        .optional("DetectionStatusReason", found.reason)
        .optional("DriftedStackResourceCount", found.drifted)
        .field("Timestamp", time(found.timestamp)))
}

/// DescribeStackResourceDrifts.
pub(super) fn resources(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let stack = required(call.params, "StackName")?;
    let words = call.params.texts("StackResourceDriftStatusFilters");
    let statuses = words.iter().map(|word| status(word));
    let statuses = statuses.collect::<AwsResult<Vec<_>>>()?;
    let size = number(call.params, "MaxResults")?;
    let token = call.params.text("NextToken");
    let page = world.on(call.place, |region, m| {
        region.stack_resource_drifts(&stack, &statuses, size, token, m)
    })?;
    Ok(nothing()
        .list("StackResourceDrifts", "member", page.items, drift)
        .optional("NextToken", page.next_token))
}

fn drift(element: Element, one: ResourceDrift) -> Element {
    let found = one.finding;
    element
        .field("StackId", one.stack_id)
        .field("LogicalResourceId", one.logical_resource_id)
        .optional("PhysicalResourceId", one.physical_resource_id)
        .field("ResourceType", one.resource_type)
        .field("ExpectedProperties", found.expected)
        .optional("ActualProperties", found.actual)
        .list(
            "PropertyDifferences",
            "member",
            found.differences,
            |element, difference| {
                element
                    .field("PropertyPath", difference.property_path)
                    .field("ExpectedValue", difference.expected_value)
                    .field("ActualValue", difference.actual_value)
                    .field("DifferenceType", difference.difference_type)
            },
        )
        .field("StackResourceDriftStatus", found.status)
        .field("Timestamp", time(found.at))
}

fn status(word: &str) -> AwsResult<ResourceDriftStatus> {
    ResourceDriftStatus::parse(word).ok_or_else(|| {
        let words: Vec<&str> = ResourceDriftStatus::ALL
            .iter()
            .map(|status| status.as_str())
            .collect();
        AwsError::validation(format!(
            "1 validation error detected: Value '[{word}]' at 'stackResourceDriftStatusFilters' \
             failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy \
             enum value set: [{}]]",
            words.join(", ")
        ))
    })
}
