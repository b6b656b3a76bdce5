//! Where two documents differ.

use serde_json::Value;

/// A place at which two documents differ.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Difference<'a> {
    /// The keys and indexes that lead there.
    pub path: Vec<String>,
    /// What stands in the first; `None` for nothing.
    pub before: Option<&'a Value>,
    /// What stands in the second; `None` for nothing.
    pub after: Option<&'a Value>,
}

/// The places at which two documents differ, as deep as both have something: what only one
/// of them has is one place.
pub(super) fn between<'a>(
    path: &[String],
    before: Option<&'a Value>,
    after: Option<&'a Value>,
) -> Vec<Difference<'a>> {
    let at = |step: String| [path, &[step]].concat();
    match (before, after) {
        (Some(before), Some(after)) if before == after => Vec::new(),
        (None, None) => Vec::new(),
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            let added = new.keys().filter(|key| !old.contains_key(*key));
            let keys = old.keys().chain(added);
            keys.flat_map(|key| between(&at(key.clone()), old.get(key), new.get(key)))
                .collect()
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) => (0..old.len().max(new.len()))
            .flat_map(|index| between(&at(index.to_string()), old.get(index), new.get(index)))
            .collect(),
        (before, after) => vec![Difference {
            path: path.to_vec(),
            before,
            after,
        }],
    }
}

impl Difference<'_> {
    /// `Add`, `Remove` or `Modify`.
    pub fn kind(&self) -> &'static str {
        match (self.before, self.after) {
            (None, _) => "Add",
            (Some(_), None) => "Remove",
            (Some(_), Some(_)) => "Modify",
        }
    }
}
