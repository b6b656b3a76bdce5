//! Instances that boot by the template `web-windows` and its package: from user data to the
//! signal, with and without a restart, and with whatever may be wrong with them.

use std::collections::BTreeMap;
use std::path::Path;

use bennu_sim::parameters::LaunchAgent;
use serde_json::{Value, json};

use crate::linux::{arm, begin, console, furnish, octopus};
use crate::stage::{Stage, update_request};

const TEMPLATE: &str = include_str!("../../../../templates/web-windows/template.yaml");

type Files = BTreeMap<String, Vec<u8>>;

/// The files of the shipped package, by path.
fn files() -> Files {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = folder.join("../../templates/web-windows/bootstrap");
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        files.insert(name, std::fs::read(path).unwrap());
    }
    files
}

/// The same with a piece of one file's text changed.
fn files_with(file: &str, from: &str, to: &str) -> Files {
    let mut files = files();
    let text = String::from_utf8(files[file].clone()).unwrap();
    assert!(text.contains(from), "{file} has no {from:?}");
    files.insert(file.to_owned(), text.replace(from, to).into_bytes());
    files
}

/// A world in which the template and a package were played to their end, and what its
/// instances said.
fn played(mut stage: Stage, files: &Files, changed: &[(&str, &str)]) -> (Stage, String) {
    furnish(&mut stage);
    begin(&mut stage, TEMPLATE, files, changed);
    stage.world.settle();
    let said = console(&mut stage);
    (stage, said)
}

#[test]
fn windows_servers_boot_register_are_deployed_to_and_signal() {
    let (mut stage, said) = played(Stage::new(), &files(), &[]);
    assert_eq!(stage.status("shop"), "CREATE_COMPLETE", "{said}");
    let machines = octopus(&mut stage, "GET", "/api/machines/all", Value::Null);
    let machine = &machines[0];
    assert_eq!(machines.as_array().unwrap().len(), 2);
    assert!(machine["Name"].as_str().unwrap().starts_with("ryan0001-i-"));
    assert_eq!(machine["Roles"], json!(["web", "bennu-demo"]));
    assert_eq!(machine["TenantedDeploymentParticipation"], "Tenanted");
    assert_eq!(machine["Endpoint"]["CommunicationStyle"], "TentacleActive");
    let last = stage.world.history.changes().last().unwrap();
    assert_eq!((last.in_service.len(), last.serving.len()), (2, 2));
    let key = stage.world.octopus.api_key();
    assert!(!said.contains(key), "no secret on the console: {said}");
    assert!(
        said.ends_with("boot script ended with status 0\n"),
        "{said}"
    );
}

#[test]
fn an_installer_that_asks_for_it_gets_its_restart() {
    let mut stage = Stage::new();
    stage.world.parameters.installer_asks_for_reboot = true;
    let (mut stage, said) = played(stage, &files(), &[("Communication", "listening")]);
    assert_eq!(stage.status("shop"), "CREATE_COMPLETE", "{said}");
    assert_eq!(
        said.matches("the machine has restarted").count(),
        2,
        "{said}"
    );
    assert_eq!(said.matches("cfn-signal: SUCCESS").count(), 2, "{said}");
    assert!(!said.contains("FAILURE"), "{said}");
    let machines = octopus(&mut stage, "GET", "/api/machines/all", Value::Null);
    assert_eq!(
        machines[0]["Endpoint"]["CommunicationStyle"],
        "TentaclePassive"
    );
    // The service runs again after the restart, and the start-up task is gone.
    let last = stage.world.history.changes().last().unwrap();
    assert_eq!(last.serving.len(), 2);
    assert!(said.contains("successfully deleted"), "{said}");
}

#[test]
fn a_restart_in_mid_user_data_registers_and_signals_once_under_either_agent() {
    for (agent, again) in [(LaunchAgent::V1, 0), (LaunchAgent::V2, 1)] {
        let mut stage = Stage::new();
        stage.world.parameters.installer_asks_for_reboot = true;
        stage.world.parameters.launch_agent = agent;
        // The restart kills what runs before user data gets to its end.
        stage.world.parameters.restart_grace_s = 0.0;
        let (mut stage, said) = played(stage, &files(), &[("Capacity", "1")]);
        assert_eq!(stage.status("shop"), "CREATE_COMPLETE", "{said}");
        let times = |what: &str| said.matches(what).count();
        assert_eq!(times("the machine has restarted"), 1, "{said}");
        assert_eq!(times("runs the user data again"), again, "{said}");
        assert_eq!(times("register-with: ryan0001-i-"), 1, "{said}");
        assert_eq!(times("cfn-signal: SUCCESS"), 1, "{said}");
        assert_eq!(times("cfn-signal: FAILURE"), 0, "{said}");
        let machines = octopus(&mut stage, "GET", "/api/machines/all", Value::Null);
        assert_eq!(machines.as_array().unwrap().len(), 1);
    }
}

