//! The intrinsic functions, one by one.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bennu_template::sub::{self, SubPart};
use serde_json::{Map, Value};

use super::{Evaluated, Scope, as_text};

impl Scope<'_> {
    pub(super) fn call(&self, name: &str, argument: &Value) -> Evaluated {
        match (name, argument) {
            ("Ref", Value::String(target)) => self.reference(target),
            ("Fn::GetAtt", _) => self.get_att(argument),
            ("Fn::Sub", _) => self.sub(argument),
            ("Fn::Join", Value::Array(parts)) => self.join(parts),
            ("Fn::Select", Value::Array(parts)) => self.select(parts),
            ("Fn::Split", Value::Array(parts)) => self.split(parts),
            ("Fn::If", Value::Array(parts)) => self.branch(parts),
            ("Fn::FindInMap", Value::Array(keys)) => self.find_in_map(keys),
            ("Fn::Base64", text) => Ok(Some(Value::String(STANDARD.encode(self.text(text)?)))),
            ("Fn::GetAZs", region) => {
                let asked = self.text(region)?;
                let here = &self.identity.place.region;
                let region = if asked.is_empty() { here } else { &asked };
                Ok(Some(
                    ["a", "b", "c"]
                        .map(|zone| format!("{region}{zone}"))
                        .into_iter()
                        .collect(),
                ))
            }
            ("Fn::Equals" | "Fn::Not" | "Fn::And" | "Fn::Or", _) => {
                Ok(Some(Value::Bool(self.function_condition(name, argument)?)))
            }
            // Outside of conditions `Condition` is an ordinary key, as in policy documents.
            ("Condition", other) => {
                let inner = self.evaluate(other)?;
                Ok(inner
                    .map(|inner| Value::Object(Map::from_iter([("Condition".to_owned(), inner)]))))
            }
            ("Fn::ImportValue" | "Fn::Cidr" | "Fn::Transform", _) => Err(format!(
                "Template error: {name} is not simulated; leave it out of the template"
            )),
            (known, _) if FUNCTIONS.contains(&known) => Err(format!(
                "Template error: {known} has arguments of the wrong shape"
            )),
            (unknown, _) => Err(format!(
                "Template validation error: Encountered unsupported function: {unknown} Supported \
                 functions are: [{}]",
                FUNCTIONS.join(", ")
            )),
        }
    }

    /// Works out something that has to be true or false.
    pub fn condition(&self, value: &Value) -> Result<bool, String> {
        match value {
            Value::Bool(truth) => Ok(*truth),
            Value::String(text) if text == "true" || text == "false" => Ok(text == "true"),
            Value::Object(map) => match super::single(map) {
                Some(("Condition", Value::String(name))) => self.named_condition(name),
                Some((name, argument)) => self.function_condition(name, argument),
                None => Err(not_a_condition(value)),
            },
            other => Err(not_a_condition(other)),
        }
    }

    /// Looks a condition up; while conditions are being worked out, works it out.
    fn named_condition(&self, name: &str) -> Result<bool, String> {
        if let Some(known) = self.definition.conditions.get(name) {
            return Ok(*known);
        }
        let declared = self.definition.template.conditions.get(name);
        self.condition(declared.ok_or_else(|| {
            format!(
                "Template format error: Unresolved dependencies [{name}]. Cannot \
                reference resources in the Conditions block of the template"
            )
        })?)
    }

    fn function_condition(&self, name: &str, argument: &Value) -> Result<bool, String> {
        let list = argument.as_array().map(Vec::as_slice).unwrap_or_default();
        match (name, list) {
            ("Fn::Equals", [left, right]) => {
                let (left, right) = (self.evaluate(left)?, self.evaluate(right)?);
                Ok(comparable(left) == comparable(right))
            }
            ("Fn::Not", [one]) => Ok(!self.condition(one)?),
            // Both work out every operand, so that a wrong one is always found.
            ("Fn::And", [_, _, ..]) => self.each(list, |truths| truths.iter().all(|one| *one)),
            ("Fn::Or", [_, _, ..]) => self.each(list, |truths| truths.contains(&true)),
            _ => Err(not_a_condition(argument)),
        }
    }

    fn each(&self, list: &[Value], judge: impl Fn(&[bool]) -> bool) -> Result<bool, String> {
        let truths: Result<Vec<bool>, String> =
            list.iter().map(|one| self.condition(one)).collect();
        Ok(judge(&truths?))
    }

    fn get_att(&self, argument: &Value) -> Evaluated {
        let (resource, attribute) = match argument {
            Value::Array(parts) => match parts.as_slice() {
                [Value::String(resource), attribute] => (resource.as_str(), self.text(attribute)?),
                _ => {
                    return Err(
                        "Template error: every Fn::GetAtt object requires two non-empty \
                    parameters, the resource name and the resource attribute"
                            .to_owned(),
                    );
                }
            },
            Value::String(path) => match path.split_once('.') {
                Some((resource, attribute)) => (resource, attribute.to_owned()),
                None => {
                    return Err(format!(
                        "Template error: Fn::GetAtt {path} names no attribute"
                    ));
                }
            },
            other => return Err(format!("Template error: Fn::GetAtt of {other}")),
        };
        self.attribute(resource, &attribute)
    }

    fn sub(&self, argument: &Value) -> Evaluated {
        let none = Map::new();
        let (text, own) = match argument {
            Value::String(text) => (text, &none),
            Value::Array(parts) => match parts.as_slice() {
                [Value::String(text)] => (text, &none),
                [Value::String(text), Value::Object(own)] => (text, own),
                _ => return Err(SUB_SHAPE.to_owned()),
            },
            _ => return Err(SUB_SHAPE.to_owned()),
        };
        let mut out = String::with_capacity(text.len());
        for part in sub::parts(text).map_err(|error| error.message)? {
            match part {
                SubPart::Text(text) => out.push_str(text),
                SubPart::Literal(name) => out.push_str(&format!("${{{name}}}")),
                SubPart::Variable(name) => match own.get(name) {
                    Some(value) => out.push_str(&self.text(value)?),
                    None => out.push_str(&self.variable(name)?),
                },
            }
        }
        Ok(Some(Value::String(out)))
    }

    fn variable(&self, name: &str) -> Result<String, String> {
        let found = match sub::resource_attribute(name) {
            (resource, Some(attribute)) => self.attribute(resource, attribute)?,
            (name, None) => self.reference(name)?,
        };
        match found {
            // Fn::Sub writes lists with commas.
            Some(Value::Array(items)) => Ok(items
                .iter()
                .filter_map(as_text)
                .collect::<Vec<_>>()
                .join(",")),
            Some(value) => as_text(&value)
                .ok_or_else(|| format!("Template error: ${{{name}}} in Fn::Sub is no text")),
            None => Err("Template error: AWS::NoValue cannot stand in Fn::Sub".to_owned()),
        }
    }

    fn join(&self, parts: &[Value]) -> Evaluated {
        let [Value::String(separator), list] = parts else {
            return Err(
                "Template error: every Fn::Join object requires two parameters, (1) a \
                string delimiter and (2) a list of strings to be joined or a function \
                that returns a list of strings (such as Fn::GetAZs) to be joined."
                    .to_owned(),
            );
        };
        let texts: Option<Vec<String>> = self.list(list)?.iter().map(as_text).collect();
        let texts = texts.ok_or("Template error: Fn::Join of something that is no text")?;
        Ok(Some(Value::String(texts.join(separator))))
    }

    fn select(&self, parts: &[Value]) -> Evaluated {
        let [index, list] = parts else {
            return Err(
                "Template error: Fn::Select requires a list argument with two elements: \
                an integer index and a list"
                    .to_owned(),
            );
        };
        let (index, list) = (self.text(index)?, self.list(list)?);
        let found = index
            .parse::<usize>()
            .ok()
            .and_then(|index| list.get(index));
        match found {
            Some(value) => Ok(Some(value.clone())),
            None if self.resources.is_preview() => Ok(Some(Value::from(""))),
            None => Err(format!(
                "Template error: Fn::Select cannot select nonexistent value at index {index}"
            )),
        }
    }

    fn split(&self, parts: &[Value]) -> Evaluated {
        let [Value::String(separator), text] = parts else {
            return Err(
                "Template error: every Fn::Split object requires two parameters, (1) a \
                string delimiter and (2) a string to be split or a function that \
                returns a string to be split."
                    .to_owned(),
            );
        };
        let text = self.text(text)?;
        Ok(Some(text.split(separator.as_str()).collect()))
    }

    fn branch(&self, parts: &[Value]) -> Evaluated {
        let [Value::String(name), yes, no] = parts else {
            return Err(
                "Template error: Fn::If requires a list argument with three elements".to_owned(),
            );
        };
        self.evaluate(if self.named_condition(name)? { yes } else { no })
    }

    fn find_in_map(&self, keys: &[Value]) -> Evaluated {
        let [map, first, second] = keys else {
            return Err(
                "Template error: every Fn::FindInMap object requires three parameters, \
                the map name, map key and the attribute for return value"
                    .to_owned(),
            );
        };
        let (map, first, second) = (self.text(map)?, self.text(first)?, self.text(second)?);
        let found = (self.definition.template.mappings.get(&map))
            .and_then(|map| map.get(&first)?.get(&second));
        found.cloned().map(Some).ok_or_else(|| {
            format!("Template error: Unable to get mapping for {map}::{first}::{second}")
        })
    }

    fn list(&self, value: &Value) -> Result<Vec<Value>, String> {
        match self.evaluate(value)? {
            Some(Value::Array(items)) => Ok(items),
            other => Err(format!(
                "Template error: a list is needed where there is {}",
                other.unwrap_or_default()
            )),
        }
    }
}

const SUB_SHAPE: &str = "Template error: One or more Fn::Sub intrinsic functions don't specify \
    expected arguments. Specify a string as first argument, and an optional second argument to \
    specify a mapping of values to replace in the string";

/// The functions there are; others are refused.
pub const FUNCTIONS: &[&str] = &[
    "Ref",
    "Fn::GetAtt",
    "Fn::Sub",
    "Fn::Join",
    "Fn::Select",
    "Fn::Split",
    "Fn::If",
    "Fn::FindInMap",
    "Fn::Base64",
    "Fn::GetAZs",
    "Fn::Equals",
    "Fn::Not",
    "Fn::And",
    "Fn::Or",
];

fn not_a_condition(value: &Value) -> String {
    format!(
        "Template format error: Conditions can only be boolean operations on \
            parameters and other conditions; there is {value}"
    )
}

/// Scalars compare as texts: `1` equals `"1"`.
fn comparable(value: Option<Value>) -> Option<Value> {
    value.map(|value| as_text(&value).map_or(value, Value::String))
}
