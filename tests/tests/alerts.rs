//! Alert rules and dashboard: rules that Prometheus takes, each played firing and quiet, each with
//! its page in the operating guide, and nothing in them that nobody measures.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(top().join(path)).unwrap()
}

#[test]
fn the_rules_are_right_and_each_alert_fires_when_it_should() {
    for arguments in [
        ["check", "rules", "alerts.yaml"],
        ["test", "rules", "alerts_test.yaml"],
    ] {
        let done = Command::new(top().join(".tools/promtool"))
            .args(arguments)
            .current_dir(top().join("deploy/prometheus"))
            .output()
            .expect("scripts/setup test puts promtool into .tools");
        let said = String::from_utf8_lossy(&done.stdout) + String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{arguments:?}:\n{said}");
    }
}

#[test]
fn each_alert_is_tested_firing_and_quiet() {
    let tests = read("deploy/prometheus/alerts_test.yaml");
    for alert in alerts() {
        let mut fires = 0;
        let mut quiet = 0;
        for test in tests.split("  - interval: 1m").skip(1) {
            if !test.contains(&format!("alertname: {}\n", alert.name)) {
                continue;
            }
            if test.contains("exp_alerts: []") {
                quiet += 1;
            } else {
                fires += 1;
            }
        }
        assert!(
            fires > 0 && quiet > 0,
            "{}: {fires} and {quiet}",
            alert.name
        );
    }
}

#[test]
fn each_alert_has_its_page_and_each_page_its_alert() {
    let guide = read("docs/operating.md");
    let pages: BTreeSet<_> = guide
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .filter(|heading| *heading != "Common jobs")
        .map(|heading| heading.to_lowercase().replace(' ', "-"))
        .collect();
    let named: BTreeSet<_> = alerts()
        .into_iter()
        .map(|alert| {
            let anchor = alert.runbook.strip_prefix("docs/operating.md#");
            anchor.unwrap_or(&alert.runbook).to_owned()
        })
        .collect();
    assert_eq!(named, pages);
}

#[test]
fn what_is_shown_is_measured_and_what_is_measured_is_shown() {
    let mut measured = BTreeSet::new();
    for crate_name in ["engine", "api", "bennu"] {
        sources(
            &top().join("crates").join(crate_name).join("src"),
            &mut measured,
        );
    }
    let shown = ["deploy/prometheus/alerts.yaml", "deploy/grafana/bennu.json"].map(read);
    let shown: BTreeSet<_> = shown.iter().flat_map(|text| names(text)).collect();
    assert_eq!(shown, measured);
}

struct Alert {
    name: String,
    runbook: String,
}

fn alerts() -> Vec<Alert> {
    let rules = read("deploy/prometheus/alerts.yaml");
    let after = |block: &str, key: &str| {
        let line = block.lines().find_map(|l| l.trim().strip_prefix(key));
        line.unwrap().trim().to_owned()
    };
    let blocks = rules.split("      - alert:").skip(1);
    let alerts: Vec<_> = blocks
        .map(|block| Alert {
            name: block.lines().next().unwrap().trim().to_owned(),
            runbook: after(block, "runbook:"),
        })
        .collect();
    assert!(!alerts.is_empty());
    alerts
}

/// Names of series in quotes, in all sources below a folder.
fn sources(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let quoted = text.split('"');
            found.extend(quoted.filter(|text| is_series(text)).map(str::to_owned));
        }
    }
}

fn is_series(text: &str) -> bool {
    let is_ours = text.starts_with("bennu_") || text.starts_with("controller_runtime_");
    let fits = |c: char| c.is_ascii_lowercase() || c == '_';
    // Crates are named so, too, as targets of log filters.
    is_ours && !text.ends_with('_') && text.chars().all(fits) && !is_crate(text)
}

fn is_crate(text: &str) -> bool {
    let name = text.strip_prefix("bennu_").unwrap_or(text);
    top().join("crates").join(name.replace('_', "-")).is_dir()
}

/// Names of series in an expression; those of a histogram's parts are the histogram's.
fn names(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.filter(|word| is_series(word)).map(|word| {
        let part = word.strip_suffix("_bucket");
        part.unwrap_or(word).to_owned()
    })
}
