//! A pass that panics: its key is let go, and given up after the third time.

#![expect(clippy::panic, reason = "the bug that it is about is a panic")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bennu_engine::budget::Budget;
use bennu_engine::clock::monotonic;
use bennu_engine::gate::Probe;
use bennu_engine::metrics::Metrics;
use bennu_engine::work::Health;
use bennu_engine::{Engine, Settings, World, run};
use bennu_model::ids::{InstallationId, ReplicaId, ServerName, TargetName};
use bennu_model::work::WorkKey;
use bennu_plan::{Context, Policy};
use bennu_ports::{Boundary, Environments as _, Moment, Work as _};
use bennu_sim::doors::serve::{Options, serve};
use bennu_sim::ledger::MemoryLedger;
use bennu_sim::ports::{SimDeployments, SimInfrastructure, SimInstances, SimTarget};
use bennu_sim::world::Place;
use chrono::DateTime;
use prometheus::Registry;
use tokio_util::sync::CancellationToken;

/// Stands for a bug that every pass runs into before its first call.
struct Bug;

#[async_trait]
impl Probe for Bug {
    async fn at(&self, boundary: Boundary) {
        if let Boundary::Call(call, Moment::Before) = boundary {
            panic!("a bug before {call}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_kills_its_passes_is_let_go_and_given_up() {
    let began = monotonic();
    let ledger = Arc::new(MemoryLedger::new(1, move || {
        DateTime::UNIX_EPOCH + chrono::Duration::from_std(monotonic() - began).unwrap()
    }));
    let target = TargetName::new("dev-sydney").unwrap();
    ledger
        .ensure(&[WorkKey::Target(target.clone())])
        .await
        .unwrap();
    let sim = serve(Options::default()).await.unwrap();
    let server = ServerName::new("main").unwrap();
    let place = Place {
        account: "123456789012".to_owned(),
        region: "ap-southeast-2".to_owned(),
    };
    let target_of = SimTarget {
        place,
        artifact_bucket: None,
    };
    let targets = BTreeMap::from([(target.clone(), target_of)]);
    let replica = ReplicaId::new("dying").unwrap();
    let engine = Engine {
        world: World {
            infrastructure: Arc::new(SimInfrastructure::new(sim.sim.clone(), targets.clone())),
            instances: Arc::new(SimInstances::new(sim.sim.clone(), targets)),
            deployments: Arc::new(SimDeployments::new(sim.sim.clone(), server)),
            work: ledger.clone(),
            ledger: ledger.clone(),
            key: None,
        },
        context: Context {
            installation: InstallationId::new("test").unwrap(),
            targets: BTreeMap::new(),
            spaces: BTreeMap::new(),
            has_key: false,
        },
        policy: Policy::default(),
        settings: Settings::paced(replica, 1, 1.0).leased(Duration::from_millis(300)),
        budget: Arc::new(Budget::unlimited()),
        metrics: Metrics::register(&Registry::new()).unwrap(),
        probe: Arc::new(Bug),
        health: Arc::new(Health::default()),
    };
    let stop = CancellationToken::new();
    let running = tokio::spawn(run(Arc::new(engine), stop.clone()));
    let given_up = async {
        loop {
            let swept = ledger.targets().await.unwrap();
            let problem = swept.get(&target).and_then(|status| status.problem.clone());
            if let Some(problem) = problem {
                return problem;
            }
            tokio::task::yield_now().await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let problem = tokio::time::timeout(Duration::from_secs(60), given_up).await;
    let problem = problem.expect("it was let go and taken again, three times");
    assert!(problem.contains("three sweeps in a row"), "{problem}");
    stop.cancel();
    running.await.unwrap();
}
