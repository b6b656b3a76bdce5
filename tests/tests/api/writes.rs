//! Writes that may be repeated, that insist on something, and that are only tried.

use axum::body::Body;
use axum::http::StatusCode;
use bennu_api::Token;
use bennu_model::ids::{EnvironmentName, TeamName};
use bennu_ports::Environments as _;
use bennu_ports::answers::{Answers as _, Begun, RequestKey};
use serde_json::{Value, json};

use super::stage::*;

/// A request with headers and a document.
async fn send(
    world: &World,
    token: &Token,
    (method, path): (&str, &str),
    headers: &[(&str, &str)],
    document: &Value,
) -> Answer {
    let mut asked = request(token, method, path);
    for (name, value) in headers {
        asked = asked.header(*name, *value);
    }
    let body = match document {
        Value::Null => Body::empty(),
        document => Body::from(document.to_string()),
    };
    world.send(asked.body(body).unwrap()).await
}

#[tokio::test]
async fn under_a_key_a_request_is_carried_out_once() {
    let world = World::begin().await;
    let me = &world.checkout;
    let key = ("idempotency-key", "8a1c-one");
    let put = ("PUT", "ryan0001");
    let first = send(&world, me, put, &[key], &document()).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
    assert!(!first.headers.contains_key("idempotency-replayed"));
    let again = send(&world, me, put, &[key], &document()).await;
    assert_eq!(
        again.status,
        StatusCode::CREATED,
        "not `same`: the first answer"
    );
    assert_eq!(again.header("idempotency-replayed"), "true");
    for name in ["etag", "location", "bennu-declared", "content-type"] {
        assert_eq!(again.header(name), first.header(name));
    }
    assert_eq!(again.body, first.body);

    let other = with("/spec/stack/parameters/Size", json!("small"));
    let reused = send(&world, me, put, &[key], &other).await;
    assert_eq!(reused.status, StatusCode::CONFLICT);
    assert!(
        reused.body["type"]
            .as_str()
            .unwrap()
            .ends_with("idempotency-key-reused")
    );
    // Each owner has keys of its own.
    let theirs = ("PUT", "/v1/teams/payments/environments/anna0001");
    let theirs = send(&world, &world.payments, theirs, &[key], &document()).await;
    assert_eq!(theirs.status, StatusCode::CREATED, "{}", theirs.body);

    // A refusal is an answer too.
    let key = ("idempotency-key", "8a1c-two");
    let wrong = with("/spec/target", json!("nowhere"));
    for replayed in [false, true] {
        let answer = send(&world, me, put, &[key], &wrong).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            answer.headers.contains_key("idempotency-replayed"),
            replayed
        );
        assert!(
            answer.body["instance"].is_string(),
            "each answer names its own request"
        );
    }

    let key = ("idempotency-key", "8a1c-retry");
    for _ in 0..3 {
        let retry = send(&world, me, ("POST", "ryan0001/retry"), &[key], &Value::Null).await;
        assert_eq!(retry.status, StatusCode::OK, "{}", retry.body);
    }
    let name = EnvironmentName::new("ryan0001").unwrap();
    let checkout = TeamName::new("checkout").unwrap();
    let view = world.store.get(&checkout, &name).await.unwrap().unwrap();
    assert_eq!(view.state.environment.retry, 1, "three calls, one retry");
}

#[tokio::test]
async fn a_key_is_refused_where_it_cannot_be_kept() {
    let world = World::begin().await;
    let me = &world.checkout;
    let running = RequestKey {
        owner: "team checkout".to_owned(),
        key: "runs".to_owned(),
    };
    let digest = Token::from_random([7; 32]).hash();
    let begun = world.store.begin(&running, &digest).await.unwrap();
    assert_eq!(begun, Begun::New);
    let put = ("PUT", "ryan0001");
    let other = send(&world, me, put, &[("idempotency-key", "runs")], &document()).await;
    assert_eq!(other.status, StatusCode::CONFLICT, "{}", other.body);

    let long = "x".repeat(256);
    for illegal in ["", "a b", long.as_str()] {
        let answer = send(
            &world,
            me,
            put,
            &[("idempotency-key", illegal)],
            &document(),
        )
        .await;
        assert_eq!(
            answer.status,
            StatusCode::BAD_REQUEST,
            "{illegal}: {}",
            answer.body
        );
    }
    let key = ("idempotency-key", "fine");
    let token = send(&world, me, ("POST", "/v1/tokens"), &[key], &json!({})).await;
    assert_eq!(token.status, StatusCode::BAD_REQUEST);
    assert!(
        token.body["detail"]
            .as_str()
            .unwrap()
            .contains("kept nowhere")
    );
    let plan = send(&world, me, ("POST", "/v1/plan"), &[key], &document()).await;
    assert_eq!(plan.status, StatusCode::BAD_REQUEST);
    let nothing = world.ask(me, "GET", "ryan0001").await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND, "nothing was written");
}

