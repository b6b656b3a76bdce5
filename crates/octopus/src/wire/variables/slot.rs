//! The places for values in a tenant's document.

use std::collections::BTreeMap;

use bennu_model::ids::{OctopusEnvironmentId, ProjectName, VariableSetName};
use bennu_model::variable::{VariableKey, VariableScope};
use serde::Deserialize;
use serde_json::Value;

use crate::wire::document::{Document, Keys};

const PROJECTS: &str = "ProjectVariables";
const SETS: &str = "LibraryVariables";
const VALUES: &str = "Variables";

/// A place for one value: of a template, and of a project's in one environment.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) key: VariableKey,
    pub(super) is_sensitive: bool,
    /// From the document down to the value.
    path: Vec<String>,
}

/// What is read of the parts.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parts {
    #[serde(default)]
    project_variables: Option<BTreeMap<String, Part>>,
    #[serde(default)]
    library_variables: Option<BTreeMap<String, Part>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Part {
    #[serde(alias = "ProjectName", alias = "LibraryVariableSetName")]
    name: String,
    #[serde(default)]
    templates: Option<Vec<Template>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Template {
    id: String,
    name: String,
    #[serde(default)]
    display_settings: Option<BTreeMap<String, Value>>,
}

/// The places in a document: those of projects for one environment, and those in common.
/// What has no legal name cannot be meant by any spec, and is left out.
pub(super) fn slots(
    document: &Document,
    environment: &OctopusEnvironmentId,
) -> Result<Vec<Slot>, String> {
    let parts: Parts = document.read().map_err(|error| error.to_string())?;
    let mut slots = Vec::new();
    for (id, part) in parts.project_variables.unwrap_or_default() {
        if let Ok(project) = ProjectName::new(part.name.as_str()) {
            let path = [PROJECTS, &id, VALUES, environment.as_str()];
            slots.extend(part.slots(&VariableScope::Project(project), &path));
        }
    }
    for (id, part) in parts.library_variables.unwrap_or_default() {
        if let Ok(set) = VariableSetName::new(part.name.as_str()) {
            let path = [SETS, &id, VALUES];
            slots.extend(part.slots(&VariableScope::Common(set), &path));
        }
    }
    Ok(slots)
}

impl Part {
    fn slots(self, scope: &VariableScope, path: &[&str]) -> Vec<Slot> {
        let templates = self.templates.unwrap_or_default().into_iter();
        let path: Vec<String> = path.iter().map(|key| (*key).to_owned()).collect();
        let slot = |template: Template| Slot {
            is_sensitive: template.is_sensitive(),
            key: VariableKey {
                scope: scope.clone(),
                name: template.name,
            },
            path: path.iter().cloned().chain([template.id]).collect(),
        };
        templates.map(slot).collect()
    }
}

impl Template {
    fn is_sensitive(&self) -> bool {
        let settings = self.display_settings.as_ref();
        let control = settings.and_then(|settings| settings.get("Octopus.ControlType"));
        control.and_then(Value::as_str) == Some("Sensitive")
    }
}

impl Slot {
    /// The value; null where there is none.
    pub(super) fn value<'d>(&self, document: &'d Document) -> &'d Value {
        let Some((first, rest)) = self.path.split_first() else {
            return &Value::Null;
        };
        let value = document.0.get(first);
        let value = rest
            .iter()
            .try_fold(value, |value, key| Some(value?.get(key)));
        value.flatten().unwrap_or(&Value::Null)
    }

    /// Puts a value there, or takes the entry out.
    pub(super) fn put(&self, document: &mut Document, value: Option<Value>) -> Result<(), String> {
        let Some((last, path)) = self.path.split_last() else {
            return Ok(());
        };
        let mut values = &mut document.0;
        for key in path {
            values = object(values, key)?;
        }
        match value {
            Some(value) => values.insert(last.clone(), value),
            None => values.remove(last),
        };
        Ok(())
    }
}

/// All maps from a template's id to a value, of all projects, environments and sets.
pub(super) fn all_values(document: &mut Document) -> Result<Vec<&mut Keys>, String> {
    let mut all = Vec::new();
    for (part, value) in document.0.iter_mut() {
        let of_projects = part == PROJECTS;
        if !of_projects && part != SETS {
            continue;
        }
        for (owner, value) in within(part, value)? {
            for (key, value) in within(owner, value)? {
                if key != VALUES {
                    continue;
                }
                if of_projects {
                    for (environment, value) in within(key, value)? {
                        all.extend(map(environment, value)?);
                    }
                } else {
                    all.extend(map(key, value)?);
                }
            }
        }
    }
    Ok(all)
}

/// The entries of an object; none of null.
fn within<'v>(
    key: &str,
    value: &'v mut Value,
) -> Result<impl Iterator<Item = (&'v String, &'v mut Value)> + use<'v>, String> {
    Ok(map(key, value)?.into_iter().flatten())
}

fn map<'v>(key: &str, value: &'v mut Value) -> Result<Option<&'v mut Keys>, String> {
    match value {
        Value::Null => Ok(None),
        Value::Object(map) => Ok(Some(map)),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(format!("{key} is no object"))
        }
    }
}

/// The object under a key, made where there is none.
fn object<'k>(keys: &'k mut Keys, key: &str) -> Result<&'k mut Keys, String> {
    let value = keys.entry(key).or_insert(Value::Null);
    if value.is_null() {
        *value = Value::Object(Keys::new());
    }
    value
        .as_object_mut()
        .ok_or_else(|| format!("{key} is no object"))
}
