//! The replicas of a story: what each is made of, and what comes after one that died.

use std::collections::BTreeMap;
use std::sync::Arc;

use bennu_engine::budget::Budget;
use bennu_engine::fingerprint::Key;
use bennu_engine::metrics::Metrics;
use bennu_engine::work::Health;
use bennu_engine::{Engine, Settings, World};
use bennu_model::ids::{InstallationId, ReplicaId};
use bennu_plan::desire::{SpaceFacts, TargetFacts};
use bennu_plan::{Context, Policy};
use bennu_sim::doors::serve::Running;
use bennu_sim::ledger::MemoryLedger;
use bennu_sim::ports::{SimDeployments, SimInfrastructure, SimInstances, SimTarget};
use prometheus::Registry;

use super::declared::{place, server, space, target};
use super::{Boundaries, Story};

impl Story {
    /// A replica has died. Another one, which knows nothing of it, goes on after the gap.
    pub(super) async fn succeed(&mut self, replica: usize) {
        self.boundaries.bury();
        if self.forgets_names {
            self.retry().await;
        }
        let installation = if self.forgets_names { "test2" } else { "test" };
        let (sim, ledger) = (&self.sim, &self.ledger);
        let successor = engine(sim, ledger, &self.boundaries, self.born, installation);
        self.born += 1;
        self.engines[replica] = Arc::new(successor);
        self.nobody_until = Some(self.now() + self.gap);
        self.note("> the replica dies, and another one goes on");
    }
}

/// A replica of an installation that has just started.
pub(super) fn engine(
    sim: &Running,
    ledger: &Arc<MemoryLedger>,
    boundaries: &Arc<Boundaries>,
    n: usize,
    installation: &str,
) -> Engine {
    let target_of = SimTarget {
        place: place(),
        artifact_bucket: Some("bennu-artifacts".to_owned()),
    };
    let targets = BTreeMap::from([(target(), target_of)]);
    let replica = ReplicaId::new(format!("story-{n}")).expect("legal");
    let bucket = TargetFacts {
        bucket: Some("bennu-artifacts".to_owned()),
    };
    let facts = SpaceFacts {
        server_url: "http://octopus.test".into(),
        slots: 5,
    };
    Engine {
        world: World {
            infrastructure: Arc::new(SimInfrastructure::new(sim.sim.clone(), targets.clone())),
            instances: Arc::new(SimInstances::new(sim.sim.clone(), targets)),
            deployments: Arc::new(SimDeployments::new(sim.sim.clone(), server())),
            work: ledger.clone(),
            ledger: ledger.clone(),
            key: Some(Key::new(b"a key for stories")),
        },
        context: Context {
            installation: InstallationId::new(installation).expect("legal"),
            targets: BTreeMap::from([(target(), bucket)]),
            spaces: BTreeMap::from([((server(), space()), facts)]),
            has_key: true,
        },
        policy: Policy::default(),
        settings: Settings::paced(replica, 7, 1.0),
        budget: Arc::new(Budget::unlimited()),
        metrics: Metrics::register(&Registry::new()).expect("an empty registry"),
        probe: boundaries.clone(),
        health: Arc::new(Health::default()),
    }
}
