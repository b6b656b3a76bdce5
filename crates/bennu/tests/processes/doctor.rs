//! `bennu doctor` beside a world in which all is well, and beside several in which it is not.

use std::process::{Command, Stdio};

use axum::Router;
use axum::http::header::DATE;
use axum::routing::get;
use bennu_ports::Call;
use bennu_sim::faults::Fault;
use serde_json::{Value, json};

use super::stage::{Setting, Stage, USUAL_LEASE};

type Variables = Vec<(&'static str, String)>;

async fn stage() -> Stage {
    let setting = Setting {
        speed: 1.0,
        lease: USUAL_LEASE,
        connections: 2,
    };
    Stage::set(setting).await
}

/// What the doctor says as JSON, and how it ends. The world answers meanwhile.
async fn doctor(variables: Variables) -> (Vec<Value>, i32) {
    let run = move || {
        let output = Command::new(env!("CARGO_BIN_EXE_bennu"))
            .args(["doctor", "-o", "json"])
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said: Vec<Value> = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
        (said, output.status.code().unwrap())
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

fn of<'a>(checks: &'a [Value], what: &str) -> &'a Value {
    let found = checks.iter().find(|check| check["what"] == what);
    found.unwrap_or_else(|| panic!("nobody looked at {what}: {checks:#?}"))
}

fn set(variables: &mut Variables, name: &str, value: &str) {
    let found = variables.iter_mut().find(|(known, _)| *known == name);
    value.clone_into(&mut found.unwrap().1);
}

/// It failed with these words, and says what to do.
fn assert_fails(checks: &[Value], what: &str, words: &str) {
    let check = of(checks, what);
    assert_eq!(check["status"], "fail", "{check}");
    assert!(check["detail"].as_str().unwrap().contains(words), "{check}");
    assert!(check["remedy"].is_string(), "{check}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_all_is_well_every_call_is_looked_at_and_nothing_is_left() {
    let stage = stage().await;
    let (checks, exit) = doctor(stage.variables()).await;
    let bad = checks
        .iter()
        .filter(|c| c["status"] == "warn" || c["status"] == "fail");
    assert_eq!(bad.collect::<Vec<_>>(), Vec::<&Value>::new());
    assert_eq!(exit, 0);
    for call in Call::ALL {
        let whose = if call.as_str().starts_with("octopus:") {
            "main, Default"
        } else {
            "dev-sydney"
        };
        assert_eq!(of(&checks, &format!("{whose}: {call}"))["status"], "ok");
    }
    for what in [
        "database",
        "schema",
        "clock of the database",
        "main: API key",
    ] {
        assert_eq!(of(&checks, what)["status"], "ok");
    }
    assert_eq!(stage.counts(), [0, 0, 0, 0, 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_is_told_with_its_remedy() {
    let stage = stage().await;
    let denied = json!({
        "name": "error", "on": "ContinueUpdateRollback",
        "params": { "status": 403, "code": "AccessDenied", "message": "User: x is not authorized" },
    });
    let denied: Fault = serde_json::from_value(denied).unwrap();
    stage
        .sim
        .sim
        .with(|world| world.faults.add(denied))
        .unwrap();
    let mut variables = stage.variables();
    set(&mut variables, "OCTOPUS_KEY", "API-NOBODYS");
    set(
        &mut variables,
        "BENNU_TARGETS__0__ARTIFACT_BUCKET",
        "not-there",
    );
    set(
        &mut variables,
        "BENNU_DATABASE__URL",
        "postgres://bennu@127.0.0.1:1/bennu",
    );
    let (checks, exit) = doctor(variables).await;
    assert_eq!(exit, 1);
    assert_fails(&checks, "database", "");
    let right = "dev-sydney: cloudformation:ContinueUpdateRollback";
    assert_fails(&checks, right, "not authorized");
    assert_eq!(
        of(&checks, "dev-sydney: cloudformation:RollbackStack")["status"],
        "ok"
    );
    assert_fails(&checks, "dev-sydney: s3:PutObject", "bucket");
    assert_fails(&checks, "main: API key", "401");
    assert!(!checks.iter().any(|c| c.to_string().contains("API-NOBODYS")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_wrong_and_a_configuration_that_is_none_are_told() {
    let stage = stage().await;
    let root = async || {
        let late = [(DATE, "Mon, 02 Jan 2006 15:04:05 GMT")];
        (late, json!({ "Version": "2026.3.1" }).to_string())
    };
    let router = Router::new().route("/api", get(root));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let mut variables = stage.variables();
    set(&mut variables, "BENNU_OCTOPUS__0__URL", &url);
    let (checks, exit) = doctor(variables).await;
    assert_eq!(exit, 1);
    assert_fails(&checks, "clock of main (Octopus)", "s behind here");
    assert_fails(&checks, "main: API key", "404");

    let mut variables = stage.variables();
    set(&mut variables, "BENNU_ENGINE__LEASE", "1s");
    let (checks, exit) = doctor(variables).await;
    assert_eq!((checks.len(), exit), (1, 1));
    assert_fails(&checks, "configuration", "engine.lease");
}
