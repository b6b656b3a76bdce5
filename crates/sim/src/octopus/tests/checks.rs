//! Health checks by policy, on demand, and the machines that they delete.

use serde_json::{Value, json};

use super::Bench;
use super::stage::{arrive, tenant, thumbprint};

/// A policy that checks every two minutes and deletes after five.
fn throw_away(bench: &mut Bench) -> String {
    let policy = json!({
        "Name": "Throw-away",
        "MachineHealthCheckPolicy": { "HealthCheckInterval": "00:02:00" },
        "MachineCleanupPolicy": {
            "DeleteMachinesBehavior": "DeleteUnavailableMachines",
            "DeleteMachinesElapsedTimeSpan": "00:05:00",
        },
    });
    bench.create("/api/machinepolicies", &policy)
}

fn follow(bench: &mut Bench, machine: &str, policy: &str) {
    let path = format!("/api/machines/{machine}");
    let mut document = bench.get(&path);
    document["MachinePolicyId"] = json!(policy);
    assert_eq!(bench.send("PUT", &path, &document).0, 200);
}

#[test]
fn a_machine_that_stays_away_is_deleted_inside_a_later_check() {
    let mut bench = Bench::new();
    let policy = throw_away(&mut bench);
    let ryan = tenant(&mut bench, "ryan0001");
    let [gone, kept] = ["web-1", "web-2"].map(|name| arrive(&mut bench, name, &ryan));
    for machine in [&gone, &kept] {
        follow(&mut bench, machine, &policy);
    }
    bench.later(130);
    bench.server.tentacle(&thumbprint("web-1"), false);
    let health = |bench: &mut Bench, id: &str| {
        bench.get(&format!("/api/machines/{id}"))["HealthStatus"].clone()
    };
    bench.later(111);
    assert_eq!(
        health(&mut bench, &gone),
        "Healthy",
        "nobody has looked yet"
    );
    bench.later(1);
    assert_eq!(health(&mut bench, &gone), "Unavailable");
    bench.later(359);
    assert_eq!(
        health(&mut bench, &gone),
        "Unavailable",
        "five minutes are over, but no check was"
    );
    bench.later(1);
    assert_eq!(
        bench
            .send("GET", &format!("/api/machines/{gone}"), &Value::Null)
            .0,
        404
    );
    assert_eq!(health(&mut bench, &kept), "Healthy");
    let truth = bench.server.truth();
    let events: Vec<&str> = truth["Default"]["machineevents"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["MachineName"] == "web-1")
        .filter_map(|event| event["Category"].as_str())
        .collect();
    assert_eq!(
        events,
        [
            "MachineAdded",
            "MachineHealthy",
            "MachineUnavailable",
            "MachineDeleted"
        ]
    );
}

#[test]
fn a_check_on_demand_looks_and_deletes_nothing() {
    let mut bench = Bench::new();
    let policy = throw_away(&mut bench);
    let ryan = tenant(&mut bench, "ryan0001");
    let id = arrive(&mut bench, "web-1", &ryan);
    bench.server.tentacle(&thumbprint("web-1"), false);
    let body =
        json!({ "Name": "Health", "Description": "Look now", "Arguments": { "MachineIds": [id] } });
    let (status, task) = bench.send("POST", "/api/Spaces-1/tasks", &body);
    assert_eq!(
        (status, &task["State"], &task["Description"]),
        (201, &json!("Queued"), &json!("Look now"))
    );
    bench.later(2);
    assert_eq!(
        bench.get(&format!("/api/machines/{id}"))["HealthStatus"],
        "Unavailable"
    );
    let task = bench.get(task["Links"]["Self"].as_str().unwrap());
    assert_eq!(
        (&task["State"], &task["HasWarningsOrErrors"]),
        (&json!("Success"), &json!(true))
    );
    assert!(
        bench
            .refusal("POST", "/api/tasks", &json!({ "Name": "Deploy" }))
            .contains("'Deploy'")
    );
    let unknown = json!({ "Name": "Health", "Arguments": { "MachineIds": ["Machines-9"] } });
    bench.refusal("POST", "/api/tasks", &unknown);
    follow(&mut bench, &id, &policy);
    let unreadable =
        json!({ "Name": "P", "MachineHealthCheckPolicy": { "HealthCheckInterval": "daily" } });
    assert_eq!(
        bench.refusal("POST", "/api/machinepolicies", &unreadable),
        "MachineHealthCheckPolicy.HealthCheckInterval must be a duration: [d.]hh:mm:ss."
    );
}
