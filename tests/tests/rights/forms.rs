//! What can be said of the files of `deploy/` without a cloud and without a container: linters
//! and schemas that others wrote, and whether what is mounted is there.

use std::process::Command;

use serde_json::Value;

use crate::shipped::top;

/// What a tool says that `scripts/setup test` puts into `.venv`; it has to be content.
fn passes(name: &str, arguments: &[&str]) -> String {
    let tool = top().join(".venv/bin").join(name);
    assert!(
        tool.exists(),
        "there is no {name} in .venv: run scripts/setup test"
    );
    let ran = Command::new(tool)
        .current_dir(top())
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8(ran.stdout).unwrap();
    let warned = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{said}{warned}");
    said
}

/// The compose file with its aliases and merges resolved, which takes a reader of YAML 1.1.
fn compose() -> Value {
    let read = "import json, yaml; print(json.dumps(yaml.safe_load(open('deploy/compose.yaml'))))";
    serde_json::from_str(&passes("python", &["-c", read])).unwrap()
}

#[test]
fn the_roles_pass_cfn_lint() {
    let regions = ["--regions", "us-east-1", "eu-west-1", "--"];
    let files = ["deploy/aws/hub.yaml", "deploy/aws/roles.yaml"];
    passes("cfn-lint", &[&regions[..], &files[..]].concat());
}

#[test]
fn the_dockerfile_passes_hadolint() {
    passes("hadolint", &["Dockerfile"]);
}

#[test]
fn the_compose_file_has_the_form_of_one() {
    let schema = "vendor.compose-spec";
    passes(
        "check-jsonschema",
        &["--builtin-schema", schema, "deploy/compose.yaml"],
    );
}

/// A file that is not there would be mounted as an empty folder.
#[test]
fn whatever_compose_mounts_is_there() {
    let compose = compose();
    let mut mounted = 0;
    for (name, service) in compose["services"].as_object().unwrap() {
        for volume in service["volumes"].as_array().into_iter().flatten() {
            let (from, _) = volume.as_str().unwrap().split_once(':').unwrap();
            if from.starts_with('.') {
                let path = top().join("deploy").join(from);
                assert!(path.exists(), "{name} mounts {from}, which is not there");
                mounted += 1;
            } else {
                assert!(compose["volumes"].get(from).is_some(), "{name}: {from}");
            }
        }
    }
    assert!(mounted > 3, "{mounted} are mounted");
}

/// Each container has what the unit of systemd has, too: no way to more rights.
#[test]
fn every_container_is_contained() {
    for (name, service) in compose()["services"].as_object().unwrap() {
        assert_eq!(service["read_only"], true, "{name}");
        assert_eq!(service["cap_drop"][0], "ALL", "{name}");
        let options = service["security_opt"].to_string();
        assert!(options.contains("no-new-privileges:true"), "{name}");
        for port in service["ports"].as_array().into_iter().flatten() {
            let port = port.as_str().unwrap();
            assert!(port.starts_with("127.0.0.1:"), "{name} publishes {port}");
        }
    }
}
