//! The bodies of commands, which name things as people do; clients send the keys in camel
//! case or in Pascal case, and both are the same.

use std::collections::BTreeMap;

use serde_json::Value;

use super::documents::{Document, Documents, texts};
use super::kind::Kind;
use super::refusal::Refusal;

/// A body whose keys are matched without case.
#[derive(Debug, Clone)]
pub(super) struct Command(BTreeMap<String, Value>);

impl Command {
    /// # Errors
    /// 400 for a body that is no object.
    pub(super) fn read(body: Value) -> Result<Self, Refusal> {
        let Value::Object(fields) = body else {
            return Err(Refusal::invalid(
                "The body must be a JSON object that holds a command.",
            ));
        };
        let fields = fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key.to_lowercase(), value));
        Ok(Self(fields.collect()))
    }

    fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(&key.to_lowercase())
    }

    /// A text; empty where there is none.
    pub(super) fn text(&self, key: &str) -> &str {
        let text = self.get(key).and_then(Value::as_str);
        text.unwrap_or_default().trim()
    }

    /// A text that must be there.
    ///
    /// # Errors
    /// 400 that names the key.
    pub(super) fn needed(&self, key: &str) -> Result<&str, Refusal> {
        match self.text(key) {
            "" => Err(Refusal::invalid(format!("Please provide the {key}."))),
            text => Ok(text),
        }
    }

    /// A flag; `None` where the client says nothing.
    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        let value = self.get(key)?;
        let text = value.as_str();
        value
            .as_bool()
            .or_else(|| text.and_then(|text| text.to_lowercase().parse().ok()))
    }

    /// The strings of a list.
    pub(super) fn texts(&self, key: &str) -> Vec<&str> {
        texts(self.get(key)).collect()
    }

    /// The value as it came; null where there is none.
    pub(super) fn value(&self, key: &str) -> Value {
        self.get(key).cloned().unwrap_or_default()
    }
}

/// The document of a space that people mean by a name, an id or a slug.
pub(super) fn meant<'a>(
    documents: &'a Documents,
    kind: Kind,
    space: &str,
    name: &str,
) -> Option<&'a Document> {
    let folded = name.to_lowercase();
    let mut all = documents.within(kind, space);
    all.find(|document| document.folded_name == folded)
        .or_else(|| documents.find(kind, space, name))
        .or_else(|| {
            let mut all = documents.within(kind, space);
            all.find(|document| kind.has_slug() && document.text("Slug").eq_ignore_ascii_case(name))
        })
}

/// [`meant`], or a line that says what there is not.
///
/// # Errors
/// 400 with that line.
pub(super) fn named<'a>(
    documents: &'a Documents,
    kind: Kind,
    space: &str,
    name: &str,
) -> Result<&'a Document, Refusal> {
    meant(documents, kind, space, name).ok_or_else(|| {
        Refusal::invalid(format!(
            "There is no {} with the name, id or slug '{name}' in this space.",
            kind.noun()
        ))
    })
}
