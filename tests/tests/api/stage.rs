//! The API on a database of its own, with tokens for everybody.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use bennu_api::accept::TargetEntry;
use bennu_api::{Api, Catalog, Clock, Token, WebhookSecret, Webhooks, router};
use bennu_model::ids::{InstallationId, ServerName, SpaceName, TargetName, TeamName};
use bennu_plan::desire::{SpaceFacts, TargetFacts};
use bennu_plan::{Context, Policy};
use bennu_ports::ledger::EnvironmentState;
use bennu_ports::tokens::TokenId;
use bennu_ports::{Principal, Tokens as _};
use bennu_store::Store;
use bennu_tests::postgres::empty_database;
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// A daemon's API, and who can call it.
pub struct World {
    pub router: Router,
    pub store: Store,
    pub operator: Token,
    pub checkout: Token,
    pub payments: Token,
    pub expired: Token,
    pub revoked: Token,
    /// Ends the process.
    pub stop: CancellationToken,
    database: String,
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
        let database = empty_database().await;
        let store = Store::connect(&database, 8).unwrap();
        store.migrate().await.unwrap();
        let api = api(store.clone());
        let checkout = Principal::Team(team("checkout"));
        let long_ago = DateTime::UNIX_EPOCH + Duration::days(1);
        let revoked = token(&store, 5, checkout.clone(), None).await;
        let id = TokenId::of(&revoked.hash());
        assert!(store.revoke(&id, None).await.unwrap());
        Self {
            revoked,
            operator: token(&store, 1, Principal::Operator, None).await,
            checkout: token(&store, 2, checkout.clone(), None).await,
            payments: token(&store, 3, Principal::Team(team("payments")), None).await,
            expired: token(&store, 4, checkout, Some(long_ago)).await,
            stop: api.stop.clone(),
            router: router(api, &prometheus::Registry::new()).unwrap(),
            database,
            store,
        }
    }

    /// A life ends as a pass's record ends it, in the columns that the API looks at.
    pub async fn end_life(&self, name: &str) {
        let mut connection = PgConnection::connect(&self.database).await.unwrap();
        let end =
            "update environments set tombstone = 'deleted', tombstone_at = now() where name = $1";
        let ended = sqlx::query(end).bind(name).execute(&mut connection).await;
        assert_eq!(ended.unwrap().rows_affected(), 1);
    }

    /// An environment's spec loses what every version writes.
    pub async fn damage(&self, name: &str) {
        let mut connection = PgConnection::connect(&self.database).await.unwrap();
        let damage = "update environments set spec = spec - 'stack' where name = $1";
        let damaged = sqlx::query(damage).bind(name).execute(&mut connection);
        assert_eq!(damaged.await.unwrap().rows_affected(), 1);
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = answer.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: head.status,
            headers: head.headers,
            // Some answers have no body, and some are lines of text.
            body: serde_json::from_slice(&bytes)
                .unwrap_or_else(|_| Value::String(String::from_utf8(bytes.to_vec()).unwrap())),
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
        tokens: Arc::new(store.clone()),
        answers: Arc::new(store.clone()),
        hooks: Webhooks {
            ledger: Arc::new(store),
            declare: bennu_plan::declare,
            generic: vec![WebhookSecret::parse(SECRET).unwrap()],
        },
        catalog: Arc::new(catalog),
        freshness: Arc::new(|_, _| true),
        planner: Arc::new(move |state: &EnvironmentState, now| {
            bennu_plan::decide(&state.environment, &state.observed, &context, &policy, now)
        }),
        clock: clock(),
        replica: "test".into(),
        stop: Default::default(),
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

/// What the generic webhook's deliveries are signed with.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

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
