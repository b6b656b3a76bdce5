//! What is answered of an environment in the middle of a rolling update: one golden file.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use bennu_api::dto::EnvironmentDocument;
use bennu_model::ids::Generation;
use bennu_model::observed::{DatedFact, Observed};
use bennu_ports::environments::EnvironmentView;
use bennu_ports::ledger::{EnvironmentState, Report};
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde_json::{Value, from_value, json};

const STACK: &str = "arn:aws:cloudformation:ap-southeast-2:1:stack/bennu-dev-ryan0001/1";
const OLD: &str = "i-0a1b2c3d4e5f60001";
const NEW: &str = "i-0a1b2c3d4e5f60002";

fn read<T: DeserializeOwned>(value: Value) -> T {
    from_value(value).unwrap()
}

fn at(time: &str) -> DateTime<Utc> {
    format!("2026-11-23T{time}Z").parse().unwrap()
}

fn fact(kind: &str, value: Value) -> DatedFact {
    let seen = json!({ "present": value });
    read(json!({ "began_at": at("10:10:00"), "fact": { "kind": kind, "seen": seen } }))
}

fn attempt(verb: &str, release: &str, started: &str, settled: Value) -> Value {
    json!({
        "token": format!("token-{started}").replace(':', ""), "resource": "stack", "verb": verb,
        "generation": 1, "retry": 0, "subject": null, "release": release,
        "started_at": at(started), "reference": null, "settled": settled,
        "settled_at": (!settled.is_null()).then(|| at(started)),
    })
}

fn facts(stack_status: &str) -> Vec<DatedFact> {
    let machine = |id: &str, instance: &str, health: &str| {
        json!({
            "id": id, "name": format!("web-{instance}"), "roles": ["bennu-dev", "web"],
            "tenants": ["Tenants-1"], "environments": ["Environments-1"], "is_disabled": false,
            "health": health,
        })
    };
    let instance = |id: &str, lifecycle: &str, by: &str| json!({ "id": id, "lifecycle": lifecycle, "healthy": true, "launched_by": by });
    let deployment = |id: u32, project: u32, version: &str, created: &str, task: Value| {
        json!({
            "id": format!("Deployments-{id}"), "project": format!("Projects-{project}"),
            "environment": "Environments-1", "release": "Releases-1", "version": version,
            "machines": ["Machines-1"], "deployed_to": [], "comments": "",
            "created_at": at(created), "task": task,
        })
    };
    let task = |id: u32, state: &str, error: Option<&str>| {
        json!({
            "id": format!("ServerTasks-{id}"), "state": state, "error": error,
            "is_interrupted": false,
        })
    };
    vec![
        fact(
            "stack",
            json!({
                "arn": STACK, "name": "bennu-dev-ryan0001", "status": stack_status,
                "reason": null, "tags": {}, "outputs": {}, "change_set": null, "operation": null,
                "created_at": at("09:00:00"), "updated_at": at("10:05:00"),
                "termination_protection": false,
            }),
        ),
        fact(
            "space",
            json!({
                "projects": { "Checkout Web": "Projects-1", "Checkout Jobs": "Projects-2" },
                "environments": { "Development": "Environments-1" },
            }),
        ),
        fact(
            "machines",
            json!([
                machine("Machines-1", OLD, "Healthy"),
                machine("Machines-2", NEW, "Unknown"),
            ]),
        ),
        fact(
            "groups",
            json!([{
                "name": "web", "stack": STACK, "desired": 2,
                "instances": [
                    instance(OLD, "InService", "lt-1:1"),
                    instance(NEW, "Pending", "lt-1:2"),
                ],
            }]),
        ),
        fact(
            "progress",
            json!({
                "since": at("10:05:00"), "resources_done": 2, "resources_busy": 1,
                "roll": { "total": 2, "batch": 1, "in_service": 1, "begun": 1 },
                "signals_awaited": 1, "signals_received": 0, "signals_failed": 0,
            }),
        ),
        fact(
            "deployments",
            json!([
                deployment(1, 1, "1.0.0", "09:05:00", task(1, "Success", None)),
                deployment(
                    2,
                    2,
                    "1.0.0",
                    "09:06:00",
                    task(2, "Failed", Some("disk full"))
                ),
                deployment(3, 3, "0.9.0", "08:00:00", task(3, "Success", None)),
                deployment(4, 2, "1.0.0", "09:07:00", task(4, "Success", None)),
                deployment(5, 1, "0.9.0", "08:01:00", task(5, "Success", None)),
                deployment(6, 1, "0.8.0", "07:00:00", task(6, "Success", None)),
            ]),
        ),
    ]
}

