//! A stack's event in EventBridge's envelope.

use chrono::SecondsFormat;
use serde_json::{Value, json};

use crate::cloudformation::answer::StackEvent;
use crate::world::Place;

/// The document of one event (AWS user guide, `event-detail-stack-status-change` and
/// `event-detail-resource-status-change`). What is not known is an empty text.
pub(super) fn of(event: &StackEvent, place: &Place, id: String) -> Value {
    let physical_id = event.physical_resource_id.as_deref().unwrap_or_default();
    let is_stack =
        event.resource_type == "AWS::CloudFormation::Stack" && physical_id == event.stack_id;
    let mut detail = json!({
        "stack-id": event.stack_id,
        "status-details": {
            "status": event.resource_status,
            "status-reason": event.resource_status_reason.as_deref().unwrap_or_default(),
        },
        "client-request-token": event.client_request_token.as_deref().unwrap_or_default(),
    });
    if !is_stack {
        detail["logical-resource-id"] = json!(event.logical_resource_id);
        detail["physical-resource-id"] = json!(physical_id);
        detail["resource-type"] = json!(event.resource_type);
    }
    let kind = if is_stack {
        "CloudFormation Stack Status Change"
    } else {
        "CloudFormation Resource Status Change"
    };
    json!({
        "version": "0",
        "id": id,
        "detail-type": kind,
        "source": "aws.cloudformation",
        "account": place.account,
        "time": event.timestamp.to_rfc3339_opts(SecondsFormat::Secs, true),
        "region": place.region,
        "resources": [event.stack_id],
        "detail": detail,
    })
}
