//! Keys whose feature does not exist yet. They are refused, never ignored: somebody who
//! writes one expects something of it. A feature that arrives takes its row out.

use bennu_model::spec::Invalid;
use serde_json::Value;

use super::node::at;

/// A key that is known and not supported yet.
struct NotYet {
    path: &'static str,
    /// The one value that means what happens anyway.
    harmless: Option<&'static str>,
    remedy: &'static str,
}

const fn key(path: &'static str) -> NotYet {
    NotYet {
        path,
        harmless: None,
        remedy: "leave it out",
    }
}

const KEYS: &[NotYet] = &[
    NotYet {
        path: "spec.approve",
        harmless: Some("never"),
        remedy: "leave it out, or write `never`",
    },
    key("spec.lifetime"),
];

/// Whether a path is one of these keys.
pub(super) fn covers(path: &str) -> bool {
    KEYS.iter().any(|key| key.path == path)
}

/// One problem for each of these keys that a document has.
pub(super) fn problems(document: &Value) -> Vec<Invalid> {
    let wanted = |key: &&NotYet| {
        value_at(document, key.path).is_some_and(|value| {
            let means_something = |harmless| value.as_str() != Some(harmless);
            !value.is_null() && key.harmless.is_none_or(means_something)
        })
    };
    let found = KEYS.iter().filter(wanted);
    found
        .map(|key| at(key.path, "this key is not supported yet", key.remedy))
        .collect()
}

fn value_at<'a>(document: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.')
        .try_fold(document, |value, step| value.get(step))
}
