//! House rules that a machine can hold: who may depend on whom, how modules are called, how
//! long a file may be, and that every dependency is explained.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_path_buf()
}

fn manifest(path: &Path) -> toml::Table {
    fs::read_to_string(path.join("Cargo.toml"))
        .unwrap()
        .parse()
        .unwrap()
}

/// Every crate by the name of its folder, with what it needs outside of tests.
fn crates() -> BTreeMap<String, BTreeSet<String>> {
    let folders = fs::read_dir(top().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    folders
        .map(|path| {
            let manifest = manifest(&path);
            let needs = manifest.get("dependencies").and_then(|d| d.as_table());
            let needs = needs
                .into_iter()
                .flat_map(|table| table.keys().cloned())
                .collect();
            (
                path.file_name().unwrap().to_str().unwrap().to_owned(),
                needs,
            )
        })
        .collect()
}

fn ours(needs: &BTreeSet<String>) -> BTreeSet<&str> {
    needs
        .iter()
        .filter_map(|name| name.strip_prefix("bennu-"))
        .collect()
}

#[test]
fn dependencies_point_one_way() {
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("template", &[] as &[&str]),
        ("model", &[]),
        ("plan", &["template", "model"]),
        ("ports", &["model"]),
        ("aws", &["ports", "model"]),
        ("aws-ec2", &["aws", "ports", "model"]),
        ("octopus", &["ports", "model"]),
        ("store", &["ports", "model"]),
        ("engine", &["plan", "ports", "model"]),
        ("api", &["ports", "template", "model"]),
        ("sim", &["template", "ports", "model"]),
    ]);
    for (name, needs) in crates() {
        if name == "bennu" {
            continue;
        }
        let allowed = allowed.get(name.as_str());
        let allowed = allowed.unwrap_or_else(|| panic!("crate {name} has no rule here"));
        for other in ours(&needs) {
            assert!(allowed.contains(&other), "{name} may not depend on {other}");
        }
    }
}

/// What a pure crate may list: nothing that does IO, knows the time or is asynchronous.
#[test]
fn pure_crates_cannot_break_their_promise() {
    let harmless = [
        "chrono",
        "hex",
        "serde",
        "serde_json",
        "sha2",
        "thiserror",
        "yaml_serde",
        // Makes bytes of bytes: without its features it knows no time.
        "zip",
    ];
    let crates = crates();
    for name in ["template", "model", "plan"] {
        for need in &crates[name] {
            let is_ours = need.starts_with("bennu-");
            assert!(
                is_ours || harmless.contains(&need.as_str()),
                "{name} may not list {need}"
            );
        }
    }
}

/// No text of a user becomes an address: whoever reads it has nothing to fetch with.
#[test]
fn only_adapters_have_a_client() {
    let clients = [
        "reqwest",
        "hyper",
        "hyper-util",
        "hyper-rustls",
        "ureq",
        "curl",
        "isahc",
        "tonic",
    ];
    let crates = crates();
    for name in [
        "template", "model", "plan", "ports", "store", "engine", "api",
    ] {
        for need in &crates[name] {
            let is_client = clients.contains(&need.as_str()) || need.starts_with("aws-");
            assert!(!is_client, "{name} may not list {need}: it asks nobody");
        }
    }
}

#[test]
fn every_crate_keeps_the_lint_table() {
    for name in crates().keys() {
        let manifest = manifest(&top().join("crates").join(name));
        let inherits = manifest["lints"]["workspace"].as_bool();
        assert_eq!(
            inherits,
            Some(true),
            "{name} needs [lints] workspace = true"
        );
    }
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

fn all_sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    sources(&top().join("crates"), &mut found);
    sources(&top().join("tests"), &mut found);
    found
}

#[test]
fn no_module_is_called_by_a_word_that_says_nothing() {
    for path in all_sources() {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let forbidden = ["service", "manager", "utils", "helpers", "common", "misc"];
        assert!(
            !forbidden.contains(&stem),
            "{}: name it for its idea",
            path.display()
        );
    }
}

#[test]
fn no_file_is_longer_than_one_idea() {
    const MOST_LINES: usize = 400;
    for path in all_sources() {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(
            lines <= MOST_LINES,
            "{}: {lines} lines; split it along an idea",
            path.display()
        );
    }
}

#[test]
fn every_crate_says_what_it_is() {
    for name in crates().keys() {
        let source = top().join("crates").join(name).join("src");
        let root = ["lib.rs", "main.rs"].map(|file| source.join(file));
        let root = root.iter().find(|path| path.exists()).unwrap();
        let text = fs::read_to_string(root).unwrap();
        assert!(
            text.starts_with("//! "),
            "{} begins with what the crate is",
            root.display()
        );
    }
}

#[test]
fn every_dependency_is_explained() {
    let explained = fs::read_to_string(top().join("docs/dependencies.md")).unwrap();
    let workspace = manifest(&top());
    let dependencies = workspace["workspace"]["dependencies"].as_table().unwrap();
    for name in dependencies
        .keys()
        .filter(|name| !name.starts_with("bennu-"))
    {
        let short = name.strip_prefix("aws-sdk").unwrap_or(name);
        assert!(
            explained.contains(name.as_str()) || explained.contains(short),
            "docs/dependencies.md does not say what {name} is for"
        );
    }
    for (name, needs) in crates() {
        for need in needs.iter().filter(|need| !need.starts_with("bennu-")) {
            assert!(
                dependencies.contains_key(need),
                "{name}: take {need} from the workspace"
            );
        }
    }
}

#[test]
fn every_dependency_is_used() {
    for (name, needs) in crates() {
        let mut found = Vec::new();
        sources(&top().join("crates").join(&name), &mut found);
        let text: String = found
            .iter()
            .map(|path| fs::read_to_string(path).unwrap())
            .collect();
        for need in needs {
            // The one crate whose library is not called as its package is.
            let ident = match need.as_str() {
                "md-5" => "md5".to_owned(),
                _ => need.replace('-', "_"),
            };
            assert!(
                text.contains(&ident),
                "{name} lists {need} and does not use it"
            );
        }
    }
}

#[test]
fn no_statement_is_made_of_pieces() {
    let mut found = Vec::new();
    sources(&top().join("crates/store/src"), &mut found);
    for path in found {
        let text = fs::read_to_string(&path).unwrap();
        assert!(
            !text.contains("AssertSqlSafe"),
            "{}: statements are constants",
            path.display()
        );
    }
}
