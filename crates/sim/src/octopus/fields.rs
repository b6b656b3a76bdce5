//! From a body to the fields that are stored.
//!
//! A write is the whole document: what it leaves out goes back to its default, what
//! only the server sets is taken from the stored document, and keys that this
//! server does not know are kept as they came.

mod forms;
mod tables;

use serde_json::Value;

use super::documents::Fields;
use super::kind::Kind;
use forms::Form;

/// One key that the server knows.
pub(super) struct Field {
    key: &'static str,
    form: Form,
    set_by: SetBy,
    default: Option<fn() -> Value>,
}

/// Whose value counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SetBy {
    /// The client's, on every write.
    Client,
    /// The client's on create; later ones are ignored.
    ClientOnce,
    /// The server's; what a client sends is ignored.
    Server,
}

/// Reads a body as a document of `kind`, over what is `stored` if it is there.
///
/// # Errors
/// One line for each key whose value has the wrong form.
pub(super) fn read(
    kind: Kind,
    body: Value,
    stored: Option<&Fields>,
) -> Result<Fields, Vec<String>> {
    let Value::Object(mut given) = body else {
        return Err(vec![format!(
            "The body must be a JSON object that describes a {}.",
            kind.noun()
        )]);
    };
    take(&mut given, "Links");
    let mut fields = Fields::new();
    let mut complaints = Vec::new();
    for field in tables::of(kind) {
        let sent = take(&mut given, field.key).filter(|value| !value.is_null());
        let kept = stored.and_then(|stored| stored.get(field.key));
        let value = match (field.set_by, kept) {
            (SetBy::Client, _) | (SetBy::ClientOnce, None) => match sent {
                Some(sent) => field.form.accept(field.key, sent, field.default),
                None => Ok(field.default_value()),
            },
            (SetBy::ClientOnce | SetBy::Server, Some(kept)) => Ok(kept.clone()),
            (SetBy::Server, None) => Ok(field.default_value()),
        };
        match value {
            Ok(value) => {
                fields.insert(field.key.to_owned(), value);
            }
            Err(complaint) => complaints.push(complaint),
        }
    }
    fields.append(&mut given);
    if complaints.is_empty() {
        Ok(fields)
    } else {
        Err(complaints)
    }
}

/// A document of `kind` as the server itself would begin it.
pub(super) fn fresh(kind: Kind) -> Fields {
    tables::of(kind)
        .iter()
        .map(|field| (field.key.to_owned(), field.default_value()))
        .collect()
}

impl Field {
    fn default_value(&self) -> Value {
        self.default
            .map_or_else(|| self.form.default_value(), |default| default())
    }
}

/// Takes a key out, matched without regard to case as the server does.
fn take(given: &mut Fields, key: &str) -> Option<Value> {
    if let Some(value) = given.remove(key) {
        return Some(value);
    }
    let spelt = given
        .keys()
        .find(|spelt| spelt.eq_ignore_ascii_case(key))?
        .clone();
    given.remove(&spelt)
}