#[test]
fn both_launchers_roll_to_a_new_release_while_one_server_serves() {
    for launcher in ["LaunchTemplate", "LaunchConfiguration"] {
        let launcher = [("LaunchWith", launcher)];
        let (mut stage, said) = played(Stage::new(), &files(), &launcher);
        assert_eq!(stage.status("shop"), "CREATE_COMPLETE", "{said}");
        arm(&mut stage, "1.0.1-ryan0001");
        let before = stage.world.history.changes().count();
        let mut request = update_request(&[("AppVersion", "1.0.1-ryan0001")]);
        let given = crate::linux::parameters(&mut stage, &files(), &launcher);
        for key in given.into_keys().filter(|key| key != "AppVersion") {
            request
                .parameters
                .push(bennu_sim::cloudformation::request::ParameterInput {
                    key,
                    value: None,
                    use_previous_value: true,
                });
        }
        stage.change_set(request);
        stage.execute().unwrap();
        stage.world.settle();
        assert_eq!(stage.status("shop"), "UPDATE_COMPLETE");
        let mut changes = stage.world.history.changes().skip(before);
        assert!(changes.all(|change| !change.serving.is_empty()));
        let last = stage.world.history.changes().last().unwrap();
        assert_eq!(last.serving.len(), 2);
        for versions in last.serving.values() {
            assert_eq!(versions["Checkout Web"], "1.0.1-ryan0001");
        }
    }
}

#[test]
fn a_boot_whose_programs_all_fail_signals_so() {
    let mut stage = Stage::new();
    stage.fault(r#"{"name":"fail_boot","on":"WebGroup"}"#);
    let (mut stage, said) = played(stage, &files(), &[("Capacity", "1")]);
    assert_eq!(stage.status("shop"), "ROLLBACK_COMPLETE", "{said}");
    assert!(
        said.contains("cfn-init.exe ended with exit code 1"),
        "{said}"
    );
    assert!(said.contains("cfn-signal: FAILURE for WebGroup"), "{said}");
}

#[test]
fn whatever_is_wrong_is_said_and_signalled_as_a_failure() {
    let digest = "0".repeat(64);
    let tentacle = |from: &str, to: &str| files_with("Tentacle.ps1", from, to);
    let cases: [(Files, (&str, &str), &str); 9] = [
        (files(), ("BennuPackageDigest", &digest), "has the digest"),
        (
            files(),
            ("BennuPackage", "no.zip"),
            "The specified key does not exist. (s3://artifacts/no.zip)",
        ),
        (
            files(),
            ("BennuMachinePolicy", "Nobody"),
            "could not find the machine policy 'Nobody'",
        ),
        (files(), ("WaitSeconds", "5"), "did not come within 5 s"),
        (
            files(),
            (
                "OctopusApiKeySecret",
                "arn:aws:secretsmanager:us-east-1:123456789012:secret:no-abcdef",
            ),
            "[Script]Registered failed: Secrets Manager can't find the specified secret.",
        ),
        (
            tentacle(
                r"C:\Program Files\Octopus Deploy\Tentacle\Tentacle.exe' create",
                r"C:\Octopus\Tentacle.exe' create",
            ),
            ("BennuSpace", "Default"),
            r"The term 'C:\Octopus\Tentacle.exe' is not recognized",
        ),
        (
            tentacle("--policy", "--policies"),
            ("BennuSpace", "Default"),
            "unrecognized option: --policies",
        ),
        (
            files_with(
                "Start-Bootstrap.ps1",
                "-UseBasicParsing",
                "-UsingBasicParsing",
            ),
            ("BennuSpace", "Default"),
            "A parameter cannot be found that matches parameter name 'UsingBasicParsing'.",
        ),
        (
            files_with("Start-Bootstrap.ps1", "try {", "switch (1) {"),
            ("BennuSpace", "Default"),
            "Start-Bootstrap.ps1: line",
        ),
    ];
    for (files, changed, wanted) in cases {
        let (mut stage, said) = played(Stage::new(), &files, &[("Capacity", "1"), changed]);
        assert_eq!(
            stage.status("shop"),
            "ROLLBACK_COMPLETE",
            "{wanted}: {said}"
        );
        assert!(said.contains(wanted), "{wanted}: {said}");
        assert_eq!(
            said.matches("cfn-signal: FAILURE for WebGroup").count(),
            1,
            "{said}"
        );
    }
}
