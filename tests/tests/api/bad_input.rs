//! What people are told who send something that cannot be: one golden file each, over the real
//! router, with status, type, field, cause and remedy.

use axum::body::Body;
use axum::http::Request;
use bennu_api::{Token, WebhookSecret, router};
use bennu_store::Store;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::stage::*;

/// An answer as it is read.
fn told(answer: &Answer) -> String {
    let body = &answer.body;
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let mut text = format!(
        "status {}\ntype   {}\ntitle  {}\ndetail {}\n",
        answer.status.as_u16(),
        word(&body["type"]),
        word(&body["title"]),
        word(&body["detail"]),
    );
    for name in ["retry-after", "www-authenticate"] {
        if let Some(value) = answer.headers.get(name) {
            text.push_str(&format!("header {name}: {}\n", value.to_str().unwrap()));
        }
    }
    for place in body["errors"].as_array().into_iter().flatten() {
        text.push_str(&format!(
            "\nfield  {}\ncause  {}\nremedy {}\n",
            word(&place["field"]),
            word(&place["cause"]),
            word(&place["remedy"]),
        ));
    }
    text
}

fn golden(name: &str, answer: &Answer) {
    assert!(!answer.status.is_success(), "{name}: {}", answer.body);
    assert!(
        answer.body["instance"].is_string(),
        "{name}: {}",
        answer.body
    );
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("bad_input");
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!(name, told(answer)));
}

fn template(text: &str) -> Value {
    with("/spec/stack", json!({ "template": { "inline": text } }))
}

#[tokio::test]
async fn documents() {
    let world = World::begin().await;
    let me = &world.checkout;
    let yaml = "apiVersion: bennu.dev/v1\nkind: Environment\nspec: [target: dev-sydney\n";
    let broken = request(me, "PUT", "ryan0001").header("content-type", "application/yaml");
    let broken = world.send(broken.body(Body::from(yaml)).unwrap()).await;
    golden("broken-yaml", &broken);

    let mut unknown_key = document();
    unknown_key["spec"]["tagret"] = json!("dev-sydney");
    let mut unsupported_key = document();
    unsupported_key["spec"]["lifetime"] = json!({ "expires": "72h" });
    let role =
        "Resources: {Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}}}}";
    let needs = "Parameters: {Size: {Type: String}}\nResources: {Topic: {Type: AWS::SNS::Topic, \
                 Properties: {TopicName: !Ref Size}}}";
    let cycle = "Resources:\n  A: {Type: AWS::SNS::Topic, DependsOn: B}\n  B: {Type: \
                 AWS::SNS::Topic, DependsOn: A}\n";
    let unresolved = "Resources: {A: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Nmae}}}";
    let large = format!(
        "Resources: {{A: {{Type: AWS::SNS::Topic}}}}\n# {}",
        "x".repeat(1_100_000)
    );
    for (name, document) in [
        ("unknown-key", unknown_key),
        ("unsupported-key", unsupported_key),
        (
            "wrong-type",
            with("/spec/octopus/projects", json!("Checkout Web")),
        ),
        ("missing-parameter", template(needs)),
        ("missing-capability", template(role)),
        ("unknown-target", with("/spec/target", json!("dev-sydny"))),
        ("template-too-large-for-s3", template(&large)),
        ("cyclic-reference", template(cycle)),
        ("unresolved-reference", template(unresolved)),
    ] {
        golden(name, &world.put(me, "ryan0001", &document).await);
    }
    golden(
        "illegal-name",
        &world.put(me, "Ryan_0001", &document()).await,
    );
    let long = Body::from("#".repeat(2 * 1024 * 1024 + 1));
    let long = request(me, "PUT", "ryan0001").body(long).unwrap();
    golden("body-too-large", &world.send(long).await);
    let nothing = world.ask(me, "GET", "ryan0001").await;
    assert_eq!(nothing.status, 404, "none of it was stored");

    assert_eq!(world.put(me, "ryan0001", &document()).await.status, 201);
    let theirs = "/v1/teams/payments/environments/ryan0001";
    golden(
        "name-taken",
        &world.put(&world.payments, theirs, &document()).await,
    );
}

#[tokio::test]
async fn callers() {
    let world = World::begin().await;
    let nobody = Token::from_random([9; 32]);
    golden("wrong-token", &world.ask(&nobody, "GET", "ryan0001").await);
    assert_eq!(
        world
            .put(&world.checkout, "ryan0001", &document())
            .await
            .status,
        201
    );
    golden(
        "foreign-team",
        &world.ask(&world.payments, "GET", "ryan0001").await,
    );
}

#[tokio::test]
async fn deliveries() {
    let world = World::begin().await;
    let event = json!({ "event": "branch.deleted", "at": "2026-11-23T10:00:00Z",
        "repository": "acme/checkout", "branch": "main" })
    .to_string();
    let now = (clock().now)().timestamp();
    let secret = WebhookSecret::parse(SECRET).unwrap();
    let deliver = |at: i64, signature: String| {
        let delivery = Request::post("/v1/hooks/generic")
            .header("webhook-id", "one")
            .header("webhook-timestamp", at.to_string())
            .header("webhook-signature", signature)
            .body(Body::from(event.clone()));
        world.send(delivery.unwrap())
    };
    golden("bad-signature", &deliver(now, "v1,AAAA".to_owned()).await);
    let old = now - 3_600;
    let mut stale = deliver(old, secret.sign("one", old, event.as_bytes())).await;
    // It says when; that is another time in each run.
    let detail = stale.body["detail"].as_str().unwrap().to_owned();
    let is_number = |c: char| c.is_ascii_digit() || ":-.,".contains(c);
    let is_told = |word: &&str| word.len() < 5 || !word.chars().all(is_number);
    let words: Vec<_> = detail.split(' ').filter(is_told).collect();
    let detail = words.join(" ").replace("UTC", "<time>");
    stale.body["detail"] = json!(detail);
    golden("stale-timestamp", &stale);
}

#[tokio::test]
async fn a_database_that_is_gone() {
    // Nothing listens on port 1.
    let gone = Store::connect("postgres://bennu@127.0.0.1:1/bennu", 1).unwrap();
    let router = router(api(gone), &prometheus::Registry::new()).unwrap();
    let token = Token::from_random([1; 32]);
    let asked = request(&token, "PUT", "ryan0001").body(Body::from(document().to_string()));
    let (head, body) = router.oneshot(asked.unwrap()).await.unwrap().into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let answer = Answer {
        status: head.status,
        headers: head.headers,
        body: serde_json::from_slice(&bytes).unwrap(),
    };
    golden("postgres-gone", &answer);
}
