//! An API over a database of its own, on a port. No engine runs: nothing moves by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;

use bennu_api::accept::TargetEntry;
use bennu_api::{Api, Catalog, Clock, Token, Webhooks, router};
use bennu_model::ids::{InstallationId, ServerName, SpaceName, TargetName, TeamName};
use bennu_plan::desire::{SpaceFacts, TargetFacts};
use bennu_plan::{Context, Policy};
use bennu_ports::ledger::EnvironmentState;
use bennu_ports::{Principal, Tokens as _};
use bennu_store::Store;
use bennu_tests::postgres::fresh_store;
use chrono::DateTime;

use super::{Told, bennu};

/// A daemon's API, and who can call it.
pub struct Daemon {
    pub url: String,
    pub checkout: String,
    pub operator: String,
}

/// A folder for files of a test; gone with it.
pub struct Folder(PathBuf);

impl Daemon {
    pub async fn begin() -> Self {
        let store = fresh_store().await;
        let team = TeamName::new("checkout").unwrap();
        let checkout = token(&store, 1, Principal::Team(team)).await;
        let operator = token(&store, 2, Principal::Operator).await;
        let router = router(api(store), &prometheus::Registry::new()).unwrap();
        Self {
            url: served(router).await,
            checkout,
            operator,
        }
    }

    /// Runs a command as the team.
    pub async fn bennu(&self, words: &str) -> Told {
        bennu(words, &self.url, &self.variables()).await
    }

    /// Who the team is.
    pub fn variables(&self) -> [(&'static str, String); 2] {
        [
            ("BENNU_TOKEN", self.checkout.clone()),
            ("BENNU_TEAM", "checkout".to_owned()),
        ]
    }

    pub fn folder(&self, name: &str) -> Folder {
        let name = format!("bennu-cli-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Folder {
    pub fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // It is in the temporary folder: what stays is cleared away by others.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Serves a router on a free port until the test ends; its URL.
pub async fn served(router: axum::Router) -> String {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}/")
}

async fn token(store: &Store, n: u8, owner: Principal) -> String {
    let token = Token::from_random([n; 32]);
    let added = store.add_token(&token.hash(), &owner, "a test", None).await;
    added.unwrap();
    token.expose().to_owned()
}

fn api(store: Store) -> Api {
    let target = TargetName::new("dev-sydney").unwrap();
    let server = ServerName::new("main").unwrap();
    let space = SpaceName::new("Default").unwrap();
    let entry = TargetEntry {
        region: "ap-southeast-2".into(),
        artifact_bucket: true,
    };
    let facts = TargetFacts {
        bucket: Some("artifacts".to_owned()),
    };
    let space_facts = SpaceFacts {
        server_url: "https://octopus.example".into(),
        slots: 5,
    };
    let context = Context {
        installation: InstallationId::new("dev").unwrap(),
        targets: BTreeMap::from([(target.clone(), facts)]),
        spaces: BTreeMap::from([((server.clone(), space.clone()), space_facts)]),
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
            generic: Vec::new(),
        },
        catalog: Arc::new(Catalog {
            targets: BTreeMap::from([(target, entry)]),
            servers: BTreeMap::from([(server, BTreeSet::from([space]))]),
            ..Catalog::default()
        }),
        freshness: Arc::new(|_, _| true),
        planner: Arc::new(move |state: &EnvironmentState, now| {
            bennu_plan::decide(&state.environment, &state.observed, &context, &policy, now)
        }),
        clock: clock(),
        replica: "test".into(),
        stop: tokio_util::sync::CancellationToken::new(),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test is a process with a clock"
)]
fn clock() -> Clock {
    Clock {
        now: || DateTime::from(std::time::SystemTime::now()),
        instant: std::time::Instant::now,
    }
}
