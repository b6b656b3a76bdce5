//! A team's blueprint, and a CI server that tells by webhook what it built.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bennu_api::WebhookSecret;
use chrono::{DateTime, Utc};
use reqwest::Client;
use serde_json::{Value, json};

use crate::stage::team::with_software;
use crate::stage::{Daemon, Stage};

const REPOSITORY: &str = "acme/checkout";

/// A CI server.
pub struct Ci {
    http: Client,
    api: String,
    sent: u32,
}

impl Ci {
    /// What the daemon and CI share.
    pub fn secret() -> String {
        format!("whsec_{}", STANDARD.encode([7; 32]))
    }

    /// A CI server, and a blueprint for each branch of its repository: a server of web-linux.
    pub async fn with_blueprint(stage: &Stage, daemon: &Daemon) -> Self {
        let http = Client::builder().no_proxy().build().unwrap();
        let environment = with_software(stage, "any", "{{ version }}", 1);
        let blueprint = json!({
            "apiVersion": "bennu.dev/v1",
            "kind": "Blueprint",
            "metadata": { "team": "checkout", "name": "branches" },
            "spec": {
                "source": { "repository": REPOSITORY, "branches": ["feature/**"] },
                "per": "branch",
                "environment": {
                    "metadata": { "name": "{{ version.label }}" },
                    "spec": environment["spec"],
                },
            },
        });
        let url = format!("{}/v1/teams/checkout/blueprints/branches", daemon.api);
        let put = http.put(url).bearer_auth(&stage.token).json(&blueprint);
        let answer = put.send().await.unwrap();
        assert!(
            answer.status().is_success(),
            "{}",
            answer.text().await.unwrap()
        );
        Self {
            http,
            api: daemon.api.clone(),
            sent: 0,
        }
    }

    /// "This branch was built."
    pub async fn built(&mut self, branch: &str, version: &str) {
        let event = json!({
            "event": "branch.built", "at": now(), "repository": REPOSITORY, "branch": branch,
            "commit": "0123456789abcdef", "version": version, "build": { "number": 1 },
        });
        let (status, said) = self.send(&event, &Self::secret()).await;
        assert_eq!(status, 202, "{said}");
    }

    /// "This branch is gone."
    pub async fn gone(&mut self, branch: &str) {
        let event = json!({
            "event": "branch.deleted", "at": now(), "repository": REPOSITORY, "branch": branch,
        });
        let (status, said) = self.send(&event, &Self::secret()).await;
        assert_eq!(status, 202, "{said}");
    }

    /// Somebody who does not know the secret says that a branch is gone.
    pub async fn forged(&mut self, branch: &str) {
        let event = json!({
            "event": "branch.deleted", "at": now(), "repository": REPOSITORY, "branch": branch,
        });
        let wrong = format!("whsec_{}", STANDARD.encode([8; 32]));
        let (status, said) = self.send(&event, &wrong).await;
        assert_eq!(status, 401, "{said}");
    }

    async fn send(&mut self, event: &Value, secret: &str) -> (u16, Value) {
        self.sent += 1;
        let (id, at) = (format!("delivery-{}", self.sent), now().timestamp());
        let body = event.to_string();
        let signature = WebhookSecret::parse(secret).unwrap();
        let signature = signature.sign(&id, at, body.as_bytes());
        let request = self
            .http
            .post(format!("{}/v1/hooks/generic", self.api))
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", at.to_string())
            .header("webhook-signature", signature)
            .body(body);
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a CI server has a clock of its own"
)]
fn now() -> DateTime<Utc> {
    DateTime::from(std::time::SystemTime::now())
}
