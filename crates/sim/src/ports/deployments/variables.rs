//! A tenant's document of variables: what it tells, and what it is like when edited.

use std::collections::BTreeSet;

use bennu_model::ids::{OctopusEnvironmentId, ProjectName, VariableSetName};
use bennu_model::variable::{
    SeenValue, SeenVariable, SettingValue, VariableKey, VariableScope, VariableSetting,
};
use bennu_ports::Secrets;
use serde_json::{Value, json};

/// Where one value stands.
struct Place {
    key: VariableKey,
    is_sensitive: bool,
    /// A JSON pointer to the map that holds it.
    values: String,
    /// The key there: the template's id.
    template: String,
}

/// The variables of a tenant in an environment, sorted by key; `None` for a document of
/// another form.
pub(super) fn seen(
    document: &Value,
    environment: &OctopusEnvironmentId,
) -> Option<Vec<SeenVariable>> {
    let places = places(document, environment)?.into_iter();
    let mut seen: Vec<SeenVariable> = places
        .map(|place| SeenVariable {
            value: place.told(document),
            is_sensitive: place.is_sensitive,
            key: place.key,
        })
        .collect();
    seen.sort_by(|one, other| one.key.cmp(&other.key));
    Some(seen)
}

/// Sets and clears values, and leaves the others as they are.
///
/// # Errors
/// Why that cannot be done, in words for people.
pub(super) fn edit(
    document: &mut Value,
    environment: &OctopusEnvironmentId,
    set: &[VariableSetting],
    clear: &BTreeSet<VariableKey>,
    secrets: &Secrets,
) -> Result<(), String> {
    let places = places(document, environment).unwrap_or_default();
    for place in places.iter().filter(|place| clear.contains(&place.key)) {
        if place.told(document).is_some() {
            place.put(document, place.is_sensitive.then(cleared));
        }
    }
    for VariableSetting { key, value } in set {
        let Some(place) = places.iter().find(|place| place.key == *key) else {
            let names: Vec<String> = places.iter().map(|place| place.key.to_string()).collect();
            let names = match names.as_slice() {
                [] => "none".to_owned(),
                names => names.join(", "),
            };
            return Err(format!(
                "the tenant has no variable {key}; through its connections it has: {names}"
            ));
        };
        let new = match (value, place.is_sensitive) {
            (SettingValue::Literal(text), false) => json!(text),
            (SettingValue::Secret { arn, .. }, true) => match secrets.get(arn) {
                Some(secret) => json!({ "HasValue": true, "NewValue": secret.expose() }),
                None => return Err(format!("what the secret {arn} holds was not handed over")),
            },
            (SettingValue::Secret { .. }, false) => {
                return Err(format!(
                    "the variable {key} is not sensitive, so the secret would be readable: make \
                     its template sensitive in Octopus"
                ));
            }
            (SettingValue::Literal(_), true) => {
                return Err(format!(
                    "the variable {key} is sensitive, so a literal could not be read back: give \
                     a secret"
                ));
            }
        };
        place.put(document, Some(new));
    }
    Ok(())
}

/// Whether the values stand, as far as a document tells them.
pub(super) fn stand(
    document: &Value,
    environment: &OctopusEnvironmentId,
    set: &[VariableSetting],
    clear: &BTreeSet<VariableKey>,
) -> bool {
    let seen = seen(document, environment).unwrap_or_default();
    let told = |key: &VariableKey| {
        let mut seen = seen.iter();
        seen.find(|one| one.key == *key)
            .and_then(|one| one.value.clone())
    };
    let is_set = |setting: &VariableSetting| {
        let wanted = match &setting.value {
            SettingValue::Literal(text) => SeenValue::Literal(text.clone()),
            SettingValue::Secret { .. } => SeenValue::Sensitive,
        };
        told(&setting.key) == Some(wanted)
    };
    let is_clear =
        |key: &VariableKey| told(key).is_none() || set.iter().any(|setting| setting.key == *key);
    set.iter().all(is_set) && clear.iter().all(is_clear)
}

/// Takes all values away.
pub(super) fn empty(document: &mut Value) {
    for values in all(document) {
        for value in values.values_mut() {
            if value["HasValue"] == true {
                *value = cleared();
            }
        }
        values.retain(|_, value| !value.is_string());
    }
}

/// Whether there is no value at all.
pub(super) fn is_empty(document: &Value) -> bool {
    let mut document = document.clone();
    let maps = all(&mut document).into_iter();
    maps.flat_map(|values| values.values())
        .all(|value| !value.is_string() && value["HasValue"] != true)
}

fn places(document: &Value, environment: &OctopusEnvironmentId) -> Option<Vec<Place>> {
    let mut places = Vec::new();
    for (id, part) in document["ProjectVariables"].as_object()? {
        if let Ok(name) = ProjectName::new(part["ProjectName"].as_str()?) {
            let values = format!("/ProjectVariables/{id}/Variables/{environment}");
            of_owner(part, &VariableScope::Project(name), &values, &mut places)?;
        }
    }
    for (id, part) in document["LibraryVariables"].as_object()? {
        if let Ok(name) = VariableSetName::new(part["LibraryVariableSetName"].as_str()?) {
            let values = format!("/LibraryVariables/{id}/Variables");
            of_owner(part, &VariableScope::Common(name), &values, &mut places)?;
        }
    }
    Some(places)
}

fn of_owner(
    part: &Value,
    scope: &VariableScope,
    values: &str,
    places: &mut Vec<Place>,
) -> Option<()> {
    for template in part["Templates"].as_array()? {
        places.push(Place {
            key: VariableKey {
                scope: scope.clone(),
                name: template["Name"].as_str()?.to_owned(),
            },
            is_sensitive: template["DisplaySettings"]["Octopus.ControlType"] == "Sensitive",
            values: values.to_owned(),
            template: template["Id"].as_str()?.to_owned(),
        });
    }
    Some(())
}

impl Place {
    fn told(&self, document: &Value) -> Option<SeenValue> {
        match document.pointer(&self.values)?.get(&self.template)? {
            Value::String(text) if self.is_sensitive && text.is_empty() => None,
            Value::String(_) if self.is_sensitive => Some(SeenValue::Sensitive),
            Value::String(text) => Some(SeenValue::Literal(text.clone())),
            value => (value["HasValue"] == true).then_some(SeenValue::Sensitive),
        }
    }

    fn put(&self, document: &mut Value, value: Option<Value>) {
        let mut map = document;
        for key in self.values.split('/').skip(1) {
            map = &mut map[key];
        }
        match value {
            Some(value) => map[&self.template] = value,
            None => {
                if let Some(map) = map.as_object_mut() {
                    map.remove(&self.template);
                }
            }
        }
    }
}

fn cleared() -> Value {
    json!({ "HasValue": false, "NewValue": null })
}

/// All maps from a template's id to a value.
fn all(document: &mut Value) -> Vec<&mut serde_json::Map<String, Value>> {
    let mut maps = Vec::new();
    for (part, owners) in document.as_object_mut().into_iter().flatten() {
        if part != "ProjectVariables" && part != "LibraryVariables" {
            continue;
        }
        for owner in owners
            .as_object_mut()
            .into_iter()
            .flat_map(|map| map.values_mut())
        {
            let values = owner.get_mut("Variables").and_then(Value::as_object_mut);
            if part == "LibraryVariables" {
                maps.extend(values);
            } else {
                let environments = values.into_iter().flat_map(|map| map.values_mut());
                maps.extend(environments.filter_map(Value::as_object_mut));
            }
        }
    }
    maps
}
