//! Instances that boot by the template `web-linux` and its package: from user data to the
//! signal.

use std::collections::BTreeMap;

use bennu_sim::clock::seconds;
use bennu_sim::cloudformation::request::ParameterInput;
use serde_json::{Value, json};

use crate::linux::{TEMPLATE, arm, begin, console, files, furnish, instances, octopus, played};
use crate::stage::{Stage, update_request};

#[test]
fn a_new_environment_boots_registers_is_deployed_to_and_signals() {
    let (mut stage, _) = played(&[]);
    let said = console(&mut stage);
    assert_eq!(stage.status("shop"), "CREATE_COMPLETE", "{said}");

    let machines = octopus(&mut stage, "GET", "/api/machines/all", Value::Null);
    let machine = &machines[0];
    assert_eq!(machines.as_array().unwrap().len(), 2);
    assert!(machine["Name"].as_str().unwrap().starts_with("ryan0001-i-"));
    assert_eq!(machine["Roles"], json!(["web", "bennu-demo"]));
    assert_eq!(machine["TenantedDeploymentParticipation"], "Tenanted");
    assert_eq!(machine["Endpoint"]["CommunicationStyle"], "TentacleActive");
    let key = stage.world.octopus.api_key().to_owned();
    assert!(!said.contains(&key), "no secret on the console: {said}");
    assert!(!format!("{:?}", stage.world.secrets).contains(&key));

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
fn a_listening_tentacle_is_registered_under_its_private_name() {
    let (mut stage, _) = played(&[("Communication", "listening")]);
    let said = console(&mut stage);
    assert_eq!(stage.status("shop"), "CREATE_COMPLETE", "{said}");
    let machines = octopus(&mut stage, "GET", "/api/machines/all", Value::Null);
    let endpoint = &machines[0]["Endpoint"];
    assert_eq!(endpoint["CommunicationStyle"], "TentaclePassive");
    let uri = endpoint["Uri"].as_str().unwrap();
    assert!(uri.starts_with("https://ip-10-0-"), "{uri}");
    assert!(uri.ends_with(".ec2.internal:10933/"), "{uri}");
}

#[test]
fn a_new_release_replaces_every_instance_while_one_serves() {
    let mut stage = Stage::new();
    furnish(&mut stage);
    begin(&mut stage, TEMPLATE, &files(), &[]);
    stage.world.settle();
    arm(&mut stage, "1.0.1-ryan0001");
    let before = stage.world.history.changes().count();
    let mut request = update_request(&[("AppVersion", "1.0.1-ryan0001")]);
    let parameters = crate::linux::parameters(&mut stage, &files(), &[]);
    for key in parameters.into_keys().filter(|key| key != "AppVersion") {
        request.parameters.push(ParameterInput {
            key,
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
fn an_application_load_balancer_can_stand_before_the_servers() {
    let (mut stage, _) = played(&[
        ("LoadBalancer", "application"),
        ("VpcId", "vpc-0123abcd"),
        ("SubnetIds", "subnet-1,subnet-2"),
    ]);
    let stack = stage.stack("shop");
    assert_eq!(stack.stack_status.as_str(), "CREATE_COMPLETE");
    let url = stack.outputs.iter().find(|one| one.output_key == "Url");
    let url = &url.unwrap().output_value;
    assert!(url.ends_with(".us-east-1.elb.amazonaws.com/"), "{url}");
}

#[test]
fn a_tentacle_that_dies_serves_no_more_until_it_is_back() {
    let (mut stage, _) = played(&[]);
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
fn a_console_can_be_read_for_an_hour_after_the_instance_is_gone() {
    let (mut stage, _) = played(&[]);
    let (place, id) = (stage.place.clone(), instances(&mut stage).remove(0));
    stage.delete("shop").unwrap();
    stage.world.settle();
    let hour = seconds(3_600.0);
    let gone = stage.world.now;
    stage.world.advance_to(gone + hour - seconds(120.0));
    let output = stage.world.console_output(&place, &id).unwrap();
    assert!(
        output
            .text
            .unwrap()
            .contains("Tentacle register-with: ryan0001-i-")
    );
    stage.world.advance_to(gone + hour);
    let refusal = stage.world.console_output(&place, &id).unwrap_err();
    assert_eq!(refusal.code, "InvalidInstanceID.NotFound");
}
