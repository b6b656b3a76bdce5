//! The server's tasks, and what they wait for.

use serde_json::{Value, json};

use super::{Client, id};
use crate::Scenario;
use crate::stage::Stage;

pub const TASKS: Scenario = Scenario {
    name: "tasks queue, execute and are told in full",
    shows: &[
        "route GET tasks",
        "route POST tasks",
        "route GET tasks/{id}",
        "route GET tasks/{id}/details",
        "route GET tasks/{id}/raw",
        "route POST tasks/{id}/cancel",
        "route GET tasks/{id}/queued-behind",
        "route POST tasks/{id}/state",
        "route POST tasks/rerun/{id}",
        "fault hang_deployment",
    ],
    play: tasks,
};

/// A release, and a deployment of it that gives its task's path.
fn release(client: &Client<'_>) -> Value {
    client.change(
        "projects/Projects-1",
        "ProjectConnectivityPolicy",
        json!({ "AllowDeploymentsToNoTargets": true }),
    );
    client.create(
        "releases",
        json!({ "Version": "1.0", "ProjectId": "Projects-1" }),
    )
}

fn deploy(client: &Client<'_>, release: &Value) -> String {
    let body = json!({ "ReleaseId": release["Id"], "EnvironmentId": "Environments-1" });
    let made = client.create("deployments", body);
    format!("tasks/{}", made["TaskId"].as_str().unwrap())
}

fn tasks(stage: &Stage) {
    let client = Client(stage);
    let release = release(&client);
    stage.fault(json!({ "name": "hang_deployment", "on": "Checkout Web", "times": 1 }));
    let first = deploy(&client, &release);
    let second = deploy(&client, &release);
    assert_eq!(client.get(&first)["State"], "Executing");
    assert_eq!(
        client.get(&second)["State"],
        "Queued",
        "one at a time in a scope"
    );
    let behind = client.get(&format!("{second}/queued-behind"));
    assert_eq!(behind["Items"][0]["Id"], client.get(&first)["Id"]);
    let page = client.get("tasks?active=true&project=Projects-1&name=Deploy");
    assert_eq!(page["TotalCounts"]["Executing"], 1);
    assert_eq!(page["TotalCounts"]["Queued"], 1);
    assert_eq!(client.get("tasks?running=true")["TotalResults"], 1);
    assert_eq!(
        client.get("Spaces-1/tasks?states=Queued")["TotalResults"],
        1
    );
    assert_eq!(
        client.get("tasks?environment=Environments-1&take=0")["TotalResults"],
        2
    );

    let cancelled = client.post(&format!("{first}/cancel"), json!({}));
    assert_eq!(cancelled["State"], "Cancelling");
    stage.advance(5.0);
    assert_eq!(client.get(&first)["State"], "Canceled");
    stage.advance(60.0);
    let details = client.get(&format!("{second}/details"));
    assert_eq!(details["ActivityLogs"][0]["Status"], "Success");
    assert_eq!(details["Progress"]["ProgressPercentage"], 100);
    let raw = stage
        .octopus("GET", &format!("/api/{second}/raw"), None)
        .ok();
    assert!(
        raw.body.contains("Deploy Checkout Web release 1.0"),
        "{}",
        raw.body
    );

    let body = json!({ "state": "Failed", "reason": "it was not what we wanted" });
    let changed = client.post(&format!("{second}/state"), body);
    assert_eq!(changed["State"], "Failed");
    let rerun = second.replace("tasks/", "tasks/rerun/");
    let (_, why) = client.refused("POST", &rerun, json!({}));
    assert!(why.contains("cannot be run again"), "{why}");
    let check = client.create("tasks", json!({ "Name": "Health", "Arguments": {} }));
    stage.advance(10.0);
    let again = client.create(&format!("tasks/rerun/{}", id(&check)), json!({}));
    assert_eq!(again["Name"], "Health");
    assert_eq!(
        client
            .refused("POST", "tasks", json!({ "Name": "Deploy" }))
            .0,
        400
    );
}

pub const INTERRUPTIONS: Scenario = Scenario {
    name: "a person takes responsibility and lets a deployment go on",
    shows: &[
        "route GET interruptions",
        "route GET interruptions/{id}",
        "route GET interruptions/{id}/responsible",
        "route PUT interruptions/{id}/responsible",
        "route POST interruptions/{id}/submit",
        "fault interrupt_deployment",
    ],
    play: interruptions,
};

fn interruptions(stage: &Stage) {
    let client = Client(stage);
    let release = release(&client);
    stage.fault(json!({ "name": "interrupt_deployment", "on": "Checkout Web", "times": 1 }));
    let task = deploy(&client, &release);
    let waits = client.get(&task);
    assert_eq!(waits["HasPendingInterruptions"], true);
    assert_eq!(
        client.get("tasks?hasPendingInterruptions=true")["TotalResults"],
        1
    );
    let query = format!("interruptions?pendingOnly=true&regarding={}", id(&waits));
    let found = client.get(&query)["Items"][0].clone();
    let path = format!("interruptions/{}", id(&found));
    assert_eq!(client.get(&path)["Type"], "ManualIntervention");
    let submit = format!("{path}/submit");
    let decision = json!({ "Result": "Proceed", "Notes": "go" });
    let (_, why) = client.refused("POST", &submit, decision.clone());
    assert!(why.contains("Take responsibility"), "{why}");
    client.put(&format!("{path}/responsible"), json!({}));
    assert_eq!(
        client.get(&format!("{path}/responsible"))["Username"],
        "automation"
    );
    let decided = client.post(&submit, decision);
    assert_eq!(decided["IsPending"], false);
    stage.advance(60.0);
    assert_eq!(client.get(&task)["State"], "Success");
    assert_eq!(client.get(&query)["TotalResults"], 0);
}

pub const GUIDANCE: Scenario = Scenario {
    name: "a guided failure asks what now",
    shows: &["fault fail_deployment"],
    play: guidance,
};

fn guidance(stage: &Stage) {
    let client = Client(stage);
    let release = release(&client);
    stage.fault(json!({ "name": "fail_deployment", "on": "Checkout Web", "times": 3 }));
    let state = |guidance: &str| {
        let body = json!({
            "ReleaseId": release["Id"],
            "EnvironmentId": "Environments-1",
            "UseGuidedFailure": true,
        });
        let made = client.create("deployments", body);
        let task = made["TaskId"].as_str().unwrap().to_owned();
        stage.advance(30.0);
        let query = format!("interruptions?pendingOnly=true&regarding={}", id(&made));
        let asked = client.get(&query)["Items"][0].clone();
        assert_eq!(asked["Type"], "GuidedFailure");
        assert_eq!(client.get(&format!("tasks/{task}"))["State"], "Executing");
        let path = format!("interruptions/{}", id(&asked));
        client.put(&format!("{path}/responsible"), json!({}));
        let submit = format!("{path}/submit");
        let (_, why) = client.refused("POST", &submit, json!({ "Result": "Proceed" }));
        assert!(why.contains("Guidance must be"), "{why}");
        client.post(&submit, json!({ "Guidance": guidance }));
        stage.advance(30.0);
        client.get(&format!("tasks/{task}"))["State"].clone()
    };
    assert_eq!(state("Fail"), "Failed");
    assert_eq!(state("Retry"), "Success");
    assert_eq!(state("Ignore"), "Success");
}
