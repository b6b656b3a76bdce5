//! What Bennu fills: each has its parameter, and reaches the instances that need it.

use std::collections::BTreeMap;

use super::super::{Entry, Fill, Finding};
use crate::{Owner, Reference};

/// What parameters are called that are Bennu's to fill.
const OURS: &str = "Bennu";
/// What means nothing without something else.
const TOGETHER: &[(Fill, &[Fill])] = &[
    (Fill::Package, &[Fill::Bucket, Fill::PackageDigest]),
    (Fill::PackageDigest, &[Fill::Package]),
    (
        Fill::Configuration,
        &[Fill::Bucket, Fill::ConfigurationDigest, Fill::Secrets],
    ),
    (Fill::ConfigurationDigest, &[Fill::Configuration]),
    (Fill::Secrets, &[Fill::Configuration]),
];
/// What an instance has to be launched anew for.
const VERSIONED: [Fill; 3] = [
    Fill::Release,
    Fill::PackageDigest,
    Fill::ConfigurationDigest,
];

pub(super) fn findings(entry: &Entry) -> Vec<Finding> {
    let references = entry.template.references();
    let mut found = parameters(entry);
    found.extend(together(entry));
    found.extend(unused(entry, &references));
    found.extend(package(entry));
    found.extend(versions(entry, &references));
    found.extend(shared_metadata(entry, &references));
    found
}

fn place(entry: &Entry, fill: Fill) -> String {
    entry.manifest_place(&format!("spec.fills.{fill}"))
}

/// Each filling has a parameter of its own, and each parameter that is ours a filling.
fn parameters(entry: &Entry) -> Vec<Finding> {
    let declared = &entry.template.parameters;
    let mut found = Vec::new();
    let mut taken: BTreeMap<&str, Fill> = BTreeMap::new();
    for (fill, name) in &entry.manifest.fills {
        let place = place(entry, *fill);
        let Some(parameter) = declared.get(name) else {
            let cause = format!("the template has no parameter {name:?}");
            let remedy = match meant(entry, name) {
                Some(meant) => format!("did you mean {meant}?"),
                None => "declare it, or leave this line out".to_owned(),
            };
            found.push(Finding::new(place, cause, remedy));
            continue;
        };
        if let Some(other) = taken.insert(name, *fill) {
            let cause = format!("{name} is filled with {other} already");
            found.push(Finding::new(
                place,
                cause,
                "give each a parameter of its own",
            ));
        } else if *fill == Fill::Secrets && parameter.kind != "CommaDelimitedList" {
            let cause = format!("{name} is a {}, and there can be several", parameter.kind);
            found.push(Finding::new(place, cause, "make it a CommaDelimitedList"));
        }
    }
    found.extend(unfilled(entry).map(|name| {
        let cause = format!("the template declares {name}, and nothing fills it");
        let remedy = match called(name) {
            Some(fill) => {
                format!("write `{fill}: {name}` in spec.fills, or give the parameter another name")
            }
            None => format!("give it another name: {OURS}… is what Bennu fills"),
        };
        Finding::new(entry.manifest_place("spec.fills"), cause, remedy)
    }));
    found
}

/// Whether something is said here about a parameter that nothing fills.
pub(super) fn tells_of(entry: &Entry, parameter: &str) -> bool {
    is_meant(entry, parameter) || unfilled(entry).any(|name| name == parameter)
}

/// Parameters whose names say that they are ours, and that no filling means.
fn unfilled(entry: &Entry) -> impl Iterator<Item = &str> {
    let names = entry.template.parameters.keys().map(String::as_str);
    names.filter(|name| {
        name.starts_with(OURS) && entry.manifest.fill_of(name).is_none() && !is_meant(entry, name)
    })
}

/// The filling that a parameter of ours is called after: `BennuOctopusServer` takes `server`.
fn called(parameter: &str) -> Option<Fill> {
    let own = parameter.strip_prefix(OURS)?;
    let own = own.strip_prefix("Octopus").unwrap_or(own).to_lowercase();
    Fill::ALL
        .into_iter()
        .find(|fill| fill.as_str().replace('_', "") == own)
}

/// Whether a filling names this parameter, but for a slip.
fn is_meant(entry: &Entry, parameter: &str) -> bool {
    let mut names = entry.manifest.fills.values();
    names.any(|name| {
        !entry.template.parameters.contains_key(name) && meant(entry, name) == Some(parameter)
    })
}

/// The parameter that a filling means whose name the template does not have: of those that
/// nobody speaks of, the one that begins and ends most like it.
fn meant<'a>(entry: &'a Entry, wrong: &str) -> Option<&'a str> {
    let manifest = &entry.manifest;
    let free = entry.template.parameters.keys().filter(|name| {
        manifest.fill_of(name).is_none() && !manifest.parameters.contains_key(*name)
    });
    free.map(|name| (alike(name, wrong), name.as_str()))
        .filter(|(alike, name)| alike * 2 >= name.len().max(wrong.len()))
        .max()
        .map(|(_, name)| name)
}

