//! SQS's errors in its JSON protocol: a type's name in the body, and the query protocol's
//! code in a header, by which clients that moved from one to the other still know it.

use axum::http::StatusCode;
use serde_json::json;

use super::super::reply::Reply;
use super::JSON;
use crate::aws_error::AwsError;

/// Codes of the query protocol whose types have another name.
const TYPES: &[(&str, &str)] = &[
    (
        "AWS.SimpleQueueService.NonExistentQueue",
        "QueueDoesNotExist",
    ),
    ("QueueAlreadyExists", "QueueNameExists"),
    ("AccessDenied", "AccessDeniedException"),
    ("InvalidParameterValue", "InvalidParameterValueException"),
    ("MissingParameter", "MissingRequiredParameterException"),
    ("MalformedInput", "SerializationException"),
    ("InvalidAction", "UnknownOperationException"),
];

/// The answer to a call that failed.
pub(crate) fn refuse(error: &AwsError) -> Reply {
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
    let known = TYPES.iter().find(|(code, _)| *code == error.code);
    let kind = known.map_or_else(|| short(&error.code), |(_, kind)| kind);
    let namespace = if kind.ends_with("Exception") {
        "com.amazon.coral.service"
    } else {
        "com.amazonaws.sqs"
    };
    let body = json!({ "__type": format!("{namespace}#{kind}"), "message": error.message });
    let fault = if error.status < 500 {
        "Sender"
    } else {
        "Receiver"
    };
    Reply::typed(status, JSON, body.to_string())
        .header("x-amzn-query-error", &format!("{};{fault}", error.code))
}

/// A code without the service's name before it.
pub(super) fn short(code: &str) -> &str {
    code.rsplit('.').next().unwrap_or(code)
}
