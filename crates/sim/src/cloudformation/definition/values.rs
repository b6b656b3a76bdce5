//! Parameter values: given, kept, defaulted, resolved, checked.

use std::collections::BTreeMap;

use bennu_template::{Parameter, Template};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Definition;
use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::request::ParameterInput;

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

/// Sets every parameter that the template declares, or says what is wrong.
pub(super) fn set(
    template: &Template,
    given: &[ParameterInput],
    previous: Option<&Definition>,
) -> AwsResult<BTreeMap<String, SetValue>> {
    let mut asked = BTreeMap::new();
    for input in given {
        let value = match (&input.value, input.use_previous_value) {
            (Some(value), false) => value.clone(),
            (None, true) => kept(&input.key, previous)?,
            (Some(_), true) => {
                let text = format!(
                    "Invalid input for parameter key {}. Cannot specify usePreviousValue as \
                        true and non empty value for a parameter",
                    input.key
                );
                return Err(AwsError::validation(text));
            }
            (None, false) => {
                let text = format!(
                    "Invalid input for parameter key {}. Need to specify either \
                        usePreviousValue as true or a value",
                    input.key
                );
                return Err(AwsError::validation(text));
            }
        };
        if asked.insert(input.key.clone(), value).is_some() {
            let text = format!("Invalid input: duplicate parameter key {}", input.key);
            return Err(AwsError::validation(text));
        }
    }
    if let Some(problem) = template.check_parameters(&asked).first() {
        return Err(AwsError::validation(problem.to_string()));
    }
    let mut values = BTreeMap::new();
    for (name, parameter) in &template.parameters {
        let value = asked.remove(name).or_else(|| parameter.default.clone());
        let value = value.ok_or_else(|| {
            AwsError::validation(format!("Parameters: [{name}] must have values"))
        })?;
        check_pattern(name, parameter, &value)?;
        let resolved = parameter.is_ssm().then(|| resolve(&parameter.kind, &value));
        values.insert(
            name.clone(),
            SetValue {
                given: value,
                resolved,
                no_echo: parameter.no_echo,
            },
        );
    }
    Ok(values)
}

fn kept(name: &str, previous: Option<&Definition>) -> AwsResult<String> {
    let before = previous.and_then(|one| one.parameters.get(name));
    before.map(|value| value.given.clone()).ok_or_else(|| {
        AwsError::validation(format!(
            "Invalid input for parameter key {name}. Cannot specify usePreviousValue \
            as true for a parameter key not in the previous template"
        ))
    })
}

/// A pattern has to match the whole value. One that this regular expression engine does
/// not know (they are Java's) is not held against the value.
fn check_pattern(name: &str, parameter: &Parameter, value: &str) -> AwsResult<()> {
    let Some(pattern) = &parameter.allowed_pattern else {
        return Ok(());
    };
    let Ok(expression) = regex_lite::Regex::new(&format!("^(?:{pattern})$")) else {
        return Ok(());
    };
    if expression.is_match(value) {
        return Ok(());
    }
    Err(AwsError::validation(
        match &parameter.constraint_description {
            Some(words) => format!("Parameter {name} failed to satisfy constraint: {words}"),
            None => format!("Parameter '{name}' must match pattern {pattern}"),
        },
    ))
}

/// A plausible value for the name of an SSM parameter: the same name, the same value.
fn resolve(kind: &str, name: &str) -> String {
    let hash = hex::encode(Sha256::digest(name));
    let digits = hash.get(..17).unwrap_or_default();
    let one = if kind.contains("Image::Id") || name.contains("ami") {
        format!("ami-{digits}")
    } else if kind.contains("AWS::EC2::") {
        let thing = kind.rsplit("AWS::EC2::").next().unwrap_or_default();
        let prefix = if thing.starts_with("SecurityGroup") {
            "sg".to_owned()
        } else {
            thing
                .split("::")
                .next()
                .unwrap_or_default()
                .to_ascii_lowercase()
        };
        format!("{prefix}-{digits}")
    } else {
        format!("value-of{}", name.replace('/', "-"))
    };
    if kind.contains("List") {
        format!("{one},{one}-2")
    } else {
        one
    }
}
