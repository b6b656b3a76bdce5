//! Tentacles, machines and deployments that go wrong.

use serde_json::{Value, json};

use super::{create, status};
use crate::stage::Stage;

/// A document that is made, or read, with success.
fn octopus(stage: &Stage, method: &str, path: &str, body: Value) -> Value {
    let body = Some(body).filter(|body| !body.is_null());
    stage.octopus(method, path, body).ok().value()
}

/// A tenant with a release, ready to be deployed to; the release's id.
fn furnish(stage: &Stage) -> Value {
    let connections = json!({ "Projects-1": ["Environments-1"] });
    let tenant = json!({ "Name": "ryan", "ProjectEnvironments": connections });
    assert_eq!(
        octopus(stage, "POST", "/api/tenants", tenant)["Id"],
        "Tenants-1"
    );
    let release = json!({ "Version": "1.0.0", "ProjectId": "Projects-1" });
    octopus(stage, "POST", "/api/releases", release)["Id"].clone()
}

/// Registers a machine of the tenant.
fn arrive(stage: &Stage, name: &str, digit: &str) -> Value {
    let machine = json!({
        "Name": name,
        "Roles": ["web"],
        "EnvironmentIds": ["Environments-1"],
        "TenantIds": ["Tenants-1"],
        "TenantedDeploymentParticipation": "Tenanted",
        "Endpoint": {
            "CommunicationStyle": "TentaclePassive",
            "Uri": format!("https://{name}:10933/"),
            "Thumbprint": digit.repeat(40),
        },
    });
    octopus(stage, "POST", "/api/machines", machine)
}

/// An instance that installs a Tentacle and registers it.
fn template(key: &str) -> String {
    let tentacle = "/opt/octopus/tentacle/Tentacle";
    let script = format!(
        "#!/bin/bash\ndnf install -y tentacle\n\
         {tentacle} create-instance --instance Tentacle --config /etc/octopus/t.config\n\
         {tentacle} new-certificate --instance Tentacle\n\
         {tentacle} configure --instance Tentacle --noListen True --reset-trust\n\
         {tentacle} register-with --instance Tentacle --server http://octopus --apiKey {key} \
         --name web-1 --environment Development --role web --comms-style TentacleActive \
         --server-comms-port 10943\n\
         {tentacle} service --instance Tentacle --install --start\n"
    );
    json!({ "Resources": {
        "Launch": { "Type": "AWS::EC2::LaunchTemplate", "Properties": { "LaunchTemplateData": {
            "ImageId": "ami-12345678", "InstanceType": "t3.micro",
            "UserData": { "Fn::Base64": script } } } },
        "Group": { "Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": {
            "MinSize": "1", "MaxSize": "1", "AvailabilityZones": ["ap-southeast-2a"],
            "LaunchTemplate": { "LaunchTemplateId": { "Ref": "Launch" }, "Version": "1" } } },
    } })
    .to_string()
}

pub fn tentacle_dies(stage: &Stage) {
    create(stage, "shop", &template(&stage.running.octopus_api_key));
    stage.advance(600.0);
    assert_eq!(status(stage, "shop"), "CREATE_COMPLETE");
    let health = || {
        let body = json!({ "Name": "Health", "Arguments": { "MachineIds": ["Machines-1"] } });
        octopus(stage, "POST", "/api/tasks", body);
        stage.advance(120.0);
        let machine = octopus(stage, "GET", "/api/machines/Machines-1", Value::Null);
        machine["HealthStatus"].as_str().unwrap().to_owned()
    };
    assert_eq!(health(), "Healthy");
    let at = json!({ "name": "tentacle_dies", "on": "Group", "times": 1,
        "scope": { "stack": "shop" }, "params": { "back_after_s": 300 } });
    stage.fault(at);
    stage.advance(1.0);
    assert_eq!(health(), "Unavailable");
    stage.advance(300.0);
    assert_eq!(health(), "Healthy");

    let instances = stage.ec2("DescribeInstances", &[]).ok();
    let path = format!("instances/{}/die", instances.text("instanceId"));
    stage.sim("POST", &path, None).ok();
    assert_eq!(health(), "Unavailable", "by hand, too");
    assert_eq!(
        stage.sim("POST", &path, None).status,
        400,
        "it is dead already"
    );
}

