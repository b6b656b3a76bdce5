//! Variable templates: what a project or a library variable set asks each tenant for.

use serde_json::{Map, Value, json};

use super::{Draft, Kind};
use crate::octopus::documents::text;
use crate::octopus::variables::{CONTROL_TYPE, PLAIN, concealed, is_sensitive};

/// A library variable set has templates, and a variable set of its own.
pub(super) fn variable_set(draft: &mut Draft<'_>) {
    settle(draft);
    if draft.stored.is_none() {
        let number = draft.documents.next_number(Kind::VariableSet);
        let id = Kind::VariableSet.id(number);
        draft.set("VariableSetId", format!("variableset-{id}"));
    }
}

/// Each template has a name of its own, an id that the server gives, and a control; the
/// default of a sensitive one is never told.
pub(super) fn settle(draft: &mut Draft<'_>) {
    let templates = draft.fields.get("Templates").and_then(Value::as_array);
    let mut names = Vec::new();
    let mut settled = Vec::new();
    for template in templates.cloned().unwrap_or_default() {
        let Value::Object(mut template) = template else {
            continue;
        };
        let name = text(&template, "Name").trim().to_owned();
        let folded = name.to_lowercase();
        if name.is_empty() {
            draft.complain("Each entry of Templates needs its Name.");
        } else if names.contains(&folded) {
            draft.complain(format!(
                "Templates has the variable template '{name}' twice."
            ));
        }
        names.push(folded);
        complete(draft, &mut template, &name);
        settled.push(Value::Object(template));
    }
    draft.set("Templates", settled);
}

fn complete(draft: &mut Draft<'_>, template: &mut Map<String, Value>, name: &str) {
    if text(template, "Id").is_empty() {
        let id = draft.chance.uuid();
        template.insert("Id".to_owned(), Value::from(id));
    }
    template.insert("Name".to_owned(), Value::from(name));
    for (key, default) in [
        ("Label", Value::Null),
        ("HelpText", Value::Null),
        ("DefaultValue", Value::Null),
        ("DisplaySettings", json!({ CONTROL_TYPE: PLAIN })),
    ] {
        let value = template.entry(key.to_owned()).or_insert(Value::Null);
        if value.is_null() {
            *value = default;
        }
    }
    let default = template.get("DefaultValue");
    let told = default.is_some_and(|default| {
        default.is_string() || default.get("NewValue").is_some_and(Value::is_string)
    });
    if told && is_sensitive(template) {
        template.insert("DefaultValue".to_owned(), concealed());
    }
}
