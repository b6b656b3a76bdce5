//! A value with its place, so that every refusal can name it.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use crate::error::TemplateError;

/// A value of the normal form and the dotted path that leads to it.
#[derive(Clone)]
pub(super) struct Field<'v> {
    pub(super) value: &'v Value,
    pub(super) path: String,
}

impl<'v> Field<'v> {
    pub(super) fn new(value: &'v Value, path: impl Into<String>) -> Self {
        Self {
            value,
            path: path.into(),
        }
    }

    pub(super) fn refuse(&self, what: impl fmt::Display) -> TemplateError {
        TemplateError::format(&self.path, what)
    }

    pub(super) fn child(&self, name: &str, value: &'v Value) -> Self {
        Self {
            value,
            path: format!("{}.{name}", self.path),
        }
    }

    pub(super) fn object(&self) -> Result<&'v Map<String, Value>, TemplateError> {
        let object = self.value.as_object();
        object.ok_or_else(|| self.refuse("this must be an object"))
    }

    /// The entries by key, each with its place.
    pub(super) fn entries(&self) -> Result<Vec<(&'v str, Self)>, TemplateError> {
        let object = self.object()?;
        Ok(object
            .iter()
            .map(|(key, value)| (key.as_str(), self.child(key, value)))
            .collect())
    }

    /// A map of this section's entries, each read by `read`.
    pub(super) fn each<T>(
        &self,
        read: impl Fn(&Self) -> Result<T, TemplateError>,
    ) -> Result<BTreeMap<String, T>, TemplateError> {
        let entries = self.entries()?.into_iter();
        entries
            .map(|(name, entry)| Ok((name.to_owned(), read(&entry)?)))
            .collect()
    }

    /// A string, and nothing that merely looks like one.
    pub(super) fn string(&self) -> Result<String, TemplateError> {
        let text = self.value.as_str().map(str::to_owned);
        text.ok_or_else(|| self.refuse("this must be a string"))
    }

    /// A scalar's text: CloudFormation takes `9` and `true` where it wants a
    /// string.
    pub(super) fn text(&self) -> Result<String, TemplateError> {
        match self.value {
            Value::String(text) => Ok(text.clone()),
            Value::Number(number) => Ok(number.to_string()),
            Value::Bool(flag) => Ok(flag.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => {
                Err(self.refuse("this must be a string, a number or a boolean"))
            }
        }
    }

    /// A number, or a string that holds one.
    pub(super) fn number<N: std::str::FromStr>(&self, wanted: &str) -> Result<N, TemplateError> {
        let text = self.text()?;
        text.trim()
            .parse()
            .map_err(|_| self.refuse(format_args!("'{text}' is not {wanted}")))
    }

    /// The elements of a list.
    pub(super) fn list(&self) -> Result<Vec<Self>, TemplateError> {
        let Value::Array(items) = self.value else {
            return Err(self.refuse("this must be a list"));
        };
        let items = items.iter().enumerate();
        Ok(items
            .map(|(index, value)| self.child(&index.to_string(), value))
            .collect())
    }

    /// One thing, or a list of such things.
    pub(super) fn one_or_more<T>(
        &self,
        read: impl Fn(&Self) -> Result<T, TemplateError>,
    ) -> Result<Vec<T>, TemplateError> {
        match self.value {
            Value::Array(_) => self.list()?.iter().map(read).collect(),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Object(_) => Ok(vec![read(self)?]),
        }
    }
}
