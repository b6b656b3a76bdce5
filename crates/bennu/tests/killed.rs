//! `kill -9` at twenty moments of the story, with one replica and with two: each time the
//! same end, never a second stack or tenant, nothing left.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod stage;

use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use stage::{Daemon, LONGEST, Stage, counts};

const TEMPLATE: &str = include_str!("../src/demo/web.yaml");
/// World seconds in a second: the undisturbed story takes a few seconds.
const SPEED: f64 = 120.0;
/// How many moments.
const RUNS: u64 = 20;
/// How many stories are played at once; a killed daemon's lease runs out in real time.
const AT_ONCE: usize = 10;
/// Moments are this far apart, and so spread over the whole story.
const APART: Duration = Duration::from_millis(350);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_daemon_leaves_the_same_world() {
    let mut runs = JoinSet::new();
    for number in 0..RUNS {
        if runs.len() >= AT_ONCE {
            runs.join_next().await.unwrap().unwrap();
        }
        runs.spawn(async move {
            let replicas = if number % 2 == 0 { 1 } else { 2 };
            play(replicas, APART * u32::try_from(number).unwrap()).await;
        });
    }
    while let Some(run) = runs.join_next().await {
        run.unwrap();
    }
}

/// The story with one of its replicas killed after `moment`.
async fn play(replicas: usize, moment: Duration) {
    let stage = Stage::set(SPEED).await;
    let mut daemons: Vec<_> = (0..replicas).map(|_| stage.daemon()).collect();
    let story = tokio::spawn(story(clients(&daemons), stage.token.clone()));
    let watch = watch(&stage);
    daemons[0].wait_until_it_serves().await;
    sleep(moment).await;
    // SIGKILL: it learns nothing of it.
    daemons[0].child.kill().unwrap();
    daemons[0].child.wait().unwrap();
    let address = daemons[0].address;
    daemons[0] = stage.daemon_at(address);
    let end = timeout(LONGEST, story).await;
    end.unwrap_or_else(|_| panic!("killed after {moment:?}: the story did not end"))
        .unwrap();
    let most = watch.await.unwrap();
    assert_eq!(
        most,
        (1, 1),
        "killed after {moment:?}: most stacks and tenants at once"
    );
    assert_eq!(
        stage.counts(),
        (0, 0, 0),
        "killed after {moment:?}: stacks, tenants, objects"
    );
}

/// Rises, is changed, goes; each request is repeated until a daemon answers.
async fn story(clients: Vec<String>, token: String) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let path = "/v1/teams/checkout/environments/ryan0001";
    let ask = async |method: reqwest::Method, body: Option<Value>| loop {
        for client in &clients {
            let mut request = http
                .request(method.clone(), format!("{client}{path}"))
                .bearer_auth(&token);
            if let Some(body) = &body {
                request = request.json(body);
            }
            match request.timeout(Duration::from_secs(5)).send().await {
                Ok(answer) if answer.status().as_u16() < 500 => {
                    let status = answer.status().as_u16();
                    return (status, answer.json::<Value>().await.unwrap_or_default());
                }
                _ => sleep(Duration::from_millis(100)).await,
            }
        }
    };
    for instance_type in ["t3.micro", "t3.small"] {
        let (status, said) = ask(reqwest::Method::PUT, Some(document(instance_type))).await;
        assert!(status == 200 || status == 201, "{said}");
        loop {
            let (_, document) = ask(reqwest::Method::GET, None).await;
            if is_ready(&document) {
                break;
            }
            sleep(Duration::from_millis(100)).await;
        }
    }
    let (status, said) = ask(reqwest::Method::DELETE, None).await;
    assert_eq!(status, 202, "{said}");
    while ask(reqwest::Method::GET, None).await.0 != 404 {
        sleep(Duration::from_millis(100)).await;
    }
}

fn is_ready(document: &Value) -> bool {
    let generation = &document["metadata"]["generation"];
    document["status"]["conditions"]
        .as_array()
        .into_iter()
        .flatten()
        .any(|c| {
            c["type"] == "Ready" && c["status"] == "True" && c["observedGeneration"] == *generation
        })
}

fn document(instance_type: &str) -> Value {
    json!({
        "apiVersion": "bennu.dev/v1",
        "kind": "Environment",
        "metadata": { "team": "checkout", "name": "ryan0001" },
        "spec": {
            "target": "dev-sydney",
            "stack": {
                "template": { "inline": TEMPLATE },
                "parameters": { "InstanceType": instance_type },
            },
            "octopus": {
                "server": "main", "space": "Default", "environment": "Development",
                "projects": ["Checkout Web"],
            },
        },
    })
}

fn clients(daemons: &[Daemon]) -> Vec<String> {
    daemons
        .iter()
        .map(|daemon| format!("http://{}", daemon.address))
        .collect()
}

/// The most stacks and tenants that were there at once, until none are left for a while
/// after some were there.
fn watch(stage: &Stage) -> tokio::task::JoinHandle<(usize, usize)> {
    let sim = stage.sim.sim.clone();
    tokio::spawn(async move {
        let mut most = (0, 0);
        let mut empty = 0;
        while empty < 20 {
            sleep(Duration::from_millis(50)).await;
            let (stacks, tenants, _) = counts(&sim);
            most = (most.0.max(stacks), most.1.max(tenants));
            let is_over = most.0 > 0 && stacks == 0 && tenants == 0;
            empty = if is_over { empty + 1 } else { 0 };
        }
        most
    })
}
