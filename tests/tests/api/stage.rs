//! The API on a database of its own, with tokens for everybody.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use bennu_api::accept::TargetEntry;
use bennu_api::{Api, Catalog, Clock, Token, Webhooks, router};
use bennu_model::ids::{InstallationId, ServerName, SpaceName, TargetName, TeamName};
use bennu_plan::desire::{SpaceFacts, TargetFacts};
use bennu_plan::{Context, Policy};
use bennu_ports::Environments;
use bennu_ports::environments::Principal;
use bennu_ports::ledger::EnvironmentState;
use bennu_store::Store;
use bennu_tests::postgres::fresh_store;
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// A daemon's API, and who can call it.
pub struct World {
    pub router: Router,
    pub operator: Token,
    pub checkout: Token,
    pub payments: Token,
    pub expired: Token,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

pub fn team(name: &str) -> TeamName {
    TeamName::new(name).unwrap()
}

pub async fn token(
    store: &Store,
    n: u8,
    owner: Principal,
    expires: Option<DateTime<Utc>>,
) -> Token {
    let token = Token::from_random([n; 32]);
    let hash = token.hash();
    let added = store.add_token(&hash, &owner, "a test", expires).await;
    added.unwrap();
    token
}

impl World {
    pub async fn begin() -> Self {
        let store = fresh_store().await;
        let checkout = Principal::Team(team("checkout"));
        let long_ago = DateTime::UNIX_EPOCH + Duration::days(1);
        Self {
            operator: token(&store, 1, Principal::Operator, None).await,
            checkout: token(&store, 2, checkout.clone(), None).await,
            payments: token(&store, 3, Principal::Team(team("payments")), None).await,
            expired: token(&store, 4, checkout, Some(long_ago)).await,
            router: router(api(store), &prometheus::Registry::new()).unwrap(),
        }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = answer.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: head.status,
            headers: head.headers,
            body: serde_json::from_slice(&bytes).unwrap(),
        }
    }

    pub async fn ask(&self, token: &Token, method: &str, path: &str) -> Answer {
        self.send(request(token, method, path).body(Body::empty()).unwrap())
            .await
    }

    pub async fn put(&self, token: &Token, path: &str, document: &Value) -> Answer {
        let body = Body::from(document.to_string());
        self.send(request(token, "PUT", path).body(body).unwrap())
            .await
    }
}

pub fn request(token: &Token, method: &str, path: &str) -> axum::http::request::Builder {
    let path = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("/v1/teams/checkout/environments/{path}")
    };
    let bearer = format!("Bearer {}", token.expose());
    Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", bearer)
}

pub fn api(store: Store) -> Api {
    let targets = ["dev-sydney", "dev-oregon"].map(|name| TargetName::new(name).unwrap());
    let (server, space) = (
        ServerName::new("main").unwrap(),
        SpaceName::new("Default").unwrap(),
    );
    let entry = TargetEntry {
        region: "ap-southeast-2".into(),
        artifact_bucket: true,
    };
    let catalog = Catalog {
        targets: targets
            .iter()
            .map(|name| (name.clone(), entry.clone()))
            .collect(),
        servers: BTreeMap::from([(server.clone(), BTreeSet::from([space.clone()]))]),
        ..Catalog::default()
    };
    let facts = TargetFacts {
        bucket: Some("artifacts".to_owned()),
    };
    let context = Context {
        installation: InstallationId::new("dev").unwrap(),
        targets: targets
            .into_iter()
            .map(|name| (name, facts.clone()))
            .collect(),
        spaces: BTreeMap::from([(
            (server, space),
            SpaceFacts {
                server_url: "https://octopus.example".into(),
                slots: 5,
            },
        )]),
        has_key: false,
    };
    let policy = Policy::default();
    Api {
        environments: Arc::new(store.clone()),
        hooks: Webhooks {
            ledger: Arc::new(store),
            declare: bennu_plan::declare,
            generic: Vec::new(),
        },
        catalog: Arc::new(catalog),
        planner: Arc::new(move |state: &EnvironmentState, now| {
            bennu_plan::decide(&state.environment, &state.observed, &context, &policy, now)
        }),
        clock: clock(),
        replica: "test".into(),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test is a process with a clock"
)]
pub fn clock() -> Clock {
    Clock {
        now: || DateTime::from(std::time::SystemTime::now()),
        instant: std::time::Instant::now,
    }
}

pub const TEMPLATE: &str = "\
Parameters: {Size: {Type: String, Default: small}}
Resources: {Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Size}}}
";

pub fn document() -> Value {
    json!({
        "apiVersion": "bennu.dev/v1",
        "kind": "Environment",
        "metadata": { "labels": { "branch": "feature/ryan" } },
        "spec": {
            "target": "dev-sydney",
            "stack": { "template": { "inline": TEMPLATE }, "parameters": { "Size": "large" } },
            "octopus": {
                "server": "main", "space": "Default", "environment": "Development",
                "projects": ["Checkout Web"],
            },
        },
    })
}

/// The document with one value in another's place.
pub fn with(path: &str, value: Value) -> Value {
    let mut changed = document();
    *changed.pointer_mut(path).unwrap() = value;
    changed
}