#[tokio::test]
async fn a_writer_can_insist_and_a_reader_can_have_it_already() {
    let world = World::begin().await;
    let me = &world.checkout;
    let put = ("PUT", "ryan0001");
    let new = ("if-none-match", "*");
    let created = send(&world, me, put, &[new], &document()).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
    let twice = send(&world, me, put, &[new], &document()).await;
    assert_eq!(
        twice.status,
        StatusCode::PRECONDITION_FAILED,
        "{}",
        twice.body
    );

    let read = world.ask(me, "GET", "ryan0001").await;
    let etag = read.header("etag").to_owned();
    let known = [("if-none-match", etag.as_str())];
    let same = send(&world, me, ("GET", "ryan0001"), &known, &Value::Null).await;
    assert_eq!(same.status, StatusCode::NOT_MODIFIED);
    assert_eq!(same.body, "");
    // What GET answered can be insisted on.
    let seen = [("if-match", etag.as_str())];
    let small = with("/spec/stack/parameters/Size", json!("small"));
    let changed = send(&world, me, put, &seen, &small).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    for (method, path) in [
        ("PUT", "ryan0001"),
        ("DELETE", "ryan0001"),
        ("POST", "ryan0001/retry"),
    ] {
        let body = if method == "PUT" {
            small.clone()
        } else {
            Value::Null
        };
        let late = send(&world, me, (method, path), &seen, &body).await;
        assert_eq!(
            late.status,
            StatusCode::PRECONDITION_FAILED,
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn a_blueprint_is_forgotten_as_it_was_read() {
    let world = World::begin().await;
    let me = &world.checkout;
    let blueprint = json!({
        "apiVersion": "bennu.dev/v1", "kind": "Blueprint",
        "spec": {
            "source": { "repository": "acme/checkout", "branches": ["main"] }, "per": "branch",
            "environment": { "metadata": { "name": "main" }, "spec": document()["spec"] },
        },
    });
    let path = "/v1/teams/checkout/blueprints/main";
    let put = send(&world, me, ("PUT", path), &[], &blueprint).await;
    assert_eq!(put.status, StatusCode::CREATED, "{}", put.body);
    for (generation, status) in [
        ("\"2\"", StatusCode::PRECONDITION_FAILED),
        ("\"1\"", StatusCode::NO_CONTENT),
        ("\"1\"", StatusCode::NOT_FOUND),
    ] {
        let seen = [("if-match", generation)];
        let gone = send(&world, me, ("DELETE", path), &seen, &Value::Null).await;
        assert_eq!(gone.status, status, "{}", gone.body);
    }
}

#[tokio::test]
async fn a_dry_run_answers_as_the_write_would_and_writes_nothing() {
    let world = World::begin().await;
    let me = &world.checkout;
    let dry = ("PUT", "ryan0001?dryRun=true");
    let would = send(&world, me, dry, &[], &document()).await;
    assert_eq!(would.status, StatusCode::CREATED, "{}", would.body);
    assert_eq!(would.body["declared"], "created");
    assert!(would.body["assumes"].is_string());
    assert!(
        !would.body["plan"]["steps"].as_array().unwrap().is_empty(),
        "{}",
        would.body
    );
    let nothing = world.ask(me, "GET", "ryan0001").await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);

    assert_eq!(
        world.put(me, "ryan0001", &document()).await.status,
        StatusCode::CREATED
    );
    let small = with("/spec/stack/parameters/Size", json!("small"));
    for (document, declared) in [(document(), "same"), (small.clone(), "changed")] {
        let would = send(&world, me, dry, &[], &document).await;
        assert_eq!(would.status, StatusCode::OK, "{}", would.body);
        assert_eq!(would.header("bennu-declared"), declared);
        let mut placed = document.clone();
        placed["metadata"] = json!({ "name": "ryan0001", "labels": { "branch": "feature/ryan" } });
        let planned = send(&world, me, ("POST", "/v1/plan"), &[], &placed).await;
        assert_eq!(planned.status, StatusCode::OK, "{}", planned.body);
        assert_eq!(planned.body["declared"], declared);
        assert_eq!(planned.body["plan"], would.body["plan"]);
    }
    let stale = send(&world, me, dry, &[("if-match", "\"7\"")], &small).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
    let moved = with("/spec/target", json!("dev-oregon"));
    let fixed = send(&world, me, dry, &[], &moved).await;
    assert_eq!(fixed.status, StatusCode::CONFLICT);
    let theirs = (
        "PUT",
        "/v1/teams/payments/environments/ryan0001?dryRun=true",
    );
    let taken = send(&world, &world.payments, theirs, &[], &document()).await;
    assert_eq!(taken.status, StatusCode::CONFLICT, "{}", taken.body);
    let unknown = with("/spec/target", json!("nowhere"));
    let invalid = send(&world, me, dry, &[], &unknown).await;
    assert_eq!(invalid.status, StatusCode::UNPROCESSABLE_ENTITY);

    let gone = send(
        &world,
        me,
        ("DELETE", "ryan0001?dryRun=true"),
        &[],
        &Value::Null,
    )
    .await;
    assert_eq!(gone.status, StatusCode::ACCEPTED, "{}", gone.body);
    assert_eq!(gone.body["declared"], "deleted");
    let still = world.ask(me, "GET", "ryan0001").await;
    assert_eq!(still.body["metadata"]["generation"], 1);
    assert!(still.body["metadata"]["deletedAt"].is_null());
}
