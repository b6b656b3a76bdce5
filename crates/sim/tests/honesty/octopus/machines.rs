//! Machines: registered as Tentacles do it, checked and cleaned up by their policy.

use serde_json::{Value, json};

use super::{Client, id};
use crate::Scenario;
use crate::stage::Stage;

pub const REGISTRATION: Scenario = Scenario {
    name: "a machine is registered, found by every filter and taken away",
    shows: &[
        "route GET machines",
        "route GET machines/all",
        "route GET machines/{id}",
        "route POST machines",
        "route PUT machines/{id}",
        "route DELETE machines/{id}",
        "route GET machines/discover",
        "route GET machines/{id}/connection",
        "route GET machines/{id}/tasks",
        "route GET machineroles/all",
        "route GET environments/{id}/machines",
    ],
    play: registration,
};

fn machine(name: &str) -> Value {
    let thumbprint: String = name.bytes().map(|byte| format!("{byte:02X}")).collect();
    json!({
        "Name": name,
        "EnvironmentIds": ["Environments-1"],
        "Roles": ["web"],
        "Endpoint": {
            "CommunicationStyle": "TentaclePassive",
            "Thumbprint": format!("{thumbprint:0>40}"),
            "Uri": format!("https://{name}.example.com:10933/"),
        },
    })
}

fn registration(stage: &Stage) {
    let client = Client(stage);
    let found = client.get("machines/discover?host=Web-9.example.com&port=10933");
    assert_eq!(found["Id"], Value::Null, "it is not saved");
    assert_eq!(found["Endpoint"]["Uri"], "https://web-9.example.com:10933/");
    assert_eq!(found["Thumbprint"].as_str().unwrap().len(), 40);

    assert_eq!(client.names("machines?name=web-1").len(), 0);
    let web = client.create("machines", machine("web-1"));
    let path = format!("machines/{}", id(&web));
    assert_eq!(web["TenantedDeploymentParticipation"], "Untenanted");
    assert_eq!(web["HealthStatus"], "Unknown");
    let mut other = machine("jobs-1");
    other["Roles"] = json!(["jobs"]);
    other["IsDisabled"] = json!(true);
    client.create("machines", other);
    let (_, why) = client.refused("POST", "machines", machine("WEB-1"));
    assert!(why.contains("already exists"), "{why}");

    let thumbprint = web["Thumbprint"].as_str().unwrap();
    for (query, names) in [
        ("roles=WEB", vec!["web-1"]),
        ("isDisabled=true", vec!["jobs-1"]),
        ("environmentIds=Environments-1", vec!["jobs-1", "web-1"]),
        ("tenantIds=Tenants-1", vec![]),
        ("healthStatuses=Unknown,Healthy", vec!["jobs-1", "web-1"]),
        ("commStyles=TentacleActive", vec![]),
        (
            "deploymentTargetTypes=TentaclePassive&take=1",
            vec!["jobs-1"],
        ),
        ("shellNames=Bash", vec![]),
        ("partialName=eb-", vec!["web-1"]),
        (&format!("thumbprint={thumbprint}"), vec!["web-1"]),
    ] {
        assert_eq!(client.names(&format!("machines?{query}")), names, "{query}");
    }
    let own = client.get(&format!("machines/all?thumbprint={thumbprint}"));
    assert_eq!(own[0]["Name"], "web-1", "so a Tentacle finds itself");
    assert_eq!(client.get("machineroles/all"), json!(["jobs", "web"]));
    assert_eq!(
        client.names("environments/Environments-1/machines").len(),
        2
    );

    assert_eq!(
        client.get(&format!("{path}/connection"))["LastChecked"],
        Value::Null
    );
    stage.advance(20.0);
    let connection = client.get(&format!("{path}/connection"));
    assert_eq!(connection["HealthStatus"], "Healthy");
    assert!(connection["LastChecked"].is_string());
    let tasks = client.get(&format!("{path}/tasks"));
    assert_eq!(tasks["Items"][0]["Name"], "Health");

    client.change(&path, "Roles", json!(["web", "edge"]));
    assert_eq!(
        client.get("machineroles/all"),
        json!(["edge", "jobs", "web"])
    );
    client.delete(&path);
}

pub const ARRIVALS: Scenario = Scenario {
    name: "a machine that arrives is deployed to, or missed",
    shows: &[
        "fault miss_machine",
        "fault cloned_thumbprint",
        "fault fail_deployment",
        "fault conflict",
    ],
    play: arrivals,
};

