//! From `AWS::CloudFormation::Init` metadata to steps.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Map, Value};

use super::{Content, Step};
use crate::cloudformation::evaluate::as_text;

/// The mode of a file that says none.
const PLAIN: u32 = 0o644;

/// How deep config sets may name each other.
const DEEPEST: u32 = 20;

/// The steps of the config sets that are asked for, or of the usual one.
pub(super) fn steps(metadata: &Value, sets: Option<&str>) -> Result<VecDeque<Step>, String> {
    let metadata = metadata
        .as_object()
        .ok_or("AWS::CloudFormation::Init is no object")?;
    let declared = metadata.get("configSets").and_then(Value::as_object);
    let asked = match (sets, declared) {
        (Some(sets), _) => sets.split(',').map(str::trim).map(str::to_owned).collect(),
        (None, Some(declared)) if declared.contains_key("default") => vec!["default".to_owned()],
        (None, _) => Vec::new(),
    };
    let mut configs = Vec::new();
    if asked.is_empty() {
        configs.push("config".to_owned());
    }
    for set in asked {
        collect(declared, &set, &mut configs, 0)?;
    }
    let mut steps = VecDeque::new();
    for name in configs {
        let config = metadata.get(&name).and_then(Value::as_object);
        let config = config.ok_or_else(|| format!("no configuration found with name: {name}"))?;
        of_config(config, &mut steps)?;
    }
    Ok(steps)
}

/// The names of a set's configurations, in order.
fn collect(
    declared: Option<&Map<String, Value>>,
    set: &str,
    configs: &mut Vec<String>,
    depth: u32,
) -> Result<(), String> {
    if depth > DEEPEST {
        return Err(format!("config set {set} names itself"));
    }
    let found = declared.and_then(|declared| declared.get(set));
    let found = found.ok_or_else(|| format!("no config set found with name: {set}"))?;
    let entries = match found {
        Value::Array(entries) => entries.clone(),
        other => vec![other.clone()],
    };
    for entry in entries {
        match (
            entry.as_str(),
            entry.get("ConfigSet").and_then(Value::as_str),
        ) {
            (Some(config), _) => configs.push(config.to_owned()),
            (None, Some(inner)) => collect(declared, inner, configs, depth + 1)?,
            (None, None) => return Err(format!("config set {set} has an entry that is no name")),
        }
    }
    Ok(())
}

fn of_config(config: &Map<String, Value>, steps: &mut VecDeque<Step>) -> Result<(), String> {
    let section = |name: &str| config.get(name).and_then(Value::as_object);
    for (_, packages) in section("packages").into_iter().flatten() {
        let names = packages.as_object().into_iter().flat_map(Map::keys);
        steps.push_back(Step::Packages(names.cloned().collect()));
    }
    for (path, url) in section("sources").into_iter().flatten() {
        let url = url
            .as_str()
            .ok_or_else(|| format!("source {path} has no address"))?;
        steps.push_back(Step::File {
            path: path.clone(),
            content: Content::Source(url.to_owned()),
            mode: PLAIN,
        });
    }
    for (path, file) in section("files").into_iter().flatten() {
        let content = match (file.get("content"), file.get("source")) {
            (Some(Value::String(text)), None) => Content::Given(text.clone()),
            (Some(document), None) => Content::Given(document.to_string()),
            (None, Some(Value::String(url))) => Content::Source(url.clone()),
            _ => return Err(format!("file {path} needs either content or source")),
        };
        let mode = file.get("mode").and_then(as_text);
        let mode = mode.map_or(Some(PLAIN), |mode| permissions(&mode));
        steps.push_back(Step::File {
            path: path.clone(),
            content,
            mode: mode.ok_or_else(|| format!("file {path} has a mode that is no octal number"))?,
        });
    }
    let mut commands: Vec<(&String, &Value)> = section("commands").into_iter().flatten().collect();
    commands.sort_by_key(|(name, _)| *name);
    for (name, command) in commands {
        let script = command.get("command").and_then(script_of);
        let script = script.ok_or_else(|| format!("command {name} has no command"))?;
        let environment = command.get("env").and_then(Value::as_object);
        let environment: BTreeMap<String, String> = (environment.into_iter().flatten())
            .filter_map(|(key, value)| Some((key.clone(), as_text(value)?)))
            .collect();
        let ignores = command.get("ignoreErrors").and_then(as_text);
        steps.push_back(Step::Command {
            name: name.clone(),
            script,
            test: command.get("test").and_then(script_of),
            ignores_errors: ignores.as_deref() == Some("true"),
            environment,
        });
    }
    Ok(())
}

/// The last three of the six digits; the first three say what kind of file it is.
fn permissions(mode: &str) -> Option<u32> {
    let mode = u32::from_str_radix(mode, 8).ok()?;
    Some(mode & 0o7777)
}

/// A command as a script; one that is a list of words needs no shell, so each is quoted.
fn script_of(command: &Value) -> Option<String> {
    match command {
        Value::String(text) => Some(text.clone()),
        Value::Array(words) => {
            let words = words.iter().filter_map(as_text);
            let quoted = words.map(|word| format!("'{}'", word.replace('\'', r"'\''")));
            Some(quoted.collect::<Vec<_>>().join(" "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}
