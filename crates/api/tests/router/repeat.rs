//! How a key is left after an answer.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use bennu_api::Token;

use super::approve::waiting;
use super::ledger::Ledger;
use super::{ENVIRONMENT, ask, with_ledger};

/// What a request under a key is answered, and what became of the key.
async fn sent(method: &str, path: &str, body: &str) -> (StatusCode, Vec<String>) {
    let ledger = Arc::new(Ledger {
        holds: Some(waiting()),
        ..Ledger::default()
    });
    let router = with_ledger(&prometheus::Registry::new(), Vec::new(), ledger.clone());
    let token = Token::from_random([1; 32]);
    let request = Request::builder()
        .method(method)
        .uri(format!("{ENVIRONMENT}{path}"))
        .header("authorization", format!("Bearer {}", token.expose()))
        .header("idempotency-key", "one")
        .body(Body::from(body.to_owned()))
        .unwrap();
    let (status, _, _) = ask(&router, request).await;
    let keys = ledger.keys.lock().unwrap().clone();
    (status, keys)
}

#[tokio::test]
async fn an_answer_is_kept_where_it_will_always_be_true() {
    let (status, keys) = sent("POST", "/approve", r#"{ "changeSet": "bennu-one" }"#).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(keys, ["200"]);
    let (status, keys) = sent("POST", "/approve", r#"{ "changeset": 1 }"#).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(keys, ["422"], "the same document will be wrong again");
    let (status, keys) = sent("POST", "/approve", r#"{ "changeSet": "bennu-two" }"#).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(keys, ["forgotten"], "it may wait tomorrow");
}

/// The database was lost in the middle of the write: nobody knows whether it was stored. A
/// repeat at once could do it twice.
#[tokio::test]
async fn a_key_whose_outcome_is_not_known_stays_begun() {
    let (status, keys) = sent("DELETE", "", "").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(keys, [""; 0]);
}

#[tokio::test]
async fn a_refresh_takes_no_key() {
    let (status, keys) = sent("POST", "/refresh", "").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(keys, [""; 0]);
}
