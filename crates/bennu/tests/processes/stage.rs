//! Real daemons on a real database and a simulated world over its real protocols.

pub mod cluster;
pub mod daemon;
pub mod octopus;
pub mod proxy;
pub mod team;

use std::process::{Command, Stdio};
use std::time::Duration;

use bennu_sim::doors::serve::{Options, Running, serve};
use bennu_sim::world::Place;
use tokio::sync::{Mutex, MutexGuard};

pub use daemon::Daemon;
pub use team::Team;

/// A slow machine is given ten times what it takes.
pub const LONGEST: Duration = Duration::from_secs(600);
/// The shortest lease that there is: what a dead daemon has left behind goes on soon.
pub const SHORT_LEASE: Duration = Duration::from_secs(3);
/// The one that everybody has.
pub const USUAL_LEASE: Duration = Duration::from_secs(30);

/// The template with two parameters and without instances.
pub const TEMPLATE: &str = include_str!("../../src/demo/web.yaml");

static ALONE: Mutex<()> = Mutex::const_new(());

/// Whoever holds it has the machine's processors for itself, as far as the tests in this
/// program go: several of these campaigns at once would only wait for each other.
pub async fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().await
}

/// What daemons are told.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// World seconds in a second.
    pub speed: f64,
    /// How long their leases are.
    pub lease: Duration,
    /// Connections of one of them, at most.
    pub connections: u32,
}

/// World and database of one run.
pub struct Stage {
    /// The world.
    pub sim: Running,
    /// Where the secret is with which instances register.
    pub secret: String,
    /// Where the database is.
    pub database: String,
    /// The team's token.
    pub token: String,
    setting: Setting,
}

impl Stage {
    /// A world and an empty database.
    pub async fn set(setting: Setting) -> Self {
        Self::on(bennu_tests::postgres::empty_database().await, setting).await
    }

    /// A world, and a database that is empty.
    pub async fn on(database: String, setting: Setting) -> Self {
        bennu(&database, &["migrate"]);
        let token = bennu(&database, &["token", "create", "--team", "checkout"]);
        let sim = serve(Options {
            speed: setting.speed,
            ..Options::default()
        })
        .await
        .unwrap();
        let place = Place {
            account: "123456789012".to_owned(),
            region: "ap-southeast-2".to_owned(),
        };
        let secret = sim.sim.with(|world| {
            let key = world.octopus.api_key().to_owned();
            world.put_secret(&place, "octopus", &key)
        });
        Self {
            sim,
            secret,
            database,
            token: token.trim().to_owned(),
            setting,
        }
    }

    /// Starts so many daemons, and returns once they serve.
    pub async fn daemons(&self, count: usize) -> Vec<Daemon> {
        let mut daemons = Vec::new();
        for _ in 0..count {
            daemons.push(self.daemon().await);
        }
        daemons
    }

    /// Starts a daemon on free ports, and returns once it serves.
    pub async fn daemon(&self) -> Daemon {
        self.daemon_with(&[]).await
    }

    /// The same, told more.
    pub async fn daemon_with(&self, more: &[(&'static str, String)]) -> Daemon {
        let mut variables = self.variables();
        variables.extend_from_slice(more);
        Daemon::start(&variables).await
    }

    /// What a daemon is told.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let lease = format!("{}s", self.setting.lease.as_secs());
        vec![
            ("BENNU_INSTALLATION__ID", "test".to_owned()),
            ("BENNU_DATABASE__URL", self.database.clone()),
            (
                "BENNU_DATABASE__MAX_CONNECTIONS",
                self.setting.connections.to_string(),
            ),
            ("BENNU_API__LISTEN", "127.0.0.1:0".to_owned()),
            ("BENNU_API__METRICS_LISTEN", "127.0.0.1:0".to_owned()),
            ("BENNU_ENGINE__PACE", self.setting.speed.to_string()),
            ("BENNU_ENGINE__LEASE", lease),
            ("BENNU_LOG__FORMAT", "json".to_owned()),
            ("BENNU_LOG__FILTER", "warn,bennu=info".to_owned()),
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
        ]
    }

    /// The team's token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The team, at these daemons.
    pub fn team(&self, daemons: &[Daemon]) -> Team {
        Team::new(
            &self.token,
            daemons.iter().map(|one| one.api.clone()).collect(),
        )
    }

    /// Living stacks, tenants, objects, machines and overrides.
    pub fn counts(&self) -> [usize; 5] {
        self.sim.sim.with(|world| {
            let stacks = world
                .regions
                .values()
                .map(|region| region.truth()["stacks"].as_array().map_or(0, Vec::len));
            let objects = world.buckets.iter().map(|(_, bucket)| bucket.objects.len());
            [
                stacks.sum(),
                world.octopus.tenant_count(),
                objects.sum(),
                world.octopus.machine_count(),
                world.octopus.override_count(),
            ]
        })
    }
}

/// Runs a command of the binary to its end, and returns what it said.
fn bennu(database: &str, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_bennu"))
        .args(arguments)
        .env("BENNU_INSTALLATION__ID", "test")
        .env("BENNU_DATABASE__URL", database)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {words}");
    String::from_utf8(output.stdout).unwrap()
}
