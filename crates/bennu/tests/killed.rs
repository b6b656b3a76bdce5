//! `kill -9` at twenty moments of the story, with one replica and with two: each time the
//! same end, never a second stack or tenant, nothing left.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bennu_api::Token;
use bennu_model::ids::TeamName;
use bennu_ports::Environments as _;
use bennu_ports::environments::Principal;
use bennu_sim::doors::serve::{Options, Running, serve};
use bennu_store::Store;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

const TEMPLATE: &str = include_str!("../src/demo/web.yaml");
/// World seconds in a second: the undisturbed story takes a few seconds.
const SPEED: f64 = 120.0;
/// How many moments.
const RUNS: u64 = 20;
/// How many stories are played at once; a killed daemon's lease runs out in real time.
const AT_ONCE: usize = 10;
/// Moments are this far apart, and so spread over the whole story.
const APART: Duration = Duration::from_millis(350);
/// A killed daemon costs a lease (30 s) and a drain; a slow machine is given ten times that.
const LONGEST: Duration = Duration::from_secs(600);

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
    let stage = Stage::set().await;
    let mut daemons: Vec<_> = (0..replicas).map(|_| stage.daemon()).collect();
    let story = tokio::spawn(story(stage.clients(&daemons), stage.token.clone()));
    let watch = stage.watch();
    daemons[0].wait_until_it_serves().await;
    sleep(moment).await;
    daemons[0].kill();
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

/// World and database of one run.
struct Stage {
    sim: Running,
    database: String,
    token: String,
}

impl Stage {
    async fn set() -> Self {
        let database = bennu_tests::postgres::empty_database().await;
        let store = Store::connect(&database, 2).unwrap();
        store.migrate().await.unwrap();
        let token = Token::from_random([7; 32]);
        let team = Principal::Team(TeamName::new("checkout").unwrap());
        store
            .add_token(&token.hash(), &team, "test", None)
            .await
            .unwrap();
        store.close().await;
        let sim = serve(Options {
            speed: SPEED,
            ..Options::default()
        })
        .await
        .unwrap();
        Self {
            sim,
            database,
            token: token.expose().to_owned(),
        }
    }

    fn daemon(&self) -> Daemon {
        // A free port, which the daemon that follows the killed one takes again.
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        self.daemon_at(address)
    }

    fn daemon_at(&self, address: SocketAddr) -> Daemon {
        let variables = [
            ("BENNU_INSTALLATION__ID", "test".to_owned()),
            ("BENNU_DATABASE__URL", self.database.clone()),
            ("BENNU_DATABASE__MAX_CONNECTIONS", "5".to_owned()),
            ("BENNU_API__LISTEN", address.to_string()),
            ("BENNU_API__METRICS_LISTEN", "127.0.0.1:0".to_owned()),
            ("BENNU_ENGINE__PACE", SPEED.to_string()),
            ("BENNU_LOG__FILTER", "error".to_owned()),
            ("BENNU_TARGETS__0__NAME", "dev-sydney".to_owned()),
            ("BENNU_TARGETS__0__REGION", "ap-southeast-2".to_owned()),
            ("BENNU_TARGETS__0__ENDPOINT", self.sim.aws.clone()),
            ("BENNU_TARGETS__0__ACCESS_KEY_ID", "123456789012".to_owned()),
            ("BENNU_TARGETS__0__SECRET_ACCESS_KEY", "any".to_owned()),
            (
                "BENNU_TARGETS__0__ARTIFACT_BUCKET",
                "bennu-artifacts".to_owned(),
            ),
            ("BENNU_OCTOPUS__0__NAME", "main".to_owned()),
            ("BENNU_OCTOPUS__0__URL", self.sim.octopus.clone()),
            ("BENNU_OCTOPUS__0__API_KEY_ENV", "OCTOPUS_KEY".to_owned()),
            ("BENNU_OCTOPUS__0__SPACES__0", "Default".to_owned()),
            ("OCTOPUS_KEY", self.sim.octopus_api_key.clone()),
        ];
        let child = Command::new(env!("CARGO_BIN_EXE_bennu"))
            .arg("serve")
            .envs(variables)
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        Daemon { child, address }
    }

    fn clients(&self, daemons: &[Daemon]) -> Vec<String> {
        daemons
            .iter()
            .map(|daemon| format!("http://{}", daemon.address))
            .collect()
    }

    /// The most stacks and tenants that were there at once, until none are left for a while
    /// after some were there.
    fn watch(&self) -> tokio::task::JoinHandle<(usize, usize)> {
        let sim = self.sim.sim.clone();
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

    fn counts(&self) -> (usize, usize, usize) {
        counts(&self.sim.sim)
    }
}

/// Living stacks, tenants and objects.
fn counts(sim: &bennu_sim::doors::serve::Sim) -> (usize, usize, usize) {
    sim.with(|world| {
        let stacks = world
            .regions
            .values()
            .map(|region| region.truth()["stacks"].as_array().map_or(0, Vec::len));
        let objects = world.buckets.iter().map(|(_, bucket)| bucket.objects.len());
        (stacks.sum(), world.octopus.tenant_count(), objects.sum())
    })
}

/// A daemon process; it ends with the test.
struct Daemon {
    child: Child,
    address: SocketAddr,
}

impl Daemon {
    async fn wait_until_it_serves(&self) {
        let listens = async {
            while tokio::net::TcpStream::connect(self.address).await.is_err() {
                sleep(Duration::from_millis(50)).await;
            }
        };
        assert!(
            timeout(LONGEST, listens).await.is_ok(),
            "the daemon does not listen"
        );
    }

    /// SIGKILL: it learns nothing of it.
    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have been killed already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