pub fn cloned(stage: &Stage) {
    furnish(stage);
    stage.fault(json!({ "name": "cloned_thumbprint", "on": "web-2", "times": 1 }));
    let first = arrive(stage, "web-1", "A")["Id"].clone();
    let second = arrive(stage, "web-2", "B")["Id"].clone();
    let third = arrive(stage, "web-3", "C")["Id"].clone();
    let thumbprint = |id: &Value| {
        let path = format!("/api/machines/{}", id.as_str().unwrap());
        octopus(stage, "GET", &path, Value::Null)["Thumbprint"].clone()
    };
    assert_eq!(thumbprint(&second), thumbprint(&first));
    assert_ne!(thumbprint(&third), thumbprint(&first));
}

pub fn missed(stage: &Stage) {
    let release = furnish(stage);
    let trigger = json!({
        "Name": "new machines",
        "ProjectId": "Projects-1",
        "Filter": { "FilterType": "MachineFilter", "Roles": ["web"],
            "EventGroups": ["MachineAvailableForDeployment"] },
        "Action": { "ActionType": "AutoDeploy",
            "ShouldRedeployWhenMachineHasBeenDeployedTo": false },
    });
    octopus(stage, "POST", "/api/projecttriggers", trigger);
    let mut project = octopus(stage, "GET", "/api/projects/Projects-1", Value::Null);
    project["AutoDeployReleaseOverrides"] = json!([{ "EnvironmentId": "Environments-1",
        "TenantId": "Tenants-1", "ReleaseId": release }]);
    octopus(stage, "PUT", "/api/projects/Projects-1", project);
    stage.fault(
        json!({ "name": "miss_machine", "scope": { "machine": "web-1", "tenant": "ryan" } }),
    );
    arrive(stage, "web-1", "A");
    let second = arrive(stage, "web-2", "B");
    stage.advance(120.0);
    let deployments = octopus(stage, "GET", "/api/deployments", Value::Null);
    assert_eq!(deployments["TotalResults"], 1);
    assert_eq!(
        deployments["Items"][0]["SpecificMachineIds"],
        json!([second["Id"]])
    );
}

pub fn deployments(stage: &Stage) {
    let release = furnish(stage);
    arrive(stage, "web-1", "A");
    let deploy = |fault: Value| {
        stage.fault(fault);
        let wish = json!({ "ReleaseId": release, "EnvironmentId": "Environments-1",
            "TenantId": "Tenants-1" });
        let made = octopus(stage, "POST", "/api/deployments", wish);
        stage.advance(3_600.0);
        format!("/api/tasks/{}", made["TaskId"].as_str().unwrap())
    };
    let task = |path: &str| octopus(stage, "GET", path, Value::Null);
    let scope = json!({ "tenant": "ryan", "environment": "Development" });
    let fails = json!({ "name": "fail_deployment", "on": "Checkout Web", "times": 1,
        "scope": scope, "params": { "error": "disk full" } });
    let failed = task(&deploy(fails));
    assert_eq!(
        (&failed["State"], &failed["ErrorMessage"]),
        (&json!("Failed"), &json!("disk full"))
    );

    let waits = deploy(json!({ "name": "interrupt_deployment", "times": 1 }));
    assert_eq!(task(&waits)["HasPendingInterruptions"], true);
    stage.octopus("POST", &format!("{waits}/cancel"), None).ok();
    stage.advance(60.0);
    assert_eq!(task(&waits)["State"], "Canceled");

    let hangs = deploy(json!({ "name": "hang_deployment", "on": "Checkout Web", "times": 1 }));
    assert_eq!(task(&hangs)["State"], "Executing");
    stage.octopus("POST", &format!("{hangs}/cancel"), None).ok();
    stage.advance(60.0);
    assert_eq!(task(&hangs)["State"], "Canceled");
}
