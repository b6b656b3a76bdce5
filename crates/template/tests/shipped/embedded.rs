//! The scripts that stand in templates: user data, and the files of cfn-init.

use std::fs;

use bennu_template::Template;
use bennu_template::sub::{SubPart, parts};
use serde_json::{Map, Value};

use crate::{templates, top};

/// A script out of a template.
pub struct Script {
    /// The template's path and the place in it.
    pub place: String,
    /// The script, with a word in the place of each placeholder of `Fn::Sub`.
    pub text: String,
}

/// Every script that stands in a template.
pub fn scripts() -> Vec<Script> {
    let mut found = Vec::new();
    for path in templates() {
        let text = fs::read_to_string(top().join(&path)).unwrap();
        let template = Template::parse(&text).unwrap();
        for (name, resource) in &template.resources {
            let place = format!("{path}, {name}");
            let properties = Value::Object(resource.properties.clone());
            user_data(&place, &properties, &mut found);
            if let Some(Value::Object(init)) = resource.metadata.get("AWS::CloudFormation::Init") {
                init_files(&place, init, &mut found);
            }
        }
    }
    found
}

/// `UserData` wherever it stands in a resource's properties.
fn user_data(place: &str, value: &Value, found: &mut Vec<Script>) {
    let Value::Object(fields) = value else { return };
    for (key, inner) in fields {
        let place = format!("{place}.{key}");
        if key == "UserData" {
            let text = plain(&place, inner);
            found.push(Script { place, text });
        } else {
            user_data(&place, inner, found);
        }
    }
}

fn init_files(place: &str, init: &Map<String, Value>, found: &mut Vec<Script>) {
    for config in init.values() {
        let files = config.get("files").and_then(Value::as_object);
        for (path, file) in files.into_iter().flatten() {
            let place = format!("{place}, file {path}");
            let text = plain(&place, &file["content"]);
            found.push(Script { place, text });
        }
    }
}

/// The text of a string, of `Fn::Base64` and of `Fn::Sub`.
fn plain(place: &str, value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(map) if map.contains_key("Fn::Base64") => plain(place, &map["Fn::Base64"]),
        Value::Object(map) if map.contains_key("Fn::Sub") => match &map["Fn::Sub"] {
            Value::Array(arguments) => filled(arguments[0].as_str().unwrap()),
            text => filled(text.as_str().unwrap()),
        },
        other => panic!("{place}: no script is read out of {other}"),
    }
}

/// A text of `Fn::Sub` with a word for each of its placeholders.
fn filled(text: &str) -> String {
    let pieces = parts(text).unwrap();
    let pieces = pieces.into_iter().map(|part| match part {
        SubPart::Text(text) => text.to_owned(),
        SubPart::Literal(inside) => format!("${{{inside}}}"),
        SubPart::Variable(name) => name.replace([':', '.'], "-"),
    });
    pieces.collect()
}
