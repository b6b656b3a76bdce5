//! What the API says of itself is what it does.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use bennu_api::openapi::{document, routes_served};
use bennu_api::{Access, read};
use serde_json::Value;

use super::{api, ask};

/// A path with something in each of its places.
fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        "{team}" => "checkout",
        "{name}" => "ryan0001",
        "{source}" => "generic",
        "{id}" => "tok_0123456789abcdef",
        part => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

#[test]
fn the_document_is_as_it_was() {
    let text = serde_json::to_string_pretty(&document()).unwrap();
    insta::assert_snapshot!("openapi", text);
}

/// The router is asked for every path of the document with every verb: it takes those that
/// the document has, names them in `Allow`, and no others.
#[tokio::test]
async fn every_route_is_described_and_every_description_is_a_route() {
    let router = api(&prometheus::Registry::new());
    let document = document();
    let described = document["paths"].as_object().unwrap();
    let mut served: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for route in routes_served() {
        served
            .entry(route.path)
            .or_default()
            .push(route.verb.as_str());
        let operation = &described[route.path][route.verb.as_str().to_ascii_lowercase()];
        assert_eq!(operation["operationId"], route.id);
        let is_open = operation["security"] == serde_json::json!([]);
        assert_eq!(is_open, route.access != Access::Token, "{}", route.id);
    }
    for (path, operations) in described {
        let verbs: Vec<_> = operations.as_object().unwrap().keys().collect();
        assert_eq!(verbs.len(), served[path.as_str()].len(), "{path}");
        for method in ["GET", "PUT", "POST", "DELETE", "PATCH", "TRACE"] {
            let request = Request::builder().method(method).uri(filled(path));
            let (status, headers, body) = ask(&router, request.body(Body::empty()).unwrap()).await;
            if served[path.as_str()].contains(&method) {
                assert!(
                    !matches!(
                        status,
                        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED
                    ),
                    "{method} {path}: {status} {body}"
                );
            } else {
                assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
                let allow = headers["allow"].to_str().unwrap();
                for verb in &served[path.as_str()] {
                    assert!(allow.contains(verb), "{path}: {allow}");
                }
            }
        }
    }
    assert_eq!(served.len(), described.len());
}

/// An id names one operation, for clients are generated from them; and what an operation
/// points at is there.
#[test]
fn the_document_hangs_together() {
    let document = document();
    let mut ids: Vec<_> = routes_served().iter().map(|route| route.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), routes_served().len());
    fn walk(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                if let Some(Value::String(target)) = map.get("$ref") {
                    found.push(target.clone());
                }
                map.values().for_each(|value| walk(value, found));
            }
            Value::Array(list) => list.iter().for_each(|value| walk(value, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut targets = Vec::new();
    walk(&document, &mut targets);
    assert!(!targets.is_empty());
    for target in targets {
        let pointer = target.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{target}");
    }
}

#[test]
fn the_examples_are_read_without_a_complaint() {
    let document = document();
    let example = |path: &str, verb: &str| {
        document["paths"][path][verb]["requestBody"]["content"]["application/json"]["example"]
            .clone()
    };
    let declared = example("/v1/teams/{team}/environments/{name}", "put");
    assert_eq!(read::environment(&declared).1, []);
    assert_eq!(read::environment(&example("/v1/plan", "post")).1, []);
    let blueprint = example("/v1/teams/{team}/blueprints/{name}", "put");
    assert_eq!(read::blueprint(&blueprint).1, []);
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (verb, operation) in operations.as_object().unwrap() {
            if operation.get("requestBody").is_some() {
                assert!(!example(path, verb).is_null(), "{verb} {path}");
            }
        }
    }
}
