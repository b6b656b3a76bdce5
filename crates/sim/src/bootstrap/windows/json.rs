//! Values as JSON and back.

use serde_json::{Map, Number, Value as Json};

use super::value::{Table, Value};

/// What `ConvertFrom-Json` makes of a document.
///
/// # Errors
/// A number that is not whole.
pub(super) fn read(document: &Json) -> Result<Value, String> {
    Ok(match document {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => {
            let whole = number.as_i64().map(Value::Int);
            whole.ok_or_else(|| format!("the number {number} is not acted out"))?
        }
        Json::String(text) => text.as_str().into(),
        Json::Array(items) => Value::Array(items.iter().map(read).collect::<Result<_, _>>()?),
        Json::Object(entries) => {
            let mut table = Table::default();
            for (key, value) in entries {
                table.set(key, read(value)?);
            }
            Value::Table(table)
        }
    })
}

/// What `ConvertTo-Json` makes of a value.
pub(super) fn write(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(truth) => Json::Bool(*truth),
        Value::Int(number) => Json::Number(Number::from(*number)),
        Value::Array(items) => Json::Array(items.iter().map(write).collect()),
        Value::Table(table) => {
            let entries = table.iter();
            let entries = entries.map(|(key, value)| (key.to_owned(), write(value)));
            Json::Object(entries.collect::<Map<_, _>>())
        }
        Value::Text(_) | Value::Time(_) | Value::Block(_) | Value::Failure(_) => {
            Json::String(value.text())
        }
    }
}