/// How many letters two names have in common at their begin and at their end.
fn alike(one: &str, other: &str) -> usize {
    let begin = one.bytes().zip(other.bytes());
    let begin = begin.take_while(|(a, b)| a == b).count();
    let end = one.bytes().rev().zip(other.bytes().rev());
    let end = end.take_while(|(a, b)| a == b).count();
    (begin + end).min(one.len()).min(other.len())
}

/// A filling that nobody reads is one that somebody forgot.
fn unused(entry: &Entry, references: &[Reference]) -> Vec<Finding> {
    let (manifest, template) = (&entry.manifest, &entry.template);
    let is_mentioned = |name: &str| references.iter().any(|one| one.to == name);
    // What reaches no user data is told below, and rules may mention anything.
    let fills = manifest.fills.iter().filter(|(fill, name)| {
        !VERSIONED.contains(fill)
            && template.rules.is_empty()
            && template.parameters.contains_key(*name)
            && !is_mentioned(name)
    });
    fills
        .map(|(fill, name)| {
            let cause = format!("nothing in the template mentions {name}");
            let remedy = "mention it where it is needed, or take the parameter away";
            Finding::new(place(entry, *fill), cause, remedy)
        })
        .collect()
}

fn together(entry: &Entry) -> Vec<Finding> {
    let fills = &entry.manifest.fills;
    let mut found = Vec::new();
    for (fill, needed) in TOGETHER.iter().filter(|(fill, _)| fills.contains_key(fill)) {
        let is_told = |fill: &Fill| unfilled(entry).any(|name| called(name) == Some(*fill));
        let missing = needed.iter().filter(|one| !fills.contains_key(one));
        for missing in missing.filter(|one| !is_told(one)) {
            let cause = format!("it is of no use without {missing}");
            let remedy = format!("fill {missing}, {}, too", missing.meaning());
            found.push(Finding::new(place(entry, *fill), cause, remedy));
        }
    }
    found
}

fn package(entry: &Entry) -> Option<Finding> {
    let is_filled = entry.manifest.fills.contains_key(&Fill::Package);
    match (is_filled, &entry.package) {
        (true, Some(_)) | (false, None) => None,
        (true, None) => {
            let cause = "there is no bootstrap folder to make a package of";
            let remedy = "add bootstrap/, or leave this line out";
            Some(Finding::new(place(entry, Fill::Package), cause, remedy))
        }
        (false, Some(_)) => {
            let cause = "no instance would learn where the package is";
            let remedy = "fill package, package_digest and bucket, or remove the folder";
            Some(Finding::new(entry.bootstrap_place(""), cause, remedy))
        }
    }
}

/// What changes with a version is in user data: else a new one replaces no instance.
fn versions(entry: &Entry, references: &[Reference]) -> Vec<Finding> {
    let reaches = |name: &str| {
        let mut mentions = references.iter().filter(|one| one.to == name);
        mentions.any(|one| below(one, "Properties") && one.path.contains(".UserData"))
    };
    let filled = VERSIONED
        .iter()
        .filter_map(|fill| Some((*fill, entry.manifest.fills.get(fill)?)));
    let declared = &entry.template.parameters;
    let lost = filled.filter(|(_, name)| declared.contains_key(*name) && !reaches(name));
    lost.map(|(fill, name)| {
        let cause = format!("{name} reaches no user data, so a new one replaces no instance");
        let remedy = "mention it in the UserData of the launch template";
        Finding::new(place(entry, fill), cause, remedy)
    })
    .collect()
}

/// Metadata is shared by all versions of a launch template: an instance of the old one that
/// boots in the middle of a roll would read what is meant for the new one.
fn shared_metadata(entry: &Entry, references: &[Reference]) -> Vec<Finding> {
    let versioned = |name: &str| {
        entry.manifest.fill_of(name).is_some_and(|fill| {
            VERSIONED.contains(&fill) || matches!(fill, Fill::Package | Fill::Configuration)
        })
    };
    let shared = references
        .iter()
        .filter(|one| below(one, "Metadata") && versioned(&one.to));
    shared
        .map(|one| {
            let place = format!("{}, {}", entry.template_place(), one.path);
            let cause = format!(
                "{} is mentioned in metadata, which instances of every launch version read",
                one.to
            );
            let remedy = "let user data write it into a file, and read it from there";
            Finding::new(place, cause, remedy)
        })
        .collect()
}

fn below(reference: &Reference, attribute: &str) -> bool {
    match &reference.owner {
        Owner::Resource(name) => reference
            .path
            .starts_with(&format!("Resources.{name}.{attribute}.")),
        Owner::Output(_) | Owner::Condition(_) => false,
    }
}
