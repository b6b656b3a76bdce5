use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bennu_api::{Kind, Problem};
use clap::Parser as _;
use serde_json::{Value, json};

use super::*;
use crate::cli::change_set::tests::waiting as set;
use crate::cli::get::tests::sample;
use crate::cli::output::tests::Paper;
use crate::cli::{Cli, ClientCommand, Command};

const PATH: &str = "/v1/teams/checkout/environments/ryan0001";

/// What a daemon was asked to approve.
type Asked = Arc<Mutex<Vec<Value>>>;

fn with(set: Option<ChangeSetDocument>) -> EnvironmentDocument {
    let mut one = sample();
    one.status.as_mut().unwrap().change_set = set;
    one
}

/// A daemon with one environment, whose waiting change set is `bennu-one`.
async fn daemon(one: EnvironmentDocument, asked: Asked) -> String {
    let approve = async |State(asked): State<Asked>, Json(body): Json<Value>| -> Response {
        let is_other = body != json!({ "changeSet": "bennu-one" });
        asked.lock().unwrap().push(body);
        match is_other {
            true => Problem::new(Kind::OtherChangeSet, "bennu-one waits").into_response(),
            false => (StatusCode::OK, Json(sample())).into_response(),
        }
    };
    let router = Router::new()
        .route(PATH, get(async || Json(one)))
        .route(&format!("{PATH}/approve"), post(approve))
        .with_state(asked);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// A file with a token in it: any will do.
fn token_file() -> String {
    let file = std::env::temp_dir().join("bennu-approve-token");
    std::fs::write(&file, "any\n").unwrap();
    file.display().to_string()
}

/// How the verb ends, what it writes, and what the daemon was asked.
async fn approve(
    one: EnvironmentDocument,
    flag: &[&str],
) -> (Result<Exit, Failure>, String, Vec<Value>) {
    let asked = Asked::default();
    let server = daemon(one, asked.clone()).await;
    let mut words = vec!["bennu", "approve", "ryan0001", "--server", &server];
    let token = token_file();
    words.extend(["--token-file", &token, "--team", "checkout"]);
    words.extend(flag);
    let Command::Client(ClientCommand::Approve(args)) = Cli::parse_from(&words).command else {
        unreachable!("{words:?}");
    };
    let paper = Paper::default();
    let end = run(args, &mut paper.output()).await;
    let asked = asked.lock().unwrap().clone();
    (end, paper.text(), asked)
}

#[tokio::test]
async fn what_waits_is_shown_and_just_that_is_approved() {
    let (end, text, asked) = approve(with(Some(set())), &[]).await;
    assert_eq!(end, Ok(Exit::Done));
    let shown = change_set::lines(&set());
    assert_eq!(
        text,
        format!("{shown}environment/ryan0001: bennu-one approved\n")
    );
    assert_eq!(asked, [json!({ "changeSet": "bennu-one" })]);
}

#[tokio::test]
async fn a_change_set_that_is_named_is_approved_and_no_other() {
    // Nothing is read before: it is the daemon that knows whether it still waits.
    let (end, text, asked) = approve(with(None), &["--change-set", "bennu-one"]).await;
    assert_eq!(end, Ok(Exit::Done));
    assert_eq!(text, "environment/ryan0001: bennu-one approved\n");
    assert_eq!(asked, [json!({ "changeSet": "bennu-one" })]);
    let (end, text, asked) = approve(with(Some(set())), &["--change-set", "bennu-old"]).await;
    let failure = end.unwrap_err();
    assert_eq!(failure.exit, Exit::Failed);
    assert!(failure.message.contains("bennu-one waits"), "{failure}");
    assert_eq!(text, "");
    assert_eq!(asked, [json!({ "changeSet": "bennu-old" })]);
}

#[tokio::test]
async fn where_nobody_is_needed_nothing_is_sent() {
    let unneeded = ChangeSetDocument {
        approval: None,
        ..set()
    };
    for one in [with(None), with(Some(unneeded))] {
        let (end, _, asked) = approve(one, &[]).await;
        let failure = end.unwrap_err();
        assert_eq!(failure.exit, Exit::Failed);
        assert!(failure.message.contains("`bennu describe ryan0001`"));
        assert_eq!(asked, Vec::<Value>::new());
    }
}
