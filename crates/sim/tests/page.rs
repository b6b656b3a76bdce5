//! The page for people, in a real browser: `tests/clients/node/page`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use bennu_sim::cloudformation::request::CreateStack;
use bennu_sim::doors::serve::{Options, Running, serve};
use bennu_sim::parameters::Parameters;
use bennu_sim::world::{DEFAULT_ACCOUNT, Place};
use tokio::process::Command;
use tokio::time::timeout;

/// All of it, however busy the machine is.
const LONGEST: Duration = Duration::from_secs(300);

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_the_world_and_has_its_levers() {
    let running = simulation().await;
    play("page/page.test.mjs", &running).await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_stacks_leave_it_usable() {
    let running = simulation().await;
    let place = Place {
        account: DEFAULT_ACCOUNT.to_owned(),
        region: "eu-west-1".to_owned(),
    };
    running.sim.with(|world| {
        for number in 0..10_000 {
            let request = CreateStack {
                stack_name: format!("stack-{number}"),
                template_body: Some(TEMPLATE.to_owned()),
                ..CreateStack::default()
            };
            world
                .on(&place, |region, m| region.create_stack(request, m))
                .unwrap();
        }
        world.settle();
    });
    play("page/many.test.mjs", &running).await;
    running.stop().await;
}

const TEMPLATE: &str = r#"{"Resources":{"Topic":{"Type":"AWS::SNS::Topic"}}}"#;

/// A world that stands still and takes any number of stacks.
async fn simulation() -> Running {
    let parameters = Parameters {
        stack_quota: 100_000,
        ..Parameters::default()
    };
    serve(Options {
        paused: true,
        parameters,
        ..Options::default()
    })
    .await
    .unwrap()
}

/// Runs a file of tests against a simulation.
async fn play(file: &str, running: &Running) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/clients/node");
    let playwright = folder.join("node_modules/playwright-core");
    assert!(
        playwright.exists(),
        "there is no {}: run scripts/setup test",
        playwright.display()
    );
    let tests = Command::new(folder.join("../../../.venv/bin/node"))
        .args(["--test", file])
        .current_dir(&folder)
        .env("SIM_AWS_URL", &running.aws)
        .env("SIM_OCTOPUS_URL", &running.octopus)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let told = match timeout(LONGEST, tests).await {
        Err(_) => panic!("the browser's tests took longer than {LONGEST:?}"),
        Ok(Err(error)) => panic!("node does not start ({error}): run scripts/setup test"),
        Ok(Ok(told)) => told,
    };
    assert!(
        told.status.success(),
        "{}{}",
        String::from_utf8_lossy(&told.stdout),
        String::from_utf8_lossy(&told.stderr)
    );
}
