//! The walk through a template's values that finds its intrinsic functions.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::error::TemplateError;
use crate::sub::{SubPart, parts, resource_attribute};
use crate::template::{Output, Resource};

use super::{Owner, Reference, ReferenceKind, Walked};

/// Where the walk is, and what it has found.
#[derive(Default)]
pub(super) struct Walk {
    path: Vec<String>,
    owner: Option<Owner>,
    found: Walked,
}

impl Walk {
    pub(super) fn condition(&mut self, name: &str, condition: &Value) {
        self.own(Owner::Condition(name.to_owned()), ["Conditions", name]);
        self.value(condition);
    }

    pub(super) fn resource(&mut self, name: &str, resource: &Resource) {
        self.own(Owner::Resource(name.to_owned()), ["Resources", name]);
        for needed in &resource.depends_on {
            self.at("DependsOn", |walk| {
                walk.mention(ReferenceKind::DependsOn, needed)
            });
        }
        if let Some(condition) = &resource.condition {
            self.at("Condition", |walk| {
                walk.mention(ReferenceKind::Condition, condition)
            });
        }
        self.at("Metadata", |walk| walk.map(&resource.metadata));
        self.at("Properties", |walk| walk.map(&resource.properties));
        for (key, policy) in [
            ("CreationPolicy", &resource.creation_policy),
            ("UpdatePolicy", &resource.update_policy),
        ] {
            if let Some(policy) = policy {
                self.at(key, |walk| walk.value(policy));
            }
        }
    }

    pub(super) fn output(&mut self, name: &str, output: &Output) {
        self.own(Owner::Output(name.to_owned()), ["Outputs", name]);
        if let Some(condition) = &output.condition {
            self.at("Condition", |walk| {
                walk.mention(ReferenceKind::Condition, condition)
            });
        }
        self.at("Value", |walk| walk.value(&output.value));
        if let Some(name) = &output.export_name {
            self.at("Export", |walk| walk.at("Name", |walk| walk.value(name)));
        }
    }

    pub(super) fn done(self) -> Walked {
        self.found
    }

    fn own(&mut self, owner: Owner, path: [&str; 2]) {
        self.owner = Some(owner);
        self.path = path.map(str::to_owned).to_vec();
    }

    fn at(&mut self, step: impl Into<String>, inside: impl FnOnce(&mut Self)) {
        self.path.push(step.into());
        inside(self);
        self.path.pop();
    }

    fn mention(&mut self, kind: ReferenceKind, to: &str) {
        if let Some(owner) = self.owner.clone() {
            let (path, to) = (self.path.join("."), to.to_owned());
            self.found.references.push(Reference {
                owner,
                path,
                kind,
                to,
            });
        }
    }

