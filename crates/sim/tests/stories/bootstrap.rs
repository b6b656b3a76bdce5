//! Instances that boot by the template `web-linux`: from user data to the signal.

use std::collections::BTreeMap;

use bennu_sim::cloudformation::request::ParameterInput;
use bennu_sim::octopus::Request;
use serde_json::{Value, json};

use crate::stage::{Stage, create_request, update_request};

const TEMPLATE: &str = include_str!("../../../../templates/web-linux/template.yaml");
const PARAMETERS: [(&str, &str); 8] = [
    ("AppVersion", "1.0.0-ryan0001"),
    ("BennuTenant", "ryan0001"),
    ("BennuOctopusServer", "https://octopus.example"),
    ("BennuSpace", "Default"),
    ("BennuOctopusEnvironment", "Development"),
    ("BennuRoles", "web,bennu-demo"),
    ("BennuMachinePolicy", "Default Machine Policy"),
    (
        "OctopusApiKeySecret",
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:octopus-a1b2c3",
    ),
];

/// Sends a request to Octopus and takes the answer of a success.
fn octopus(stage: &mut Stage, method: &str, target: &str, body: Value) -> Value {
    let world = &mut stage.world;
    let key = world.octopus.api_key().to_owned();
    let request = Request::new(method, target).with_key(&key).with_json(&body);
    let reply = (world.octopus).handle(&request, world.now, &mut world.faults);
    assert!(reply.status < 300, "{method} {target}: {reply:?}");
    reply.body.unwrap_or_default()
}

/// A tenant with a release of its own, and a trigger that deploys it to new machines.
fn furnish(stage: &mut Stage) {
    let connections = json!({ "Projects-1": ["Environments-1"] });
    let tenant = json!({ "Name": "ryan0001", "ProjectEnvironments": connections });
    octopus(stage, "POST", "/api/tenants", tenant);
    let trigger = json!({
        "Name": "new machines",
        "ProjectId": "Projects-1",
        "Filter": {
            "FilterType": "MachineFilter",
            "EnvironmentIds": [],
            "Roles": ["bennu-demo"],
            "EventGroups": ["MachineAvailableForDeployment"],
            "EventCategories": [],
        },
        "Action": {
            "ActionType": "AutoDeploy",
            "ShouldRedeployWhenMachineHasBeenDeployedTo": false,
        },
    });
    octopus(stage, "POST", "/api/projecttriggers", trigger);
    arm(stage, "1.0.0-ryan0001");
}

/// A release, which the tenant's next automatic deployment is of.
fn arm(stage: &mut Stage, version: &str) {
    let release =
        json!({ "ProjectId": "Projects-1", "ChannelId": "Channels-1", "Version": version });
    let release = octopus(stage, "POST", "/api/releases", release)["Id"].clone();
    let mut project = octopus(stage, "GET", "/api/projects/Projects-1", Value::Null);
    project["AutoDeployReleaseOverrides"] = json!([
        { "EnvironmentId": "Environments-1", "TenantId": "Tenants-1", "ReleaseId": release }
    ]);
    octopus(stage, "PUT", "/api/projects/Projects-1", project);
}

fn create(stage: &mut Stage, template: &str, changed: &[(&str, &str)]) -> String {
    let mut request = create_request(template);
    let changed: BTreeMap<&str, &str> = changed.iter().copied().collect();
    request.parameters = PARAMETERS
        .into_iter()
        .map(|(key, value)| ParameterInput {
            key: key.to_owned(),
            value: Some((*changed.get(key).unwrap_or(&value)).to_owned()),
            use_previous_value: false,
        })
        .collect();
    let made = stage.call(|region, moment| region.create_stack(request, moment));
    let id = made.unwrap().stack_id;
    stage.world.settle();
    id
}

/// The console of the first instance there ever was.
fn console(stage: &mut Stage) -> String {
    let query = Default::default();
    let page = stage.call(|region, moment| region.describe_instances(&query, moment));
    let first = page
        .unwrap()
        .items
        .into_iter()
        .min_by_key(|one| one.launch_time);
    let lines = (stage.world.boots).console(&stage.place, &first.unwrap().id, 100);
    lines.join("\n")
}

#[test]
fn a_new_environment_boots_registers_is_deployed_to_and_signals() {
    let mut stage = Stage::new();
    furnish(&mut stage);
    create(&mut stage, TEMPLATE, &[]);
    let said = console(&mut stage);
    assert_eq!(stage.status("shop"), "CREATE_COMPLETE", "{said}");

    let machines = octopus(&mut stage, "GET", "/api/machines/all", Value::Null);
    let machine = &machines[0];
    assert_eq!(machines.as_array().unwrap().len(), 2);
    assert!(machine["Name"].as_str().unwrap().starts_with("ryan0001-i-"));
    assert_eq!(machine["Roles"], json!(["web", "bennu-demo"]));
    assert_eq!(machine["TenantedDeploymentParticipation"], "Tenanted");
    assert_eq!(machine["Endpoint"]["CommunicationStyle"], "TentacleActive");
    assert!(!said.contains("simulated-"), "no secret on the console");

    let last = stage.world.history.changes().last().unwrap().clone();
    let wanted = BTreeMap::from([("Checkout Web".to_owned(), "1.0.0-ryan0001".to_owned())]);
    assert_eq!((last.stack.as_str(), last.in_service.len()), ("shop", 2));
    assert!(last.serving.values().eq([&wanted, &wanted]), "{last:?}");
    let launched = stage.call(|region, moment| {
        region
            .describe_instances(&Default::default(), moment)
            .unwrap()
            .items
    });
    let release = launched[0].tag("bennu:release");
    assert_eq!(release, Some("1.0.0-ryan0001"));
    assert_eq!(stage.world.octopus.override_count(), 0);
}

