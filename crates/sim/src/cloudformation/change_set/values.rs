//! How values are shown: what is known later, secrets, what is long.

use bennu_template::RemovalPolicy;
use serde_json::{Map, Value, json};

use crate::cloudformation::definition::Definition;
use crate::cloudformation::request::Tag;
use crate::cloudformation::stack::Settings;

/// What stands for a value that is known only when the update runs.
pub(crate) const KNOWN_AFTER_APPLY: &str = "{{changeSet:KNOWN_AFTER_APPLY}}";

/// A text with a part that is known later is known later as a whole.
pub(super) fn settle(value: &mut Value) {
    match value {
        Value::String(text) if text.contains(KNOWN_AFTER_APPLY) => {
            *text = KNOWN_AFTER_APPLY.to_owned();
        }
        Value::Array(items) => items.iter_mut().for_each(settle),
        Value::Object(map) => map.values_mut().for_each(settle),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Shows values to those who may not see secrets.
pub(super) struct Shown {
    secrets: Vec<String>,
    /// Values are cut after so many characters.
    limit: usize,
}

impl Shown {
    /// Hides what the `NoEcho` parameters of both definitions hold.
    pub fn hiding(old: Option<&Definition>, new: &Definition, limit: usize) -> Self {
        let values = old.into_iter().chain([new]);
        let values = values.flat_map(|one| one.parameters.values());
        let secret = values.filter(|value| value.no_echo && !value.given.is_empty());
        Self {
            secrets: secret.map(|value| value.given.clone()).collect(),
            limit,
        }
    }

    /// A value as `BeforeValue` and `AfterValue` show it: a text as it is, the rest as JSON.
    pub fn text(&self, value: &Value) -> String {
        let text = match self.masked(value) {
            Value::String(text) => text,
            other => other.to_string(),
        };
        match text.char_indices().nth(self.limit) {
            Some((end, _)) => text.get(..end).unwrap_or_default().to_owned(),
            None => text,
        }
    }

    /// A whole resource as `BeforeContext` and `AfterContext` show it: a JSON text.
    pub fn context(&self, settings: &Settings) -> String {
        let mut context = Map::new();
        let properties = Value::Object(settings.properties.clone());
        context.insert("Properties".to_owned(), self.masked(&properties));
        if !settings.metadata.is_empty() {
            let metadata = Value::Object(settings.metadata.clone());
            context.insert("Metadata".to_owned(), self.masked(&metadata));
        }
        let policies = [
            ("CreationPolicy", settings.creation_policy.clone()),
            ("UpdatePolicy", settings.update_policy.clone()),
            (
                "DeletionPolicy",
                settings.deletion_policy.as_ref().map(policy_word),
            ),
            (
                "UpdateReplacePolicy",
                settings.update_replace_policy.as_ref().map(policy_word),
            ),
        ];
        for (name, policy) in policies {
            if let Some(policy) = policy {
                context.insert(name.to_owned(), self.masked(&policy));
            }
        }
        Value::Object(context).to_string()
    }

    fn masked(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.mask(text)),
            Value::Array(items) => items.iter().map(|item| self.masked(item)).collect(),
            Value::Object(map) => {
                let entries = map.iter();
                let entries = entries.map(|(key, value)| (key.clone(), self.masked(value)));
                Value::Object(entries.collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    /// A secret is hidden wherever it stands; a short one only where it stands alone, for its
    /// letters are everywhere.
    fn mask(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            if text == *secret {
                text = "****".to_owned();
            } else if secret.len() >= 4 {
                text = text.replace(secret, "****");
            }
        }
        text
    }
}

/// A removal policy as templates write it.
pub(super) fn policy_word(policy: &RemovalPolicy) -> Value {
    match policy {
        RemovalPolicy::Delete => json!("Delete"),
        RemovalPolicy::Retain => json!("Retain"),
        RemovalPolicy::RetainExceptOnCreate => json!("RetainExceptOnCreate"),
        RemovalPolicy::Snapshot => json!("Snapshot"),
        RemovalPolicy::Computed(function) => function.clone(),
    }
}

/// The stack's tags as one document: a tag is known by its key.
pub(super) fn tags_value(tags: &[Tag]) -> Value {
    let entries = tags.iter();
    let entries = entries.map(|tag| (tag.key.clone(), Value::from(tag.value.as_str())));
    Value::Object(entries.collect())
}
