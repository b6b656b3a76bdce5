//! The API is held against its own description by a tool that others wrote: requests that fit
//! the schema and requests that do not, one by one and in sequences, on a socket.

use std::path::Path;
use std::process::Stdio;

use bennu_api::Token;
use tokio::net::TcpListener;
use tokio::process::Command;

use super::stage::*;

/// A run takes about a minute; one that takes longer than this is stuck.
const TIME_LIMIT: std::time::Duration = std::time::Duration::from_secs(540);

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Fails with what the tool says, which ends in a line of curl for each finding.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_api_does_as_it_says() {
    let tool = top().join(".venv/bin/schemathesis");
    assert!(
        tool.exists(),
        "{} is missing: run scripts/setup test",
        tool.display()
    );
    let world = World::begin().await;
    // What the examples name is there, so that sequences have something to go on with.
    let put = world.put(&world.checkout, "ryan0001", &document()).await;
    assert_eq!(put.status, 201, "{}", put.body);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = world.stop.clone();
    let served = tokio::spawn(
        axum::serve(listener, world.router.clone())
            .with_graceful_shutdown(stop.clone().cancelled_owned())
            .into_future(),
    );
    let found = run(&tool, &format!("http://{address}"), &world.operator).await;
    stop.cancel();
    let _ = served.await;
    let (is_good, told) = found;
    assert!(is_good, "{told}");
}

async fn run(tool: &Path, url: &str, token: &Token) -> (bool, String) {
    let folder = std::env::temp_dir().join(format!("bennu-schemathesis-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut command = Command::new(tool);
    command
        .arg("--config-file")
        .arg(top().join("tests/tests/api/schemathesis.toml"))
        .arg("run")
        .arg(format!("{url}/openapi.json"))
        .arg("--header")
        .arg(format!("Authorization: Bearer {}", token.expose()))
        // What it notes down belongs to nobody's work tree.
        .current_dir(&folder)
        .env("NO_COLOR", "1")
        .env("NO_PROXY", "*")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = tokio::time::timeout(TIME_LIMIT, command.output()).await;
    let _ = std::fs::remove_dir_all(&folder);
    let output = output.unwrap().unwrap();
    let told = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&told).into_owned(),
    )
}
