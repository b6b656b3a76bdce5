//! Properties and methods of values.

use chrono::TimeDelta;

use super::value::{Table, Value};

/// A property; `strict`: one that is not there is an error, else `$null`.
///
/// # Errors
/// The words of what is thrown.
pub(super) fn property(value: &Value, name: &str, strict: bool) -> Result<Value, String> {
    let missing = || {
        if strict {
            let words = "cannot be found on this object. Verify that the property exists.";
            Err(format!("The property '{name}' {words}"))
        } else {
            Ok(Value::Null)
        }
    };
    let lower = name.to_lowercase();
    match (value, lower.as_str()) {
        (Value::Table(table), _) if table.get(name).is_some() => {
            Ok(table.get(name).cloned().unwrap_or(Value::Null))
        }
        (Value::Table(table), "keys") => Ok(Value::Array(
            table.iter().map(|(key, _)| key.into()).collect(),
        )),
        (Value::Table(table), "values") => Ok(Value::Array(
            table.iter().map(|(_, value)| value.clone()).collect(),
        )),
        (Value::Table(table), "count") => count(table.len()),
        (Value::Array(items), "count" | "length") => count(items.len()),
        (Value::Text(text), "length") => count(text.chars().count()),
        (Value::Null, "count") => count(0),
        (Value::Text(_) | Value::Int(_) | Value::Bool(_), "count") => count(1),
        (Value::Failure(failure), "exception") => {
            let message = Value::Text(failure.message.clone());
            Ok(Value::Table(Table::from([("Message", message)])))
        }
        (Value::Failure(failure), "invocationinfo") => {
            let place = format!("At {}:{}", failure.file, failure.line);
            let line = i64::try_from(failure.line).map_err(|error| error.to_string())?;
            Ok(Value::Table(Table::from([
                ("ScriptName", Value::Text(failure.file.clone())),
                ("ScriptLineNumber", Value::Int(line)),
                ("PositionMessage", Value::Text(place)),
            ])))
        }
        (Value::Failure(failure), "scriptstacktrace") => Ok(Value::Text(format!(
            "at <ScriptBlock>, {}: line {}",
            failure.file, failure.line
        ))),
        // A list's items are asked one by one.
        (Value::Array(items), _) => {
            let found: Result<Vec<_>, _> = items
                .iter()
                .map(|item| property(item, name, strict))
                .collect();
            match found?.as_slice() {
                [] => missing(),
                [only] => Ok(only.clone()),
                many => Ok(Value::Array(many.to_vec())),
            }
        }
        _ => missing(),
    }
}

fn count(length: usize) -> Result<Value, String> {
    let length = i64::try_from(length).map_err(|error| error.to_string())?;
    Ok(Value::Int(length))
}

/// `$value[index]`.
///
/// # Errors
/// The words of what is thrown.
pub(super) fn index(value: &Value, index: &Value, strict: bool) -> Result<Value, String> {
    match value {
        Value::Table(table) => Ok(table.get(&index.text()).cloned().unwrap_or(Value::Null)),
        Value::Null => Err("Cannot index into a null array.".to_owned()),
        Value::Array(items) => at(items, index.int()?, strict),
        Value::Text(text) => {
            let letters: Vec<Value> = text
                .chars()
                .map(|one| Value::Text(one.to_string()))
                .collect();
            at(&letters, index.int()?, strict)
        }
        one => at(std::slice::from_ref(one), index.int()?, strict),
    }
}

fn at(items: &[Value], index: i64, strict: bool) -> Result<Value, String> {
    let place = if index < 0 {
        i64::try_from(items.len()).unwrap_or(i64::MAX) + index
    } else {
        index
    };
    let found = usize::try_from(place)
        .ok()
        .and_then(|place| items.get(place));
    match found {
        Some(found) => Ok(found.clone()),
        None if strict => Err("Index was outside the bounds of the array.".to_owned()),
        None => Ok(Value::Null),
    }
}

/// A method's result.
///
/// # Errors
/// The words of what is thrown, or that it is not acted out.
pub(super) fn method(value: &Value, name: &str, given: &[Value]) -> Result<Value, String> {
    let lower = name.to_lowercase();
    if let (Value::Null, _) = (value, &lower) {
        return Err("You cannot call a method on a null-valued expression.".to_owned());
    }
    Ok(match (value, lower.as_str(), given) {
        (Value::Text(text), "split", [by, ..]) => {
            let by = by.text();
            Value::Array(
                text.split(|one| by.contains(one))
                    .map(Value::from)
                    .collect(),
            )
        }
        (Value::Text(text), "trim", []) => text.trim().into(),
        (Value::Text(text), "trim", [ends]) => {
            let ends = ends.text();
            text.trim_matches(|one| ends.contains(one)).into()
        }
        (Value::Text(text), "trimend", [ends]) => {
            let ends = ends.text();
            text.trim_end_matches(|one| ends.contains(one)).into()
        }
        (Value::Text(text), "trimend", []) => text.trim_end().into(),
        (Value::Text(text), "tolower" | "tolowerinvariant", []) => Value::Text(text.to_lowercase()),
        (Value::Text(text), "toupper" | "toupperinvariant", []) => Value::Text(text.to_uppercase()),
        (Value::Text(text), "replace", [from, to]) => {
            if from.text().is_empty() {
                return Err("String cannot be of zero length.".to_owned());
            }
            Value::Text(text.replace(&from.text(), &to.text()))
        }
        (Value::Text(text), "startswith", [start]) => Value::Bool(text.starts_with(&start.text())),
        (Value::Text(text), "endswith", [end]) => Value::Bool(text.ends_with(&end.text())),
        (Value::Text(text), "contains", [part]) => Value::Bool(text.contains(&part.text())),
        (Value::Array(items), "contains", [item]) => Value::Bool(items.contains(item)),
        (Value::Table(table), "containskey" | "contains", [key]) => {
            Value::Bool(table.get(&key.text()).is_some())
        }
        (Value::Time(time), "addseconds", [span]) => add(*time, span, 1)?,
        (Value::Time(time), "addminutes", [span]) => add(*time, span, 60)?,
        (any, "tostring", []) => Value::Text(any.text()),
        (Value::Time(time), "tostring", [form]) if form.text() == "o" => {
            Value::Text(time.format("%Y-%m-%dT%H:%M:%S%.7fZ").to_string())
        }
        _ => {
            return Err(format!(
                "the method {name} with {} arguments is not acted out",
                given.len()
            ));
        }
    })
}

fn add(time: chrono::DateTime<chrono::Utc>, span: &Value, unit_s: i64) -> Result<Value, String> {
    let span_s = span.int()?.checked_mul(unit_s);
    let later = span_s
        .and_then(TimeDelta::try_seconds)
        .and_then(|span| time.checked_add_signed(span));
    later.map(Value::Time).ok_or_else(|| {
        "The added or subtracted value results in an un-representable DateTime.".to_owned()
    })
}

/// A type's own method or property.
///
/// # Errors
/// It is not acted out.
pub(super) fn of_type(kind: &str, name: &str, given: &[Value]) -> Result<Value, String> {
    match (
        kind.to_lowercase().as_str(),
        name.to_lowercase().as_str(),
        given,
    ) {
        ("string" | "system.string", "isnullorempty", [text]) => {
            Ok(Value::Bool(text.text().is_empty()))
        }
        ("string" | "system.string", "isnullorwhitespace", [text]) => {
            Ok(Value::Bool(text.text().trim().is_empty()))
        }
        _ => Err(format!("[{kind}]::{name} is not acted out")),
    }
}
