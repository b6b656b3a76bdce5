//! Functions that look a name up: parameters, resources, mappings, exports.

use serde_json::Value;

use super::super::{Evaluated, Scope, as_text, single};

impl Scope<'_> {
    pub(super) fn r#ref(&self, argument: &Value) -> Evaluated {
        match argument {
            Value::String(name) => self.reference(name),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Object(_) => {
                Err("Template error: every Ref object must have a single String value.".to_owned())
            }
        }
    }

    pub(super) fn get_att(&self, argument: &Value) -> Evaluated {
        let wrong = || {
            "Template error: every Fn::GetAtt object requires two non-empty parameters, the \
             resource name and the resource attribute"
                .to_owned()
        };
        let (resource, attribute) = match argument {
            Value::Array(parts) => match parts.as_slice() {
                [Value::String(resource), attribute] => (resource.as_str(), self.text(attribute)?),
                _ => return Err(wrong()),
            },
            Value::String(path) => match path.split_once('.') {
                Some((resource, attribute)) => (resource, attribute.to_owned()),
                None => return Err(wrong()),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {
                return Err(wrong());
            }
        };
        if resource.is_empty() || attribute.is_empty() {
            return Err(wrong());
        }
        self.attribute(resource, &attribute)
    }

    /// Without a transform the keys are texts, `Ref` and `Fn::FindInMap` (user guide).
    pub(super) fn find_in_map(&self, argument: &Value) -> Evaluated {
        let wrong = || {
            "Template error: every Fn::FindInMap object requires three parameters, the map name, \
             map key and the attribute for return value"
                .to_owned()
        };
        let Some([map, first, second]) = argument.as_array().map(Vec::as_slice) else {
            return Err(wrong());
        };
        let key = |value: &Value| match value {
            Value::Object(object) => match single(object) {
                Some(("Ref" | "Fn::FindInMap", _)) => self.text(value),
                Some(_) | None => Err(wrong()),
            },
            other => as_text(other).ok_or_else(wrong),
        };
        let (map, first, second) = (key(map)?, key(first)?, key(second)?);
        let found = (self.definition.template.mappings.get(&map))
            .and_then(|map| map.get(&first)?.get(&second));
        found.cloned().map(Some).ok_or_else(|| {
            format!("Template error: Unable to get mapping for {map}::{first}::{second}")
        })
    }

    /// The name must not depend on anything that is made, imported or looked up (user guide).
    pub(super) fn import_value(&self, argument: &Value) -> Evaluated {
        if depends(argument, &self.definition.template.resources) {
            return Err(
                "Template error: the attribute in Fn::ImportValue must not depend on any \
                 resources, imported values, or Fn::GetAZs"
                    .to_owned(),
            );
        }
        let name = self.evaluate(argument)?.as_ref().and_then(as_text);
        let name = name.filter(|name| !name.is_empty()).ok_or(
            "Template error: the attribute in Fn::ImportValue must be a string or a function that \
             returns a string",
        )?;
        self.resources
            .export(&name)
            .map(|value| Some(Value::from(value)))
    }
}

/// Whether something in a value is known only after resources are made.
pub(super) fn depends<T>(value: &Value, resources: &std::collections::BTreeMap<String, T>) -> bool {
    match value {
        Value::Object(map) => {
            let this = match single(map) {
                Some(("Fn::GetAtt" | "Fn::ImportValue" | "Fn::GetAZs", _)) => true,
                Some(("Ref", Value::String(name))) => resources.contains_key(name),
                Some(("Fn::Sub", argument)) => {
                    let text = argument
                        .as_str()
                        .or(argument.get(0).and_then(Value::as_str));
                    text.is_some_and(|text| mentions(text, argument.get(1), resources))
                }
                Some(_) | None => false,
            };
            this || map.values().any(|inner| depends(inner, resources))
        }
        Value::Array(items) => items.iter().any(|inner| depends(inner, resources)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn mentions<T>(
    text: &str,
    own: Option<&Value>,
    resources: &std::collections::BTreeMap<String, T>,
) -> bool {
    use bennu_template::sub::{SubPart, parts, resource_attribute};
    let found = parts(text).unwrap_or_default().into_iter();
    found.into_iter().any(|part| match part {
        SubPart::Variable(name) => {
            own.and_then(|own| own.get(name)).is_none()
                && resources.contains_key(resource_attribute(name).0)
        }
        SubPart::Text(_) | SubPart::Literal(_) => false,
    })
}
