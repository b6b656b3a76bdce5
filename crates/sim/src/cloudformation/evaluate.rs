//! The template language: intrinsic functions become values.

mod functions;

pub use functions::{FUNCTIONS, Function};

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::definition::Definition;
use crate::world::Place;

/// What a stack is called, for the pseudo parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Account and region.
    pub place: Place,
    /// The stack's ARN.
    pub stack_id: String,
    /// The stack's name.
    pub stack_name: String,
}

/// What `Ref` and `Fn::GetAtt` see of the resources.
pub trait Lookup {
    /// What `Ref` gives; `None` when the resource is not there.
    fn reference(&self, logical_id: &str) -> Option<Value>;
    /// What `Fn::GetAtt` gives; `None` when the resource is not there.
    fn attribute(&self, logical_id: &str, attribute: &str) -> Option<Value>;
    /// Whether values are stand-ins, so that cutting them apart proves nothing.
    fn is_preview(&self) -> bool;
    /// What another stack exports under a name, or why that cannot be told.
    fn export(&self, name: &str) -> Result<String, String>;
}

/// Everything that a value in a template may refer to.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// Parameters, mappings and conditions.
    pub definition: &'a Definition,
    /// The stack.
    pub identity: &'a Identity,
    /// The resources.
    pub resources: &'a dyn Lookup,
}

/// Why a value could not be worked out, in CloudFormation's words where they are known.
pub type Evaluated = Result<Option<Value>, String>;

impl Scope<'_> {
    /// Works out a value; `None` is `AWS::NoValue`.
    pub fn evaluate(&self, value: &Value) -> Evaluated {
        match value {
            Value::Object(map) => match single(map) {
                Some((name, argument)) if is_function(name) => self.call(name, argument),
                _ => Ok(Some(Value::Object(self.evaluate_map(map)?))),
            },
            Value::Array(items) => {
                let items = items
                    .iter()
                    .filter_map(|item| self.evaluate(item).transpose());
                Ok(Some(Value::Array(items.collect::<Result<_, _>>()?)))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                Ok(Some(value.clone()))
            }
        }
    }

    /// Works out the values of a map; entries without a value are left out.
    pub fn evaluate_map(&self, map: &Map<String, Value>) -> Result<Map<String, Value>, String> {
        let entries = map.iter().filter_map(|(key, value)| {
            self.evaluate(value)
                .map(|value| value.map(|value| (key.clone(), value)))
                .transpose()
        });
        entries.collect()
    }

    /// Works out a value that has to be one text.
    pub fn text(&self, value: &Value) -> Result<String, String> {
        let found = self
            .evaluate(value)?
            .ok_or("Template error: AWS::NoValue stands where a text is needed")?;
        as_text(&found)
            .ok_or_else(|| format!("Template error: a text is needed where there is {found}"))
    }

    fn reference(&self, name: &str) -> Evaluated {
        if name == "AWS::NoValue" {
            return Ok(None);
        }
        if let Some(value) = self.pseudo(name) {
            return Ok(Some(value));
        }
        if let Some(value) = self.definition.parameter_value(name) {
            return Ok(Some(value));
        }
        let found = self.resources.reference(name);
        found.map(Some).ok_or_else(|| unresolved(name))
    }

    fn pseudo(&self, name: &str) -> Option<Value> {
        let Identity {
            place,
            stack_id,
            stack_name,
        } = self.identity;
        let text = match name {
            "AWS::AccountId" => place.account.as_str(),
            "AWS::Region" => place.region.as_str(),
            "AWS::StackId" => stack_id,
            "AWS::StackName" => stack_name,
            "AWS::Partition" => partition(&place.region).0,
            "AWS::URLSuffix" => partition(&place.region).1,
            "AWS::NotificationARNs" => {
                let arns = self.definition.notification_arns.iter();
                return Some(arns.cloned().map(Value::String).collect());
            }
            _ => return None,
        };
        Some(Value::from(text))
    }

    fn attribute(&self, logical_id: &str, attribute: &str) -> Evaluated {
        let found = self.resources.attribute(logical_id, attribute);
        found.map(Some).ok_or_else(|| unresolved(logical_id))
    }
}

/// Works out all conditions of a definition.
pub fn conditions(
    definition: &Definition,
    identity: &Identity,
) -> Result<BTreeMap<String, bool>, String> {
    let scope = parameters_only(definition, identity);
    let named = definition.template.conditions.iter();
    named
        .map(|(name, value)| Ok((name.clone(), scope.condition(value)?)))
        .collect()
}

/// What conditions and rules may refer to: parameters, mappings, other conditions.
pub(crate) fn parameters_only<'a>(definition: &'a Definition, identity: &'a Identity) -> Scope<'a> {
    Scope {
        definition,
        identity,
        resources: &Nothing,
    }
}

/// No resources: conditions may not refer to any.
struct Nothing;

impl Lookup for Nothing {
    fn reference(&self, _logical_id: &str) -> Option<Value> {
        None
    }
    fn attribute(&self, _logical_id: &str, _attribute: &str) -> Option<Value> {
        None
    }
    fn is_preview(&self) -> bool {
        false
    }
    fn export(&self, _name: &str) -> Result<String, String> {
        Err("Template error: Cannot use Fn::ImportValue in Conditions.".to_owned())
    }
}

fn unresolved(name: &str) -> String {
    format!(
        "Template format error: Unresolved resource dependencies [{name}] in the Resources block \
         of the template"
    )
}

fn partition(region: &str) -> (&'static str, &'static str) {
    if region.starts_with("cn-") {
        ("aws-cn", "amazonaws.com.cn")
    } else if region.starts_with("us-gov-") {
        ("aws-us-gov", "amazonaws.com")
    } else {
        ("aws", "amazonaws.com")
    }
}

fn single(map: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut entries = map.iter();
    let (key, value) = entries.next()?;
    entries.next().is_none().then_some((key.as_str(), value))
}

fn is_function(name: &str) -> bool {
    name == "Ref" || name == "Condition" || name.starts_with("Fn::")
}

/// A scalar as the text that CloudFormation makes of it.
pub fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests;
