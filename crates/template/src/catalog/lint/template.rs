//! The template by itself.

use std::collections::BTreeMap;

use super::super::{Entry, Finding};
use crate::{OBJECT_LIMIT, ParameterProblem};

pub(super) fn findings(entry: &Entry) -> Vec<Finding> {
    let mut found = defects(entry);
    found.extend(defaults(entry));
    found
}

fn defects(entry: &Entry) -> Vec<Finding> {
    let defects = entry.template.check().err().unwrap_or_default();
    let mut found: Vec<_> = defects
        .iter()
        .map(|error| Finding::new(entry.template_place(), error.to_string(), error.remedy()))
        .collect();
    if entry.text.len() > OBJECT_LIMIT {
        let cause = format!("{} bytes are more than {OBJECT_LIMIT}", entry.text.len());
        found.push(Finding::new(
            entry.template_place(),
            cause,
            "make it smaller",
        ));
    }
    found
}

/// A default that its own declaration refuses.
fn defaults(entry: &Entry) -> Vec<Finding> {
    let problems = entry.template.check_parameters(&BTreeMap::new());
    let wrong = problems
        .iter()
        .filter(|problem| !matches!(problem, ParameterProblem::Missing { .. }));
    wrong
        .map(|problem| {
            let cause = format!("a default is refused: {problem}");
            Finding::new(
                entry.template_place(),
                cause,
                "change the default, or its bounds",
            )
        })
        .collect()
}
