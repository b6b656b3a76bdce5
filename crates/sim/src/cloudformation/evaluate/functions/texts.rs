//! Functions that make texts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bennu_template::sub::{self, SubPart};
use serde_json::{Map, Value};

use super::super::{Evaluated, Scope, as_text};
use crate::cloudformation::change_set::KNOWN_AFTER_APPLY;

impl Scope<'_> {
    pub(super) fn base64(&self, argument: &Value) -> Evaluated {
        let refused = || "Template error: every Fn::Base64 object must have a String-typed value.";
        let text = self.evaluate(argument)?.as_ref().and_then(as_text);
        let text = text.ok_or_else(refused)?;
        // What a change set does not know yet shows as such, not encoded.
        let is_known = !self.resources.is_preview() || !text.contains(KNOWN_AFTER_APPLY);
        let encoded = is_known.then(|| STANDARD.encode(&text));
        Ok(Some(Value::String(encoded.unwrap_or(text))))
    }

    pub(super) fn join(&self, argument: &Value) -> Evaluated {
        let refused = || {
            "Template error: every Fn::Join object requires two parameters, (1) a string \
             delimiter and (2) a list of strings to be joined or a function that returns a list \
             of strings (such as Fn::GetAZs) to be joined."
                .to_owned()
        };
        let Some([Value::String(separator), list]) = argument.as_array().map(Vec::as_slice) else {
            return Err(refused());
        };
        let Some(Value::Array(items)) = self.evaluate(list)? else {
            return Err(refused());
        };
        let texts: Option<Vec<String>> = items.iter().map(as_text).collect();
        let joined = texts.ok_or_else(refused)?.join(separator);
        Ok(Some(Value::String(joined)))
    }

    pub(super) fn split(&self, argument: &Value) -> Evaluated {
        let refused = || {
            "Template error: every Fn::Split object requires two parameters, (1) a string \
             delimiter and (2) a string to be split or a function that returns a string to be \
             split."
                .to_owned()
        };
        let Some([Value::String(separator), text]) = argument.as_array().map(Vec::as_slice) else {
            return Err(refused());
        };
        let text = self.evaluate(text)?.as_ref().and_then(as_text);
        let text = text.ok_or_else(refused)?;
        if separator.is_empty() {
            return Err(refused());
        }
        Ok(Some(text.split(separator.as_str()).collect()))
    }

    pub(super) fn sub(&self, argument: &Value) -> Evaluated {
        let none = Map::new();
        let (text, own) = match argument {
            Value::String(text) => (text, &none),
            Value::Array(parts) => match parts.as_slice() {
                [Value::String(text)] => (text, &none),
                [Value::String(text), Value::Object(own)] => (text, own),
                _ => return Err(SUB_SHAPE.to_owned()),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {
                return Err(SUB_SHAPE.to_owned());
            }
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
}

const SUB_SHAPE: &str = "Template error: One or more Fn::Sub intrinsic functions don't specify \
    expected arguments. Specify a string as first argument, and an optional second argument to \
    specify a mapping of values to replace in the string";
