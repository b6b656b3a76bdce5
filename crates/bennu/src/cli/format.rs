//! Forms of an answer, for people and for programs.

use clap::ValueEnum;
use serde_json::Value;

use super::Failure;

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// Columns.
    #[default]
    Table,
    /// More columns.
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
