//! Postgres is killed, restarted, cut off, slow, takes no writes, has no connection left, and
//! holds nonsense: the daemons live, say so, lose nothing that they accepted, and go on.

mod damage;
mod probe;
mod writers;

use std::time::Duration;

use sqlx::Connection as _;
use sqlx::PgConnection;
use tokio::time::{Instant, sleep};

use super::stage::cluster::{CONNECTIONS, Cluster};
use super::stage::proxy::Proxy;
use super::stage::team::{with_software, without_software};
use super::stage::{Daemon, Setting, Stage, Team, USUAL_LEASE, alone, octopus};
use probe::Probe;
use writers::Writers;

const RELEASE: &str = "1.0.0-ryan0001";
/// Everything as people have it, in a world that runs faster.
const SETTING: Setting = Setting {
    speed: 60.0,
    lease: USUAL_LEASE,
    connections: 20,
};
/// A slow machine is given this long; what it took is printed.
const RECOVERY: Duration = Duration::from_secs(60);
const RESTARTS: u32 = 6;
const CUTS: u32 = 25;
const SLOW: [u64; 3] = [50, 300, 1_200];

/// Everything that takes part.
struct Campaign {
    cluster: Cluster,
    proxy: Proxy,
    stage: Stage,
    daemons: Vec<Daemon>,
    team: Team,
    writers: Writers,
    /// How long it took until all was well again, at most.
    recovered: Duration,
}

