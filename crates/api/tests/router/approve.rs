//! What an approval is answered, and what is shown of the change set that waits for it.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use bennu_api::Token;
use bennu_model::ids::{ChangeSetName, Generation};
use bennu_model::observed::{DatedFact, Observed};
use bennu_ports::environments::EnvironmentView;
use bennu_ports::ledger::EnvironmentState;
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde_json::{Value, from_str, from_value, json};

use super::ledger::Ledger;
use super::{ENVIRONMENT, ask, request, with_ledger};

const STACK: &str = "arn:stack/1";

fn read<T: DeserializeOwned>(value: Value) -> T {
    from_value(value).unwrap()
}

fn at() -> DateTime<Utc> {
    "2026-11-23T10:00:00Z".parse().unwrap()
}

fn fact(kind: &str, value: Value) -> DatedFact {
    let seen = json!({ "present": value });
    read(json!({ "began_at": at(), "fact": { "kind": kind, "seen": seen } }))
}

fn environment() -> Value {
    json!({
        "uid": "00112233445566aa", "team": "checkout", "name": "ryan0001", "labels": {},
        "generation": 2, "retry": 0, "presence": "present", "predecessor": null,
        "created_at": at(), "deleted_at": null,
        "spec": {
            "target": "dev-sydney", "release": null,
            "stack": {
                "template": "0".repeat(64), "template_bytes": 1, "parameters": {},
                "release_parameter": null, "capabilities": [], "tags": {},
            },
            "octopus": null, "rollout": "immutable", "approve": "replacements",
            "deletion_policy": "delete",
        },
    })
}

fn stack(executed: Option<&str>) -> DatedFact {
    fact(
        "stack",
        json!({
            "arn": STACK, "name": "bennu-dev-ryan0001", "status": "UPDATE_COMPLETE",
            "reason": null, "tags": {}, "outputs": {}, "change_set": executed, "operation": null,
            "created_at": at(), "updated_at": null, "termination_protection": false,
        }),
    )
}

fn change_set(state: &str) -> DatedFact {
    let cause = json!({
        "property": "Engine", "source": "ParameterReference", "entity": "DbEngine",
        "recreation": "Always",
    });
    let change = |action: &str, id: &str, kind: &str, replacement: Value, causes: &[Value]| {
        json!({
            "action": action, "logical_id": id, "kind": kind, "replacement": replacement,
            "policy_action": null, "scope": [], "causes": causes,
        })
    };
    fact(
        "change-set",
        json!({
            "arn": "arn:set/one", "name": "bennu-one", "stack": STACK, "state": state,
            "reason": null, "changes": [
                change("Modify", "Db", "AWS::RDS::DBInstance", json!("True"), &[cause]),
                change("Add", "Topic", "AWS::SNS::Topic", Value::Null, &[]),
            ],
        }),
    )
}

/// As it is stored while its change set waits for a person.
pub fn waiting() -> EnvironmentView {
    let mut observed = Observed::nothing(at());
    observed.absorb(stack(None));
    observed.absorb(change_set("available"));
    let blocked = json!({
        "reason": "ApprovalNeeded", "cause": "the change set would replace Db (AWS::RDS::DBInstance)",
        "remedy": "approve it",
    });
    let step = json!({
        "resource": "stack", "action": null, "when": { "blocked": blocked },
        "because": "it is outdated", "subject": null,
    });
    EnvironmentView {
        state: EnvironmentState {
            environment: read(environment()),
            observed,
            conditions: Vec::new(),
            report: read(json!({ "lines": [], "steps": [step] })),
        },
        observed_generation: Some(Generation(2)),
        observed_at: Some(at()),
        tombstone: None,
    }
}

fn one() -> ChangeSetName {
    ChangeSetName::new("bennu-one").unwrap()
}