fn arrivals(stage: &Stage) {
    let client = Client(stage);
    let release = json!({ "Version": "1.0", "ProjectId": "Projects-1" });
    let release = client.create("releases", release);
    let trigger = json!({
        "Name": "Arrivals",
        "ProjectId": "Projects-1",
        "Filter": { "FilterType": "MachineFilter", "EventGroups": ["MachineAvailableForDeployment"] },
        "Action": { "ActionType": "AutoDeploy" },
    });
    client.create("projecttriggers", trigger);
    let overrides = json!([{ "EnvironmentId": "Environments-1", "ReleaseId": release["Id"] }]);
    let project = "projects/Projects-1";
    stage.fault(json!({ "name": "conflict", "on": "PUT projects/{id}", "times": 1 }));
    let (status, why) = client.refused("PUT", project, client.get(project));
    assert_eq!(status, 409);
    assert!(why.contains("out of date"), "{why}");
    client.change(project, "AutoDeployReleaseOverrides", overrides);

    stage.fault(json!({ "name": "miss_machine", "on": "web-2", "times": 1 }));
    stage.fault(json!({ "name": "cloned_thumbprint", "on": "web-2", "times": 1 }));
    let first = client.create("machines", machine("web-1"));
    let second = client.create("machines", machine("web-2"));
    let own = client.get(&format!("machines/{}", id(&second)));
    assert_eq!(
        own["Thumbprint"], first["Thumbprint"],
        "an image with its certificate"
    );
    stage.fault(json!({ "name": "fail_deployment", "on": "Checkout Web", "times": 1, "params": { "error": "no disk" } }));
    stage.advance(90.0);
    let deployments = client.get("deployments");
    assert_eq!(deployments["TotalResults"], 1);
    let only = deployments["Items"][0].clone();
    assert_eq!(
        only["SpecificMachineIds"],
        json!([first["Id"]]),
        "the other was missed"
    );
    let task = client.get(&format!("tasks/{}", only["TaskId"].as_str().unwrap()));
    assert_eq!(
        (&task["State"], &task["ErrorMessage"]),
        (&json!("Failed"), &json!("no disk"))
    );
    let overrides = &client.get(project)["AutoDeployReleaseOverrides"];
    assert_eq!(*overrides, json!([]), "it clears itself once it is used");
}

pub const POLICIES: Scenario = Scenario {
    name: "a policy checks its machines and deletes those that stay away",
    shows: &[
        "route GET machinepolicies",
        "route GET machinepolicies/all",
        "route GET machinepolicies/{id}",
        "route POST machinepolicies",
        "route PUT machinepolicies/{id}",
        "route DELETE machinepolicies/{id}",
        "route GET machinepolicies/template",
        "route GET machinepolicies/{id}/machines",
    ],
    play: policies,
};

fn policies(stage: &Stage) {
    let client = Client(stage);
    let mut template = client.get("machinepolicies/template");
    template["Name"] = json!("Short-lived");
    template["MachineHealthCheckPolicy"]["HealthCheckInterval"] = json!("00:02:00");
    let policy = client.create("machinepolicies", template);
    let path = format!("machinepolicies/{}", id(&policy));
    let cleanup = json!({
        "DeleteMachinesBehavior": "DeleteUnavailableMachines",
        "DeleteMachinesElapsedTimeSpan": "00:05:00",
    });
    client.change(&path, "MachineCleanupPolicy", cleanup);
    assert_eq!(
        client.names("machinepolicies?name=short-lived"),
        ["Short-lived"]
    );
    assert_eq!(client.names("machinepolicies/all").len(), 2);

    let mut body = machine("web-1");
    body["MachinePolicyId"] = policy["Id"].clone();
    let web = client.create("machines", body);
    let own = format!("machines/{}", id(&web));
    assert_eq!(client.names(&format!("{path}/machines")), ["web-1"]);
    let (_, why) = client.refused("DELETE", &path, json!(null));
    assert!(why.contains("web-1"), "{why}");
    let thumbprint = web["Thumbprint"].as_str().unwrap();
    stage
        .running
        .sim
        .with(|world| world.octopus.tentacle(thumbprint, false));
    stage.advance(150.0);
    assert_eq!(client.get(&own)["HealthStatus"], "Unavailable");
    // The span passes between two checks; the next one deletes.
    stage.advance(3.0 * 60.0);
    assert_eq!(client.status("GET", &own), 200);
    stage.advance(60.0);
    assert_eq!(client.status("GET", &own), 404);
    let deleted = client.get("events?eventCategories=MachineDeleted");
    assert_eq!(deleted["Items"][0]["Username"], "system");
    client.delete(&path);
}
