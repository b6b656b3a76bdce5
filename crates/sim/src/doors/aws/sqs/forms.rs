//! The query protocol in the words of the JSON protocol, and back.

use serde_json::{Map, Value, json};

use super::super::params::Params;
use super::super::xml::Element;
use super::malformed;
use crate::aws_error::AwsResult;

/// Lists: the name in the query protocol, and in JSON.
const LISTS: &[(&str, &str)] = &[
    ("AttributeName", "AttributeNames"),
    ("MessageAttributeName", "MessageAttributeNames"),
    ("MessageSystemAttributeName", "MessageSystemAttributeNames"),
    ("TagKey", "TagKeys"),
    ("SendMessageBatchRequestEntry", "Entries"),
    ("DeleteMessageBatchRequestEntry", "Entries"),
    ("ChangeMessageVisibilityBatchRequestEntry", "Entries"),
];

/// Lists of pairs that JSON has as maps: both names, and what a key is called.
const MAPS: &[(&str, &str, &str)] = &[
    ("Attribute", "Attributes", "Name"),
    ("MessageAttribute", "MessageAttributes", "Name"),
    ("Tag", "Tags", "Key"),
];

/// What JSON has as a number.
const NUMBERS: [&str; 5] = [
    "DelaySeconds",
    "MaxNumberOfMessages",
    "MaxResults",
    "VisibilityTimeout",
    "WaitTimeSeconds",
];

/// What belongs to the request and not to the call.
const ENVELOPE: [&str; 8] = [
    "Action",
    "Version",
    "AWSAccessKeyId",
    "Signature",
    "SignatureMethod",
    "SignatureVersion",
    "Timestamp",
    "Expires",
];

/// Reads a call's parameters.
pub(super) fn input(params: &Params) -> AwsResult<Value> {
    let mut input = Map::new();
    let names = params.names().filter(|name| !ENVELOPE.contains(name));
    for name in names.filter(|name| !name.starts_with("X-Amz-")) {
        let (name, value) = field(params, name)?;
        input.insert(name.to_owned(), value);
    }
    Ok(Value::Object(input))
}

fn field<'name>(params: &Params, name: &'name str) -> AwsResult<(&'name str, Value)> {
    let entries = || params.list(name).unwrap_or_default();
    if let Some((_, to)) = LISTS.iter().find(|(from, _)| *from == name) {
        let read = |entry: &Params| match entry.value() {
            Some(text) => Ok(json!(text)),
            None => input(entry),
        };
        let all = entries().into_iter().map(read).collect::<AwsResult<_>>()?;
        return Ok((to, Value::Array(all)));
    }
    if let Some((_, to, key)) = MAPS.iter().find(|(from, ..)| *from == name) {
        let mut map = Map::new();
        for entry in entries() {
            let value = match entry.structure("Value") {
                Some(structure) => input(structure)?,
                None => json!(entry.text("Value").unwrap_or_default()),
            };
            map.insert(entry.owned(key).unwrap_or_default(), value);
        }
        return Ok((to, Value::Object(map)));
    }
    let text = params.text(name);
    let text = text.ok_or_else(|| malformed(&format!("the parameter {name} is not simulated")))?;
    if NUMBERS.contains(&name) {
        let number: Result<i64, _> = text.parse();
        let number =
            number.map_err(|_| malformed(&format!("'{text}' at '{name}' is no number")))?;
        return Ok((name, json!(number)));
    }
    Ok((name, json!(text)))
}

/// Writes a call's result.
pub(super) fn element(operation: &str, result: &Value) -> Element {
    let entry = format!("{operation}ResultEntry");
    fill(Element::new("Result"), &entry, result)
}

fn fill(element: Element, entry: &str, value: &Value) -> Element {
    let Some(fields) = value.as_object() else {
        return element;
    };
    fields
        .iter()
        .fold(element, |element, (name, value)| match value {
            Value::Array(all) => {
                let name = match name.as_str() {
                    "Successful" => entry,
                    "Failed" => "BatchResultErrorEntry",
                    plural => plural.trim_end_matches('s'),
                };
                let each = all.iter().map(|one| match one {
                    Value::Object(_) => fill(Element::new(name), entry, one),
                    other => Element::text(name, text(other)),
                });
                element.with_all(each)
            }
            Value::Object(map) => {
                let known = MAPS.iter().find(|(_, plural, _)| plural == name);
                let (single, _, key) = known.unwrap_or(&("entry", "entries", "Name"));
                let each = map.iter().map(|(of, value)| {
                    let pair = Element::new(*single).field(key, of);
                    match value {
                        Value::Object(_) => pair.with(fill(Element::new("Value"), entry, value)),
                        other => pair.field("Value", text(other)),
                    }
                });
                element.with_all(each)
            }
            other => element.field(name, text(other)),
        })
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
