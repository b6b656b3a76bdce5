//! The story: an environment with secrets rises, everybody asks everything, and much fails.

mod trouble;

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::evidence::Evidence;
use super::outlet::{Outlet, command, now};
use super::watched::Watched;
use super::{METRICS, Secrets, TEAM};
use crate::stage::cluster::Cluster;
use crate::stage::team::{is_ready, with_software};
use crate::stage::{LONGEST, Stage, octopus};

const REPOSITORY: &str = "acme/checkout";
const NAME: &str = "ryan0001";
const BUILD: &str = "1.0.0-ryan0001";
const PAUSE: Duration = Duration::from_millis(100);

type Variables = [(&'static str, String)];

/// The story, and who is in it.
pub struct Story<'a> {
    stage: &'a Stage,
    cluster: &'a Cluster,
    evidence: &'a Evidence,
    secrets: Secrets,
    outlet: Outlet<'a>,
    metrics: String,
    team: String,
    operator: String,
}

impl<'a> Story<'a> {
    /// Operators get a token, and make one for the team.
    pub async fn begin(
        stage: &'a Stage,
        daemon: &Watched,
        cluster: &'a Cluster,
        evidence: &'a Evidence,
        secrets: Secrets,
    ) -> Self {
        octopus::release(stage, BUILD);
        let outlet = Outlet::new(&daemon.api, evidence);
        let made = bennu_operator(stage);
        let mut story = Self {
            stage,
            cluster,
            evidence,
            secrets,
            outlet,
            metrics: daemon.metrics.clone(),
            team: String::new(),
            operator: made,
        };
        story.team = story.token().await;
        story
    }

    /// Whose tokens there are.
    pub fn tokens(&self) -> [(&'static str, &str); 2] {
        [("operators", &self.operator), (TEAM, &self.team)]
    }

    /// Plays it.
    pub async fn play(&mut self, variables: &Variables) {
        self.is_refused().await;
        self.rises().await;
        self.everything_is_read().await;
        self.providers_repeat_what_they_were_sent().await;
        self.the_database_goes().await;
        self.command_line(variables).await;
        self.everything_is_read().await;
    }

    /// One that is made by HTTP. Its answer is the one place where it may be.
    async fn token(&self) -> String {
        let asked = json!({ "team": TEAM, "note": "canary" });
        let request = || {
            let request = self
                .outlet
                .request(Method::POST, "/v1/tokens", &self.operator);
            request.json(&asked)
        };
        let (status, body) = self.outlet.send(request(), &["token"]).await;
        assert_eq!(status, 201);
        let kept = request().header("idempotency-key", "canary");
        let (status, _) = self.outlet.send(kept, &[]).await;
        assert_eq!(status, 400, "an answer that is kept would keep the token");
        let made: Value = serde_json::from_str(&body).unwrap();
        made["token"].as_str().unwrap().to_owned()
    }

    /// What the environment is to be; its variable and its instances have secrets.
    fn document(&self) -> Value {
        let mut document = with_software(self.stage, NAME, BUILD, 1);
        document["metadata"]["team"] = json!(TEAM);
        let spec = &mut document["spec"];
        let variable = json!({ "secret": self.secrets.variable_arn });
        spec["octopus"]["variables"] = json!({ "Checkout Web": { "ConnectionString": variable } });
        spec["stack"]["configuration"] =
            json!({ "Database": { "secret": self.secrets.configuration_arn } });
        document
    }

    /// A build declares it.
    async fn rises(&self) {
        let blueprint = json!({
            "apiVersion": "bennu.dev/v1",
            "kind": "Blueprint",
            "metadata": { "team": TEAM, "name": "branches" },
            "spec": {
                "source": { "repository": REPOSITORY, "branches": ["feature/**"] },
                "per": "branch",
                "environment": {
                    "metadata": { "name": "{{ version.label }}" },
                    "spec": self.document()["spec"],
                },
            },
        });
        let path = format!("/v1/teams/{TEAM}/blueprints/branches");
        let (status, said) = self.outlet.put(&path, &self.team, &blueprint).await;
        assert_eq!(status, 201, "{said}");
        let event = json!({
            "event": "branch.built", "at": now(), "repository": REPOSITORY,
            "branch": "feature/ryan", "commit": "0123456789abcdef", "version": BUILD,
            "build": { "number": 1 },
        });
        let delivered = self
            .outlet
            .deliver(&event.to_string(), &self.secrets.webhook)
            .await;
        assert_eq!(delivered.0, 202, "{}", delivered.1);
        self.until_ready().await;
        assert!(self.has_variable(0), "Octopus was given the secret");
    }

    async fn until_ready(&self) {
        let mut last = String::new();
        let ready = async {
            loop {
                last = self.outlet.get(&environment(""), &self.team).await.1;
                if is_ready(&serde_json::from_str(&last).unwrap_or_default()) {
                    return;
                }
                sleep(PAUSE).await;
            }
        };
        let in_time = timeout(LONGEST, ready).await.is_ok();
        assert!(in_time, "it is not ready: {last}");
    }

    fn has_variable(&self, which: usize) -> bool {
        let secret = &self.secrets.variable[which];
        self.stage.sim.sim.with(|world| {
            let octopus = &world.octopus;
            octopus.secret_is(NAME, "Checkout Web", "ConnectionString", secret)
        })
    }

    async fn everything_is_read(&self) {
        for part in ["", "/plan", "/changes", "/explain", "/events"] {
            let (status, said) = self.outlet.get(&environment(part), &self.team).await;
            assert!(status == 200 || status == 404, "{part}: {said}");
        }
        for path in ["environments", "blueprints", "blueprints/branches"] {
            let path = format!("/v1/teams/{TEAM}/{path}");
            assert_eq!(self.outlet.get(&path, &self.team).await.0, 200, "{path}");
        }
        for path in ["environments", "targets", "spaces", "templates", "tokens"] {
            let path = format!("/v1/{path}");
            for token in [&self.team, &self.operator] {
                assert_eq!(self.outlet.get(&path, token).await.0, 200, "{path}");
            }
        }
        assert_eq!(self.outlet.get("/openapi.json", "").await.0, 200);
        for path in ["metrics", "readyz", "livez"] {
            let path = format!("{}/{path}", self.metrics);
            let (_, said) = self.outlet.get(&path, "").await;
            self.evidence.keep(METRICS, said.as_bytes());
        }
    }
}

fn environment(part: &str) -> String {
    format!("/v1/teams/{TEAM}/environments/{NAME}{part}")
}

/// A token for operators, as the first one is made.
fn bennu_operator(stage: &Stage) -> String {
    let variables = [
        ("BENNU_INSTALLATION__ID", "test".to_owned()),
        ("BENNU_DATABASE__URL", stage.database.clone()),
    ];
    let words = "token create --operator --database";
    let made = command(words, &variables).output().unwrap();
    assert!(made.status.success());
    String::from_utf8(made.stdout).unwrap().trim().to_owned()
}
