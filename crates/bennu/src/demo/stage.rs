//! What the story is played on: database, world and daemon, all on this machine.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bennu_api::Token;
use bennu_model::ids::TeamName;
use bennu_ports::Principal;
use bennu_ports::Tokens as _;
use bennu_sim::doors::serve::{Options, Running};
use bennu_sim::world::Place;
use bennu_store::Throwaway;

use crate::Anything;
use crate::cli::{Connection, Output};
use crate::client::Client;
use crate::config::Config;
use crate::serve::{self, Serving};
use crate::{telemetry, wiring};

/// How many times faster than the real world the demo's runs: a stack of five minutes is up
/// in five seconds.
const SPEED: f64 = 60.0;
/// Whose environments the story is about.
pub const TEAM: &str = "checkout";
/// The project of the story.
pub const PROJECT: &str = "Checkout Web";
/// Where the instances find the key with which they register; the examples name it too.
pub const API_KEY_SECRET: &str =
    "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:octopus-AbCdEf";
/// Where environments of the story live.
const REGION: &str = "ap-southeast-2";
const ACCOUNT: &str = "123456789012";
/// The variable in which the daemon finds the simulated Octopus's key.
const KEY_VARIABLE: &str = "BENNU_DEMO_OCTOPUS_API_KEY";

/// Everything that runs.
pub struct Stage {
    /// Where the truth is.
    pub sim: Running,
    /// The team's way in.
    pub client: Client,
    /// What CI signs its webhooks with.
    pub hook_secret: String,
    /// A secret of the team's own.
    pub connection_secret: String,
    token: String,
    serving: Serving,
    // Last: the database goes after the daemon.
    _database: Option<Throwaway>,
}

impl Stage {
    /// Starts the database (unless `DATABASE_URL` names one), the world and the daemon, which
    /// has these catalogs besides its own templates.
    pub async fn set(catalogs: &[PathBuf], output: &mut Output) -> Result<Self, Anything> {
        let (database, url) = match std::env::var("DATABASE_URL") {
            Ok(url) => (None, url),
            Err(_) => {
                output.note("starting a private Postgres …");
                let database = tokio::task::spawn_blocking(Throwaway::start).await??;
                let url = database.url("postgres");
                (Some(database), url)
            }
        };
        let sim = bennu_sim::doors::serve::serve(Options {
            speed: SPEED,
            seed: 1,
            ..Options::default()
        })
        .await?;
        let variables = BTreeMap::from([(KEY_VARIABLE.to_owned(), sim.octopus_api_key.clone())]);
        let secret = |name: &str, value: &str| {
            sim.sim
                .with(|world| world.put_secret(&place(), name, value))
        };
        secret(API_KEY_SECRET, &sim.octopus_api_key);
        let connection_secret = secret("connection", &STANDARD.encode(random()));
        let hook_secret = format!("whsec_{}", STANDARD.encode(random()));
        let mut config = config(&sim, &url, &hook_secret)?;
        config.catalog.folders = catalogs.to_vec();
        telemetry::begin(&config.log, None)?;
        let daemon = wiring::daemon(&config, &variables)?;
        let store = daemon.store.clone();
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let serving = serve::begin(daemon, anywhere, anywhere).await?;
        let token = Token::from_random(random());
        let team = Principal::Team(TeamName::new(TEAM)?);
        store.add_token(&token.hash(), &team, "demo", None).await?;
        let token = token.expose().to_owned();
        let client = Client::new(&Connection {
            server: format!("http://{}", serving.api),
            token: token.clone(),
            team: Some(TEAM.to_owned()),
        })?;
        Ok(Self {
            sim,
            client,
            hook_secret,
            connection_secret,
            token,
            serving,
            _database: database,
        })
    }

    /// Where the API is.
    pub fn api_url(&self) -> String {
        format!("http://{}", self.serving.api)
    }

    /// Lines to try while it stays up.
    pub fn invitation(&self) -> String {
        let Self {
            sim,
            serving,
            token,
            hook_secret,
            ..
        } = self;
        format!(
            "\nIt stays up until Ctrl-C. To try, in another terminal:\n\n  \
             export BENNU_URL=http://{api} BENNU_TEAM={TEAM} BENNU_TOKEN={token}\n  \
             export BENNU_HOOK_SECRET={hook_secret}\n  \
             target/debug/bennu template list\n  \
             target/debug/bennu apply -f docs/examples/branches.yaml\n  \
             scripts/send-build acme/checkout feature/ann 1.0.0-ryan0002 1\n  \
             target/debug/bennu get\n  \
             target/debug/bennu watch ryan0002 --until ready\n  \
             scripts/send-build acme/checkout feature/ann 1.0.0-ryan0003 2\n  \
             target/debug/bennu describe ryan0002\n  \
             target/debug/bennu plan ryan0002\n  \
             target/debug/bennu delete ryan0002 --wait\n\n  \
             the simulated Octopus has the releases 1.0.0-ryan0001 to 1.0.0-ryan0003\n  \
             curl -s http://{metrics}/metrics | grep bennu_\n  \
             the simulated world: {aws}/_sim/page\n",
            api = serving.api,
            metrics = serving.metrics,
            aws = sim.aws,
        )
    }

    /// Ends the daemon, the world and the database, in this order.
    pub async fn strike(self) {
        self.serving.stop().await;
        self.sim.stop().await;
    }
}

fn place() -> Place {
    Place {
        account: ACCOUNT.to_owned(),
        region: REGION.to_owned(),
    }
}

/// The configuration that a team would write, with the addresses of the moment.
fn config(sim: &Running, database: &str, hook_secret: &str) -> Result<Config, Anything> {
    let text = format!(
        r#"
        [installation]
        id = "demo"
        key = {key:?}
        [database]
        url = {database:?}
        [engine]
        pace = {SPEED:?}
        [log]
        filter = "warn"
        [[targets]]
        name = "dev-sydney"
        region = "{REGION}"
        endpoint = {aws:?}
        artifact_bucket = "bennu-artifacts"
        access_key_id = "{ACCOUNT}"
        secret_access_key = "any"
        [[octopus]]
        name = "main"
        url = {octopus:?}
        api_key_env = "{KEY_VARIABLE}"
        spaces = ["Default"]
        [hooks.generic]
        secrets = [{hook_secret:?}]
        "#,
        key = STANDARD.encode(random()),
        aws = sim.aws,
        octopus = sim.octopus,
    );
    let mut variables = BTreeMap::new();
    if let Ok(filter) = std::env::var("BENNU_LOG__FILTER") {
        variables.insert("BENNU_LOG__FILTER".to_owned(), filter);
    }
    Ok(Config::read("demo", &text, &variables)?)
}

#[expect(clippy::disallowed_methods, reason = "a token has to be unpredictable")]
fn random() -> [u8; 32] {
    rand::random()
}
