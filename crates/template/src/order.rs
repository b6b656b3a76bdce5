//! Creation order, and cycles.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::TemplateError;
use crate::template::{LogicalId, Template};

impl Template {
    /// Every resource after all that it depends on. Of several that could come
    /// next, the first by name comes first, so the same template always gives
    /// the same order. Deletion goes the other way round.
    ///
    /// # Errors
    ///
    /// Resources wait for each other: `Circular dependency between resources:
    /// [A, B]`.
    pub fn creation_order(&self) -> Result<Vec<LogicalId>, TemplateError> {
        creation_order(&self.dependencies())
    }
}

/// As [`Template::creation_order`], for any graph from a name to the names that
/// have to come before it. Names that are no keys of the graph are taken to be
/// there already.
///
/// # Errors
///
/// There is a cycle; the error lists all that are part of one or lie between
/// two.
pub fn creation_order(
    dependencies: &BTreeMap<LogicalId, BTreeSet<LogicalId>>,
) -> Result<Vec<LogicalId>, TemplateError> {
    topological(dependencies).map_err(|names| circular("resources", "Resources", &names))
}

/// The names in order, or those that stand in a cycle.
pub(crate) fn topological(
    dependencies: &BTreeMap<String, BTreeSet<String>>,
) -> Result<Vec<String>, Vec<String>> {
    let mut waits_for: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut needed_by: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, needs) in dependencies {
        let known = needs.iter().filter(|need| dependencies.contains_key(*need));
        let known: BTreeSet<&str> = known.map(String::as_str).collect();
        for need in &known {
            needed_by.entry(need).or_default().push(name);
        }
        waits_for.insert(name, known);
    }
    let idle = waits_for.iter().filter(|(_, needs)| needs.is_empty());
    let mut ready: BTreeSet<&str> = idle.map(|(name, _)| *name).collect();
    let mut order = Vec::with_capacity(dependencies.len());
    while let Some(next) = ready.pop_first() {
        waits_for.remove(next);
        order.push(next.to_owned());
        for waiting in needed_by.remove(next).unwrap_or_default() {
            if let Some(needs) = waits_for.get_mut(waiting) {
                needs.remove(next);
                if needs.is_empty() {
                    ready.insert(waiting);
                }
            }
        }
    }
    if waits_for.is_empty() {
        Ok(order)
    } else {
        Err(in_cycles(waits_for))
    }
}

/// What is left are cycles and what waits for them; the latter is no cause.
fn in_cycles(mut left: BTreeMap<&str, BTreeSet<&str>>) -> Vec<String> {
    loop {
        let needed: BTreeSet<&str> = left.values().flatten().copied().collect();
        let before = left.len();
        left.retain(|name, _| needed.contains(name));
        if left.len() == before {
            return left.into_keys().map(str::to_owned).collect();
        }
    }
}

/// CloudFormation's words for a cycle.
pub(crate) fn circular(what: &str, path: &str, names: &[String]) -> TemplateError {
    TemplateError {
        message: format!("Circular dependency between {what}: [{}]", names.join(", ")),
        path: Some(path.to_owned()),
        line: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(&str, &[&str])]) -> BTreeMap<LogicalId, BTreeSet<LogicalId>> {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        edges
            .iter()
            .map(|(name, needs)| ((*name).to_owned(), own(needs)))
            .collect()
    }

    #[test]
    fn what_is_needed_comes_first_and_ties_go_by_name() {
        let graph = graph(&[
            ("A", &["D", "Elsewhere"]),
            ("B", &[]),
            ("C", &["B"]),
            ("D", &["B"]),
        ]);
        assert_eq!(creation_order(&graph).unwrap(), ["B", "C", "D", "A"]);
    }

    #[test]
    fn a_cycle_names_its_members_and_not_their_victims() {
        let graph = graph(&[
            ("A", &["B"]),
            ("B", &["A"]),
            ("Free", &[]),
            ("Victim", &["A"]),
        ]);
        let error = creation_order(&graph).unwrap_err();
        assert_eq!(
            error.message,
            "Circular dependency between resources: [A, B]"
        );
    }
}