/// What an approval is answered, and what was approved then.
async fn approve(
    view: EnvironmentView,
    path: &str,
    body: &str,
) -> (StatusCode, Value, Vec<ChangeSetName>) {
    let ledger = Arc::new(Ledger {
        holds: Some(view),
        ..Ledger::default()
    });
    let router = with_ledger(&prometheus::Registry::new(), Vec::new(), ledger.clone());
    let token = Token::from_random([1; 32]);
    let request = Request::post(path)
        .header("authorization", format!("Bearer {}", token.expose()))
        .header("x-request-id", "an-approval")
        .body(Body::from(body.to_owned()))
        .unwrap();
    let (status, _, body) = ask(&router, request).await;
    let approved = ledger.approved.lock().unwrap().clone();
    (status, from_str(&body).unwrap(), approved)
}

fn path() -> String {
    format!("{ENVIRONMENT}/approve")
}

async fn shown(view: EnvironmentView) -> Value {
    let ledger = Ledger {
        holds: Some(view),
        ..Ledger::default()
    };
    let router = with_ledger(&prometheus::Registry::new(), Vec::new(), Arc::new(ledger));
    let token = Token::from_random([1; 32]);
    let (_, _, body) = ask(&router, request("GET", ENVIRONMENT, Some(token.expose()))).await;
    from_str::<Value>(&body).unwrap()["status"]["changeSet"].take()
}

#[tokio::test]
async fn the_one_that_waits_is_approved_by_its_name() {
    let (status, body, approved) =
        approve(waiting(), &path(), r#"{ "changeSet": "bennu-one" }"#).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_eq!(body["kind"], "Environment");
    assert_eq!(body["spec"]["approve"], "replacements");
    assert_eq!(approved, [one()]);
}

#[tokio::test]
async fn an_approval_without_effect_is_refused() {
    let good = r#"{ "changeSet": "bennu-one" }"#;
    let mut none = waiting();
    none.state.report.steps.clear();
    let mut changed = waiting();
    changed.state.environment.generation = Generation(3);
    let mut leaving = waiting();
    leaving.state.environment.presence = bennu_model::environment::Presence::Absent;
    let own = path();
    let foreign = own.replace("checkout", "search");
    let absent = own.replace("ryan0001", "ryan0002");
    let cases = [
        (
            "another-one",
            waiting(),
            &own,
            r#"{ "changeSet": "bennu-zero" }"#,
        ),
        ("none-waits", none, &own, good),
        ("the-spec-has-changed", changed, &own, good),
        ("being-deleted", leaving, &own, good),
        ("foreign", waiting(), &foreign, good),
        ("absent", waiting(), &absent, good),
        ("nothing-named", waiting(), &own, "{}"),
        (
            "unknown-key",
            waiting(),
            &own,
            r#"{ "changeset": "bennu-one", "force": true }"#,
        ),
        ("wrong-type", waiting(), &own, r#"{ "changeSet": 1 }"#),
        ("no-name", waiting(), &own, r#"{ "changeSet": "" }"#),
        ("no-mapping", waiting(), &own, r#"["bennu-one"]"#),
        ("empty", waiting(), &own, ""),
    ];
    for (name, view, path, body) in cases {
        let (_, answer, approved) = approve(view, path, body).await;
        assert_eq!(approved, [], "{name}");
        insta::assert_snapshot!(name, serde_json::to_string_pretty(&answer).unwrap());
    }
}

#[tokio::test]
async fn what_waits_is_shown_with_all_that_it_changes() {
    let shown = shown(waiting()).await;
    insta::assert_snapshot!(serde_json::to_string_pretty(&shown).unwrap());
}

#[tokio::test]
async fn it_is_shown_whether_a_person_is_needed_and_nothing_when_it_is_over() {
    let mut given = waiting();
    given.state.environment.approved = Some(one());
    assert_eq!(shown(given).await["approval"], "given");
    let mut unneeded = waiting();
    unneeded.state.report.steps.clear();
    assert_eq!(shown(unneeded).await["approval"], Value::Null);
    let mut empty = waiting();
    empty.state.observed.absorb(change_set("empty"));
    assert_eq!(shown(empty).await, Value::Null);
    let mut executed = waiting();
    executed.state.observed.absorb(stack(Some("arn:set/one")));
    assert_eq!(shown(executed).await, Value::Null);
}
