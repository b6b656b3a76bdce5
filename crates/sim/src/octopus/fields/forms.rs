//! The forms that a value can have, and what is done to bring it into shape.

use serde_json::{Map, Value, json};

/// The form of a field.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    /// A string, trimmed; never null.
    Text,
    /// A string or null.
    OptionalText,
    Flag,
    Whole,
    /// One of these strings, whatever the case; the first is the default.
    Choice(&'static [&'static str]),
    /// A set of strings that differ in more than case; order is kept, meaning none.
    Set,
    /// A list of anything.
    List,
    /// A list of objects.
    Objects,
    /// A map from project id to environment ids.
    Connections,
    /// A value that is never told: a string or what a read gives; only whether there is one
    /// is kept.
    Secret,
    /// An object; its own keys that are left out take the default's.
    Object,
}

impl Form {
    pub(super) fn default_value(self) -> Value {
        match self {
            Self::Text => Value::from(""),
            Self::OptionalText | Self::Object => Value::Null,
            Self::Flag => Value::from(false),
            Self::Whole => Value::from(0),
            Self::Choice(choices) => choices.first().copied().map_or(Value::Null, Value::from),
            Self::Set | Self::List | Self::Objects => Value::Array(Vec::new()),
            Self::Connections => Value::Object(Map::new()),
            Self::Secret => secret(false),
        }
    }

    /// The value as it is stored, or a line that says what is wrong with it.
    pub(super) fn accept(
        self,
        key: &str,
        value: Value,
        default: Option<fn() -> Value>,
    ) -> Result<Value, String> {
        match (self, value) {
            (Self::Text | Self::OptionalText, Value::String(text)) => Ok(Value::from(text.trim())),
            (Self::Flag, Value::Bool(flag)) => Ok(Value::Bool(flag)),
            (Self::Whole, Value::Number(number)) if number.is_i64() => Ok(Value::Number(number)),
            (Self::Choice(choices), Value::String(text)) => choices
                .iter()
                .find(|choice| choice.eq_ignore_ascii_case(&text))
                .map(|choice| Value::from(*choice))
                .ok_or_else(|| {
                    format!(
                        "'{text}' is not a {key}; use one of {}.",
                        choices.join(", ")
                    )
                }),
            (Self::Set, Value::Array(items)) => set(items).ok_or_else(|| self.complaint(key)),
            (Self::List, Value::Array(items)) => Ok(Value::Array(items)),
            (Self::Objects, Value::Array(items)) if items.iter().all(Value::is_object) => {
                Ok(Value::Array(items))
            }
            (Self::Connections, Value::Object(map)) => {
                connections(map).ok_or_else(|| self.complaint(key))
            }
            (Self::Secret, Value::String(text)) => Ok(secret(!text.is_empty())),
            (Self::Secret, Value::Object(map)) => Ok(secret(
                map.get("HasValue") == Some(&Value::Bool(true))
                    || map.get("NewValue").is_some_and(Value::is_string),
            )),
            (Self::Object, Value::Object(map)) => Ok(over(default.map(|build| build()), map)),
            (
                Self::Text
                | Self::OptionalText
                | Self::Flag
                | Self::Whole
                | Self::Choice(_)
                | Self::Set
                | Self::List
                | Self::Objects
                | Self::Connections
                | Self::Secret
                | Self::Object,
                _,
            ) => Err(self.complaint(key)),
        }
    }

    fn complaint(self, key: &str) -> String {
        let wanted = match self {
            Self::Text | Self::OptionalText | Self::Choice(_) => "a string",
            Self::Flag => "true or false",
            Self::Whole => "a whole number",
            Self::Set => "a list of strings",
            Self::List => "a list",
            Self::Objects => "a list of objects",
            Self::Connections => "an object that maps project ids to lists of environment ids",
            Self::Secret => "a string, or an object with HasValue and NewValue",
            Self::Object => "an object",
        };
        format!("{key} must be {wanted}.")
    }
}

fn secret(has_value: bool) -> Value {
    json!({ "HasValue": has_value, "NewValue": null, "Hint": null })
}

/// Drops repeats that differ only in case; `None` if an item is no string.
fn set(items: Vec<Value>) -> Option<Value> {
    let mut seen = Vec::new();
    let mut kept = Vec::new();
    for item in items {
        let folded = item.as_str()?.to_lowercase();
        if !seen.contains(&folded) {
            seen.push(folded);
            kept.push(item);
        }
    }
    Some(Value::Array(kept))
}

fn connections(map: Map<String, Value>) -> Option<Value> {
    map.into_iter()
        .map(|(project, environments)| match environments {
            Value::Array(items) => Some((project, set(items)?)),
            _ => None,
        })
        .collect::<Option<Map<_, _>>>()
        .map(Value::Object)
}

fn over(default: Option<Value>, given: Map<String, Value>) -> Value {
    let mut merged = match default {
        Some(Value::Object(map)) => map,
        _ => Map::new(),
    };
    merged.extend(given);
    Value::Object(merged)
}
