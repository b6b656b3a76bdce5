//! Answers in JSON: pages of Octopus, and those services of AWS that speak it.

use std::collections::VecDeque;

use serde_json::{Map, Value, json};

use super::Answer;

/// Keys that hold a status.
const STATUSES: &[&str] = &[
    "State",
    "HealthStatus",
    "Status",
    "StackStatus",
    "ResourceStatus",
];

/// A body that has been read.
#[derive(Debug)]
pub(super) struct Document {
    root: Value,
    /// Where the first list is, as a JSON pointer.
    list: Option<String>,
}

impl Answer for Document {
    fn read(body: &[u8]) -> Option<Self> {
        let root: Value = serde_json::from_slice(body).ok()?;
        let list = first_list(&root);
        Some(Self { root, list })
    }

    fn written(&self) -> Vec<u8> {
        self.root.to_string().into_bytes()
    }

    fn items(&self) -> Option<usize> {
        let list = self.root.pointer(self.list.as_deref()?)?.as_array()?;
        (!list.is_empty()).then_some(list.len())
    }

    fn drop_item(&mut self, index: usize) {
        if let Some(list) = self.list_mut().filter(|list| index < list.len()) {
            list.remove(index);
        }
    }

    fn double_item(&mut self, index: usize) {
        if let Some(list) = self.list_mut()
            && let Some(item) = list.get(index).cloned()
        {
            list.insert(index, item);
        }
    }

    fn drop_all(&mut self) {
        if let Some(list) = self.list_mut() {
            list.clear();
        }
    }

    fn set_statuses(&mut self, field: Option<&str>, word: &str) -> bool {
        let is_meant = |key: &str| match field {
            Some(field) => key == field,
            None => STATUSES.contains(&key),
        };
        set(&mut self.root, &is_meant, word)
    }

    fn add_field(&mut self, field: &str, value: &str) {
        if let Some(root) = self.root.as_object_mut() {
            root.insert(field.to_owned(), json!(value));
        }
        for item in self.list_mut().into_iter().flatten() {
            if let Some(item) = item.as_object_mut() {
                item.insert(field.to_owned(), json!(value));
            }
        }
    }
}

impl Document {
    fn list_mut(&mut self) -> Option<&mut Vec<Value>> {
        self.root.pointer_mut(self.list.as_deref()?)?.as_array_mut()
    }
}

/// The outermost list: all of the answer, its `Items`, or the first inside of it. A single
/// document of Octopus has lists of its own, but is none.
fn first_list(root: &Value) -> Option<String> {
    if root.is_array() {
        return Some(String::new());
    }
    if root["Items"].is_array() {
        return Some("/Items".to_owned());
    }
    if root["Id"].is_string() {
        return None;
    }
    let mut next = VecDeque::from([(String::new(), root)]);
    while let Some((path, value)) = next.pop_front() {
        for (key, inner) in value.as_object().into_iter().flatten() {
            let path = format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
            if inner.as_array().is_some_and(|list| !list.is_empty()) {
                return Some(path);
            }
            next.push_back((path, inner));
        }
    }
    None
}

fn set(value: &mut Value, is_meant: &dyn Fn(&str) -> bool, word: &str) -> bool {
    let mut found = false;
    match value {
        Value::Object(fields) => found |= set_in(fields, is_meant, word),
        Value::Array(items) => {
            for item in items {
                found |= set(item, is_meant, word);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    found
}

fn set_in(fields: &mut Map<String, Value>, is_meant: &dyn Fn(&str) -> bool, word: &str) -> bool {
    let mut found = false;
    for (key, value) in fields {
        if is_meant(key) && value.is_string() {
            *value = json!(word);
            found = true;
        } else {
            found |= set(value, is_meant, word);
        }
    }
    found
}
