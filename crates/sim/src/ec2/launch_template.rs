//! Launch templates: named, versioned descriptions of instances.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::LaunchSpecification;
use crate::cloudformation::request::Tag;

/// A launch template at one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LaunchTemplateReference {
    /// `lt-` and 17 hexadecimal digits.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The version, a number as text.
    pub version: String,
}

/// A launch template with all its versions; version n is at index n − 1.
#[derive(Debug, Clone, PartialEq)]
pub struct LaunchTemplate {
    /// `lt-` and 17 hexadecimal digits.
    pub id: String,
    /// Its name, unique in the region.
    pub name: String,
    /// `LaunchTemplateData` of each version.
    pub versions: Vec<Value>,
    /// When each version was made.
    pub version_times: Vec<DateTime<Utc>>,
    /// Tags of the launch template itself.
    pub tags: Vec<Tag>,
}

impl LaunchTemplate {
    /// The number of the newest version.
    pub fn latest(&self) -> usize {
        self.versions.len()
    }

    /// A version by number, `$Latest` or `$Default` (which is the first).
    pub fn version_number(&self, version: &str) -> Option<usize> {
        let number = match version {
            "$Latest" => self.latest(),
            "$Default" => 1,
            number => number.parse().ok()?,
        };
        (1..=self.latest()).contains(&number).then_some(number)
    }

    /// What version `number` launches; `None` when there is no such version.
    pub fn specification(&self, number: usize) -> Option<LaunchSpecification> {
        let data = self.versions.get(number.checked_sub(1)?)?;
        Some(LaunchSpecification {
            launch_template: Some(LaunchTemplateReference {
                id: self.id.clone(),
                name: self.name.clone(),
                version: number.to_string(),
            }),
            tags: instance_tags(data),
            ..specification_from(data)
        })
    }
}

/// Reads the properties that launch template data, launch configurations and
/// `AWS::EC2::Instance` share.
pub fn specification_from(data: &Value) -> LaunchSpecification {
    let text = |key: &str| data.get(key).and_then(Value::as_str).map(str::to_owned);
    let list = |key: &str| {
        let items = data.get(key).and_then(Value::as_array);
        items
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
    };
    let profile = data
        .get("IamInstanceProfile")
        .and_then(|profile| match profile {
            Value::String(name) => Some(name.as_str()),
            other => other
                .get("Arn")
                .or_else(|| other.get("Name"))
                .and_then(Value::as_str),
        });
    LaunchSpecification {
        image_id: text("ImageId").unwrap_or_default(),
        instance_type: text("InstanceType").unwrap_or_else(|| "m1.small".to_owned()),
        key_name: text("KeyName"),
        user_data: text("UserData"),
        security_groups: list("SecurityGroupIds")
            .chain(list("SecurityGroups"))
            .collect(),
        instance_profile: profile.map(str::to_owned),
        ..LaunchSpecification::default()
    }
}

fn instance_tags(data: &Value) -> Vec<Tag> {
    let specifications = data.get("TagSpecifications").and_then(Value::as_array);
    specifications
        .into_iter()
        .flatten()
        .filter(|one| one.get("ResourceType").and_then(Value::as_str) == Some("instance"))
        .flat_map(|one| tags_from(one.get("Tags")))
        .collect()
}

/// Reads a list of `{Key, Value}`; entries of another shape are passed over.
pub fn tags_from(list: Option<&Value>) -> Vec<Tag> {
    let entries = list.and_then(Value::as_array).into_iter().flatten();
    entries
        .filter_map(|entry| {
            let text = |key| entry.get(key).and_then(Value::as_str).map(str::to_owned);
            Some(Tag {
                key: text("Key")?,
                value: text("Value")?,
            })
        })
        .collect()
}
