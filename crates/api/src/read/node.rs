//! One place in a document, and how it is read.

use std::collections::BTreeMap;
use std::str::FromStr;

use bennu_model::ids::IllegalId;
use bennu_model::spec::Invalid;
use serde_json::{Map, Value};

use super::nearest::nearest;
use super::unsupported;

pub(crate) type Problems = Vec<Invalid>;

/// A key that somebody made up can be long; so much of it is enough to find it.
const MAX_KEY_CHARS: usize = 80;

/// Says what is wrong at a place.
pub(crate) fn at(
    field: impl Into<String>,
    cause: impl Into<String>,
    remedy: impl Into<String>,
) -> Invalid {
    Invalid {
        field: field.into(),
        cause: cause.into(),
        remedy: remedy.into(),
    }
}

/// A value and its path: `spec.octopus.projects[1]`.
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    pub(crate) path: String,
    pub(crate) value: &'a Value,
}

/// A mapping whose keys have been checked.
#[derive(Debug)]
pub(crate) struct Mapping<'a> {
    path: String,
    map: &'a Map<String, Value>,
}

impl<'a> Node<'a> {
    pub(crate) fn top(value: &'a Value) -> Self {
        let path = String::new();
        Self { path, value }
    }

    /// The mapping here. Every key must be one of `known`, be one that only we write
    /// (`answered`), or belong to a feature to come, which is refused elsewhere.
    pub(crate) fn mapping(
        &self,
        known: &[&str],
        answered: &[&str],
        problems: &mut Problems,
    ) -> Option<Mapping<'a>> {
        let map = self.object(problems)?;
        for key in map.keys() {
            let path = join(&self.path, key);
            let key = key.as_str();
            if known.contains(&key) || answered.contains(&key) || unsupported::covers(&path) {
                continue;
            }
            let remedy = match nearest(key, known.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("known here: {}", known.join(", ")),
            };
            problems.push(at(path, "this key is not known", remedy));
        }
        let path = self.path.clone();
        Some(Mapping { path, map })
    }

    /// Every entry of a mapping with free keys.
    pub(crate) fn entries(&self, problems: &mut Problems) -> Vec<(&'a str, Node<'a>)> {
        let map = self.object(problems);
        let entries = map.into_iter().flatten();
        entries
            .map(|(key, value)| {
                let path = join(&self.path, key);
                (key.as_str(), Node { path, value })
            })
            .collect()
    }

    /// A mapping from free keys to text.
    pub(crate) fn texts(&self, problems: &mut Problems) -> BTreeMap<String, String> {
        let entries = self.entries(problems).into_iter();
        entries
            .filter_map(|(key, node)| Some((key.to_owned(), node.scalar(problems)?)))
            .collect()
    }

    /// Every member of a list.
    pub(crate) fn list(&self, problems: &mut Problems) -> Vec<Node<'a>> {
        let Value::Array(members) = self.value else {
            problems.push(self.wrong_type("a list"));
            return Vec::new();
        };
        let path = |index: usize| format!("{}[{index}]", self.path);
        let numbered = members.iter().enumerate();
        numbered
            .map(|(index, value)| Node {
                path: path(index),
                value,
            })
            .collect()
    }

    /// The text here; numbers are none.
    pub(crate) fn text(&self, problems: &mut Problems) -> Option<&'a str> {
        let text = self.value.as_str();
        if text.is_none() {
            problems.push(self.wrong_type("text"));
        }
        text
    }

    /// An id here.
    pub(crate) fn id<T: FromStr<Err = IllegalId>>(&self, problems: &mut Problems) -> Option<T> {
        match self.text(problems)?.parse() {
            Ok(id) => Some(id),
            Err(illegal) => {
                let IllegalId { value, kind, rule } = illegal;
                let cause = format!("{value:?} is no legal {kind}");
                problems.push(at(&self.path, cause, rule));
                None
            }
        }
    }

    /// A scalar here, as text. A fraction is refused: `1.10` has become `1.1` by the time
    /// we see it, and nobody would notice.
    pub(crate) fn scalar(&self, problems: &mut Problems) -> Option<String> {
        match self.value {
            Value::String(text) => Some(text.clone()),
            Value::Bool(truth) => Some(truth.to_string()),
            Value::Number(number) if !number.is_f64() => Some(number.to_string()),
            Value::Number(_) => {
                let cause = "a fraction or a very large number may not arrive as it is written";
                problems.push(at(&self.path, cause, "put it in quotes"));
                None
            }
            Value::Null | Value::Array(_) | Value::Object(_) => {
                problems.push(self.wrong_type("text, a whole number, true or false"));
                None
            }
        }
    }

    pub(crate) fn wrong_type(&self, wanted: &str) -> Invalid {
        let is = match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::String(_) => "text",
            Value::Array(_) => "a list",
            Value::Object(_) => "a mapping",
        };
        let remedy = if wanted == "text" && self.value.is_number() {
            "put it in quotes".to_owned()
        } else {
            format!("give {wanted}")
        };
        at(
            self.field(),
            format!("this is {is} and should be {wanted}"),
            remedy,
        )
    }

    fn object(&self, problems: &mut Problems) -> Option<&'a Map<String, Value>> {
        let map = self.value.as_object();
        if map.is_none() {
            problems.push(self.wrong_type("a mapping"));
        }
        map
    }

    fn field(&self) -> String {
        if self.path.is_empty() {
            "(document)".to_owned()
        } else {
            self.path.clone()
        }
    }
}

impl<'a> Mapping<'a> {
    /// What is under a key. A key without a value counts as left out.
    pub(crate) fn get(&self, key: &str) -> Option<Node<'a>> {
        let value = self.map.get(key).filter(|value| !value.is_null())?;
        let path = join(&self.path, key);
        Some(Node { path, value })
    }

    /// What is under a key that must be there.
    pub(crate) fn required(
        &self,
        key: &str,
        remedy: &str,
        problems: &mut Problems,
    ) -> Option<Node<'a>> {
        let found = self.get(key);
        if found.is_none() {
            problems.push(at(join(&self.path, key), "this is missing", remedy));
        }
        found
    }
}

fn join(path: &str, key: &str) -> String {
    let key: String = key.chars().take(MAX_KEY_CHARS).collect();
    if path.is_empty() {
        key
    } else {
        format!("{path}.{key}")
    }
}
