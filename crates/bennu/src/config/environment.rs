//! Environment variables over what the file says.

use std::collections::BTreeMap;

use serde::Deserialize as _;
use toml::{Table, Value};

use super::{Config, ConfigError};

const PREFIX: &str = "BENNU_";
/// Between levels. Variables without it are not the configuration's: `BENNU_TOKEN`.
const LEVEL: &str = "__";

/// Puts the variables over a table, one after the other, so that the one that is wrong is
/// known by name.
pub(super) fn apply(
    table: Table,
    variables: &BTreeMap<String, String>,
) -> Result<Config, ConfigError> {
    let ours = variables.iter().filter_map(|(name, value)| {
        let rest = name.strip_prefix(PREFIX)?;
        rest.contains(LEVEL).then_some((name, rest, value))
    });
    let mut applied = table;
    for (name, rest, value) in ours {
        let path: Vec<_> = rest.split(LEVEL).map(str::to_ascii_lowercase).collect();
        applied = apply_one(&applied, &path, value).map_err(|cause| ConfigError::Variable {
            name: name.clone(),
            cause,
        })?;
    }
    Config::deserialize(applied).map_err(|error| ConfigError::File {
        file: "the configuration".to_owned(),
        cause: error.message().to_owned(),
    })
}

/// The table with one value set. The value is text if text fits there; else it is read as
/// TOML, for numbers and lists.
fn apply_one(table: &Table, path: &[String], value: &str) -> Result<Table, String> {
    let text = Value::String(value.to_owned());
    let as_text = with(table, path, text)?;
    let Err(why) = check(&as_text, path) else {
        return Ok(as_text);
    };
    let parsed: Result<Table, _> = toml::from_str(&format!("value = {value}"));
    let parsed = parsed.ok().and_then(|mut table| table.remove("value"));
    let as_toml = parsed.map(|value| with(table, path, value)).transpose()?;
    as_toml
        .filter(|table| check(table, path).is_ok())
        .ok_or(why)
}

/// Whether a table is a configuration. An entry of a list that is only begun lacks keys
/// that other variables may give; that is told at the end.
fn check(table: &Table, path: &[String]) -> Result<(), String> {
    let in_list = path
        .get(1)
        .is_some_and(|step| step.parse::<usize>().is_ok());
    match Config::deserialize(table.clone()) {
        Ok(_) => Ok(()),
        Err(error) if in_list && error.message().starts_with("missing field") => Ok(()),
        Err(error) => Err(error.message().to_owned()),
    }
}

fn with(table: &Table, path: &[String], value: Value) -> Result<Table, String> {
    let mut root = Value::Table(table.clone());
    let mut place = &mut root;
    for (depth, step) in path.iter().enumerate() {
        let next_is_index = path
            .get(depth + 1)
            .is_some_and(|next| next.parse::<usize>().is_ok());
        let empty = if next_is_index {
            Value::Array(Vec::new())
        } else {
            Value::Table(Table::new())
        };
        place = match place {
            Value::Table(table) => table.entry(step.clone()).or_insert(empty),
            Value::Array(list) => {
                let wrong = || format!("{step:?} is no place in a list of {}", list.len());
                let index: usize = step.parse().map_err(|_| wrong())?;
                if index > list.len() {
                    return Err(wrong());
                }
                if index == list.len() {
                    list.push(empty);
                }
                &mut list[index]
            }
            _ => {
                return Err(format!(
                    "there is nothing below {}",
                    path[..depth].join(".")
                ));
            }
        };
    }
    *place = value;
    match root {
        Value::Table(table) => Ok(table),
        _ => Err("a section and a key must be named".to_owned()),
    }
}
