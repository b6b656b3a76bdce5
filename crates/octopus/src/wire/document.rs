//! A document as the server sent it, every key of it: a PUT replaces the whole document, and
//! what is left out is lost.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The keys of a document or of an object in it.
pub(crate) type Keys = Map<String, Value>;

/// A whole document.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct Document(pub(crate) Keys);

impl Document {
    /// The part of it that a form reads.
    pub(crate) fn read<W: DeserializeOwned>(&self) -> Result<W, serde_json::Error> {
        serde_json::from_value(Value::Object(self.0.clone()))
    }

    /// The object under a key, made where there is none.
    pub(crate) fn object(&mut self, key: &str) -> Result<&mut Keys, String> {
        let value = self.0.entry(key).or_insert(Value::Null);
        if value.is_null() {
            *value = Value::Object(Keys::new());
        }
        value
            .as_object_mut()
            .ok_or_else(|| format!("{key} is no object"))
    }
}

/// Puts a list under a key, unless the one that stands there has the same members: the
/// server keeps such lists as sets, in the casing of the first use.
pub(crate) fn set_members<'a>(
    keys: &mut Keys,
    key: &str,
    wanted: impl IntoIterator<Item = &'a str>,
) {
    let wanted: Vec<&str> = wanted.into_iter().collect();
    let folded = |text: &str| text.to_lowercase();
    let now = keys.get(key).and_then(Value::as_array).map(|values| {
        let texts = values.iter().filter_map(Value::as_str);
        texts.map(folded).collect::<BTreeSet<_>>()
    });
    if now != Some(wanted.iter().map(|text| folded(text)).collect()) {
        keys.insert(key.to_owned(), Value::from(wanted));
    }
}
