//! Forms of an answer, for people and for programs.

use clap::ValueEnum;
use serde_json::Value;

use super::{Failure, Output};

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Table,
    /// For people, with more in it.
    Wide,
    /// As the daemon answers.
    Json,
    /// As the daemon answers.
    Yaml,
    /// One `KIND/NAME` a line, such as `environment/ryan0001`.
    Name,
}

/// JSON for people too: indented.
pub fn json(value: &Value) -> Result<String, Failure> {
    serde_json::to_string_pretty(value).map_err(|error| Failure::failed(format!("JSON: {error}")))
}

/// YAML.
pub fn yaml(value: &Value) -> Result<String, Failure> {
    yaml_serde::to_string(value).map_err(|error| Failure::failed(format!("YAML: {error}")))
}

/// Writes an answer in the form that was asked for: the document unchanged for programs, the
/// name alone, or for people what `text` makes of it, more of it if it is told `true`.
pub(super) fn show(
    output: &mut Output,
    form: Format,
    name: &str,
    document: Value,
    text: impl FnOnce(Value, bool, &Output) -> Result<String, Failure>,
) -> Result<(), Failure> {
    let text = match form {
        Format::Json => json(&document)?,
        Format::Yaml => yaml(&document)?,
        Format::Name => name.to_owned(),
        Format::Table => text(document, false, output)?,
        Format::Wide => text(document, true, output)?,
    };
    if !text.is_empty() {
        output.lines(&text);
    }
    Ok(())
}
