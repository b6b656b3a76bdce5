//! STS's door.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::demand::{number, only, required};
use super::query::{Call, unknown};
use super::xml::{Element, time};
use crate::aws_error::{AwsError, AwsResult};
use crate::sts::{AssumeRole, Identities, StsError, TemporaryKeys};

/// Seconds that temporary keys hold unless told otherwise, and the bounds of what may be told.
const HOUR: i64 = 3600;
const SHORTEST: i64 = 900;
const LONGEST: i64 = 12 * HOUR;

/// The actions that are served.
pub(super) const ACTIONS: &[&str] = &[
    "AssumeRole",
    "AssumeRoleWithWebIdentity",
    "GetCallerIdentity",
    "GetSessionToken",
];

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
        "AssumeRoleWithWebIdentity" => with_web_identity(call, identities, now),
        "GetSessionToken" => {
            only(call.params, call.action, &["DurationSeconds"])?;
            let duration = duration(call, 3 * LONGEST, LONGEST)?;
            let keys = identities.session(call.caller, duration, now);
            Ok(Element::new("Result").with(credentials(&keys)))
        }
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
    let request = AssumeRole {
        role_arn: &required(params, "RoleArn")?,
        session_name: &required(params, "RoleSessionName")?,
        external_id: params.text("ExternalId"),
        duration: duration(call, LONGEST, HOUR)?,
    };
    let keys = identities.assume_role(call.caller, &request, now)?;
    Ok(Element::new("Result")
        .with(credentials(&keys))
        .with(role_user(&keys)))
}

/// The token is a JWT; who signed it is not verified, and every provider is known.
fn with_web_identity(
    call: &Call<'_>,
    identities: &mut Identities,
    now: DateTime<Utc>,
) -> AwsResult<Element> {
    let params = call.params;
    let known = [
        "RoleArn",
        "RoleSessionName",
        "WebIdentityToken",
        "DurationSeconds",
    ];
    only(params, call.action, &known)?;
    let token = required(params, "WebIdentityToken")?;
    let claims = claims(&token).ok_or_else(|| {
        let text = "The ID Token provided is not a valid JWT. (You may see this error if you sent \
                    an Access Token)";
        AwsError::new("InvalidIdentityToken", text, 400)
    })?;
    let end = claims.get("exp").and_then(Value::as_i64);
    if end.is_some_and(|end| now.timestamp() >= end) {
        let text = format!("Token expired: current date/time {}", now.timestamp());
        return Err(AwsError::new("ExpiredTokenException", text, 400));
    }
    let request = AssumeRole {
        role_arn: &required(params, "RoleArn")?,
        session_name: &required(params, "RoleSessionName")?,
        external_id: None,
        duration: duration(call, LONGEST, HOUR)?,
    };
    let keys = identities.assume_role(call.caller, &request, now)?;
    let claim = |name: &str| claims.get(name).and_then(Value::as_str);
    Ok(Element::new("Result")
        .optional("SubjectFromWebIdentityToken", claim("sub"))
        .optional("Audience", claim("aud"))
        .optional("Provider", claim("iss"))
        .with(credentials(&keys))
        .with(role_user(&keys)))
}

fn claims(token: &str) -> Option<Value> {
    let mut parts = token.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
    serde_json::from_slice(&payload)
        .ok()
        .filter(Value::is_object)
}

fn duration(call: &Call<'_>, longest: i64, usual: i64) -> AwsResult<TimeDelta> {
    let seconds = number(call.params, "DurationSeconds")?.unwrap_or(usual);
    if (SHORTEST..=longest).contains(&seconds) {
        return Ok(TimeDelta::seconds(seconds));
    }
    Err(AwsError::validation(format!(
        "1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy \
         constraint: Member must have value between {SHORTEST} and {longest}"
    )))
}

fn credentials(keys: &TemporaryKeys) -> Element {
    Element::new("Credentials")
        .field("AccessKeyId", &keys.access_key_id)
        .field("SecretAccessKey", &keys.secret_access_key)
        .field("SessionToken", &keys.session_token)
        .field("Expiration", time(keys.expiration))
}

fn role_user(keys: &TemporaryKeys) -> Element {
    Element::new("AssumedRoleUser")
        .field("AssumedRoleId", &keys.caller.user_id)
        .field("Arn", &keys.caller.arn)
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
