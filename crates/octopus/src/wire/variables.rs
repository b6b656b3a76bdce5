//! The values that a tenant has for variables: one document for all of them.
//!
//! Projects and library variable sets stand in it with their templates, each with the values
//! by template id; a project's also by environment. A value is a text, or an object that
//! tells whether there is one and never which.

mod slot;

use std::collections::BTreeSet;

use bennu_model::ids::OctopusEnvironmentId;
use bennu_model::variable::{SeenValue, SeenVariable, SettingValue, VariableKey, VariableSetting};
use bennu_ports::Secrets;
use serde_json::{Value, json};

use super::document::Document;
use slot::{Slot, slots};

/// Why a document is not edited.
#[derive(Debug)]
pub(crate) enum Unedited {
    /// It is of another form.
    Odd(String),
    /// What is asked cannot be done to it, in words for people.
    Refused(String),
}

/// The variables of a tenant in an environment, sorted by key.
pub(crate) fn seen(
    document: &Document,
    environment: &OctopusEnvironmentId,
) -> Result<Vec<SeenVariable>, String> {
    let slots = slots(document, environment)?.into_iter();
    let mut seen = slots
        .map(|slot| {
            Ok(SeenVariable {
                value: value(&slot, document)?,
                is_sensitive: slot.is_sensitive,
                key: slot.key,
            })
        })
        .collect::<Result<Vec<_>, String>>()?;
    seen.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(seen)
}

/// The same document with these values, and the others as they are. A value to be cleared
/// whose template is gone is no value any more.
pub(crate) fn with_values(
    mut document: Document,
    environment: &OctopusEnvironmentId,
    set: &[VariableSetting],
    clear: &BTreeSet<VariableKey>,
    secrets: &Secrets,
) -> Result<Document, Unedited> {
    let slots = slots(&document, environment).map_err(Unedited::Odd)?;
    for slot in slots.iter().filter(|slot| clear.contains(&slot.key)) {
        if value(slot, &document).map_err(Unedited::Odd)?.is_some() {
            let gone = slot.is_sensitive.then(cleared);
            slot.put(&mut document, gone).map_err(Unedited::Odd)?;
        }
    }
    for VariableSetting { key, value: wanted } in set {
        let slot = slots.iter().find(|slot| slot.key == *key);
        let slot = slot.ok_or_else(|| Unedited::Refused(no_template(key, &slots)))?;
        let now = value(slot, &document).map_err(Unedited::Odd)?;
        let new = match (wanted, slot.is_sensitive) {
            (SettingValue::Literal(text), false) => {
                if now == Some(SeenValue::Literal(text.clone())) {
                    continue;
                }
                json!(text)
            }
            (SettingValue::Secret { arn, .. }, true) => {
                let secret = secrets.get(arn).ok_or_else(|| {
                    Unedited::Refused(format!("what the secret {arn} holds was not handed over"))
                })?;
                json!({ "HasValue": true, "NewValue": secret.expose() })
            }
            (SettingValue::Secret { .. }, false) => {
                return Err(Unedited::Refused(format!(
                    "the variable {key} is not sensitive, so the secret would be readable: make \
                     its template sensitive in Octopus"
                )));
            }
            (SettingValue::Literal(_), true) => {
                return Err(Unedited::Refused(format!(
                    "the variable {key} is sensitive, so a literal could not be read back: give \
                     a secret"
                )));
            }
        };
        slot.put(&mut document, Some(new)).map_err(Unedited::Odd)?;
    }
    Ok(document)
}

/// Whether a document has these values, as far as it tells them.
pub(crate) fn has_values(
    document: &Document,
    environment: &OctopusEnvironmentId,
    set: &[VariableSetting],
    clear: &BTreeSet<VariableKey>,
) -> bool {
    let Ok(seen) = seen(document, environment) else {
        return false;
    };
    let told = |key: &VariableKey| {
        let found = seen.iter().find(|variable| variable.key == *key);
        found.and_then(|variable| variable.value.as_ref())
    };
    set.iter().all(|setting| match &setting.value {
        SettingValue::Literal(text) => {
            matches!(told(&setting.key), Some(SeenValue::Literal(now)) if now == text)
        }
        SettingValue::Secret { .. } => told(&setting.key) == Some(&SeenValue::Sensitive),
    }) && clear.iter().all(|key| {
        let set_again = set.iter().any(|setting| setting.key == *key);
        set_again || told(key).is_none()
    })
}

/// The same document without any value, those included whose template is gone.
pub(crate) fn without_values(mut document: Document) -> Result<Document, String> {
    for values in slot::all_values(&mut document)? {
        for value in values.values_mut() {
            // A sensitive value that is left out might be taken for one to be kept.
            if value.get("HasValue") == Some(&Value::Bool(true)) {
                *value = cleared();
            }
        }
        values.retain(|_, value| !value.is_string());
    }
    Ok(document)
}

/// Whether a document has no value at all.
pub(crate) fn has_none(document: &Document) -> bool {
    let mut document = document.clone();
    slot::all_values(&mut document).is_ok_and(|all| {
        let mut values = all.into_iter().flat_map(|values| values.values());
        values.all(|value| matches!(told(value, false), Ok(None)))
    })
}

/// What clears a sensitive value.
fn cleared() -> Value {
    json!({ "HasValue": false, "NewValue": null })
}

fn value(slot: &Slot, document: &Document) -> Result<Option<SeenValue>, String> {
    told(slot.value(document), slot.is_sensitive)
        .map_err(|()| format!("the value of {} is neither text nor object", slot.key))
}

fn told(value: &Value, is_sensitive: bool) -> Result<Option<SeenValue>, ()> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if is_sensitive => {
            Ok((!text.is_empty()).then_some(SeenValue::Sensitive))
        }
        Value::String(text) => Ok(Some(SeenValue::Literal(text.clone()))),
        Value::Object(object) => {
            let has = object.get("HasValue") == Some(&Value::Bool(true));
            Ok(has.then_some(SeenValue::Sensitive))
        }
        Value::Bool(_) | Value::Number(_) | Value::Array(_) => Err(()),
    }
}

fn no_template(key: &VariableKey, slots: &[Slot]) -> String {
    let names: Vec<String> = slots.iter().map(|slot| slot.key.to_string()).collect();
    let names = if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    };
    format!("the tenant has no variable {key}; through its connections it has: {names}")
}
