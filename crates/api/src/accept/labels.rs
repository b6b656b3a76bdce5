//! Labels, which selectors must be able to name.

use std::collections::BTreeMap;

use bennu_model::spec::Invalid;

use super::invalid;

/// Room for people's and tools' own; every list carries them all.
const MAX_LABELS: usize = 32;
/// Kubernetes' limit on a label's value: tools that speak of one can speak of the other.
const MAX_CHARS: usize = 63;

pub(super) fn problems(labels: &BTreeMap<String, String>) -> Vec<Invalid> {
    let mut found = Vec::new();
    if labels.len() > MAX_LABELS {
        let cause = format!("{} labels are more than {MAX_LABELS}", labels.len());
        found.push(invalid("metadata.labels", cause, "give fewer"));
    }
    for (key, value) in labels {
        let field = format!("metadata.labels.{key}");
        if !legal(key) || key.is_empty() {
            let cause = "this is no legal key of a label";
            found.push(invalid(
                &field,
                cause,
                "use 1 to 63 letters, digits and -_./",
            ));
        }
        if !legal(value) {
            let cause = "this is no legal value of a label";
            found.push(invalid(
                &field,
                cause,
                "use at most 63 letters, digits and -_./",
            ));
        }
    }
    found
}

/// Commas and equal signs would end a selector.
fn legal(text: &str) -> bool {
    let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    text.len() <= MAX_CHARS && text.chars().all(fine)
}