fn view(stack_status: &str) -> EnvironmentView {
    let environment = json!({
        "uid": "00112233445566aa", "team": "checkout", "name": "ryan0001", "labels": {},
        "generation": 2, "retry": 0, "presence": "present", "predecessor": null,
        "created_at": at("09:00:00"), "deleted_at": null,
        "spec": {
            "target": "dev-sydney", "release": "1.1.0",
            "stack": {
                "template": "0".repeat(64), "template_bytes": 1, "parameters": {},
                "release_parameter": "AppVersion", "capabilities": [], "tags": {},
            },
            "octopus": {
                "server": "main", "space": "Default", "environment": "Development",
                "projects": ["Checkout Web", "Checkout Jobs"], "roles": ["web"], "variables": {},
            },
            "rollout": "immutable", "approve": "never", "deletion_policy": "delete",
        },
    });
    let serving = |task: &str| json!({ "version": "1.0.0", "task": task, "at": at("09:05:00") });
    let want = |document: &str, want: Value, met: Option<&str>, withdrawn: bool| {
        json!({
            "document": document, "want": want, "asked_at": at("10:04:00"),
            "withdrawn": withdrawn, "met_at": met.map(at),
        })
    };
    let mut observed = Observed::nothing(at("09:00:00"));
    facts(stack_status)
        .into_iter()
        .for_each(|fact| observed.absorb(fact));
    let course = match stack_status {
        "UPDATE_IN_PROGRESS" => json!({ "course": "forward", "release": "1.1.0" }),
        _ => json!({ "course": "settled", "release": "1.0.0" }),
    };
    observed.known = read(json!({
        "stack": STACK, "tenant": "Tenants-1", "course": course,
        "launched": { "web/lt-1:1": "1.0.0", "web/lt-1:2": "1.1.0" },
        "machines": {
            "Machines-1": { "since": at("09:04:00"), "serves": {
                "Projects-1": serving("ServerTasks-1"), "Projects-2": serving("ServerTasks-4"),
            } },
            "Machines-2": { "since": at("10:09:00"), "serves": {} },
        },
    }));
    observed.attempts = read(json!([
        attempt(
            "create-stack",
            "1.0.0",
            "09:00:00",
            json!({ "applied": null })
        ),
        attempt("execute-change-set", "1.1.0", "10:05:00", Value::Null),
    ]));
    observed.wants = read(json!([
        want(
            "slots/main/Default",
            json!({ "kind": "slot" }),
            Some("10:04:30"),
            false
        ),
        want(
            "machine-policy/main/Default",
            json!({ "kind": "machine-policy" }),
            None,
            false
        ),
        want(
            "project/main/Projects-1/Default",
            json!({ "kind": "trigger", "environment": "Environments-1", "tenant": "Tenants-1" }),
            Some("10:04:30"),
            true,
        ),
    ]));
    EnvironmentView {
        state: EnvironmentState {
            environment: read(environment),
            observed,
            conditions: Vec::new(),
            report: Report::default(),
        },
        observed_generation: Some(Generation(2)),
        observed_at: Some(at("10:10:01")),
        tombstone: None,
    }
}

fn status(view: &EnvironmentView) -> bennu_api::dto::StatusDocument {
    EnvironmentDocument::seen(view).status.unwrap()
}

#[test]
fn a_rolling_update_is_told_in_full() {
    let document = EnvironmentDocument::seen(&view("UPDATE_IN_PROGRESS"));
    insta::assert_snapshot!(serde_json::to_string_pretty(&document).unwrap());
    let sent = serde_json::to_value(&document).unwrap();
    assert_eq!(read::<EnvironmentDocument>(sent), document);
}

#[test]
fn progress_is_that_of_the_operation_that_runs() {
    assert_eq!(status(&view("UPDATE_COMPLETE")).progress, None);
    let mut next = view("UPDATE_IN_PROGRESS");
    let facts = facts("UPDATE_IN_PROGRESS");
    let stack = serde_json::to_string(&facts[0]).unwrap();
    let later = stack.replace("10:05:00", "11:05:00");
    next.state
        .observed
        .absorb(serde_json::from_str(&later).unwrap());
    assert_eq!(status(&next).progress, None);
}

/// A stack without groups has instances of its own: their machines are told.
#[test]
fn machines_stand_for_instances_that_are_in_no_group() {
    let mut view = view("UPDATE_COMPLETE");
    view.state.observed.absorb(fact("groups", json!([])));
    let status = status(&view);
    assert_eq!(status.counts, None);
    let instances = status.instances.unwrap().value.unwrap();
    let told: Vec<_> = instances
        .iter()
        .map(|one| (one.id.as_str(), one.wanted_release.as_deref(), one.right))
        .collect();
    let wanted = Some("1.0.0");
    assert_eq!(
        told,
        [(OLD, wanted, Some(true)), (NEW, wanted, Some(false))]
    );
}
