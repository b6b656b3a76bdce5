//! What is wrong with a catalog's folder, before anybody's environment finds out.
//!
//! A template and its manifest say the same things twice: here they are held against each
//! other, and against what Bennu does with them.

mod fills;
mod launch;
mod scripts;
mod signals;
mod template;

use std::collections::BTreeSet;

use super::{Entry, Finding};
use crate::Capability;

/// As long as a name in a spec may be.
const MAX_NAME: usize = 40;

/// Everything that is wrong with a folder that could be read. Empty means: a spec can name
/// it, and what Bennu fills reaches the instances.
#[must_use]
pub fn lint(entry: &Entry) -> Vec<Finding> {
    let mut found = name(entry);
    found.extend(description(entry));
    found.extend(template::findings(entry));
    found.extend(signals::findings(entry));
    found.extend(launch::findings(entry));
    found.extend(fills::findings(entry));
    found.extend(parameters(entry));
    found.extend(capabilities(entry));
    found.extend(never_replaced(entry));
    found.extend(scripts::findings(entry));
    found
}

fn name(entry: &Entry) -> Vec<Finding> {
    let mut found = Vec::new();
    let name = &entry.manifest.name;
    if *name != entry.name {
        let cause = format!("the manifest says {name:?}, the folder {:?}", entry.name);
        found.push(Finding::new(
            entry.manifest_place("metadata.name"),
            cause,
            "make them the same",
        ));
    }
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_legal = entry.name.starts_with(|c: char| c.is_ascii_lowercase())
        && !entry.name.ends_with('-')
        && entry.name.chars().all(plain)
        && entry.name.len() <= MAX_NAME;
    if !is_legal {
        let remedy = format!(
            "use 1 to {MAX_NAME} lower-case letters, digits and dashes, a letter first and no \
             dash last"
        );
        found.push(Finding::new(
            &entry.name,
            "no spec could name a folder that is called so",
            remedy,
        ));
    }
    found
}

fn description(entry: &Entry) -> Option<Finding> {
    entry.manifest.description.is_empty().then(|| {
        let remedy = "say in a sentence what the template is for";
        Finding::new(
            entry.manifest_place("spec.description"),
            "it is empty",
            remedy,
        )
    })
}

/// Each parameter that people give is explained, and nothing else is.
fn parameters(entry: &Entry) -> Vec<Finding> {
    let (manifest, template) = (&entry.manifest, &entry.template);
    let mut found = Vec::new();
    for name in template.parameters.keys() {
        let is_told = manifest
            .parameters
            .get(name)
            .is_some_and(|meaning| !meaning.trim().is_empty());
        if !is_told && manifest.fill_of(name).is_none() && !fills::tells_of(entry, name) {
            found.push(Finding::new(
                entry.manifest_place("spec.parameters"),
                format!("the template's parameter {name} is not explained"),
                format!("write `{name}: …`, or name it in spec.fills"),
            ));
        }
    }
    for name in manifest.parameters.keys() {
        let place = || entry.manifest_place(&format!("spec.parameters.{name}"));
        if !template.parameters.contains_key(name) {
            let cause = "the template has no such parameter";
            found.push(Finding::new(place(), cause, "leave it out, or correct it"));
        } else if let Some(fill) = manifest.fill_of(name) {
            let cause = format!("Bennu fills it with {}", fill.meaning());
            found.push(Finding::new(place(), cause, "leave it out here"));
        }
    }
    found
}

fn capabilities(entry: &Entry) -> Vec<Finding> {
    let place = || entry.manifest_place("spec.capabilities");
    let named = &entry.manifest.capabilities;
    let unknown = named
        .iter()
        .filter(|name| Capability::from_name(name).is_none());
    let all = Capability::ALL.map(Capability::as_str).join(", ");
    let mut found: Vec<_> = unknown
        .map(|name| {
            let cause = format!("CloudFormation has no capability {name:?}");
            Finding::new(place(), cause, format!("use one of: {all}"))
        })
        .collect();
    let given: BTreeSet<_> = named
        .iter()
        .filter_map(|name| Capability::from_name(name))
        .collect();
    let missing = entry.template.missing_capabilities(&given);
    found.extend(missing.into_iter().map(|one| {
        let cause = format!("the template needs {one}");
        Finding::new(place(), cause, "list it, for specs that list nothing")
    }));
    found
}

/// A type that is misspelt protects nothing, and nobody notices until it is gone.
fn never_replaced(entry: &Entry) -> Vec<Finding> {
    let kinds: BTreeSet<_> = entry
        .template
        .resources
        .values()
        .map(|resource| resource.kind.as_str())
        .collect();
    let types = entry.manifest.never_replaced.iter();
    let wrong = types.filter_map(|kind| {
        let cause = if !looks_like_type(kind) {
            format!("{kind:?} is no resource type")
        } else if !kinds.contains(kind.as_str()) {
            format!("the template has no resource of type {kind}")
        } else {
            return None;
        };
        let remedy = "write a type of the template, such as AWS::RDS::DBInstance";
        let place = entry.manifest_place("spec.never_replaced");
        Some(Finding::new(place, cause, remedy))
    });
    wrong.collect()
}

fn looks_like_type(text: &str) -> bool {
    let steps: Vec<_> = text.split("::").collect();
    let legal = |step: &&str| {
        !step.is_empty()
            && step
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_@-".contains(c))
    };
    steps.len() >= 2 && steps.iter().all(legal)
}

#[cfg(test)]
mod tests;
