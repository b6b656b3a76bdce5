//! A whole life in milliseconds: the real engine and planner, the simulated world behind its
//! port doors, the in-memory ledger, and one clock that is stepped. What happened is a log
//! that reads like a story.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a story that cannot be played is a failed test"
)]

mod ci;
mod declared;
mod octopus;
mod state;
mod strangers;
mod words;
mod work;
mod world;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use bennu_engine::fingerprint::Key;
use bennu_engine::gate::NoProbe;
use bennu_engine::metrics::Metrics;
use bennu_engine::work::Health;
use bennu_engine::{Engine, Settings, World};
use bennu_model::ids::{EnvironmentName, EnvironmentUid, InstallationId, ReplicaId};
use bennu_model::work::WorkKey;
use bennu_plan::desire::{SpaceFacts, TargetFacts};
use bennu_plan::{Context, Policy};
use bennu_ports::environments::Declared;
use bennu_ports::{Environments as _, Work as _};
use bennu_sim::doors::serve::{Options, Running, serve};
use bennu_sim::ledger::MemoryLedger;
use bennu_sim::ports::{SimDeployments, SimInfrastructure, SimInstances, SimTarget};
use chrono::{DateTime, Utc};
use prometheus::Registry;

pub use self::declared::Build;
pub use self::state::State;

use self::declared::{name, place, server, space, target, team};
use self::words::Names;

/// The template of the stories: a group of instances behind a launch template.
pub const TEMPLATE: &str = include_str!("../../crates/bennu/src/demo/web.yaml");

/// A stage with one target and one space; most stories are about one environment.
pub struct Story {
    /// One for each replica.
    engines: Vec<Arc<Engine>>,
    /// Where everything is kept.
    pub ledger: Arc<MemoryLedger>,
    /// The world.
    pub sim: Running,
    now: Arc<Mutex<DateTime<Utc>>>,
    began: DateTime<Utc>,
    log: String,
    names: Names,
    /// Who is who, once there is more than one.
    environments: BTreeMap<EnvironmentUid, EnvironmentName>,
    statuses: Vec<String>,
    /// How many changes of service were told.
    served: usize,
    /// Seconds from one moment to the next.
    stride: u32,
    /// The secret with the key that instances register with.
    api_key: String,
}

impl Story {
    /// Nothing is declared yet.
    pub async fn begin() -> Self {
        Self::with_replicas(1).await
    }

    /// Nothing is declared yet, and several replicas take turns.
    pub async fn with_replicas(replicas: usize) -> Self {
        let options = Options {
            speed: 1e-12,
            seed: 7,
            ..Options::default()
        };
        let sim = serve(options).await.expect("a world");
        let began = sim.sim.with(|world| world.now);
        let api_key = sim.sim.with(|world| {
            let key = world.octopus.api_key().to_owned();
            world.put_secret(&place(), "octopus", &key)
        });
        let now = Arc::new(Mutex::new(began));
        let clock = now.clone();
        let ledger = Arc::new(MemoryLedger::new(7, move || {
            *clock.lock().expect("no test panicked")
        }));
        let replicas = 0..replicas;
        let engines = replicas
            .map(|n| Arc::new(engine(&sim, &ledger, n)))
            .collect();
        let keys = [WorkKey::Target(target()), WorkKey::Space(server(), space())];
        ledger.ensure(&keys).await.expect("memory");
        Self {
            engines,
            ledger,
            sim,
            now,
            began,
            log: String::new(),
            names: Names::default(),
            environments: BTreeMap::new(),
            statuses: Vec::new(),
            served: 0,
            stride: 1,
            api_key,
        }
    }

    /// The environment of the story has risen on t3.micro.
    pub async fn risen() -> Self {
        let mut story = Self::begin().await;
        story.declare("t3.micro", TEMPLATE).await;
        story.until("ready", |s| s.is_ready()).await;
        story
    }

    /// Declares the environment of the story with an instance type.
    pub async fn declare(&mut self, instance_type: &str, template: &str) {
        self.declare_as(&[("InstanceType", instance_type)], &[], template)
            .await;
    }

    /// Declares the environment of the story with parameters and capabilities.
    pub async fn declare_as(
        &mut self,
        parameters: &[(&str, &str)],
        capabilities: &[&str],
        template: &str,
    ) {
        let mut build = Build::infrastructure(template);
        build.parameters = parameters.to_vec();
        build.capabilities = capabilities.to_vec();
        self.build(&build).await;
    }

    /// Declares an environment.
    pub async fn build(&mut self, build: &Build<'_>) {
        self.tick();
        let declared = self
            .ledger
            .declare(build.declaration(&self.api_key))
            .await
            .expect("memory");
        let (what, environment) = match declared {
            Declared::Created(e) => (format!("created, generation {}", e.generation), Some(e)),
            Declared::Changed(e) => (format!("changed, generation {}", e.generation), Some(e)),
            Declared::Same(e) => (format!("same, generation {}", e.generation), Some(e)),
            other => (format!("{other:?}"), None),
        };
        if let Some(environment) = environment {
            self.environments.insert(environment.uid, environment.name);
        }
        self.note(&format!("> declare {}: {what}", build.what()));
    }