#[test]
fn a_new_release_replaces_every_instance_while_one_serves() {
    let mut stage = Stage::new();
    furnish(&mut stage);
    create(&mut stage, TEMPLATE, &[]);
    arm(&mut stage, "1.0.1-ryan0001");
    let before = stage.world.history.changes().count();
    let mut request = update_request(&[("AppVersion", "1.0.1-ryan0001")]);
    for (key, _) in PARAMETERS.into_iter().skip(1) {
        request.parameters.push(ParameterInput {
            key: key.to_owned(),
            value: None,
            use_previous_value: true,
        });
    }
    stage.change_set(request);
    stage.execute().unwrap();
    stage.world.settle();
    assert_eq!(stage.status("shop"), "UPDATE_COMPLETE");
    let changes: Vec<_> = stage.world.history.changes().skip(before).collect();
    assert!(
        changes.iter().all(|change| !change.serving.is_empty()),
        "{changes:#?}"
    );
    let last = changes.last().unwrap();
    assert_eq!(last.serving.len(), 2);
    for versions in last.serving.values() {
        assert_eq!(versions["Checkout Web"], "1.0.1-ryan0001");
    }
}

#[test]
fn a_boot_that_cannot_register_signals_failure() {
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
    ] {
        let mut stage = Stage::new();
        furnish(&mut stage);
        let id = create(&mut stage, TEMPLATE, &[(key, value)]);
        assert_eq!(stage.status(&id), "ROLLBACK_COMPLETE", "{key}");
        assert!(console(&mut stage).contains(why), "{}", console(&mut stage));
        let log = stage.log(&id, Some("WebGroup"));
        assert!(
            log.contains("Received FAILURE signal with UniqueId"),
            "{log}"
        );
    }
}

#[test]
fn without_the_participation_flag_nothing_is_ever_deployed() {
    let mut stage = Stage::new();
    furnish(&mut stage);
    let flag = "--tenanted-deployment-participation Tenanted";
    let id = create(&mut stage, &TEMPLATE.replace(flag, ""), &[]);
    assert_eq!(stage.status(&id), "ROLLBACK_COMPLETE");
    let said = console(&mut stage);
    assert!(
        said.contains("release 1.0.0-ryan0001 did not come; there is: none"),
        "{said}"
    );
    let deployments = octopus(&mut stage, "GET", "/api/deployments", Value::Null);
    assert_eq!(deployments["TotalResults"], 0);
}

#[test]
fn another_release_than_the_wanted_one_does_not_count() {
    let mut stage = Stage::new();
    furnish(&mut stage);
    let id = create(&mut stage, TEMPLATE, &[("AppVersion", "2.0.0")]);
    assert_eq!(stage.status(&id), "ROLLBACK_COMPLETE");
    let said = console(&mut stage);
    assert!(
        said.contains("release 2.0.0 did not come; there is: 1.0.0-ryan0001"),
        "{said}"
    );
}

#[test]
fn a_missing_object_stops_the_boot_and_what_is_there_is_run() {
    let fetched = TEMPLATE.replace(
        "curl -sSf https://rpm.octopus.com/tentacle.repo -o /etc/yum.repos.d/tentacle.repo",
        "aws s3 cp s3://packages/boot.sh /opt/boot.sh && bash /opt/boot.sh",
    );
    let mut stage = Stage::new();
    furnish(&mut stage);
    let id = create(&mut stage, &fetched, &[]);
    assert_eq!(stage.status(&id), "ROLLBACK_COMPLETE");
    let said = console(&mut stage);
    assert!(
        said.contains("The specified bucket does not exist (s3://packages/boot.sh)"),
        "{said}"
    );

    let mut stage = Stage::new();
    furnish(&mut stage);
    let now = stage.world.now;
    stage.world.buckets.ensure("packages", now);
    let script = "#!/bin/bash\necho hello from the package\n";
    let object = bennu_sim::s3::Object::new(script.into(), BTreeMap::new(), now);
    let always = bennu_sim::s3::Precondition::None;
    stage
        .world
        .buckets
        .put("packages", "boot.sh", object, &always)
        .unwrap();
    create(&mut stage, &fetched, &[]);
    assert_eq!(stage.status("shop"), "CREATE_COMPLETE");
    assert!(console(&mut stage).contains("hello from the package"));
}

#[test]
fn a_tentacle_that_dies_serves_no_more_until_it_is_back() {
    let mut stage = Stage::new();
    furnish(&mut stage);
    create(&mut stage, TEMPLATE, &[]);
    let serving = |stage: &Stage| stage.world.history.changes().last().unwrap().serving.len();
    stage.fault(
        r#"{"name":"tentacle_dies","on":"WebGroup","times":1,"params":{"back_after_s":60}}"#,
    );
    stage.wait(1.0);
    assert_eq!(serving(&stage), 1);
    stage.wait(60.0);
    assert_eq!(serving(&stage), 2);
}

#[test]
fn an_instance_that_never_boots_fails_the_creation_at_the_time_out() {
    let mut stage = Stage::new();
    furnish(&mut stage);
    stage.fault(r#"{"name":"never_boots","on":"WebGroup","times":1}"#);
    let id = create(&mut stage, TEMPLATE, &[]);
    assert_eq!(stage.status(&id), "ROLLBACK_COMPLETE");
    let log = stage.log(&id, Some("WebGroup"));
    assert!(
        log.contains("Received 1 SUCCESS signal(s) out of 2."),
        "{log}"
    );
}
