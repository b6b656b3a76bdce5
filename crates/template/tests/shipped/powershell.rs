//! The PowerShell of the templates: it parses, and it keeps rules whose breach shows only on
//! an instance, late, and to nobody.

mod broken;
mod once;
mod programs;
mod registration;
mod secrets;
mod signals;
mod strictness;
mod tree;

use std::fs;

use bennu_template::Template;
use tree::Script;

use crate::{embedded, files, top};

const FOLDER: &str = "templates/web-windows";

/// Every PowerShell script, by its place: files, user data, and files of cfn-init.
fn sources() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for path in files("templates") {
        if path.ends_with(".ps1") {
            let text = fs::read_to_string(top().join(&path)).unwrap();
            all.push((path, text));
        }
    }
    for script in embedded::scripts() {
        let inside = script.text.trim_end().strip_prefix("<powershell>\n");
        if let Some(inside) = inside {
            let inside = inside.strip_suffix("</powershell>").unwrap();
            all.push((script.place, inside.to_owned()));
        } else if script.place.ends_with(".ps1") {
            all.push((script.place, script.text));
        }
    }
    all
}

fn read(sources: &[(String, String)]) -> Vec<Script> {
    let scripts = sources.iter();
    scripts
        .map(|(place, text)| Script::read(place, text))
        .collect()
}

/// Everything that is wrong with a script which may call the others.
fn findings(script: &Script, all: &[Script]) -> Vec<String> {
    let mut found = script.defects();
    found.extend(strictness::findings(script));
    found.extend(programs::findings(script, all));
    found.extend(registration::findings(script));
    found.extend(secrets::findings(script));
    found.extend(signals::findings(script));
    found.extend(once::findings(script));
    found
}

#[test]
fn every_script_keeps_the_rules() {
    let scripts = read(&sources());
    let found = scripts.iter().flat_map(|script| findings(script, &scripts));
    let found: Vec<String> = found.collect();
    assert!(found.is_empty(), "{}", found.join("\n"));

    let places: Vec<&str> = scripts.iter().map(|script| script.place.as_str()).collect();
    for wanted in [
        "bootstrap/Start-Bootstrap.ps1",
        "bootstrap/Tentacle.ps1",
        "template.yaml, WebProfile, file C:\\Bennu\\Get-Package.ps1",
        "template.yaml, WebTemplate.LaunchTemplateData.UserData",
        "template.yaml, WebConfiguration.UserData",
    ] {
        let wanted = format!("{FOLDER}/{wanted}");
        assert!(
            places.contains(&wanted.as_str()),
            "{wanted} is not among {places:?}"
        );
    }
    let registrations: usize = scripts.iter().map(registration::count).sum();
    assert_eq!(registrations, 1);
}

#[test]
fn both_launchers_run_the_same_user_data() {
    let mut sources = sources();
    sources.retain(|(place, _)| place.ends_with(".UserData"));
    assert_eq!(sources.len(), 2);
    assert_eq!(sources[0].1, sources[1].1);
}

/// cfn-init waits a minute after a command that does not say otherwise, and a file that is
/// not there is noticed on an instance only.
#[test]
fn cfn_init_runs_files_that_are_there_and_does_not_dawdle() {
    let text = fs::read_to_string(top().join(FOLDER).join("template.yaml")).unwrap();
    let template = Template::parse(&text).unwrap();
    let profile = &template.resources["WebProfile"];
    let config = &profile.metadata["AWS::CloudFormation::Init"]["config"];
    let mut started = Vec::new();
    for command in config["commands"].as_object().unwrap().values() {
        assert_eq!(command["waitAfterCompletion"], "0", "{command}");
        let line = command["command"].as_str().unwrap();
        let start = "powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File ";
        started.push(line.strip_prefix(start).unwrap());
    }
    let [package, bootstrap] = started[..] else {
        unreachable!("{started:?}");
    };
    assert!(config["files"].get(package).is_some(), "{package}");
    let name = bootstrap.strip_prefix("C:\\Bennu\\bootstrap\\").unwrap();
    let own = top().join(FOLDER).join("bootstrap").join(name);
    let own = fs::read_to_string(&own).unwrap();
    // After a restart it is what goes on.
    assert!(own.contains(&format!("-ExecutionPolicy Bypass -File {bootstrap}'")));
}
