//! What callers of SQS send.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::malformed;
use crate::aws_error::AwsResult;
use crate::sqs::{MessageAttribute, NewMessage};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct CreateQueue {
    pub queue_name: String,
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// The one field that SQS begins with a small letter; the query protocol does not.
    #[serde(default, rename = "tags", alias = "Tags")]
    pub tags: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct GetQueueUrl {
    pub queue_name: String,
    #[serde(rename = "QueueOwnerAWSAccountId")]
    pub queue_owner_aws_account_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ListQueues {
    pub queue_name_prefix: Option<String>,
    pub max_results: Option<usize>,
    pub next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct GetQueueAttributes {
    pub queue_url: String,
    #[serde(default)]
    pub attribute_names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct SetQueueAttributes {
    pub queue_url: String,
    pub attributes: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct JustQueue {
    pub queue_url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct TagQueue {
    pub queue_url: String,
    pub tags: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct UntagQueue {
    pub queue_url: String,
    pub tag_keys: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Send {
    pub queue_url: String,
    #[serde(default)]
    pub message_body: String,
    pub delay_seconds: Option<i64>,
    #[serde(default)]
    pub message_attributes: BTreeMap<String, Attribute>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct SendEntry {
    #[serde(default)]
    pub message_body: String,
    pub delay_seconds: Option<i64>,
    #[serde(default)]
    pub message_attributes: BTreeMap<String, Attribute>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Attribute {
    pub data_type: String,
    pub string_value: Option<String>,
    /// Base64.
    pub binary_value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Receive {
    pub queue_url: String,
    #[serde(default)]
    pub attribute_names: Vec<String>,
    /// The newer name of the same.
    #[serde(default)]
    pub message_system_attribute_names: Vec<String>,
    #[serde(default)]
    pub message_attribute_names: Vec<String>,
    pub max_number_of_messages: Option<i64>,
    pub visibility_timeout: Option<i64>,
    pub wait_time_seconds: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Handle {
    pub queue_url: String,
    pub receipt_handle: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Hide {
    pub queue_url: String,
    pub receipt_handle: String,
    pub visibility_timeout: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct HandleEntry {
    pub receipt_handle: String,
    /// Seconds; only where visibility is changed.
    pub visibility_timeout: Option<i64>,
}

impl SendEntry {
    /// The message that is meant.
    pub(super) fn message(self) -> AwsResult<NewMessage> {
        let attributes = self.message_attributes.into_iter();
        let attributes = attributes.map(|(name, one)| Ok((name, one.read()?)));
        Ok(NewMessage {
            body: self.message_body,
            attributes: attributes.collect::<AwsResult<_>>()?,
            delay_s: self.delay_seconds,
        })
    }
}

impl Send {
    /// Which queue, and what.
    pub(super) fn split(self) -> (String, SendEntry) {
        let entry = SendEntry {
            message_body: self.message_body,
            delay_seconds: self.delay_seconds,
            message_attributes: self.message_attributes,
        };
        (self.queue_url, entry)
    }
}

impl Attribute {
    fn read(self) -> AwsResult<MessageAttribute> {
        let value = match (self.string_value, self.binary_value) {
            (Some(text), None) => text.into_bytes(),
            (None, Some(coded)) => (STANDARD.decode(coded))
                .map_err(|_| malformed("a BinaryValue of a message attribute is no base64"))?,
            (None, None) | (Some(_), Some(_)) => Vec::new(),
        };
        Ok(MessageAttribute {
            data_type: self.data_type,
            value,
        })
    }
}