    /// Asks for the deletion of the environment.
    pub async fn delete(&mut self) {
        self.ledger.delete(&team(), &name()).await.expect("memory");
        self.note("> delete");
    }

    /// The daemon is away for a time, and the world goes on.
    pub fn away(&mut self, seconds: u32) {
        self.note(&format!("> the daemon is away for {seconds} s"));
        for _ in 0..seconds {
            self.step(1);
        }
    }

    /// From now on time passes in larger steps: for many environments, where a second does
    /// not matter.
    pub fn stride(&mut self, seconds: u32) {
        self.stride = seconds;
    }

    /// Plays on until `reached`, second by second; fails after a day.
    pub async fn until(&mut self, what: &str, reached: impl Fn(&State) -> bool) {
        for _ in 0..86_400 / self.stride {
            self.work_off().await;
            if reached(&self.state().await) {
                self.note(&format!("= {what}"));
                return;
            }
            self.step(i64::from(self.stride));
        }
        panic!("{what} was not reached within a day:\n{}", self.log);
    }

    /// Plays on for a time.
    pub async fn play(&mut self, seconds: u32) {
        for _ in 0..seconds / self.stride {
            self.work_off().await;
            self.step(i64::from(self.stride));
        }
    }

    /// The log, with ids replaced by what they stand for, and what the world has left.
    pub async fn end(mut self) -> String {
        let left = self.state().await.left();
        self.note(&format!("left: {left}"));
        self.log
    }

    /// How things stand.
    pub async fn state(&self) -> State {
        self.state_of(&name()).await
    }

    /// All living stacks by name, with their statuses.
    pub fn stacks(&self) -> BTreeMap<String, String> {
        let now = *self.now.lock().expect("no test panicked");
        self.sim.sim.with(|world| {
            world.advance_to(now);
            let truths = world.regions.values().map(|region| region.truth());
            let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            truths
                .flat_map(|truth| truth["stacks"].as_array().cloned().unwrap_or_default())
                .map(|stack| (text(&stack["StackName"]), text(&stack["StackStatus"])))
                .collect()
        })
    }

    /// Whether every one of these environments is ready; the world is not asked.
    pub async fn are_ready(&self, names: &[String]) -> bool {
        for name in names {
            let name = EnvironmentName::new(name.as_str()).expect("legal");
            let view = self.ledger.get(&team(), &name).await.expect("memory");
            if !state::is_ready(view.as_ref()) {
                return false;
            }
        }
        true
    }

    /// How things stand with one of several environments.
    pub async fn state_of(&self, name: &EnvironmentName) -> State {
        let view = self.ledger.get(&team(), name).await.expect("memory");
        let now = *self.now.lock().expect("no test panicked");
        let truth = self.sim.sim.with(|world| {
            world.advance_to(now);
            let regions = world
                .regions
                .values()
                .map(|region| region.truth())
                .collect();
            let objects = world
                .buckets
                .iter()
                .map(|(_, bucket)| bucket.objects.len())
                .sum();
            (
                regions,
                objects,
                world.octopus.tenant_count(),
                world.octopus.machine_count(),
                world.octopus.override_count(),
            )
        });
        let (regions, objects, tenants, machines, overrides) = truth;
        State {
            view,
            regions,
            objects,
            tenants,
            machines,
            overrides,
        }
    }

    /// A line about one environment: named where there are several.
    fn note_of(&mut self, uid: &EnvironmentUid, line: &str) {
        let several = self.environments.len() > 1;
        match self.environments.get(uid).filter(|_| several) {
            Some(name) => self.note(&format!("[{name}] {line}")),
            None => self.note(line),
        }
    }

    fn note(&mut self, line: &str) {
        let now = *self.now.lock().expect("no test panicked");
        let passed = (now - self.began).num_seconds();
        let line = self.names.anonymous(line);
        let _ = writeln!(self.log, "{:>2}:{:02} {line}", passed / 60, passed % 60);
    }
}

fn engine(sim: &Running, ledger: &Arc<MemoryLedger>, n: usize) -> Engine {
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
            installation: InstallationId::new("test").expect("legal"),
            targets: BTreeMap::from([(target(), bucket)]),
            spaces: BTreeMap::from([((server(), space()), facts)]),
            has_key: true,
        },
        policy: Policy::default(),
        settings: Settings::paced(replica, 7, 1.0),
        metrics: Metrics::register(&Registry::new()).expect("an empty registry"),
        probe: Arc::new(NoProbe),
        health: Arc::new(Health::default()),
    }
}