    fn malformed(&mut self, what: &str) {
        self.found
            .malformed
            .push(TemplateError::meaning(self.path.join("."), what));
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Object(map) => match map.iter().next() {
                Some((name, argument)) if map.len() == 1 => {
                    self.at(name.as_str(), |walk| walk.function(name, argument));
                }
                Some(_) | None => self.map(map),
            },
            Value::Array(items) => self.items(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn map(&mut self, map: &Map<String, Value>) {
        // A whole section can be one function too: `Properties: {Fn::If: …}`.
        for (key, value) in map {
            self.at(key.as_str(), |walk| {
                if map.len() == 1 {
                    walk.function(key, value)
                } else {
                    walk.value(value)
                }
            });
        }
    }

    fn items(&mut self, items: &[Value]) {
        for (index, item) in items.iter().enumerate() {
            self.at(index.to_string(), |walk| walk.value(item));
        }
    }

    /// The only entry of an object: an intrinsic function, or just a key.
    fn function(&mut self, name: &str, argument: &Value) {
        match (name, argument) {
            ("Ref", Value::String(to)) => self.mention(ReferenceKind::Ref, to),
            ("Condition", Value::String(to)) if self.in_condition() => {
                self.mention(ReferenceKind::Condition, to);
            }
            ("Fn::GetAtt", argument) => self.get_att(argument),
            ("Fn::Sub", argument) => self.sub(argument),
            ("Fn::FindInMap", argument) => self.find_in_map(argument),
            ("Fn::If", argument) => self.r#if(argument),
            (_, argument) => self.value(argument),
        }
    }

    // Elsewhere `Condition` is an ordinary key, in IAM policies for instance.
    fn in_condition(&self) -> bool {
        matches!(self.owner, Some(Owner::Condition(_)))
    }

    fn get_att(&mut self, argument: &Value) {
        match argument.as_array().map(Vec::as_slice) {
            Some([Value::String(resource), Value::String(attribute)]) if !attribute.is_empty() => {
                let attribute = Some(attribute.clone());
                self.mention(ReferenceKind::GetAtt { attribute }, resource);
            }
            Some([Value::String(resource), computed @ Value::Object(_)]) => {
                self.mention(ReferenceKind::GetAtt { attribute: None }, resource);
                self.at("1", |walk| walk.value(computed));
            }
            Some(_) | None => self.malformed(
                "every Fn::GetAtt object requires two non-empty parameters, the resource name and \
                 the resource attribute",
            ),
        }
    }

    fn find_in_map(&mut self, argument: &Value) {
        match argument.as_array().map(Vec::as_slice) {
            Some([map, keys @ ..]) if keys.len() >= 2 => {
                match map.as_str() {
                    Some(name) => self.mention(ReferenceKind::Mapping, name),
                    None => self.at("0", |walk| walk.value(map)),
                }
                for (index, key) in keys.iter().enumerate() {
                    self.at((index + 1).to_string(), |walk| walk.value(key));
                }
            }
            Some(_) | None => self.malformed(
                "every Fn::FindInMap object requires three parameters, the map name, map key and \
                 the attribute for return value",
            ),
        }
    }

    fn r#if(&mut self, argument: &Value) {
        match argument.as_array().map(Vec::as_slice) {
            Some([Value::String(condition), yes, no]) => {
                self.mention(ReferenceKind::Condition, condition);
                self.at("1", |walk| walk.value(yes));
                self.at("2", |walk| walk.value(no));
            }
            Some(_) | None => self.malformed(
                "Fn::If requires a list of three: the name of a condition, the value if it is \
                 true, the value if it is false",
            ),
        }
    }

    fn sub(&mut self, argument: &Value) {
        match argument {
            Value::String(text) => self.placeholders(text, &BTreeSet::new()),
            Value::Array(both) => match both.as_slice() {
                [Value::String(text)] => self.placeholders(text, &BTreeSet::new()),
                [Value::String(text), Value::Object(own)] => {
                    self.placeholders(text, &own.keys().map(String::as_str).collect());
                    for (key, value) in own {
                        self.at(format!("1.{key}"), |walk| walk.value(value));
                    }
                }
                _ => self.malformed(SUB_ARGUMENTS),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {
                self.malformed(SUB_ARGUMENTS);
            }
        }
    }

    fn placeholders(&mut self, text: &str, own: &BTreeSet<&str>) {
        let parts = match parts(text) {
            Ok(parts) => parts,
            Err(mut error) => {
                error.path = Some(self.path.join("."));
                self.found.malformed.push(error);
                return;
            }
        };
        for part in parts {
            match part {
                SubPart::Variable(name) if !own.contains(name) => {
                    let (to, attribute) = resource_attribute(name);
                    let attribute = attribute.map(str::to_owned);
                    self.mention(ReferenceKind::Sub { attribute }, to);
                }
                SubPart::Variable(_) | SubPart::Text(_) | SubPart::Literal(_) => {}
            }
        }
    }
}

const SUB_ARGUMENTS: &str = "one or more Fn::Sub intrinsic functions don't specify expected \
                             arguments. Specify a string as first argument, and an optional second \
                             argument to specify a mapping of values to replace in the string";
