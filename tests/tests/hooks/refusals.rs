//! What cannot be done is said in words that help whoever sent it.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::stage::{TEMPLATE, World, blueprint, built, delivery, with};

async fn world(document: &Value) -> World {
    let world = World::in_memory().await;
    world.blueprint("checkout", "branches", document).await;
    world
}

/// The build with one value in another's place.
fn build_with(key: &str, value: &str) -> Value {
    let mut event = built(1, 1);
    event[key] = json!(value);
    event
}

#[tokio::test]
async fn two_blueprints_of_one_branch_are_named_both() {
    let world = world(&blueprint("branch")).await;
    let everything = with("/spec/source/branches", json!(["**"]));
    world.blueprint("payments", "everything", &everything).await;
    let answer = world.deliver("one", &built(1, 1)).await;
    assert_eq!(
        (answer.status, answer.outcome()),
        (StatusCode::ACCEPTED, "ambiguous")
    );
    assert!(
        answer
            .detail()
            .contains("checkout/branches and payments/everything"),
        "{answer:?}"
    );
    assert!(world.declared().await.is_empty());
    // Corrected, the same event is sent again, as a new delivery.
    world
        .ask("DELETE", "/v1/teams/payments/blueprints/everything", None)
        .await;
    assert_eq!(
        world.deliver("two", &built(1, 1)).await.outcome(),
        "declared"
    );
}

#[tokio::test]
async fn nobodys_branch_and_nobodys_repository_are_told_apart() {
    let world = world(&blueprint("branch")).await;
    let branch = world.deliver("one", &build_with("branch", "main")).await;
    assert_eq!(branch.outcome(), "no-blueprint");
    assert!(branch.detail().contains("is for branch main"), "{branch:?}");
    let repository = world
        .deliver("two", &build_with("repository", "acme/other"))
        .await;
    assert_eq!(repository.outcome(), "no-blueprint");
    assert!(
        repository
            .detail()
            .contains("no blueprint is for repository acme/other"),
        "{repository:?}"
    );
}

#[tokio::test]
async fn a_version_without_a_label_is_named_after_its_branch() {
    let world = world(&blueprint("branch")).await;
    let answer = world.deliver("one", &build_with("version", "1.0.0")).await;
    assert!(
        answer.detail().contains("version.label is branch.slug"),
        "{answer:?}"
    );
    assert_eq!(
        answer.body["environments"],
        json!([{ "team": "checkout", "name": "feature-ryan" }])
    );
}

#[tokio::test]
async fn what_a_build_makes_of_a_blueprint_is_held_against_the_template() {
    let size = with(
        "/spec/environment/spec/stack/parameters/Size",
        json!("{{ branch.slug }}"),
    );
    let world = world(&size).await;
    let answer = world.deliver("one", &built(1, 1)).await;
    assert_eq!(
        (answer.status, answer.outcome()),
        (StatusCode::ACCEPTED, "refused")
    );
    let field = &answer.body["errors"][0]["field"];
    assert_eq!(field, "spec.environment.spec.stack.parameters.Size");
    assert!(world.declared().await.is_empty());
}

#[tokio::test]
async fn an_environment_of_somebody_else_is_never_taken_over() {
    let world = world(&blueprint("branch")).await;
    let by_hand = json!({
        "apiVersion": "bennu.dev/v1", "kind": "Environment",
        "spec": {
            "target": "dev-sydney",
            "stack": {
                "template": { "inline": TEMPLATE },
                "parameters": { "Version": "mine", "Size": "large" },
            },
        },
    });
    let path = "/v1/teams/checkout/environments/ryan0001";
    assert_eq!(
        world.ask("PUT", path, Some(&by_hand)).await.status,
        StatusCode::CREATED
    );
    let answer = world.deliver("one", &built(1, 1)).await;
    assert_eq!(answer.outcome(), "refused");
    let cause = answer.body["errors"][0]["cause"].as_str().unwrap();
    assert!(cause.contains("it is not of this branch"), "{cause}");
    assert_eq!(world.declared().await[0].version, "mine");
    // By another name it may be.
    assert_eq!(
        world.deliver("two", &built(2, 2)).await.outcome(),
        "declared"
    );
    // And what a person changes of it stays the branch's.
    let path = "/v1/teams/checkout/environments/ryan0002";
    assert_eq!(
        world.ask("PUT", path, Some(&by_hand)).await.status,
        StatusCode::OK
    );
    assert_eq!(
        world.deliver("three", &built(3, 3)).await.outcome(),
        "declared"
    );
    let names: Vec<_> = world
        .declared()
        .await
        .into_iter()
        .map(|one| (one.name, one.version))
        .collect();
    let expected = [("ryan0001", "mine"), ("ryan0002", "1.0.0-ryan0003")];
    assert_eq!(
        names,
        expected.map(|(name, version)| (name.to_owned(), version.to_owned()))
    );
}

#[tokio::test]
async fn an_unsigned_word_and_an_unreadable_one_change_nothing() {
    let world = world(&blueprint("branch")).await;
    let mut forged = delivery("one", &built(1, 1));
    *forged.body_mut() = Body::from(built(1, 2).to_string());
    assert_eq!(world.send(forged).await.status, StatusCode::UNAUTHORIZED);
    let mut unsigned = delivery("one", &built(1, 1));
    unsigned.headers_mut().remove("webhook-signature");
    assert_eq!(world.send(unsigned).await.status, StatusCode::UNAUTHORIZED);
    let mut late = delivery("one", &built(1, 1));
    let stamp = HeaderValue::from_static("1700000000");
    late.headers_mut().insert("webhook-timestamp", stamp);
    assert_eq!(world.send(late).await.status, StatusCode::UNAUTHORIZED);

    let future = build_with("at", "2031-01-01T00:00:00Z");
    let answer = world.deliver("one", &future).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.body["errors"][0]["field"], "at");
    assert!(world.declared().await.is_empty());
    // None of these used up the id.
    assert_eq!(
        world.deliver("one", &built(1, 1)).await.outcome(),
        "declared"
    );
}
