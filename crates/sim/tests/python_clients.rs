//! Clients in Python that nobody here wrote: boto3, the AWS CLI, and moto's server beside ours.
//!
//! What they do stands in `tests/clients/python`, as scripts would have it. Each test here
//! serves a world of its own and lets pytest run one part of that folder against it. The clock
//! runs a minute in a second, and where clients pause, their pause turns it.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::env;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::SystemTime;

use bennu_sim::doors::serve::{Options, serve};

use tokio::process::Command;

/// World seconds in a real second: operations take moments, and a policy's quarter of an hour
/// is long enough for a client on a busy machine.
const SPEED: f64 = 60.0;

#[tokio::test(flavor = "multi_thread")]
async fn boto3_does_what_scripts_do() {
    passes("test_boto3_").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_aws_cli_deploys() {
    passes("test_cli_cloudformation").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_aws_cli_does_what_else_scripts_do() {
    passes("test_cli_others").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_have_the_shape_that_moto_gives_them() {
    passes("test_moto_").await;
}

/// The clients are told the time by the machine.
#[expect(
    clippy::disallowed_methods,
    reason = "the world begins when its clients do"
)]
fn now() -> SystemTime {
    SystemTime::now()
}

/// Runs the files whose names begin so, and fails with what pytest told.
async fn passes(prefix: &str) {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let top = top.canonicalize().unwrap();
    let tests = top.join("tests/clients/python");
    let running = serve(Options {
        speed: SPEED,
        // `aws s3 sync` compares the clock of files with the bucket's.
        start: now().into(),
        ..Options::default()
    })
    .await
    .unwrap();
    let told = Command::new(pytest(&top))
        .args(["-q", "-p", "no:cacheprovider", "--tb=short", "--rootdir"])
        .arg(&tests)
        .args(files(&tests, prefix))
        .current_dir(&tests)
        // No configuration of whoever runs this reaches the clients.
        .env_clear()
        .env("PATH", env::var_os("PATH").unwrap())
        .env("HOME", env!("CARGO_TARGET_TMPDIR"))
        .env("AWS_ENDPOINT_URL", &running.aws)
        .env("PYTHONPATH", tests.join("sleepless"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    running.stop().await;
    assert!(
        told.status.success(),
        "{}{}",
        String::from_utf8_lossy(&told.stdout),
        String::from_utf8_lossy(&told.stderr)
    );
}

fn pytest(top: &Path) -> PathBuf {
    let found = top.join(".venv/bin/pytest");
    assert!(
        found.exists(),
        "there is no {}: run scripts/setup test",
        found.display()
    );
    found
}

fn files(folder: &Path, prefix: &str) -> Vec<PathBuf> {
    let entries = folder
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = entries
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with(prefix) && name.ends_with(".py")
        })
        .collect();
    found.sort();
    assert!(!found.is_empty(), "no {prefix}*.py in {}", folder.display());
    found
}
