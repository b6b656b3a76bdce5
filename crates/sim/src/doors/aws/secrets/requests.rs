//! What callers of Secrets Manager send.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::invalid;
use crate::aws_error::AwsResult;
use crate::secrets::SecretValue;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Create {
    pub name: String,
    pub client_request_token: Option<String>,
    pub description: Option<String>,
    pub kms_key_id: Option<String>,
    pub secret_string: Option<String>,
    pub secret_binary: Option<String>,
    #[serde(default)]
    pub tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Tag {
    pub key: String,
    #[serde(default)]
    pub value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Get {
    pub secret_id: String,
    pub version_id: Option<String>,
    pub version_stage: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Put {
    pub secret_id: String,
    pub client_request_token: Option<String>,
    pub secret_string: Option<String>,
    pub secret_binary: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Describe {
    pub secret_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Delete {
    pub secret_id: String,
    pub recovery_window_in_days: Option<i64>,
    #[serde(default, rename = "ForceDeleteWithoutRecovery")]
    pub force_delete: bool,
}

/// A value of either kind; `None` if neither was sent.
///
/// # Errors
/// Both were sent, or the binary one is no base64.
pub(super) fn value(
    text: Option<String>,
    binary: Option<String>,
) -> AwsResult<Option<SecretValue>> {
    match (text, binary) {
        (None, None) => Ok(None),
        (Some(text), None) => Ok(Some(SecretValue::Text(text))),
        (None, Some(binary)) => {
            let bytes = STANDARD.decode(binary);
            let bytes = bytes.map_err(|_| invalid("SecretBinary is no base64."))?;
            Ok(Some(SecretValue::Binary(bytes)))
        }
        (Some(_), Some(_)) => Err(invalid(
            "You can't specify both a binary secret value and a string secret value in the same \
             secret.",
        )),
    }
}

/// A binary value as it is sent.
pub(super) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
