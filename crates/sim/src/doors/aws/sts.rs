//! STS's door.

use chrono::{DateTime, TimeDelta, Utc};

use super::demand::{number, only, required};
use super::query::{Call, unknown};
use super::xml::{Element, time};
use crate::aws_error::{AwsError, AwsResult};
use crate::sts::{AssumeRole, Identities, StsError};

/// Seconds that temporary keys hold unless told otherwise, and the bounds of what may be told.
const HOUR: i64 = 3600;
const SHORTEST: i64 = 900;
const LONGEST: i64 = 12 * HOUR;

/// The actions that are served.
pub(super) const ACTIONS: &[&str] = &["GetCallerIdentity", "AssumeRole"];

/// Carries a call out; `now` is the caller's own clock if it told it.
pub(super) fn answer(
    call: &Call<'_>,
    identities: &mut Identities,
    now: DateTime<Utc>,
) -> AwsResult<Element> {
    match call.action {
        "GetCallerIdentity" => {
            only(call.params, call.action, &[])?;
            Ok(Element::new("Result")
                .field("Arn", &call.caller.arn)
                .field("UserId", &call.caller.user_id)
                .field("Account", &call.caller.account))
        }
        "AssumeRole" => assume_role(call, identities, now),
        _ => unknown(call),
    }
}

fn assume_role(
    call: &Call<'_>,
    identities: &mut Identities,
    now: DateTime<Utc>,
) -> AwsResult<Element> {
    let params = call.params;
    let known = [
        "RoleArn",
        "RoleSessionName",
        "ExternalId",
        "DurationSeconds",
    ];
    only(params, call.action, &known)?;
    let seconds = number(params, "DurationSeconds")?.unwrap_or(HOUR);
    if !(SHORTEST..=LONGEST).contains(&seconds) {
        return Err(AwsError::validation(format!(
            "1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy \
             constraint: Member must have value between {SHORTEST} and {LONGEST}"
        )));
    }
    let request = AssumeRole {
        role_arn: &required(params, "RoleArn")?,
        session_name: &required(params, "RoleSessionName")?,
        external_id: params.text("ExternalId"),
        duration: TimeDelta::seconds(seconds),
    };
    let keys = identities.assume_role(call.caller, &request, now)?;
    Ok(Element::new("Result")
        .with(
            Element::new("Credentials")
                .field("AccessKeyId", &keys.access_key_id)
                .field("SecretAccessKey", &keys.secret_access_key)
                .field("SessionToken", &keys.session_token)
                .field("Expiration", time(keys.expiration)),
        )
        .with(
            Element::new("AssumedRoleUser")
                .field("AssumedRoleId", &keys.caller.user_id)
                .field("Arn", &keys.caller.arn),
        ))
}

impl From<StsError> for AwsError {
    fn from(error: StsError) -> Self {
        let message = error.to_string();
        match error {
            StsError::AccessDenied { .. } => Self::new("AccessDenied", message, 403),
            StsError::ValidationError(_) => Self::validation(message),
            StsError::ExpiredToken => Self::new("ExpiredToken", message, 403),
        }
    }
}