/// Whether it must be seen on `/readyz` that something is wrong.
#[derive(Clone, Copy, PartialEq)]
enum Seen {
    /// With these words somewhere in the reason.
    Says(&'static str),
    /// It may be over before anybody asks.
    Perhaps,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_daemons_outlive_whatever_postgres_does() {
    let _alone = alone().await;
    let mut campaign = Campaign::begin().await;
    campaign.killed().await;
    campaign.restarted().await;
    campaign.cut().await;
    campaign.slow().await;
    campaign.read_only().await;
    campaign.exhausted().await;
    campaign.vanished().await;
    let parked = "select count(*)::text from timeline where reason = 'Poisoned'";
    assert_eq!(
        campaign.cluster.text(parked).await,
        "0",
        "no environment is to blame"
    );
    damage::play(&campaign.cluster, &campaign.team, &campaign.daemons).await;
    let (accepted, lost) = campaign.end().await;
    println!(
        "postgres: killed 1, restarts {RESTARTS}, cuts {CUTS}, slow {}, read-only 1, exhausted 1, vanished 1: \
         lost {} of {accepted}, recovered in {:.1} s at most",
        SLOW.len(),
        lost.len(),
        campaign.recovered.as_secs_f64()
    );
    assert!(lost.is_empty(), "{lost:#?}");
}

impl Campaign {
    async fn begin() -> Self {
        let cluster = Cluster::start();
        let proxy = Proxy::start(&cluster.socket()).await;
        let stage = Stage::on(cluster.url(Some(proxy.port)), SETTING).await;
        octopus::release(&stage, RELEASE);
        let daemons = stage.daemons(2).await;
        let team = stage.team(&daemons);
        let writers = Writers::begin(&team);
        Self {
            cluster,
            proxy,
            stage,
            daemons,
            team,
            writers,
            recovered: Duration::ZERO,
        }
    }

    /// While two environments rise, `happens`; then all is well in time, and both are up.
    async fn trouble(&mut self, name: &str, seen: Seen, happens: impl AsyncFnOnce(&Self)) {
        let (soft, hard) = (format!("{name}-soft"), format!("{name}-hard"));
        let document = with_software(&self.stage, &soft, RELEASE, 1);
        self.team.declare(&soft, &document).await;
        self.team.declare(&hard, &without_software(&hard, 0)).await;
        sleep(Duration::from_millis(500)).await;
        let probe = Probe::begin(&self.daemons);
        happens(self).await;
        let over = Instant::now();
        probe::until_ready(&self.daemons, RECOVERY).await;
        let took = over.elapsed();
        let reasons = probe.end().await;
        println!("{name}: ready again after {took:.1?}; meanwhile {reasons:#?}");
        if let Seen::Says(words) = seen {
            assert!(
                reasons.keys().any(|r| r.contains(words)),
                "{name}: {reasons:#?}"
            );
        }
        self.recovered = self.recovered.max(took);
        for one in [&soft, &hard] {
            self.team.until_ready(one).await;
        }
        println!("{name}: both are up after {:.1?}", over.elapsed());
        for daemon in &mut self.daemons {
            assert!(daemon.lives(), "{name}: a daemon has died");
        }
        for one in [&soft, &hard] {
            self.team.delete(one).await;
        }
    }

    async fn killed(&mut self) {
        self.trouble("killed", Seen::Says("database"), async |all| {
            all.cluster.kill();
            sleep(Duration::from_secs(5)).await;
            all.cluster.begin();
        })
        .await;
    }

    async fn restarted(&mut self) {
        self.trouble("restarted", Seen::Perhaps, async |all| {
            for _ in 0..RESTARTS {
                all.cluster.restart();
                sleep(Duration::from_millis(700)).await;
            }
        })
        .await;
    }

    async fn cut(&mut self) {
        self.trouble("cut", Seen::Perhaps, async |all| {
            let mut ended = 0;
            for _ in 0..CUTS {
                ended += all.cluster.cut().await;
                all.proxy.cut();
                sleep(Duration::from_millis(200)).await;
            }
            assert!(ended > 0, "there was nothing to cut");
        })
        .await;
    }

    /// Meanwhile callers hang up before they are answered.
    async fn slow(&mut self) {
        self.trouble("slow", Seen::Says("database"), async |all| {
            for delay in SLOW {
                all.proxy.delay(Duration::from_millis(delay));
                all.writers.hang_up(&all.team, Duration::from_secs(4)).await;
            }
            all.proxy.delay(Duration::ZERO);
        })
        .await;
        // Postgres's word for a statement inside a transaction that nobody ended.
        for daemon in &self.daemons {
            assert_eq!(
                daemon.logged("transaction is aborted"),
                Vec::<String>::new()
            );
        }
        let open = "select count(*)::text from pg_stat_activity \
                    where application_name = 'bennu' and state like 'idle in transaction%'";
        assert_eq!(self.cluster.text(open).await, "0");
    }

    async fn read_only(&mut self) {
        self.trouble("read-only", Seen::Says("read-only"), async |all| {
            let set = "alter system set default_transaction_read_only = on";
            all.cluster.run(set).await;
            all.cluster.run("select pg_reload_conf()").await;
            sleep(Duration::from_secs(4)).await;
            all.cluster
                .run("alter system reset default_transaction_read_only")
                .await;
            all.cluster.run("select pg_reload_conf()").await;
        })
        .await;
    }

    /// Strangers take every connection, those that we had too.
    async fn exhausted(&mut self) {
        self.trouble("exhausted", Seen::Says("database"), async |all| {
            let mut strangers = Vec::new();
            let url = all.cluster.url(None);
            let mark = if url.contains('?') { '&' } else { '?' };
            let url = format!("{url}{mark}application_name=stranger");
            while strangers.len() < CONNECTIONS {
                match PgConnection::connect(&url).await {
                    Ok(one) => strangers.push(one),
                    Err(_) => {
                        let Some(one) = strangers.last_mut() else {
                            continue;
                        };
                        let cut = "select pg_terminate_backend(pid) from pg_stat_activity \
                                   where backend_type = 'client backend' \
                                   and application_name <> 'stranger'";
                        sqlx::query(cut).execute(one).await.unwrap();
                    }
                }
            }
            sleep(Duration::from_secs(5)).await;
        })
        .await;
    }

    /// The server's machine goes without a word, and another one takes its address: no
    /// connection ever says anything again.
    async fn vanished(&mut self) {
        self.trouble("vanished", Seen::Says("database"), async |all| {
            // So many callers that each daemon has all the connections that it may have.
            all.writers.hang_up(&all.team, Duration::from_secs(2)).await;
            all.proxy.freeze();
            sleep(Duration::from_secs(6)).await;
            all.proxy.thaw();
        })
        .await;
    }

    /// Everything goes; returns how many writes were accepted, and which of them are lost.
    async fn end(&mut self) -> (usize, Vec<String>) {
        let (accepted, lost) = self.writers.end(&self.team).await;
        for name in self.writers.names() {
            self.team.burn(&name).await;
        }
        let troubles = [
            "killed",
            "restarted",
            "cut",
            "slow",
            "read-only",
            "exhausted",
            "vanished",
        ];
        for name in troubles {
            self.team.burn(&format!("{name}-soft")).await;
            self.team.burn(&format!("{name}-hard")).await;
        }
        assert_eq!(
            self.stage.counts(),
            [0; 5],
            "stacks, tenants, objects, machines, overrides"
        );
        (accepted, lost)
    }
}
