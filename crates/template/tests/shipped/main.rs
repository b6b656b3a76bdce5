//! The templates that are shipped, held to what is true of all of them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod catalog;
mod cloudformation;
mod embedded;
mod powershell;
mod shell;

use std::fs;
use std::path::{Path, PathBuf};

/// The top of the repository.
fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every file below a folder of the repository, by its path from the top, sorted.
fn files(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(top().join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Every shipped template, by its path from the top.
fn templates() -> Vec<String> {
    let mut all = files("templates");
    all.retain(|path| path.ends_with("/template.yaml"));
    assert!(!all.is_empty(), "there is no template");
    all
}

/// A tool that `scripts/setup test` puts into `.venv`.
fn tool(name: &str) -> PathBuf {
    let path = top().join(".venv/bin").join(name);
    assert!(
        path.exists(),
        "there is no {name} in .venv: run scripts/setup test"
    );
    path
}
