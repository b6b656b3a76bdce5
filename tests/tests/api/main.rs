//! The API on real Postgres: what is declared is kept, and nobody sees what is not theirs.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod authorisation;
mod bad_input;
mod explained;
mod no_requests;
mod schemathesis;
mod stage;
mod watching;
mod writes;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use stage::*;

/// One row that cannot be read is said to be one, and hides no other.
#[tokio::test]
async fn what_cannot_be_read_is_named() {
    let world = World::begin().await;
    let me = &world.checkout;
    for name in ["ryan0001", "ryan0002"] {
        let put = world.put(me, name, &document()).await;
        assert_eq!(put.status, StatusCode::CREATED, "{}", put.body);
    }
    world.damage("ryan0001").await;
    let read = world.ask(me, "GET", "ryan0001").await;
    assert_eq!(read.status, StatusCode::INTERNAL_SERVER_ERROR);
    let detail = read.body["detail"].as_str().unwrap();
    assert!(
        detail.contains("checkout/ryan0001 cannot be read"),
        "{detail}"
    );
    let other = world.ask(me, "GET", "ryan0002").await;
    assert_eq!(other.status, StatusCode::OK, "{}", other.body);
}

#[tokio::test]
async fn an_environment_is_declared_read_changed_and_deleted() {
    let world = World::begin().await;
    let me = &world.checkout;

    let created = world.put(me, "ryan0001", &document()).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
    assert_eq!(created.header("etag"), "\"1\"");
    assert_eq!(created.header("bennu-declared"), "created");
    let location = created.header("location").to_owned();
    assert_eq!(location, "/v1/teams/checkout/environments/ryan0001");

    let read = world.ask(me, "GET", &location).await;
    assert_eq!(read.status, StatusCode::OK);
    assert_eq!(
        read.body["metadata"]["uid"],
        created.body["metadata"]["uid"]
    );
    assert_eq!(read.body["status"]["stack"]["seen"], "unknown");
    assert_eq!(read.body["spec"]["stack"]["parameters"]["Size"], "large");

    let sent_back = world.put(me, "ryan0001", &read.body).await;
    assert_eq!(sent_back.status, StatusCode::OK, "{}", sent_back.body);
    assert_eq!(sent_back.header("bennu-declared"), "same");

    let mut changed = read.body.clone();
    changed["spec"]["stack"]["parameters"]["Size"] = json!("small");
    let changed = world.put(me, "ryan0001", &changed).await;
    assert_eq!(changed.header("bennu-declared"), "changed");
    assert_eq!(changed.header("etag"), "\"2\"");

    let plan = world.ask(me, "GET", "ryan0001/plan").await;
    assert_eq!(plan.status, StatusCode::OK, "{}", plan.body);
    assert_eq!(plan.body["generation"], 2);
    assert_eq!(plan.body["converged"], false);
    assert_eq!(
        plan.body["steps"]
            .as_array()
            .map(|steps| { steps.iter().filter(|step| step["when"] == "go").count() }),
        Some(0),
        "nothing is known, so nothing may be done: {}",
        plan.body
    );

    let events = world
        .ask(me, "GET", "ryan0001/events?after=0&limit=5")
        .await;
    assert_eq!(events.status, StatusCode::OK, "{}", events.body);

    let deleted = world.ask(me, "DELETE", "ryan0001").await;
    assert_eq!(deleted.status, StatusCode::ACCEPTED);
    assert!(deleted.body["metadata"]["deletedAt"].is_string());
    let again = world.ask(me, "DELETE", "ryan0001").await;
    assert_eq!(again.status, StatusCode::ACCEPTED);
    assert_eq!(again.body, deleted.body);
    let never = world.ask(me, "DELETE", "never").await;
    assert_eq!(never.status, StatusCode::NOT_FOUND);

    let next_life = world.put(me, "ryan0001", &document()).await;
    assert_eq!(next_life.status, StatusCode::CREATED, "{}", next_life.body);
    assert_ne!(
        next_life.body["metadata"]["uid"],
        deleted.body["metadata"]["uid"]
    );
}

