//! Secrets Manager's door: JSON in, JSON out, the operation in `X-Amz-Target`.

mod list;
mod requests;

use chrono::{DateTime, TimeDelta, Utc};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use self::requests::{Create, Delete, Describe, Get, Put};
use crate::aws_error::{AwsError, AwsResult};
use crate::secrets::{CURRENT, NewSecret, Secret, SecretError, SecretValue, WhichVersion};
use crate::world::{Place, World};

/// What the name of an operation follows in `X-Amz-Target`.
pub(super) const TARGET: &str = "secretsmanager.";

/// The operations that are served.
pub(super) const OPERATIONS: &[&str] = &[
    "CreateSecret",
    "DeleteSecret",
    "DescribeSecret",
    "GetSecretValue",
    "ListSecrets",
    "PutSecretValue",
];

/// Days that a deletion waits unless told otherwise.
const USUAL_WINDOW: i64 = 30;

/// Carries a call out. A parameter that the simulator would have to ignore is refused.
pub(super) fn answer(
    operation: &str,
    body: &[u8],
    place: &Place,
    world: &mut World,
) -> AwsResult<Value> {
    match operation {
        "CreateSecret" => create(read(body)?, place, world),
        "DeleteSecret" => delete(&read(body)?, place, world),
        "DescribeSecret" => describe(&read(body)?, place, world),
        "GetSecretValue" => get(read(body)?, place, world),
        "ListSecrets" => list::list(&read(body)?, place, world),
        "PutSecretValue" => put(read(body)?, place, world),
        other => {
            let message = format!("Could not find operation {other} (or it is not simulated)");
            Err(AwsError::new("UnknownOperationException", message, 400))
        }
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> AwsResult<T> {
    // Serde's words name the field, never a value of it.
    serde_json::from_slice(body).map_err(|error| {
        let what = match error.classify() {
            serde_json::error::Category::Data => error.to_string(),
            _ => "the body is no JSON object".to_owned(),
        };
        AwsError::new("SerializationException", what, 400)
    })
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterException", message, 400)
}

/// Numbers of seconds, as all times of this protocol.
fn time(at: DateTime<Utc>) -> Value {
    json!(at.timestamp_millis() as f64 / 1000.0)
}

fn create(request: Create, place: &Place, world: &mut World) -> AwsResult<Value> {
    let legal = |c: char| c.is_ascii_alphanumeric() || "/_+=.@-".contains(c);
    if request.name.is_empty() || request.name.len() > 512 || !request.name.chars().all(legal) {
        return Err(AwsError::new(
            "ValidationException",
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the \
             following: -/_+=.@!",
            400,
        ));
    }
    let value = requests::value(request.secret_string, request.secret_binary)?;
    let new = NewSecret {
        name: request.name,
        description: request.description,
        kms_key_id: request.kms_key_id,
        tags: request
            .tags
            .into_iter()
            .map(|tag| (tag.key, tag.value))
            .collect(),
        first: value.map(|value| (request.client_request_token, value)),
    };
    let made = world.secrets.create(place, new, world.now)?;
    let mut answer = json!({ "ARN": made.arn, "Name": made.name });
    if let Some(id) = made.versions.keys().next() {
        answer["VersionId"] = json!(id);
    }
    Ok(answer)
}

fn get(request: Get, place: &Place, world: &World) -> AwsResult<Value> {
    let which = match (request.version_id, request.version_stage) {
        (Some(id), None) => WhichVersion::Id(id),
        (None, Some(stage)) => WhichVersion::Stage(stage),
        (None, None) => WhichVersion::default(),
        (Some(_), Some(_)) => {
            return Err(invalid(
                "VersionId and VersionStage together are not simulated",
            ));
        }
    };
    let found = world
        .secrets
        .value(place, &request.secret_id, &which, world.now)?;
    let (secret, version_id, version) = found;
    let mut answer = json!({
        "ARN": secret.arn,
        "Name": secret.name,
        "VersionId": version_id,
        "VersionStages": version.stages,
        "CreatedDate": time(version.created_at),
    });
    match &version.value {
        SecretValue::Text(text) => answer["SecretString"] = json!(text),
        SecretValue::Binary(bytes) => answer["SecretBinary"] = json!(requests::encode(bytes)),
    }
    Ok(answer)
}

fn put(request: Put, place: &Place, world: &mut World) -> AwsResult<Value> {
    let value = requests::value(request.secret_string, request.secret_binary)?
        .ok_or_else(|| invalid("You must provide either SecretString or SecretBinary."))?;
    let token = request.client_request_token;
    let now = world.now;
    let (secret, id) = world
        .secrets
        .put(place, &request.secret_id, token, value, now)?;
    Ok(json!({
        "ARN": secret.arn,
        "Name": secret.name,
        "VersionId": id,
        "VersionStages": [CURRENT],
    }))
}

fn describe(request: &Describe, place: &Place, world: &World) -> AwsResult<Value> {
    let secret = world.secrets.find(place, &request.secret_id, world.now)?;
    Ok(description(secret))
}

fn description(secret: &Secret) -> Value {
    let stages = (secret.versions.iter())
        .map(|(id, version)| (id.clone(), json!(version.stages)))
        .collect::<serde_json::Map<_, _>>();
    let tags = secret.tags.iter();
    let tags: Vec<Value> = tags
        .map(|(key, value)| json!({ "Key": key, "Value": value }))
        .collect();
    let mut answer = json!({
        "ARN": secret.arn,
        "Name": secret.name,
        "Description": secret.description,
        "KmsKeyId": secret.kms_key_id,
        "CreatedDate": time(secret.created_at),
        "LastChangedDate": time(secret.changed_at),
        "DeletedDate": secret.gone_at.map(time),
        "Tags": tags,
        "VersionIdsToStages": stages,
    });
    if let Some(fields) = answer.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    answer
}

fn delete(request: &Delete, place: &Place, world: &mut World) -> AwsResult<Value> {
    let window = match (request.recovery_window_in_days, request.force_delete) {
        (Some(_), true) => {
            return Err(invalid(
                "You can't use ForceDeleteWithoutRecovery in conjunction with \
                 RecoveryWindowInDays.",
            ));
        }
        (None, true) => None,
        (Some(days), false) if !(7..=30).contains(&days) => {
            return Err(invalid(
                "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
            ));
        }
        (days, false) => Some(TimeDelta::days(days.unwrap_or(USUAL_WINDOW))),
    };
    let told = world
        .secrets
        .delete(place, &request.secret_id, window, world.now)?;
    let (arn, name, gone_at) = told;
    Ok(json!({ "ARN": arn, "Name": name, "DeletionDate": time(gone_at) }))
}

impl From<SecretError> for AwsError {
    fn from(error: SecretError) -> Self {
        Self::new(error.code(), error.to_string(), 400)
    }
}
