//! shellcheck over every shell script: those that stand alone, and those in templates.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::{embedded, files, tool, top};

/// What shellcheck says about a script; `None` when it has nothing to say.
fn objection(script: &str) -> Option<String> {
    let mut check = Command::new(tool("shellcheck"))
        .args(["--norc", "--format=gcc", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = check.stdin.take().unwrap();
    input.write_all(script.as_bytes()).unwrap();
    drop(input);
    let said = check.wait_with_output().unwrap();
    (!said.status.success()).then(|| String::from_utf8(said.stdout).unwrap())
}

fn is_shell(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    first.starts_with("#!") && first.trim_end().ends_with("sh")
}

/// Every shell script there is, with its place.
fn scripts() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for path in [files("templates"), files("scripts"), files(".ci")].concat() {
        let text = String::from_utf8(fs::read(top().join(&path)).unwrap()).unwrap_or_default();
        all.push((path, text));
    }
    let embedded = embedded::scripts().into_iter();
    all.extend(embedded.map(|script| (script.place, script.text)));
    all.retain(|(_, text)| is_shell(text));
    all
}

#[test]
fn every_shell_script_passes_shellcheck() {
    let scripts = scripts();
    let objections: Vec<String> = (scripts.iter())
        .filter_map(|(place, text)| Some(format!("{place}:\n{}", objection(text)?)))
        .collect();
    assert!(objections.is_empty(), "{}", objections.join("\n"));
    let places: Vec<&str> = scripts.iter().map(|(place, _)| place.as_str()).collect();
    for wanted in [
        "scripts/setup",
        "templates/web-linux/bootstrap/register",
        "templates/web-linux/template.yaml, WebTemplate, file /opt/bennu/fetch",
        "templates/web-linux/template.yaml, WebTemplate.LaunchTemplateData.UserData",
    ] {
        assert!(places.contains(&wanted), "{wanted} is not among {places:?}");
    }
}

#[test]
fn a_word_that_falls_apart_is_objected_to() {
    let (place, register) = (scripts().into_iter())
        .find(|(place, _)| place.ends_with("/register"))
        .unwrap();
    let careless = register.replace("--space \"$SPACE\"", "--space $SPACE");
    assert_ne!(careless, register, "{place} names the space");
    let careless = careless.replace("# shellcheck disable=SC2086\n", "");
    let said = objection(&careless).unwrap();
    assert!(said.contains("SC2086"), "{said}");
}

#[test]
fn user_data_fits_into_what_ec2_takes() {
    for script in embedded::scripts() {
        // 16 KB before it is encoded; parameters make it longer.
        let is_user_data = script.place.ends_with(".UserData");
        assert!(
            !is_user_data || script.text.len() < 8 * 1_024,
            "{}: {} bytes",
            script.place,
            script.text.len()
        );
    }
}
