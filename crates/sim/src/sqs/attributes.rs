//! What a queue can be told: names, bounds, defaults.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::aws_error::{AwsError, AwsResult};

/// Numbers: name, least, most, default (API reference, SetQueueAttributes; the default of
/// `MaximumMessageSize` is what a new queue has since 2025).
const NUMBERS: &[(&str, i64, i64, i64)] = &[
    ("DelaySeconds", 0, 900, 0),
    ("MaximumMessageSize", 1024, 1_048_576, 1_048_576),
    ("MessageRetentionPeriod", 60, 1_209_600, 345_600),
    ("ReceiveMessageWaitTimeSeconds", 0, 20, 0),
    ("VisibilityTimeout", 0, 43_200, 30),
];

/// JSON documents; an empty text takes them away.
const DOCUMENTS: [&str; 2] = ["Policy", "RedrivePolicy"];

/// Encryption, which nothing in this world can see: kept and told.
const ENCRYPTION: [&str; 3] = [
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "SqsManagedSseEnabled",
];

/// Names that only `GetQueueAttributes` knows.
const TOLD_ONLY: [&str; 7] = [
    "All",
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
    "CreatedTimestamp",
    "LastModifiedTimestamp",
    "QueueArn",
];

/// The settings of a queue; always legal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    values: BTreeMap<String, String>,
}

/// Where messages go that were received too often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redrive {
    /// The ARN of the dead-letter queue.
    pub target_arn: String,
    /// How often a message may be received before.
    pub max_receive_count: u32,
}

impl Default for Settings {
    fn default() -> Self {
        let numbers = NUMBERS.iter();
        let numbers = numbers.map(|(name, _, _, usual)| ((*name).to_owned(), usual.to_string()));
        let encrypted = ("SqsManagedSseEnabled".to_owned(), "true".to_owned());
        Self {
            values: numbers.chain([encrypted]).collect(),
        }
    }
}

impl Settings {
    /// These settings with some of them changed.
    ///
    /// # Errors
    /// `InvalidAttributeName`, `InvalidAttributeValue`.
    pub fn with(&self, given: &BTreeMap<String, String>) -> AwsResult<Self> {
        let mut values = self.values.clone();
        for (name, value) in given {
            check(name, value)?;
            if value.is_empty() {
                values.remove(name);
            } else {
                values.insert(name.clone(), value.clone());
            }
        }
        Ok(Self { values })
    }

    /// Whether a queue with these settings is what a repeated `CreateQueue` asks for.
    ///
    /// # Errors
    /// `QueueAlreadyExists`, or an attribute that no queue can have.
    pub fn agree_with(&self, given: &BTreeMap<String, String>) -> AwsResult<()> {
        for (name, value) in given {
            check(name, value)?;
            if self.values.get(name).map_or("", String::as_str) != value {
                let text = format!(
                    "A queue already exists with the same name and a different value for \
                     attribute {name}"
                );
                return Err(AwsError::new("QueueAlreadyExists", text, 400));
            }
        }
        Ok(())
    }

    /// A number among the settings.
    pub fn number(&self, name: &str) -> i64 {
        let value = self.values.get(name);
        value.and_then(|text| text.parse().ok()).unwrap_or_default()
    }

    /// The text of a setting.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// The redrive policy.
    pub fn redrive(&self) -> Option<Redrive> {
        redrive(self.text("RedrivePolicy")?)
    }

    pub(super) fn told(&self) -> BTreeMap<String, String> {
        self.values.clone()
    }
}

/// Whether `GetQueueAttributes` may be asked for this name.
pub fn is_told(name: &str) -> bool {
    TOLD_ONLY.contains(&name) || is_settable(name)
}

fn is_settable(name: &str) -> bool {
    NUMBERS.iter().any(|(known, ..)| *known == name)
        || DOCUMENTS.contains(&name)
        || ENCRYPTION.contains(&name)
}

fn check(name: &str, value: &str) -> AwsResult<()> {
    if let Some((_, least, most, _)) = NUMBERS.iter().find(|(known, ..)| *known == name) {
        let number = value.parse::<i64>().ok();
        return match number.filter(|number| (least..=most).contains(&number)) {
            Some(_) => Ok(()),
            None => Err(wrong_value(name)),
        };
    }
    match name {
        "RedrivePolicy" if !value.is_empty() && redrive(value).is_none() => Err(wrong_value(name)),
        "Policy" if !value.is_empty() && serde_json::from_str::<Value>(value).is_err() => {
            Err(wrong_value(name))
        }
        "FifoQueue" => {
            let text = "FIFO queues are not simulated; leave FifoQueue out";
            Err(AwsError::new("InvalidAttributeValue", text, 400))
        }
        name if is_settable(name) => Ok(()),
        name => Err(unknown_name(name)),
    }
}

fn redrive(policy: &str) -> Option<Redrive> {
    let policy: Value = serde_json::from_str(policy).ok()?;
    let most = policy.get("maxReceiveCount")?;
    let most = most.as_u64().or_else(|| most.as_str()?.parse().ok())?;
    Some(Redrive {
        target_arn: policy.get("deadLetterTargetArn")?.as_str()?.to_owned(),
        max_receive_count: u32::try_from(most)
            .ok()
            .filter(|most| (1..=1000).contains(most))?,
    })
}

/// The refusal of an attribute that there is not.
pub fn unknown_name(name: &str) -> AwsError {
    AwsError::new(
        "InvalidAttributeName",
        format!("Unknown Attribute {name}."),
        400,
    )
}

fn wrong_value(name: &str) -> AwsError {
    let text = format!("Invalid value for the parameter {name}.");
    AwsError::new("InvalidAttributeValue", text, 400)
}
