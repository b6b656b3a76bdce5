//! Real daemons on a real database and a simulated world over its real protocols.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bennu_api::Token;
use bennu_model::ids::TeamName;
use bennu_ports::Environments as _;
use bennu_ports::environments::Principal;
use bennu_sim::doors::serve::{Options, Running, serve};
use bennu_store::Store;
use tokio::time::{sleep, timeout};

/// A slow machine is given ten times what it takes.
pub const LONGEST: Duration = Duration::from_secs(600);

/// World and database of one run.
pub struct Stage {
    /// The world.
    pub sim: Running,
    database: String,
    /// A team's token.
    pub token: String,
    speed: f64,
}

impl Stage {
    /// A world that runs so many times as fast, and an empty database.
    pub async fn set(speed: f64) -> Self {
        let database = bennu_tests::postgres::empty_database().await;
        let store = Store::connect(&database, 2).unwrap();
        store.migrate().await.unwrap();
        let token = Token::from_random([7; 32]);
        let team = Principal::Team(TeamName::new("checkout").unwrap());
        store
            .add_token(&token.hash(), &team, "test", None)
            .await
            .unwrap();
        store.close().await;
        let sim = serve(Options {
            speed,
            ..Options::default()
        })
        .await
        .unwrap();
        Self {
            sim,
            database,
            token: token.expose().to_owned(),
            speed,
        }
    }

    /// Starts a daemon on a free port.
    pub fn daemon(&self) -> Daemon {
        // A free port, which the daemon that follows the killed one takes again.
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        self.daemon_at(address)
    }

    /// Starts a daemon at an address.
    pub fn daemon_at(&self, address: SocketAddr) -> Daemon {
        let variables = [
            ("BENNU_INSTALLATION__ID", "test".to_owned()),
            ("BENNU_DATABASE__URL", self.database.clone()),
            ("BENNU_DATABASE__MAX_CONNECTIONS", "5".to_owned()),
            ("BENNU_API__LISTEN", address.to_string()),
            ("BENNU_API__METRICS_LISTEN", "127.0.0.1:0".to_owned()),
            ("BENNU_ENGINE__PACE", self.speed.to_string()),
            ("BENNU_LOG__FILTER", "error".to_owned()),
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
        ];
        let child = Command::new(env!("CARGO_BIN_EXE_bennu"))
            .arg("serve")
            .envs(variables)
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        Daemon { child, address }
    }

    /// Living stacks, tenants and objects.
    pub fn counts(&self) -> (usize, usize, usize) {
        counts(&self.sim.sim)
    }
}

/// Living stacks, tenants and objects.
pub fn counts(sim: &bennu_sim::doors::serve::Sim) -> (usize, usize, usize) {
    sim.with(|world| {
        let stacks = world
            .regions
            .values()
            .map(|region| region.truth()["stacks"].as_array().map_or(0, Vec::len));
        let objects = world.buckets.iter().map(|(_, bucket)| bucket.objects.len());
        (stacks.sum(), world.octopus.tenant_count(), objects.sum())
    })
}

/// A daemon process; it ends with the test.
pub struct Daemon {
    /// The process.
    pub child: Child,
    /// Where its API listens.
    pub address: SocketAddr,
}

impl Daemon {
    /// Returns once it listens.
    pub async fn wait_until_it_serves(&self) {
        let listens = async {
            while tokio::net::TcpStream::connect(self.address).await.is_err() {
                sleep(Duration::from_millis(50)).await;
            }
        };
        assert!(
            timeout(LONGEST, listens).await.is_ok(),
            "the daemon does not listen"
        );
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have been killed already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
