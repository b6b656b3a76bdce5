use axum::body::Bytes;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use bennu_api::{Kind, Problem};
use clap::Parser as _;

use super::*;
use crate::cli::get::tests::sample;
use crate::cli::output::tests::Paper;
use crate::cli::{Cli, ClientCommand, Command};

/// A daemon that has one environment, `ryan0001`.
async fn daemon() -> String {
    let retry = async |Path(name): Path<String>, body: Bytes| -> Response {
        assert_eq!(body, Bytes::new());
        match name.as_str() {
            "ryan0001" => (StatusCode::OK, Json(sample())).into_response(),
            _ => Problem::new(Kind::NotFound, "there is none").into_response(),
        }
    };
    let path = "/v1/teams/checkout/environments/{name}/retry";
    let router = Router::new().route(path, post(retry));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// How the verb ends, and what it writes.
async fn retry(name: &str) -> (Result<Exit, Failure>, String) {
    let server = daemon().await;
    let mut words = vec!["bennu", "retry", name, "--server", &server];
    words.extend(["--token", "t", "--team", "checkout"]);
    let Command::Client(ClientCommand::Retry(args)) = Cli::parse_from(&words).command else {
        unreachable!("{words:?}");
    };
    let paper = Paper::default();
    let end = run(args, &mut paper.output()).await;
    (end, paper.text())
}

#[tokio::test]
async fn a_retry_is_asked_for_by_name() {
    let (end, text) = retry("ryan0001").await;
    assert_eq!(end, Ok(Exit::Done));
    assert_eq!(text, "environment/ryan0001 is being retried\n");
}

#[tokio::test]
async fn what_is_not_there_is_not_said_to_be_retried() {
    let (end, text) = retry("ryan0002").await;
    let failure = end.unwrap_err();
    assert_eq!(failure.exit, Exit::Failed);
    assert!(failure.message.contains("there is none"), "{failure}");
    assert_eq!(text, "");
}
