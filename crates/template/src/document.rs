//! Text to one normal form of JSON.
//!
//! JSON and YAML come out alike: short forms (`!Ref`) are written out, every
//! key is a string, `Fn::GetAtt: A.B` is the list `[A, B]`. Reading a normal
//! form's own JSON text gives the same normal form again.
//!
//! Two things of YAML are lost on purpose. A number is a number: `1.10` reads
//! as 1.1, so versions need quotes (`0644` and `2010-09-09` are no numbers and
//! keep their text). Anchors are expanded, though CloudFormation refuses them.

mod nesting;
mod reader;
mod short_form;

use serde::de::DeserializeSeed;
use serde_json::Value;

use crate::error::TemplateError;
use crate::limits::OBJECT_LIMIT;
use reader::{Reader, Trace};

/// Reads a template's text into the normal form. A text whose first character
/// other than white space is `{` is JSON, anything else is YAML.
///
/// # Errors
///
/// The text is longer than CloudFormation takes, is neither JSON nor YAML, has
/// a key twice in one object, has a `null`, nests deeper than about 100 levels,
/// has more than 20,000 opening brackets as YAML, uses a tag that is no intrinsic function, or is not an
/// object.
pub fn normalise(text: &str) -> Result<Value, TemplateError> {
    if text.len() > OBJECT_LIMIT {
        let size = text.len();
        let what = format_args!("a template has at most {OBJECT_LIMIT} bytes, this one has {size}");
        return Err(TemplateError::format("", what));
    }
    let text = text.trim_start_matches('\u{feff}');
    let trace = Trace::default();
    let read = if text.trim_start().starts_with('{') {
        read_json(text, &trace)
    } else {
        read_yaml(text, &trace)
    };
    match read {
        Ok(document @ Value::Object(_)) => Ok(document),
        Ok(_) => Err(TemplateError::format(
            "",
            "a template is an object of sections, not a value",
        )),
        Err((what, line)) => {
            let mut error = TemplateError::format(trace.path(), trace.message().unwrap_or(what));
            error.line = line;
            Err(error)
        }
    }
}

/// A parser's own words, and the line.
type Unread = (String, Option<usize>);

fn read_json(text: &str, trace: &Trace) -> Result<Value, Unread> {
    let mut json = serde_json::Deserializer::from_str(text);
    let value = Reader::new(trace).deserialize(&mut json);
    value
        .and_then(|value| json.end().map(|()| value))
        .map_err(|error| {
            let line = Some(error.line()).filter(|line| *line > 0);
            (format!("JSON not well-formed. ({error})"), line)
        })
}

fn read_yaml(text: &str, trace: &Trace) -> Result<Value, Unread> {
    nesting::affordable(text).map_err(|what| (what, None))?;
    let yaml = yaml_serde::Deserializer::from_str(text);
    Reader::new(trace).deserialize(yaml).map_err(|error| {
        let line = error.location().map(|location| location.line());
        (format!("YAML not well-formed. ({error})"), line)
    })
}

#[cfg(test)]
mod tests;
