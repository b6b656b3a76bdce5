//! Keys whose feature does not exist yet. They are refused, never ignored: somebody who
//! writes one expects something of it. A feature that arrives takes its row out.

use bennu_model::spec::Invalid;
use serde_json::Value;

use super::node::at;

const KEYS: &[&str] = &["spec.lifetime"];

/// Whether a path is one of these keys.
pub(super) fn covers(path: &str) -> bool {
    KEYS.contains(&path)
}

/// One problem for each of these keys that a document has.
pub(super) fn problems(document: &Value) -> Vec<Invalid> {
    let is_given = |path: &&&str| value_at(document, path).is_some_and(|value| !value.is_null());
    let found = KEYS.iter().filter(is_given);
    found
        .map(|path| at(*path, "this key is not supported yet", "leave it out"))
        .collect()
}

fn value_at<'a>(document: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.')
        .try_fold(document, |value, step| value.get(step))
}
