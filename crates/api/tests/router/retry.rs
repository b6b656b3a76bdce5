//! What somebody who asks for a retry is answered.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use bennu_api::Token;
use bennu_model::environment::Presence;
use bennu_model::ids::{EnvironmentName, TeamName};
use bennu_ports::environments::EnvironmentView;
use serde_json::{Value, from_str};

use super::approve::waiting;
use super::ledger::Ledger;
use super::{ENVIRONMENT, ask, with_ledger};

/// What a call is answered, and what was retried then.
async fn retry(
    view: EnvironmentView,
    path: &str,
    body: &str,
) -> (StatusCode, Value, Vec<(TeamName, EnvironmentName)>) {
    let ledger = Arc::new(Ledger {
        holds: Some(view),
        ..Ledger::default()
    });
    let router = with_ledger(&prometheus::Registry::new(), Vec::new(), ledger.clone());
    let token = Token::from_random([1; 32]);
    let request = Request::post(path)
        .header("authorization", format!("Bearer {}", token.expose()))
        .body(Body::from(body.to_owned()))
        .unwrap();
    let (status, _, body) = ask(&router, request).await;
    let retried = ledger.retried.lock().unwrap().clone();
    (status, from_str(&body).unwrap(), retried)
}

fn path() -> String {
    format!("{ENVIRONMENT}/retry")
}

#[tokio::test]
async fn a_retry_needs_no_words() {
    let team = TeamName::new("checkout").unwrap();
    let name = EnvironmentName::new("ryan0001").unwrap();
    for body in ["", "{}", " \n"] {
        let (status, answer, retried) = retry(waiting(), &path(), body).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        assert_eq!(answer["kind"], "Environment");
        assert_eq!(retried, [(team.clone(), name.clone())]);
    }
}

/// A deletion that was given up can be tried again as well.
#[tokio::test]
async fn a_deletion_can_be_retried() {
    let mut leaving = waiting();
    leaving.state.environment.presence = Presence::Absent;
    let (status, answer, retried) = retry(leaving, &path(), "").await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(retried.len(), 1);
}

#[tokio::test]
async fn what_cannot_be_retried_is_refused() {
    let own = path();
    let foreign = own.replace("checkout", "search");
    let absent = own.replace("ryan0001", "ryan0002");
    let queried = format!("{own}?force=true");
    let cases = [
        ("foreign", waiting(), &foreign, "", 404, "may see"),
        ("absent", waiting(), &absent, "", 404, "ryan0002"),
        (
            "a key",
            waiting(),
            &own,
            r#"{ "force": true }"#,
            422,
            "takes no document",
        ),
        ("a list", waiting(), &own, "[]", 422, "takes no document"),
        ("no JSON", waiting(), &own, "{", 400, "no JSON"),
        ("a query", waiting(), &queried, "", 400, "force"),
    ];
    for (case, view, path, body, status, word) in cases {
        let (answered, answer, retried) = retry(view, path, body).await;
        assert_eq!(answered.as_u16(), status, "{case}: {answer}");
        assert!(answer.to_string().contains(word), "{case}: {answer}");
        assert_eq!(retried, [], "{case}");
    }
}
