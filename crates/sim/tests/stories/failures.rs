//! Boots by the template `web-linux` that go wrong: each says why, and signals failure.

use serde_json::Value;

use crate::linux::{
    TEMPLATE, begin, console, files, files_with, furnish, instances, octopus, played, played_with,
};
use crate::stage::Stage;

/// The stack was rolled back because a boot said so, and the console says why.
fn assert_failed(stage: &mut Stage, id: &str, why: &str) {
    let said = console(stage);
    assert!(said.contains(why), "no {why:?} in: {said}");
    assert_eq!(stage.status(id), "ROLLBACK_COMPLETE", "{said}");
    let log = stage.log(id, Some("WebGroup"));
    let signal = "Received FAILURE signal with UniqueId";
    assert!(log.contains(signal), "{log}");
}

#[test]
fn a_boot_that_cannot_register_signals_failure() {
    let absent = "arn:aws:secretsmanager:us-east-1:123456789012:secret:other-a1b2c3";
    for (key, value, why) in [
        (
            "BennuTenant",
            "mary0001",
            "could not find the tenant 'mary0001'",
        ),
        (
            "BennuOctopusEnvironment",
            "Nowhere",
            "could not find the environment 'Nowhere'",
        ),
        (
            "BennuMachinePolicy",
            "Strict",
            "could not find the machine policy 'Strict'",
        ),
        (
            "BennuSpace",
            "Attic",
            "a space with the name 'Attic' could not be found",
        ),
        (
            "OctopusApiKeySecret",
            absent,
            "An error occurred (ResourceNotFoundException) when calling the GetSecretValue \
             operation: Secrets Manager can't find the specified secret.",
        ),
    ] {
        let (mut stage, id) = played(&[(key, value)]);
        assert_failed(&mut stage, &id, why);
    }
}

#[test]
fn a_key_that_the_server_does_not_know_registers_nothing() {
    let mut stage = Stage::new();
    furnish(&mut stage);
    let place = stage.place.clone();
    let secret = stage.world.put_secret(&place, "wrong", "API-WRONG");
    let changed = [("OctopusApiKeySecret", secret.as_str())];
    let id = begin(&mut stage, TEMPLATE, &files(), &changed);
    stage.world.settle();
    assert_failed(&mut stage, &id, "The API key you provided was not valid.");
    let machines = octopus(&mut stage, "GET", "/api/machines/all", Value::Null);
    assert_eq!(machines.as_array().map(Vec::len), Some(0));
}

#[test]
fn a_package_that_is_not_the_one_asked_for_is_not_run() {
    let digest = "0".repeat(64);
    let (mut stage, id) = played(&[("BennuPackageDigest", &digest)]);
    assert_failed(&mut stage, &id, &format!("has not the digest {digest}"));
    assert!(!console(&mut stage).contains("Tentacle"));

    let key = "bennu/ryan0001/package-gone.zip";
    let (mut stage, id) = played(&[("BennuPackage", key)]);
    let why = format!(
        "fatal error: An error occurred (404) when calling the HeadObject operation: Key \
         \"{key}\" does not exist"
    );
    assert_failed(&mut stage, &id, &why);
}

#[test]
fn a_package_with_a_mistake_fails_where_a_real_instance_would() {
    for (file, from, to, why) in [
        (
            "register",
            "tentacle=/opt/octopus/tentacle/Tentacle",
            "tentacle=/opt/octopus/Tentacle",
            "/opt/octopus/Tentacle: No such file or directory",
        ),
        (
            "register",
            "--tenanted-deployment-participation",
            "--tenanted-participation",
            "unrecognized option: --tenanted-participation",
        ),
        (
            "register",
            "--query SecretString",
            "--query SecretText",
            "--query SecretText is not simulated",
        ),
        (
            "install",
            ". /opt/bennu/settings",
            ". /opt/bennu/setting",
            "/opt/bennu/setting: No such file or directory",
        ),
        (
            "install",
            "$COMMUNICATION",
            "$COMUNICATION",
            "COMUNICATION: unbound variable",
        ),
        (
            "install",
            "dnf install -y tentacle",
            "dnf install -y tenticle",
            "/opt/octopus/tentacle/Tentacle: No such file or directory",
        ),
        (
            "install",
            "umask 022",
            "frobnicate 022",
            "bootstrap/install: line 18: frobnicate: command not found",
        ),
        (
            "register",
            "--install --start",
            "--install",
            "command 30-register failed with status 3",
        ),
    ] {
        let (mut stage, id) = played_with(&files_with(file, from, to), &[]);
        assert_failed(&mut stage, &id, why);
    }
}

#[test]
fn a_package_without_one_of_its_scripts_fails_by_its_path() {
    let mut files = files();
    files.remove("await");
    let (mut stage, id) = played_with(&files, &[]);
    let why = "/opt/bennu/bootstrap/await: No such file or directory";
    assert_failed(&mut stage, &id, why);
}

#[test]
fn without_the_participation_flag_nothing_is_ever_deployed() {
    let flag = "--tenanted-deployment-participation Tenanted ";
    let (mut stage, id) = played_with(&files_with("register", flag, ""), &[]);
    let why = "release 1.0.0-ryan0001 did not come within 600 s; http://localhost/release told \
               last: nothing";
    assert_failed(&mut stage, &id, why);
    let deployments = octopus(&mut stage, "GET", "/api/deployments", Value::Null);
    assert_eq!(deployments["TotalResults"], 0);
}

#[test]
fn another_release_than_the_wanted_one_does_not_count() {
    let (mut stage, id) = played(&[("AppVersion", "2.0.0")]);
    let why = "release 2.0.0 did not come within 600 s; http://localhost/release told last: \
               1.0.0-ryan0001";
    assert_failed(&mut stage, &id, why);
}

#[test]
fn an_instance_that_is_shut_down_in_mid_boot_has_failed() {
    let mut stage = Stage::new();
    furnish(&mut stage);
    let id = begin(&mut stage, TEMPLATE, &files(), &[("AppVersion", "2.0.0")]);
    // Its boot waits for a release that does not come, for ten minutes from here.
    while !console(&mut stage).contains("Tentacle service: done") {
        stage.wait(30.0);
    }
    let ids = instances(&mut stage);
    stage
        .call(|region, moment| region.terminate_instances(&ids, moment))
        .unwrap();
    let said = console(&mut stage);
    assert!(said.contains("cfn-signal: FAILURE for WebGroup"), "{said}");
    stage.world.settle();
    assert_failed(&mut stage, &id, "cfn-signal: FAILURE");
}

#[test]
fn an_instance_that_never_boots_fails_the_creation_at_the_time_out() {
    let mut stage = Stage::new();
    furnish(&mut stage);
    stage.fault(r#"{"name":"never_boots","on":"WebGroup","times":1}"#);
    let id = begin(&mut stage, TEMPLATE, &files(), &[]);
    stage.world.settle();
    assert_eq!(stage.status(&id), "ROLLBACK_COMPLETE");
    let log = stage.log(&id, Some("WebGroup"));
    assert!(
        log.contains("Received 1 SUCCESS signal(s) out of 2."),
        "{log}"
    );
}
