//! The API with a webhook, on a ledger in memory or on Postgres, and senders who sign.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use bennu_api::accept::TargetEntry;
use bennu_api::{Api, Catalog, Clock, Token, WebhookSecret, Webhooks, router};
use bennu_model::environment::Presence;
use bennu_model::ids::{ServerName, SpaceName, TargetName};
use bennu_model::spec::ParameterValue;
use bennu_ports::environments::ListFilter;
use bennu_ports::{Answers, Environments, Hooks, Principal, Tokens};
use bennu_sim::ledger::MemoryLedger;
use bennu_store::Store;
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use tower::ServiceExt as _;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A daemon's API, its ledger, and an operator's token.
pub struct World {
    pub router: Router,
    pub environments: Arc<dyn Environments>,
    pub hooks: Arc<dyn Hooks>,
    token: Token,
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    pub fn outcome(&self) -> &str {
        self.body["outcome"].as_str().unwrap_or_default()
    }

    pub fn detail(&self) -> &str {
        self.body["detail"].as_str().unwrap_or_default()
    }
}

/// An environment that is declared: what matters of it here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    pub name: String,
    pub presence: Presence,
    pub version: String,
    /// The build's place among all of its branch; none for what a person declared.
    pub place: Option<(DateTime<Utc>, i64)>,
}

/// What time it is for everybody.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

impl World {
    pub async fn in_memory() -> Self {
        Self::on(Arc::new(MemoryLedger::new(1, now))).await
    }

    pub async fn on_postgres(store: Store) -> Self {
        Self::on(Arc::new(store)).await
    }

    async fn on<L>(ledger: Arc<L>) -> Self
    where
        L: Environments + Tokens + Answers + Hooks + 'static,
    {
        let token = Token::from_random([1; 32]);
        let (owner, hash) = (Principal::Operator, token.hash());
        let added = ledger.add_token(&hash, &owner, "a test", None);
        added.await.unwrap();
        let api = api(&ledger);
        Self {
            router: router(api, &prometheus::Registry::new()).unwrap(),
            environments: ledger.clone(),
            hooks: ledger,
            token,
        }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = answer.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let mut body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        // Each request has an id of its own, and a script is played twice.
        if let Some(body) = body.as_object_mut() {
            body.remove("instance");
        }
        Answer {
            status: head.status,
            headers: head.headers,
            body,
        }
    }

    pub async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let bearer = format!("Bearer {}", self.token.expose());
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", bearer);
        self.send(request.body(body).unwrap()).await
    }

    /// Declares a blueprint, which must be right.
    pub async fn blueprint(&self, team: &str, name: &str, document: &Value) {
        let path = format!("/v1/teams/{team}/blueprints/{name}");
        let answer = self.ask("PUT", &path, Some(document)).await;
        assert!(answer.status.is_success(), "{answer:?}");
    }

    /// A signed delivery.
    pub async fn deliver(&self, id: &str, event: &Value) -> Answer {
        self.send(delivery(id, event)).await
    }

    /// All that is declared, by name; of a name, the newest life.
    pub async fn declared(&self) -> Vec<Declared> {
        let filter = ListFilter {
            limit: 100,
            ..ListFilter::default()
        };
        let all = self.environments.list(&filter).await.unwrap();
        let one = |view: bennu_ports::environments::EnvironmentView| {
            let environment = view.state.environment;
            let version = match environment.spec.stack.parameters.get("Version") {
                Some(ParameterValue::Literal(version)) => version.clone(),
                Some(ParameterValue::Secret(_)) | None => String::new(),
            };
            Declared {
                name: environment.name.to_string(),
                presence: environment.presence,
                version,
                place: environment
                    .origin
                    .map(|origin| (origin.order.at, origin.order.build)),
            }
        };
        all.into_iter().map(one).collect()
    }

    /// What is declared and not being deleted.
    pub async fn present(&self) -> Vec<Declared> {
        let mut all = self.declared().await;
        all.retain(|one| one.presence == Presence::Present);
        all
    }
}

pub fn delivery(id: &str, event: &Value) -> Request<Body> {
    let body = event.to_string();
    let secret = WebhookSecret::parse(SECRET).unwrap();
    let at = now().timestamp();
    Request::post("/v1/hooks/generic")
        .header("webhook-id", id)
        .header("webhook-timestamp", at.to_string())
        .header("webhook-signature", secret.sign(id, at, body.as_bytes()))
        .body(Body::from(body))
        .unwrap()
}

fn api<L>(ledger: &Arc<L>) -> Api
where
    L: Environments + Tokens + Answers + Hooks + 'static,
{
    let targets = ["dev-sydney", "dev-oregon"].map(|name| TargetName::new(name).unwrap());
    let entry = TargetEntry {
        region: "ap-southeast-2".into(),
        artifact_bucket: true,
    };
    let spaces = BTreeSet::from([SpaceName::new("Default").unwrap()]);
    let catalog = Catalog {
        targets: targets.map(|name| (name, entry.clone())).into(),
        servers: BTreeMap::from([(ServerName::new("main").unwrap(), spaces)]),
        ..Catalog::default()
    };
    Api {
        environments: ledger.clone(),
        tokens: ledger.clone(),
        answers: ledger.clone(),
        freshness: Arc::new(|_, _| true),
        catalog: Arc::new(catalog),
        hooks: Webhooks {
            ledger: ledger.clone(),
            declare: bennu_plan::declare,
            generic: vec![WebhookSecret::parse(SECRET).unwrap()],
        },
        planner: Arc::new(|_, _| unreachable!("no test here asks for a plan")),
        clock: clock(),
        replica: "test".into(),
        stop: Default::default(),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test is a process with a clock"
)]
fn clock() -> Clock {
    Clock {
        now,
        instant: std::time::Instant::now,
    }
}

pub const TEMPLATE: &str = "\
Parameters: {Version: {Type: String}, Size: {Type: String, AllowedValues: [small, large]}}
Resources: {Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Version}}}
";

pub fn blueprint(per: &str) -> Value {
    json!({
        "apiVersion": "bennu.dev/v1",
        "kind": "Blueprint",
        "spec": {
            "source": { "repository": "acme/checkout", "branches": ["feature/**"] },
            "per": per,
            "environment": {
                "metadata": {
                    "name": "{{ version.label }}",
                    "labels": { "branch": "{{ branch.slug }}", "tier": "web" },
                },
                "spec": {
                    "target": "dev-sydney",
                    "stack": {
                        "template": { "inline": TEMPLATE },
                        "parameters": { "Version": "{{ version }}", "Size": "small" },
                        "tags": { "commit": "{{ commit }}" },
                    },
                },
            },
        },
    })
}

/// The blueprint with one value in another's place.
pub fn with(path: &str, value: Value) -> Value {
    let mut changed = blueprint("branch");
    *changed.pointer_mut(path).unwrap() = value;
    changed
}

/// `second` seconds into a minute that is over by now.
fn at(second: i64) -> String {
    (now() - Duration::seconds(60 - second)).to_rfc3339()
}

pub fn built(second: i64, number: i64) -> Value {
    json!({
        "event": "branch.built", "at": at(second), "repository": "acme/checkout",
        "branch": "feature/ryan", "commit": format!("c{number}"),
        "version": format!("1.0.0-ryan{number:04}"), "build": { "number": number },
    })
}

pub fn deleted(second: i64) -> Value {
    json!({
        "event": "branch.deleted", "at": at(second), "repository": "acme/checkout",
        "branch": "feature/ryan",
    })
}
