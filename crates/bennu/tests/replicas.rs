//! Two real replicas, one real database, many environments on one project of Octopus, and a
//! stranger who edits that project meanwhile, all over the wire.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod stage;

use std::time::Duration;

use bennu_sim::octopus::Request;
use bennu_sim::world::Place;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use stage::{LONGEST, Stage};

const RELEASE: &str = "1.0.0-fleet";
/// World seconds in a second: a stack with its software takes a few seconds.
const SPEED: f64 = 60.0;
/// More than there are slots, so that some have to wait for others.
const ENVIRONMENTS: usize = 8;

/// The stranger's hand, by Octopus's own interface.
fn octopus(stage: &Stage, method: &str, path: &str, body: Option<&Value>) -> Value {
    let reply = stage.sim.sim.with(|world| {
        let key = world.octopus.api_key().to_owned();
        let request = Request::new(method, path).with_key(&key);
        let request = match body {
            Some(body) => request.with_json(body),
            None => request,
        };
        let now = world.now;
        world.octopus.handle(&request, now, &mut world.faults)
    });
    assert!(reply.status < 300, "{method} {path}: {:?}", reply.body);
    reply.body.unwrap_or_default()
}

fn project(stage: &Stage) -> Value {
    let all = octopus(stage, "GET", "/api/Spaces-1/projects/all", None);
    let found = all
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["Name"] == "Checkout Web");
    found.unwrap().clone()
}

fn document(name: &str, secret: &str) -> Value {
    json!({
        "apiVersion": "bennu.dev/v1",
        "kind": "Environment",
        "metadata": { "team": "checkout", "name": name },
        "spec": {
            "target": "dev-sydney",
            "release": RELEASE,
            "stack": {
                "template": { "name": "web-linux" },
                "parameters": { "Capacity": "1", "OctopusApiKeySecret": secret },
            },
            "octopus": {
                "server": "main", "space": "Default", "environment": "Development",
                "projects": ["Checkout Web"], "roles": ["web"],
            },
        },
    })
}

struct Team {
    http: reqwest::Client,
    servers: Vec<String>,
    token: String,
}

impl Team {
    /// Asks one replica after the other, by turns.
    async fn ask(&self, method: reqwest::Method, n: usize, body: Option<Value>) -> (u16, Value) {
        let server = &self.servers[n % self.servers.len()];
        let url = format!("{server}/v1/teams/checkout/environments/branch{n}");
        let mut request = self.http.request(method, url).bearer_auth(&self.token);
        if let Some(body) = &body {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap();
        (
            answer.status().as_u16(),
            answer.json().await.unwrap_or_default(),
        )
    }

    async fn until(&self, reached: impl Fn(u16, &Value) -> bool) {
        let all = async {
            for n in 0..ENVIRONMENTS {
                loop {
                    let (status, document) = self.ask(reqwest::Method::GET, n, None).await;
                    if reached(status, &document) {
                        break;
                    }
                    sleep(Duration::from_millis(200)).await;
                }
            }
        };
        assert!(timeout(LONGEST, all).await.is_ok(), "not reached in time");
    }
}

fn is_ready(document: &Value) -> bool {
    let conditions = document["status"]["conditions"].as_array();
    let mut conditions = conditions.into_iter().flatten();
    conditions.any(|c| c["type"] == "Ready" && c["status"] == "True")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_replicas_and_a_stranger_share_a_project() {
    let stage = Stage::set(SPEED).await;
    let id = project(&stage)["Id"].as_str().unwrap().to_owned();
    let release = json!({ "Version": RELEASE, "ProjectId": id });
    octopus(&stage, "POST", "/api/Spaces-1/releases", Some(&release));
    let secret = stage.sim.sim.with(|world| {
        let key = world.octopus.api_key().to_owned();
        let place = Place {
            account: "123456789012".to_owned(),
            region: "ap-southeast-2".to_owned(),
        };
        world.put_secret(&place, "octopus", &key)
    });
    let daemons = [stage.daemon(), stage.daemon()];
    for daemon in &daemons {
        daemon.wait_until_it_serves().await;
    }
    let team = Team {
        http: reqwest::Client::builder().no_proxy().build().unwrap(),
        servers: daemons
            .iter()
            .map(|one| format!("http://{}", one.address))
            .collect(),
        token: stage.token.clone(),
    };
    for n in 0..ENVIRONMENTS {
        let body = document(&format!("branch{n}"), &secret);
        let (status, said) = team.ask(reqwest::Method::PUT, n, Some(body)).await;
        assert_eq!(status, 201, "{said}");
    }
    let mut edits = 0;
    let stranger = async {
        loop {
            let mut document = project(&stage);
            edits += 1;
            document["ReleaseNotesTemplate"] = json!(format!("notes {edits}"));
            let path = format!("/api/Spaces-1/projects/{id}");
            octopus(&stage, "PUT", &path, Some(&document));
            sleep(Duration::from_millis(70)).await;
        }
    };
    tokio::select! {
        () = team.until(|_, document| is_ready(document)) => {}
        () = stranger => {}
    }
    let deployments = octopus(&stage, "GET", "/api/Spaces-1/deployments?take=1000", None);
    let deployments = deployments["Items"].as_array().unwrap();
    assert_eq!(
        deployments.len(),
        ENVIRONMENTS,
        "one for each: {deployments:#?}"
    );
    // Used-up wants go; nobody writes overrides then, so this edit is nobody's to lose.
    let overrides = || stage.sim.sim.with(|world| world.octopus.override_count());
    while overrides() > 0 {
        sleep(Duration::from_millis(100)).await;
    }
    let mut last = project(&stage);
    last["ReleaseNotesTemplate"] = json!("the stranger's last word");
    let path = format!("/api/Spaces-1/projects/{id}");
    octopus(&stage, "PUT", &path, Some(&last));
    for n in 0..ENVIRONMENTS {
        let (status, said) = team.ask(reqwest::Method::DELETE, n, None).await;
        assert_eq!(status, 202, "{said}");
    }
    team.until(|status, _| status == 404).await;
    assert_eq!(stage.counts(), (0, 0, 0), "stacks, tenants, objects");
    assert_eq!(overrides(), 0);
    let said = &project(&stage)["ReleaseNotesTemplate"];
    assert_eq!(said, "the stranger's last word");
    assert_eq!(stage.sim.sim.with(|world| world.octopus.machine_count()), 0);
}
