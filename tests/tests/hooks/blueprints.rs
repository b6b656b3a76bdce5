//! Blueprints over HTTP.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::stage::{World, blueprint, built, with};

const PATH: &str = "/v1/teams/checkout/blueprints/branches";

#[tokio::test]
async fn what_is_answered_can_be_sent_back() {
    let world = World::in_memory().await;
    let created = world.ask("PUT", PATH, Some(&blueprint("branch"))).await;
    assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
    assert_eq!(created.headers["etag"], "\"1\"");
    assert_eq!(created.headers["location"], PATH);
    let read = world.ask("GET", PATH, None).await;
    assert_eq!(read.body, created.body);
    let again = world.ask("PUT", PATH, Some(&read.body)).await;
    assert_eq!(
        (again.status, &again.headers["bennu-declared"]),
        (StatusCode::OK, &"same".parse().unwrap())
    );
    assert_eq!(again.body, read.body);
    let changed = world.ask("PUT", PATH, Some(&blueprint("build"))).await;
    assert_eq!(
        (changed.status, &changed.headers["etag"]),
        (StatusCode::OK, &"\"2\"".parse().unwrap())
    );
    let list = world
        .ask("GET", "/v1/teams/checkout/blueprints", None)
        .await;
    assert_eq!(list.body["items"], json!([changed.body]));
}

#[tokio::test]
async fn a_deletion_leaves_the_environments() {
    let world = World::in_memory().await;
    world
        .blueprint("checkout", "branches", &blueprint("branch"))
        .await;
    world.deliver("one", &built(1, 1)).await;
    assert_eq!(
        world.ask("DELETE", PATH, None).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        world.ask("DELETE", PATH, None).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        world.ask("GET", PATH, None).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(world.present().await.len(), 1);
}

/// A place in the document, a value there, and the field that is told of.
#[tokio::test]
async fn a_mistake_is_found_when_the_blueprint_is_put() {
    let world = World::in_memory().await;
    let inner = "/spec/environment";
    let cases: Vec<(String, Value, &str)> = vec![
        (
            format!("{inner}/metadata/name"),
            json!("{{ brunch }}"),
            "spec.environment.metadata.name",
        ),
        (
            format!("{inner}/spec/stack/parameters/Version"),
            json!("{{ vresion }}"),
            "spec.environment.spec.stack.parameters.Version",
        ),
        (
            format!("{inner}/spec/stack/parameters"),
            json!({ "Version": "1", "Size": "huge" }),
            "spec.environment.spec.stack.parameters.Size",
        ),
        (
            format!("{inner}/spec/stack/parameters"),
            json!({ "Version": "1", "Size": "small", "Vresion": "{{ version }}" }),
            "spec.environment.spec.stack.parameters.Vresion",
        ),
        (
            format!("{inner}/spec/target"),
            json!("dev-mars"),
            "spec.environment.spec.target",
        ),
        (
            format!("{inner}/metadata/labels"),
            json!({ "a b": "x" }),
            "spec.environment.metadata.labels.a b",
        ),
        (
            format!("{inner}/spec/stack/tags"),
            json!({ "bennu:x": "1" }),
            "spec.environment.spec.stack.tags.bennu:x",
        ),
        ("/spec/per".into(), json!("commit"), "spec.per"),
        (
            "/spec/source/branches".into(),
            json!([]),
            "spec.source.branches",
        ),
        (
            "/spec/source".into(),
            json!({ "branches": ["**"] }),
            "spec.source.repository",
        ),
        ("/kind".into(), json!("Environment"), "kind"),
    ];
    for (path, value, field) in cases {
        let answer = world.ask("PUT", PATH, Some(&with(&path, value))).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        let errors = answer.body["errors"].as_array().unwrap();
        assert!(
            errors.iter().any(|one| one["field"] == field),
            "{path}: {errors:?}"
        );
    }
    let answer = world
        .ask(
            "PUT",
            PATH,
            Some(&with(
                &format!("{inner}/metadata/name"),
                json!("{{ brunch }}"),
            )),
        )
        .await;
    let remedy = answer.body["errors"][0]["remedy"].as_str().unwrap();
    assert!(
        remedy.contains("{{ version.label }}, {{ branch.slug }}"),
        "{remedy}"
    );
}
