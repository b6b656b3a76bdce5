//! What `/_sim` tells and turns, besides clock and faults.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{Bench, TEMPLATE};

#[tokio::test]
async fn a_part_of_the_truth_is_asked_for_by_kind() {
    let bench = Bench::new().await;
    for name in ["one", "two", "twofold"] {
        let params = [("StackName", name), ("TemplateBody", TEMPLATE)];
        bench.call("CreateStack", &params).await;
        bench.advance(600).await;
    }
    let ask = async |query: &str| {
        let path = format!("truth?{query}");
        bench.control(Method::GET, &path, Value::Null).await
    };
    let (status, page) = ask("kind=stacks&find=TWO&limit=1").await;
    assert_eq!(status, 200, "{page}");
    assert_eq!((&page["total"], &page["found"]), (&json!(3), &json!(2)));
    assert_eq!(page["items"][0]["StackName"], "twofold", "newest first");
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    let id = page["items"][0]["StackId"].as_str().unwrap();
    let (_, stack) = ask(&format!("kind=stack&id={id}")).await;
    assert_eq!(stack["Events"][0]["ResourceStatus"], "CREATE_COMPLETE");
    let (_, projects) = ask("kind=projects&find=jobs").await;
    assert_eq!(projects["items"][0]["Name"], "Checkout Jobs");
    for (query, place) in [
        ("kind=cats", "query, key 'kind'"),
        ("kind=stacks&limit=some", "query, key 'limit'"),
        ("kind=stacks&size=1", "query, key 'size'"),
        ("kind=stack", "query, key 'id'"),
        ("kind=stack&id=x", "query, key 'id'"),
    ] {
        let (status, refusal) = ask(query).await;
        assert_eq!((status, &refusal["where"]), (400, &json!(place)), "{query}");
    }
}

#[tokio::test]
async fn what_happens_is_told_as_it_happens_and_from_where_one_left_off() {
    let bench = Bench::new().await;
    let params = [("StackName", "one"), ("TemplateBody", TEMPLATE)];
    bench.call("CreateStack", &params).await;
    let follow = async |last: &str| {
        let request = bench.client.get(bench.url("_sim/events"));
        request.header("last-event-id", last).send().await.unwrap()
    };
    let mut stream = follow("1").await;
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    bench.advance(600).await;
    let mut heard = String::new();
    while !heard.contains("one one AWS::CloudFormation::Stack CREATE_COMPLETE") {
        let piece = stream.chunk().await.unwrap().unwrap();
        heard.push_str(&String::from_utf8_lossy(&piece));
    }
    assert!(heard.starts_with("id: 2\n"), "{heard}");
    bench.control(Method::POST, "reset", Value::Null).await;
    while !heard.contains("event: reset") {
        let piece = stream.chunk().await.unwrap().unwrap();
        heard.push_str(&String::from_utf8_lossy(&piece));
    }
    bench.running.stop().await;
    while stream.chunk().await.unwrap().is_some() {}
}

#[tokio::test]
async fn levers_refuse_what_is_not_there() {
    let bench = Bench::new().await;
    for (path, body, place) in [
        ("instances/i-1/terminate", Value::Null, "path, instance"),
        (
            "instances/i-1/die",
            json!({ "back_after_s": 1 }),
            "path, instance",
        ),
        (
            "instances/i-1/die",
            json!({ "back": 1 }),
            "body, key 'back'",
        ),
        ("signal", json!({ "stack": "one" }), "body, key 'status'"),
        ("reset", json!({ "seed": -1 }), "body, key 'seed'"),
        ("faults/release", json!({ "id": 1 }), "body, key 'id'"),
    ] {
        let (status, refusal) = bench.control(Method::POST, path, body).await;
        assert_eq!((status, &refusal["where"]), (400, &json!(place)), "{path}");
    }
    let (status, _) = bench
        .control(Method::DELETE, "faults?id=1", Value::Null)
        .await;
    assert_eq!(status, 400);
    let (_, first) = bench
        .control(Method::POST, "reset", json!({ "seed": 5 }))
        .await;
    assert_ne!(first["octopus_api_key"], bench.running.octopus_api_key);
}

#[tokio::test]
async fn a_resource_is_changed_behind_the_back_of_its_stack() {
    let bench = Bench::new().await;
    let template = r#"{"Resources":{"Topic":{"Type":"AWS::SNS::Topic",
        "Properties":{"DisplayName":"a"}}}}"#;
    let params = [("StackName", "one"), ("TemplateBody", template)];
    bench.call("CreateStack", &params).await;
    bench.advance(600).await;
    let drift = async |body: Value| bench.control(Method::POST, "drift", body).await;
    let change =
        json!({ "stack": "one", "resource": "Topic", "property": "DisplayName", "value": "x" });
    let (status, answer) = drift(change).await;
    assert_eq!(status, 200, "{answer}");
    let of = [("StackName", "one"), ("LogicalResourceId", "Topic")];
    let (_, found) = bench.call("DetectStackResourceDrift", &of).await;
    assert!(
        found.contains("<StackResourceDriftStatus>MODIFIED<"),
        "{found}"
    );
    drift(json!({ "stack": "one", "resource": "Topic", "gone": true })).await;
    let (_, found) = bench.call("DetectStackResourceDrift", &of).await;
    assert!(
        found.contains("<StackResourceDriftStatus>DELETED<"),
        "{found}"
    );
    for (body, place) in [
        (
            json!({ "stack": "two", "resource": "Topic" }),
            "body, key 'stack'",
        ),
        (
            json!({ "stack": "one", "resource": "Nope" }),
            "body, key 'resource'",
        ),
        (
            json!({ "stack": "one", "resource": "Topic" }),
            "body, key 'property'",
        ),
        (
            json!({ "stack": "one", "resource": "Topic", "gone": 1 }),
            "body, key 'gone'",
        ),
    ] {
        let (status, refusal) = drift(body).await;
        assert_eq!(
            (status, &refusal["where"]),
            (400, &json!(place)),
            "{refusal}"
        );
    }
}
