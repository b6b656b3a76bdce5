//! Parameter values: given, kept, defaulted, resolved, checked.

mod constraints;
mod kinds;

use std::collections::{BTreeMap, BTreeSet};

use bennu_template::Template;
use serde_json::Value;

use super::Definition;
use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::request::ParameterInput;
use crate::compute::Compute;
use crate::world::Place;

/// The value of a parameter in a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetValue {
    /// What was given, or the default.
    pub given: String,
    /// What an SSM parameter name stands for.
    pub resolved: Option<String>,
    /// Whether it is shown as `****`.
    pub no_echo: bool,
}

impl SetValue {
    /// What `Ref` gives for a parameter of this type.
    pub fn value(&self, kind: &str) -> Value {
        let text = self.resolved.as_ref().unwrap_or(&self.given);
        if kind.contains("List") {
            return text.split(',').map(str::trim).collect();
        }
        Value::from(text.as_str())
    }
}

/// Where parameters are looked up that name things.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a> {
    /// Instances, and the parameter store.
    pub compute: &'a Compute,
    /// Account and region.
    pub place: &'a Place,
}

/// Sets every parameter that the template declares, or says what is wrong.
pub(super) fn set(
    template: &Template,
    given: &[ParameterInput],
    previous: Option<&Definition>,
    around: Surroundings<'_>,
) -> AwsResult<BTreeMap<String, SetValue>> {
    let mut asked = asked(given, previous)?;
    let unknown: Vec<&str> = asked
        .keys()
        .filter(|name| !template.parameters.contains_key(*name))
        .map(String::as_str)
        .collect();
    if !unknown.is_empty() {
        let text = format!(
            "Parameters: [{}] do not exist in the template",
            unknown.join(", ")
        );
        return Err(AwsError::validation(text));
    }
    let missing: Vec<&str> = (template.parameters.iter())
        .filter(|(name, one)| one.default.is_none() && !asked.contains_key(*name))
        .map(|(name, _)| name.as_str())
        .collect();
    if !missing.is_empty() {
        let text = format!("Parameters: [{}] must have values", missing.join(", "));
        return Err(AwsError::validation(text));
    }
    let mut values = BTreeMap::new();
    for (name, parameter) in &template.parameters {
        let value = asked.remove(name).or_else(|| parameter.default.clone());
        let given = value.unwrap_or_default();
        constraints::check(name, parameter, &given).map_err(AwsError::validation)?;
        let resolved =
            kinds::resolve(name, parameter, &given, around).map_err(AwsError::validation)?;
        let set = SetValue {
            given,
            resolved,
            no_echo: parameter.no_echo,
        };
        values.insert(name.clone(), set);
    }
    Ok(values)
}

/// What a call says of parameters, each once.
fn asked(
    given: &[ParameterInput],
    previous: Option<&Definition>,
) -> AwsResult<BTreeMap<String, String>> {
    let mut asked = BTreeMap::new();
    let mut twice = BTreeSet::new();
    for input in given {
        let value = match (&input.value, input.use_previous_value) {
            (Some(value), false) => value.clone(),
            (None, true) => kept(&input.key, previous)?,
            (Some(_), true) => {
                return Err(invalid(
                    &input.key,
                    "Cannot specify usePreviousValue as true and non empty value for a parameter",
                ));
            }
            (None, false) => {
                return Err(invalid(
                    &input.key,
                    "Need to specify either usePreviousValue as true or a value for a parameter",
                ));
            }
        };
        if asked.insert(input.key.clone(), value).is_some() {
            twice.insert(input.key.as_str());
        }
    }
    if twice.is_empty() {
        return Ok(asked);
    }
    let names: Vec<&str> = twice.into_iter().collect();
    Err(AwsError::validation(format!(
        "Parameters: [{}] are duplicated; give each of them once",
        names.join(", ")
    )))
}

fn kept(name: &str, previous: Option<&Definition>) -> AwsResult<String> {
    let before = previous.and_then(|one| one.parameters.get(name));
    before.map(|value| value.given.clone()).ok_or_else(|| {
        invalid(
            name,
            "Cannot specify usePreviousValue as true for a parameter key not in the previous \
             template",
        )
    })
}

fn invalid(name: &str, what: &str) -> AwsError {
    AwsError::validation(format!("Invalid input for parameter key {name}. {what}"))
}
