//! One vocabulary for the log: every field that the sources tell stands in docs/logging.md, and
//! every field that stands there is told.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Macros of `tracing`, by the end of their names.
const MACROS: [&str; 7] = [
    "trace!(",
    "debug!(",
    "info!(",
    "warn!(",
    "error!(",
    "debug_span!(",
    "info_span!(",
];

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// What stands between a macro's parentheses, split at its commas.
fn arguments(text: &str) -> Vec<String> {
    let (mut parts, mut part) = (Vec::new(), String::new());
    let (mut depth, mut in_text, mut escaped) = (0, false, false);
    for c in text.chars() {
        if in_text {
            in_text = escaped || c != '"';
            escaped = c == '\\' && !escaped;
        } else {
            match c {
                '"' => in_text = true,
                '(' | '[' | '{' => depth += 1,
                ')' if depth == 0 => break,
                ')' | ']' | '}' => depth -= 1,
                ',' if depth == 0 => {
                    parts.push(std::mem::take(&mut part));
                    continue;
                }
                _ => {}
            }
        }
        part.push(c);
    }
    parts.push(part);
    parts
        .into_iter()
        .map(|part| part.trim().to_owned())
        .collect()
}

/// The name of a field, of an argument like `team`, `%error`, `why = text`; `None` for words.
fn field(argument: &str) -> Option<String> {
    let name = argument
        .split_once(" = ")
        .map_or(argument, |(name, _)| name);
    let name = name.trim_start_matches(['%', '?']).trim();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    (!name.is_empty() && name.chars().all(is_name)).then(|| name.to_owned())
}

fn fields_of(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for name in MACROS {
        for (at, _) in text.match_indices(name) {
            let before = text[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                continue;
            }
            found.extend(
                arguments(&text[at + name.len()..])
                    .iter()
                    .filter_map(|a| field(a)),
            );
        }
    }
    found
}

/// The fields that stand in the tables of the page: the first column of rows that begin with a
/// name in backquotes, below the heading of fields.
fn table() -> BTreeSet<String> {
    let page = fs::read_to_string(top().join("docs/logging.md")).unwrap();
    let (_, fields) = page.split_once("\n## Fields\n").unwrap();
    let (fields, _) = fields.split_once("\n## ").unwrap();
    let rows = fields.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| row.split_once('`').unwrap().0.to_owned())
        .collect()
}

#[test]
fn every_field_is_explained_and_every_explained_field_is_told() {
    let mut told: BTreeMap<String, PathBuf> = BTreeMap::new();
    for name in [
        "api", "aws", "aws-ec2", "bennu", "engine", "octopus", "sim", "store",
    ] {
        let mut found = Vec::new();
        sources(&top().join("crates").join(name).join("src"), &mut found);
        for path in found {
            let text = fs::read_to_string(&path).unwrap();
            // What a source's own tests make up is told to nobody.
            let (text, _) = text.split_once("#[cfg(test)]").unwrap_or((&text, ""));
            told.extend(
                fields_of(text)
                    .into_iter()
                    .map(|field| (field, path.clone())),
            );
        }
    }
    let table = table();
    for (field, path) in &told {
        let place = path.display();
        assert!(
            table.contains(field),
            "{place} tells the field {field}: take one that docs/logging.md has, or explain it there"
        );
        let is_snake = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        assert!(
            field.chars().all(is_snake),
            "{place}: {field} is not in snake case"
        );
    }
    let untold: Vec<_> = table
        .iter()
        .filter(|field| !told.contains_key(*field))
        .collect();
    assert!(
        untold.is_empty(),
        "docs/logging.md explains what nobody tells: {untold:?}"
    );
}

/// Lines that somebody should be woken for are found by their words.
#[test]
fn the_words_that_the_page_promises_are_said() {
    let page = fs::read_to_string(top().join("docs/logging.md")).unwrap();
    let (_, alerts) = page.split_once("\n## Lines worth an alert\n").unwrap();
    let (alerts, _) = alerts.split_once("\n## ").unwrap();
    let mut found = Vec::new();
    sources(&top().join("crates"), &mut found);
    let all: String = found
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let rows = alerts.lines().filter_map(|line| line.strip_prefix("| `"));
    let words: Vec<_> = rows.map(|row| row.split_once('`').unwrap().0).collect();
    assert!(words.len() > 5, "{words:?}");
    for words in words {
        assert!(all.contains(&format!("\"{words}")), "nobody says {words:?}");
    }
}

#[test]
fn fields_are_found_however_they_are_written() {
    let text = r#"
        tracing::info!(delivery = id, outcome = word(a, "x, y"), "a \" text, (here)");
        warn!(%error, "x"); info_span!("pass", key = %lease.key, team = Empty, server);
        my_info!(nothing); error!("{doing} is tried again", doing);
    "#;
    let found: Vec<_> = fields_of(text).into_iter().collect();
    let expected = [
        "delivery", "doing", "error", "key", "outcome", "server", "team",
    ];
    assert_eq!(found, expected);
}
