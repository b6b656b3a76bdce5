//! Values of scripts: how they look as text, what is true, what equals what.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::code::Block;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    Time(DateTime<Utc>),
    Array(Vec<Value>),
    /// A hashtable or an object with properties. It is copied where it is assigned.
    Table(Table),
    Block(Arc<Block>),
    /// What `catch` finds in `$_`.
    Failure(Box<Failure>),
}

/// What was thrown, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub message: String,
    pub file: String,
    pub line: usize,
}

/// Keys and values in the order of their coming; keys are found in any case.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Table {
    entries: Vec<(String, Value)>,
}

/// The types that casts and parameters name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    String,
    Strings,
    Int,
    Bool,
    Switch,
    Table,
    Array,
    /// `[void]`: the value is thrown away.
    Void,
}

impl Table {
    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        let mut entries = self.entries.iter();
        let found = entries.find(|(own, _)| own.eq_ignore_ascii_case(key));
        found.map(|(_, value)| value)
    }

    /// Sets a key.
    pub(super) fn set(&mut self, key: &str, value: Value) {
        let mut entries = self.entries.iter_mut();
        match entries.find(|(own, _)| own.eq_ignore_ascii_case(key)) {
            Some(entry) => entry.1 = value,
            None => self.entries.push((key.to_owned(), value)),
        }
    }

    /// All keys with their values.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        let entries = self.entries.iter();
        entries.map(|(key, value)| (key.as_str(), value))
    }

    /// How many keys it has.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}

impl<const N: usize> From<[(&str, Value); N]> for Table {
    fn from(entries: [(&str, Value); N]) -> Self {
        let entries = entries.map(|(key, value)| (key.to_owned(), value));
        Self {
            entries: entries.into(),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl Value {
    /// As it stands inside a text: `"$x"`.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Bool(true) => "True".to_owned(),
            Self::Bool(false) => "False".to_owned(),
            Self::Int(number) => number.to_string(),
            Self::Text(text) => text.clone(),
            Self::Time(time) => time.format("%m/%d/%Y %H:%M:%S").to_string(),
            Self::Array(items) => {
                let texts: Vec<String> = items.iter().map(Self::text).collect();
                texts.join(" ")
            }
            Self::Table(table) => {
                let entries = table.iter();
                let texts: Vec<String> = entries
                    .map(|(key, value)| format!("{key}={}", value.text()))
                    .collect();
                format!("@{{{}}}", texts.join("; "))
            }
            Self::Block(block) => block.text.clone(),
            Self::Failure(failure) => failure.message.clone(),
        }
    }

    /// Whether a condition holds.
    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(truth) => *truth,
            Self::Int(number) => *number != 0,
            Self::Text(text) => !text.is_empty(),
            Self::Array(items) => match items.as_slice() {
                [] => false,
                [only] => only.is_true(),
                _ => true,
            },
            Self::Time(_) | Self::Table(_) | Self::Block(_) | Self::Failure(_) => true,
        }
    }

    /// As a list: an array's items, nothing of `$null`, else itself.
    pub(super) fn items(self) -> Vec<Self> {
        match self {
            Self::Null => Vec::new(),
            Self::Array(items) => items,
            other => vec![other],
        }
    }

    /// As a whole number.
    ///
    /// # Errors
    /// It is none: the words of a failed conversion.
    pub(super) fn int(&self) -> Result<i64, String> {
        match self {
            Self::Null => Ok(0),
            Self::Bool(truth) => Ok(i64::from(*truth)),
            Self::Int(number) => Ok(*number),
            Self::Text(text) if text.trim().is_empty() => Ok(0),
            Self::Text(text) => text.trim().parse().map_err(|_| self.no(Type::Int)),
            Self::Time(_) | Self::Array(_) | Self::Table(_) | Self::Block(_) | Self::Failure(_) => {
                Err(self.no(Type::Int))
            }
        }
    }

    /// As a value of a type.
    ///
    /// # Errors
    /// It cannot be one: the words of a failed conversion.
    pub(super) fn cast(self, to: Type) -> Result<Self, String> {
        Ok(match to {
            Type::String => Self::Text(self.text()),
            Type::Strings => {
                let texts = self.items().into_iter();
                Self::Array(texts.map(|item| Self::Text(item.text())).collect())
            }
            Type::Int => Self::Int(self.int()?),
            Type::Bool | Type::Switch => Self::Bool(self.is_true()),
            Type::Array => Self::Array(self.items()),
            Type::Void => Self::Null,
            Type::Table => match self {
                table @ Self::Table(_) => table,
                other => return Err(other.no(to)),
            },
        })
    }

    fn no(&self, kind: Type) -> String {
        format!(
            "Cannot convert value \"{}\" to type \"{kind:?}\"",
            self.text()
        )
    }
}
