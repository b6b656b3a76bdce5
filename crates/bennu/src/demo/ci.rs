//! What a CI server does: creates the release in Octopus, and tells Bennu by a signed webhook.

use bennu_api::WebhookSecret;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::stage::{PROJECT, Stage};
use super::truth::Truth;
use crate::Anything;

/// The branch of the story.
pub const BRANCH: &str = "feature/ryan";
/// Its repository.
pub const REPOSITORY: &str = "acme/checkout";

/// A delivery, to be sent as often as one likes.
pub struct Delivery {
    id: String,
    body: String,
}

/// A CI server with the webhook's secret.
pub struct Ci<'a> {
    stage: &'a Stage,
    http: reqwest::Client,
    secret: WebhookSecret,
    sent: u32,
    last: DateTime<Utc>,
}

impl<'a> Ci<'a> {
    /// Nothing is built yet.
    pub fn new(stage: &'a Stage) -> Result<Self, Anything> {
        Ok(Self {
            stage,
            http: reqwest::Client::builder().no_proxy().build()?,
            secret: WebhookSecret::parse(&stage.hook_secret).map_err(|e| e.to_string())?,
            sent: 0,
            last: now(),
        })
    }

    /// Creates a release of the project.
    pub async fn release(&self, version: &str) -> Result<(), Anything> {
        let truth = Truth::read(&self.stage.sim.aws).await?;
        let project = truth.octopus_id("projects", PROJECT);
        let url = format!("{}/api/Spaces-1/releases", self.stage.sim.octopus);
        self.http
            .post(url)
            .header("X-Octopus-ApiKey", &self.stage.sim.octopus_api_key)
            .json(&json!({ "Version": version, "ProjectId": project }))
            .send()
            .await?
            .error_for_status()?;
        Ok(())
    }

    /// "This branch was built."
    pub fn built(&mut self, version: &str, number: u32) -> Delivery {
        self.delivery(json!({
            "event": "branch.built",
            "commit": format!("{number:040x}"),
            "version": version,
            "build": { "number": number, "url": format!("https://ci.example/builds/{number}") },
        }))
    }

    /// The same of a build that is older than anything that was told.
    pub fn built_late(&mut self, version: &str, number: u32) -> Delivery {
        let mut late = self.built(version, number);
        let mut event: Value = serde_json::from_str(&late.body).unwrap_or_default();
        event["at"] = json!(self.last - chrono::Duration::minutes(1));
        late.body = event.to_string();
        late
    }

    /// "This branch is gone."
    pub fn deleted(&mut self) -> Delivery {
        self.delivery(json!({ "event": "branch.deleted" }))
    }

    fn delivery(&mut self, mut event: Value) -> Delivery {
        self.sent += 1;
        // Events of one second would count by their build numbers.
        self.last = now().max(self.last + chrono::Duration::milliseconds(1));
        event["at"] = json!(self.last);
        event["repository"] = json!(REPOSITORY);
        event["branch"] = json!(BRANCH);
        Delivery {
            id: format!("demo-{}", self.sent),
            body: event.to_string(),
        }
    }

    /// Sends a delivery; what the daemon answers.
    pub async fn send(&self, delivery: &Delivery) -> Result<Value, Anything> {
        let at = now().timestamp();
        let signature = self.secret.sign(&delivery.id, at, delivery.body.as_bytes());
        let answer = self
            .http
            .post(format!("{}/v1/hooks/generic", self.stage.api_url()))
            .header("content-type", "application/json")
            .header("webhook-id", &delivery.id)
            .header("webhook-timestamp", at.to_string())
            .header("webhook-signature", signature)
            .body(delivery.body.clone())
            .send()
            .await?;
        let status = answer.status();
        let body: Value = answer.json().await?;
        if status.is_success() {
            Ok(body)
        } else {
            Err(format!("the webhook was refused: {status} {body}").into())
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a CI server has a clock of its own"
)]
fn now() -> DateTime<Utc> {
    Utc::now()
}
