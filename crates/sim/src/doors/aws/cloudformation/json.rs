//! The two actions that agents on instances call in JSON: cfn-init reads its
//! resource's metadata, cfn-signal reports.

use serde_json::{Value, json};

use super::super::action::Action;
use super::super::query::Call;
use super::{ACTIONS, describe, signal};
use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::drift::ResourceDriftStatus;
use crate::world::World;

/// Carries a call out; the answer is what stands in `…Result`.
pub(in super::super) fn answer(call: &Call<'_>, world: &mut World) -> AwsResult<Value> {
    if let Some(action) = Action::find(ACTIONS, call.action) {
        action.accept(call)?;
    }
    match call.action {
        "DescribeStackResource" => describe_stack_resource(call, world),
        "SignalResource" => signal(call, world).map(|()| json!({})),
        action => {
            let message = format!("Operation {action} is not simulated with ContentType=JSON");
            Err(AwsError::new("InvalidAction", message, 400))
        }
    }
}

/// `Metadata` is JSON inside a string, and the time a number of seconds.
fn describe_stack_resource(call: &Call<'_>, world: &mut World) -> AwsResult<Value> {
    let found = describe::one_resource(call, world)?;
    let mut detail = json!({
        "StackId": found.stack_id,
        "StackName": found.stack_name,
        "LogicalResourceId": found.logical_resource_id,
        "PhysicalResourceId": found.physical_resource_id,
        "ResourceType": found.resource_type,
        "ResourceStatus": found.resource_status,
        "ResourceStatusReason": found.resource_status_reason,
        "LastUpdatedTimestamp": found.timestamp.timestamp_millis() as f64 / 1000.0,
        "Metadata": found.metadata,
        "DriftInformation": {
            "StackResourceDriftStatus": found
                .drift
                .map_or(ResourceDriftStatus::NotChecked, |(status, _)| status),
        },
    });
    if let Some(fields) = detail.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    Ok(json!({ "StackResourceDetail": detail }))
}
