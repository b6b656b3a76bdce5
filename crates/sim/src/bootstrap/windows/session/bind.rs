//! From a command line to the parameters of a block.

use std::collections::BTreeMap;

use crate::bootstrap::windows::code::{Parameter, Rule};
use crate::bootstrap::windows::value::{Type, Value};

/// One argument of a command.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::bootstrap::windows) enum Argument {
    /// `-Name`, as it stands there.
    Flag(String),
    /// `-Name:value`, the name as it stands there.
    FlagWith(String, Value),
    Value(Value),
}

/// The parameters that have a value now, by name in lower case. Those without a value that
/// have no default either get their type's own nothing.
///
/// # Errors
/// The words of the refusal.
pub(super) fn bind(
    parameters: &[Parameter],
    given: Vec<Argument>,
) -> Result<BTreeMap<String, Value>, String> {
    let mut bound = BTreeMap::new();
    let mut plain = Vec::new();
    let mut given = given.into_iter().peekable();
    while let Some(argument) = given.next() {
        let (name, value) = match argument {
            Argument::Value(value) => {
                plain.push(value);
                continue;
            }
            Argument::Flag(name) => (name, None),
            Argument::FlagWith(name, value) => (name, Some(value)),
        };
        let parameter = named(parameters, &name)?;
        let value = match (value, parameter.kind) {
            (Some(value), _) => value,
            (None, Some(Type::Switch)) => Value::Bool(true),
            (None, _) => match given.next() {
                Some(Argument::Value(value)) => value,
                Some(Argument::Flag(_) | Argument::FlagWith(..)) | None => {
                    return Err(format!("Missing an argument for parameter '{name}'."));
                }
            },
        };
        bound.insert(parameter.name.clone(), checked(parameter, value)?);
    }
    let mut places = parameters
        .iter()
        .filter(|parameter| parameter.kind != Some(Type::Switch));
    for value in plain {
        let place = places.find(|parameter| !bound.contains_key(&parameter.name));
        let parameter = place.ok_or_else(|| {
            let text = value.text();
            format!("A positional parameter cannot be found that accepts argument '{text}'.")
        })?;
        bound.insert(parameter.name.clone(), checked(parameter, value)?);
    }
    let missing =
        |parameter: &&Parameter| parameter.is_mandatory && !bound.contains_key(&parameter.name);
    if let Some(parameter) = parameters.iter().find(missing) {
        let words = "because of one or more missing mandatory parameters";
        return Err(format!(
            "Cannot process command {words}: {}.",
            parameter.name
        ));
    }
    for parameter in parameters.iter().filter(|parameter| !parameter.has_default) {
        let name = parameter.name.clone();
        bound.entry(name).or_insert_with(|| nothing(parameter));
    }
    Ok(bound)
}

/// What a parameter holds that was not given.
fn nothing(parameter: &Parameter) -> Value {
    match parameter.kind {
        Some(Type::String) => "".into(),
        Some(Type::Int) => Value::Int(0),
        Some(Type::Bool | Type::Switch) => Value::Bool(false),
        Some(Type::Strings | Type::Table | Type::Array | Type::Void) | None => Value::Null,
    }
}

fn named<'p>(parameters: &'p [Parameter], flag: &str) -> Result<&'p Parameter, String> {
    let name = flag.trim_start_matches('-').trim_end_matches(':');
    let found = parameters
        .iter()
        .find(|parameter| parameter.name.eq_ignore_ascii_case(name));
    found
        .ok_or_else(|| format!("A parameter cannot be found that matches parameter name '{name}'."))
}

fn checked(parameter: &Parameter, value: Value) -> Result<Value, String> {
    let name = &parameter.name;
    let no = |why: String| format!("Cannot validate argument on parameter '{name}'. {why}");
    let value = match parameter.kind {
        Some(kind) => value.cast(kind).map_err(|why| {
            format!("Cannot process argument transformation on parameter '{name}'. {why}")
        })?,
        None => value,
    };
    if parameter.is_mandatory && value == Value::Text(String::new()) {
        return Err(format!(
            "Cannot bind argument to parameter '{name}' because it is an empty string."
        ));
    }
    for rule in &parameter.allows {
        let holds = match rule {
            Rule::NotEmpty => !value.text().is_empty(),
            Rule::OneOf(words) => {
                let text = value.text();
                words.iter().any(|word| word.eq_ignore_ascii_case(&text))
            }
            Rule::Between(least, most) => (*least..=*most).contains(&value.int()?),
        };
        if !holds {
            return Err(no(format!(
                "The argument \"{}\" is not allowed.",
                value.text()
            )));
        }
    }
    Ok(value)
}