#[tokio::test]
async fn what_stands_in_the_way_of_a_write_is_told() {
    let world = World::begin().await;
    let me = &world.checkout;
    assert_eq!(
        world.put(me, "ryan0001", &document()).await.status,
        StatusCode::CREATED
    );

    let body = || Body::from(with("/spec/stack/parameters/Size", json!("x")).to_string());
    let guarded = |etag| {
        request(me, "PUT", "ryan0001")
            .header("if-match", etag)
            .body(body())
    };
    let stale = world.send(guarded("\"7\"").unwrap()).await;
    assert_eq!(
        stale.status,
        StatusCode::PRECONDITION_FAILED,
        "{}",
        stale.body
    );
    let fresh = world.send(guarded("\"1\"").unwrap()).await;
    assert_eq!(fresh.status, StatusCode::OK, "{}", fresh.body);

    let moved = world
        .put(me, "ryan0001", &with("/spec/target", json!("dev-oregon")))
        .await;
    assert_eq!(moved.status, StatusCode::CONFLICT);
    assert_eq!(moved.body["errors"][0]["field"], "spec.target");

    let theirs = "/v1/teams/payments/environments/ryan0001";
    let taken = world.put(&world.payments, theirs, &document()).await;
    assert_eq!(taken.status, StatusCode::CONFLICT);
    assert_eq!(taken.body["type"], "https://bennu.dev/problems/name-taken");
    assert!(
        taken.body["detail"]
            .as_str()
            .unwrap()
            .contains("team checkout")
    );

    let elsewhere = with(
        "/metadata",
        json!({ "team": "payments", "name": "ryan0002" }),
    );
    let elsewhere = world.put(me, "ryan0001", &elsewhere).await;
    assert_eq!(elsewhere.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(elsewhere.body["errors"].as_array().map(Vec::len), Some(2));

    let digest = with("/spec/stack/template", json!({ "digest": "0".repeat(64) }));
    let unknown = world.put(me, "ryan0002", &digest).await;
    assert_eq!(
        unknown.body["errors"][0]["field"],
        "spec.stack.template.digest"
    );
}

#[tokio::test]
async fn a_request_that_cannot_be_understood_is_refused() {
    let world = World::begin().await;
    let me = &world.checkout;
    let status = |request: Request<Body>| async { world.send(request).await.status };

    let long = Body::from("#".repeat(2 * 1024 * 1024 + 1));
    let long = request(me, "PUT", "ryan0001").body(long).unwrap();
    assert_eq!(status(long).await, StatusCode::PAYLOAD_TOO_LARGE);
    let form = request(me, "PUT", "ryan0001")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(document().to_string()));
    assert_eq!(
        status(form.unwrap()).await,
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
    let name = world.put(me, "Ryan_1", &document()).await;
    assert_eq!(name.body["errors"][0]["field"], "metadata.name");
    for query in [
        "?dryRun=true",
        "?limit=0",
        "?limit=+5",
        "?ready=maybe",
        "?labelSelector=a%20b",
        "?continue=zz",
        "?x=1",
    ] {
        let path = format!("/v1/teams/checkout/environments{query}");
        let answer = world.ask(me, "GET", &path).await;
        assert_eq!(
            answer.status,
            StatusCode::BAD_REQUEST,
            "{query}: {}",
            answer.body
        );
    }
    for path in [
        "/v1/teams/%ff/environments",
        "/v1/teams/checkout/environments/%ff/plan",
    ] {
        let answer = world.ask(me, "GET", path).await;
        assert_eq!(
            answer.status,
            StatusCode::NOT_FOUND,
            "{path}: {}",
            answer.body
        );
    }
    let weak = request(me, "DELETE", "ryan0001").header("if-match", "W/\"1\"");
    let weak = weak.body(Body::empty()).unwrap();
    assert_eq!(status(weak).await, StatusCode::BAD_REQUEST);
    let unkept = request(me, "POST", "/v1/tokens").header("if-match", "\"1\"");
    let unkept = unkept.body(Body::from("{}")).unwrap();
    assert_eq!(status(unkept).await, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_list_comes_in_pages_and_is_chosen_by_labels() {
    let world = World::begin().await;
    let me = &world.checkout;
    for name in ["a", "b", "c"] {
        let labels = with("/metadata/labels", json!({ "letter": name, "tier": "web" }));
        let put = world.put(me, name, &labels).await;
        assert_eq!(put.status, StatusCode::CREATED, "{}", put.body);
    }
    let names = |body: &Value| {
        let items = body["items"].as_array().unwrap().clone();
        let name = |one: Value| one["metadata"]["name"].as_str().unwrap().to_owned();
        items.into_iter().map(name).collect::<Vec<_>>()
    };
    let path = "/v1/teams/checkout/environments";
    let first = world.ask(me, "GET", &format!("{path}?limit=2")).await;
    assert_eq!(names(&first.body), ["a", "b"]);
    let next = first.body["metadata"]["continue"].as_str().unwrap();
    let second = world
        .ask(me, "GET", &format!("{path}?limit=2&continue={next}"))
        .await;
    assert_eq!(names(&second.body), ["c"]);
    assert!(second.body["metadata"]["continue"].is_null());
    let chosen = world
        .ask(
            me,
            "GET",
            &format!("{path}?labelSelector=tier%3Dweb,letter%3Db"),
        )
        .await;
    assert_eq!(names(&chosen.body), ["b"]);
    // What the database does not choose is chosen afterwards, in whole pages.
    let others = "labelSelector=letter%20notin%20(b),tier&limit=1";
    let first = world.ask(me, "GET", &format!("{path}?{others}")).await;
    assert_eq!(names(&first.body), ["a"]);
    let next = first.body["metadata"]["continue"].as_str().unwrap();
    let rest = format!("{path}?{others}&continue={next}");
    let second = world.ask(me, "GET", &rest).await;
    assert_eq!(names(&second.body), ["c"]);
    assert!(second.body["metadata"]["continue"].is_null());
    for (ready, expected) in [("true", 0), ("unknown", 3)] {
        let found = world.ask(me, "GET", &format!("{path}?ready={ready}")).await;
        assert_eq!(names(&found.body).len(), expected, "{ready}");
    }
    let theirs = world.ask(&world.payments, "GET", "/v1/environments").await;
    assert_eq!(names(&theirs.body), [""; 0]);
    let all = world
        .ask(&world.operator, "GET", "/v1/environments?limit=2")
        .await;
    assert_eq!(names(&all.body), ["a", "b"]);
}
