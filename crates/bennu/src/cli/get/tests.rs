use bennu_api::dto::EnvironmentDocument;
use serde_json::{from_value, json};

use super::*;

pub(in crate::cli) fn now() -> DateTime<Utc> {
    "2026-11-23T11:00:00Z".parse().unwrap()
}

/// An environment that is being created, as it is answered.
pub(in crate::cli) fn sample() -> EnvironmentDocument {
    let condition = |kind: &str, status: &str| {
        json!({
            "type": kind, "status": status, "reason": "Progressing",
            "message": "the stack is being created", "observedGeneration": 2,
            "lastTransitionTime": "2026-11-23T10:59:00Z",
        })
    };
    let seen_at = "2026-11-23T10:59:50Z";
    from_value(json!({
        "apiVersion": "bennu.dev/v1",
        "kind": "Environment",
        "metadata": {
            "team": "checkout", "name": "ryan0001", "uid": "00112233445566aa", "generation": 2,
            "labels": { "branch": "feature/ryan" }, "createdAt": "2026-11-23T10:00:00Z",
        },
        "spec": {
            "target": "dev-sydney",
            "stack": { "template": { "digest": "d" }, "parameters": { "A": "1", "B": { "secret": "arn:x" } } },
            "octopus": {
                "server": "main", "space": "Default", "environment": "Development",
                "projects": ["Checkout Web"],
            },
            "deletion_policy": "delete",
        },
        "status": {
            "observedGeneration": 1,
            "observedAt": seen_at,
            "content": {
                "template": "0123456789abcdef0123", "templateName": "web-linux",
                "package": "fedcba9876543210fedc",
            },
            "conditions": [condition("Ready", "False"), condition("Reconciling", "True")],
            "stack": {
                "seen": "present", "seenAt": seen_at,
                "value": {
                    "arn": "arn:stack", "name": "bennu-dev-ryan0001",
                    "status": "CREATE_IN_PROGRESS", "outputs": { "Url": "http://x" },
                },
            },
            "tenant": { "seen": "unknown", "why": "never looked" },
            "machines": { "seen": "absent", "seenAt": seen_at },
            "report": {
                "lines": [{ "resource": "stack", "verdict": "busy: being created", "seenAt": seen_at }],
                "steps": [{
                    "resource": "stack", "when": "wait", "waitsFor": "CloudFormation",
                    "because": "it is missing", "aKeyOfANewerVersion": true,
                }],
            },
        },
    }))
    .unwrap()
}

/// An environment in the middle of a rolling update, as it is answered.
pub(in crate::cli) fn rolling() -> EnvironmentDocument {
    let mut one = sample();
    let seen_at = "2026-11-23T10:59:50Z";
    let status = one.status.as_mut().unwrap();
    status.release = from_value(json!({
        "wanted": "1.1.0", "heading": { "release": "1.1.0", "course": "forward" },
    }))
    .unwrap();
    status.instances = from_value(json!({ "seen": "present", "seenAt": seen_at, "value": [
        {
            "id": "i-old", "group": "web", "lifecycle": "InService", "launchedBy": "lt-1:1",
            "wantedRelease": "1.0.0", "machine": { "name": "web-i-old", "health": "Healthy" },
            "releases": { "Checkout Web": "1.0.0" }, "right": true,
        },
        {
            "id": "i-new", "group": "web", "lifecycle": "Pending", "launchedBy": "lt-1:2",
            "wantedRelease": "1.1.0", "machine": { "name": "web-i-new", "health": "Unknown" },
            "right": false,
        },
        { "id": "i-next", "group": "web", "lifecycle": "Pending", "right": false },
    ] }))
    .unwrap();
    status.counts = from_value(json!({ "pending": 2, "inService": 1, "desired": 2 })).unwrap();
    status.progress = from_value(json!({
        "text": "batch 1 of 2, signals 0 of 1, resources 2 of 3", "seenAt": seen_at,
        "since": "2026-11-23T10:59:00Z", "resourcesDone": 2, "resourcesBusy": 1,
        "roll": { "batch": 1, "batches": 2, "instances": 2, "atLeastInService": 1 },
        "signalsAwaited": 1, "signalsReceived": 0, "signalsFailed": 0,
    }))
    .unwrap();
    status.deployments = from_value(json!([
        {
            "project": "Checkout Web", "version": "1.1.0", "task": "ServerTasks-2",
            "state": "Failed", "machines": 1, "createdAt": "2026-11-23T10:59:30Z",
            "error": "it broke\ntwice",
        },
        {
            "project": "Checkout Web", "version": "1.0.0", "task": "ServerTasks-1",
            "state": "Success", "machines": 0, "createdAt": "2026-11-23T10:00:00Z",
        },
    ]))
    .unwrap();
    let asked_at = "2026-11-23T10:59:00Z";
    status.wants = from_value(json!([
        {
            "kind": "override", "document": "project/main/Projects-1/Default",
            "askedAt": asked_at, "metAt": seen_at, "withdrawn": false,
        },
        {
            "kind": "slot", "document": "slots/main/Default", "askedAt": asked_at,
            "withdrawn": false,
        },
    ]))
    .unwrap();
    one
}

#[test]
fn columns_tell_how_each_is() {
    let mut deleted = sample();
    deleted.metadata.name = "b".into();
    deleted.metadata.deleted_at = Some(now());
    let expected = "\
NAME       READY   STATUS                 AGE
ryan0001   False   Progressing            1h
b          False   Deleting/Progressing   1h
";
    let style = Style {
        wide: false,
        teams: false,
        now: now(),
        colour: false,
    };
    let environments = [sample(), deleted];
    assert_eq!(environments::rows(&environments, style), expected);
    let style = Style {
        wide: true,
        teams: true,
        ..style
    };
    let wide = environments::rows(&environments, style);
    assert!(wide.starts_with("TEAM       NAME "), "{wide}");
    assert!(
        wide.contains("dev-sydney   2            CREATE_IN_PROGRESS   unknown   the stack is"),
        "{wide}"
    );
}
