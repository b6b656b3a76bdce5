//! A whole life in milliseconds: the real engine and planner, the simulated world behind its
//! port doors, the in-memory ledger, and one clock that is stepped. What happened is a log
//! that reads like a story.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a story that cannot be played is a failed test"
)]

mod declared;
mod state;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bennu_engine::clock::{DatabaseClock, monotonic};
use bennu_engine::gate::{Deadline, LeaseGate, NoProbe};
use bennu_engine::metrics::Metrics;
use bennu_engine::pass::{Ended, pass};
use bennu_engine::sweep::{Swept, sweep};
use bennu_engine::work::Health;
use bennu_engine::{Engine, Settings, World};
use bennu_model::ids::{InstallationId, ReplicaId};
use bennu_model::names::digest_of;
use bennu_model::work::WorkKey;
use bennu_plan::desire::TargetFacts;
use bennu_plan::{Context, Policy};
use bennu_ports::environments::{Declaration, Declared};
use bennu_ports::ledger::{Finish, Load};
use bennu_ports::work::{Claim, ClaimLimits};
use bennu_ports::{Environments as _, Work as _};
use bennu_sim::cloudformation::request::DeleteStack;
use bennu_sim::doors::serve::{Options, Running, serve};
use bennu_sim::faults::Fault;
use bennu_sim::ledger::MemoryLedger;
use bennu_sim::octopus::Request;
use bennu_sim::ports::{SimDeployments, SimInfrastructure, SimInstances, SimTarget};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use prometheus::Registry;

pub use self::state::State;

use self::declared::{name, place, server, space, spec, target, team};
use self::state::statuses_of;
use self::words::anonymous;

/// The template of the stories: a group of instances behind a launch template.
pub const TEMPLATE: &str = include_str!("../../crates/bennu/src/demo/web.yaml");

/// A stage with one target, one space, and one environment's name.
pub struct Story {
    engine: Arc<Engine>,
    ledger: Arc<MemoryLedger>,
    /// The world.
    pub sim: Running,
    now: Arc<Mutex<DateTime<Utc>>>,
    began: DateTime<Utc>,
    log: String,
    statuses: Vec<String>,
}

impl Story {
    /// Nothing is declared yet.
    pub async fn begin() -> Self {
        let options = Options {
            speed: 1e-12,
            seed: 7,
            ..Options::default()
        };
        let sim = serve(options).await.expect("a world");
        let began = sim.sim.with(|world| world.now);
        let now = Arc::new(Mutex::new(began));
        let clock = now.clone();
        let ledger = Arc::new(MemoryLedger::new(7, move || {
            *clock.lock().expect("no test panicked")
        }));
        let place = place();
        let bucket = Some("bennu-artifacts".to_owned());
        let targets = BTreeMap::from([(
            target(),
            SimTarget {
                place,
                artifact_bucket: bucket,
            },
        )]);
        let replica = ReplicaId::new("story").expect("legal");
        let engine = Arc::new(Engine {
            world: World {
                infrastructure: Arc::new(SimInfrastructure::new(sim.sim.clone(), targets.clone())),
                instances: Arc::new(SimInstances::new(sim.sim.clone(), targets)),
                deployments: Arc::new(SimDeployments::new(sim.sim.clone(), server())),
                work: ledger.clone(),
                ledger: ledger.clone(),
            },
            context: Context {
                installation: InstallationId::new("test").expect("legal"),
                targets: BTreeMap::from([(target(), TargetFacts { has_bucket: true })]),
                spaces: BTreeSet::from([(server(), space())]),
            },
            policy: Policy::default(),
            settings: Settings::paced(replica, 7, 1.0),
            metrics: Metrics::register(&Registry::new()).expect("an empty registry"),
            probe: Arc::new(NoProbe),
            health: Arc::new(Health::default()),
        });
        let keys = [WorkKey::Target(target()), WorkKey::Space(server(), space())];
        ledger.ensure(&keys).await.expect("memory");
        let (log, statuses) = (String::new(), Vec::new());
        Self {
            engine,
            ledger,
            sim,
            now,
            began,
            log,
            statuses,
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
        let bytes = Bytes::copy_from_slice(template.as_bytes());
        let digest = digest_of(&bytes);
        let declaration = Declaration {
            team: team(),
            name: name(),
            labels: BTreeMap::new(),
            spec: spec(&digest, bytes.len(), parameters, capabilities),
            blobs: vec![(digest, bytes)],
            if_generation: None,
        };
        let declared = self.ledger.declare(declaration).await.expect("memory");
        let what = match declared {
            Declared::Created(e) => format!("created, generation {}", e.generation),
            Declared::Changed(e) => format!("changed, generation {}", e.generation),
            Declared::Same(e) => format!("same, generation {}", e.generation),
            other => format!("{other:?}"),
        };
        let values: Vec<_> = parameters.iter().map(|(_, value)| *value).collect();
        self.note(&format!("> declare {}: {what}", values.join(", ")));
    }

    /// Asks for the deletion of the environment.
    pub async fn delete(&mut self) {
        self.ledger.delete(&team(), &name()).await.expect("memory");
        self.note("> delete");
    }

    /// Switches a fault on.
    pub fn fault(&mut self, fault: serde_json::Value) {
        self.note(&format!("> fault {fault}"));
        let fault: Fault = serde_json::from_value(fault).expect("a fault");
        self.sim
            .sim
            .with(|world| world.faults.add(fault))
            .expect("a known fault");
    }

    /// Somebody else makes a tenant of that name.
    pub fn strangers_tenant(&mut self, name: &str) {
        self.note(&format!("> somebody else creates a tenant {name}"));
        let now = *self.now.lock().expect("no test panicked");
        let reply = self.sim.sim.with(|world| {
            let key = world.octopus.api_key().to_owned();
            let body = serde_json::json!({ "Name": name, "ProjectEnvironments": {} });
            let request = Request::new("POST", "/api/Spaces-1/tenants")
                .with_key(&key)
                .with_json(&body);
            world.octopus.handle(&request, now, &mut world.faults)
        });
        assert_eq!(reply.status, 201, "{:?}", reply.body);
    }

    /// Somebody deletes the stack by hand.
    pub fn strangers_delete(&mut self) {
        self.note("> somebody deletes the stack by hand");
        self.sim.sim.with(|world| {
            let place = place();
            let arn = world.regions[&place].truth()["stacks"][0]["StackId"].clone();
            let stack_name = arn.as_str().expect("one stack").to_owned();
            let request = DeleteStack {
                stack_name,
                ..DeleteStack::default()
            };
            let deleted = world.on(&place, |region, moment| {
                region.delete_stack(request, moment)
            });
            deleted.expect("it can be deleted");
        });
    }

    /// Plays on until `reached`, second by second; fails after a day.
    pub async fn until(&mut self, what: &str, reached: impl Fn(&State) -> bool) {
        for _ in 0..86_400 {
            self.work_off().await;
            if reached(&self.state().await) {
                self.note(&format!("= {what}"));
                return;
            }
            self.step(1);
        }
        panic!("{what} was not reached within a day:\n{}", self.log);
    }

    /// Plays on for a time.
    pub async fn play(&mut self, seconds: u32) {
        for _ in 0..seconds {
            self.work_off().await;
            self.step(1);
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
        let view = self.ledger.get(&team(), &name()).await.expect("memory");
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
            )
        });
        let (regions, objects, tenants, machines) = truth;
        State {
            view,
            regions,
            objects,
            tenants,
            machines,
        }
    }

    /// Works until nothing is due. What never comes to rest in one moment is a hot loop.
    async fn work_off(&mut self) {
        const MOST_ROUNDS: usize = 50;
        for _ in 0..MOST_ROUNDS {
            if !self.work().await {
                return;
            }
        }
        panic!(
            "{MOST_ROUNDS} rounds at one moment:\n{}\n{:#?}",
            self.log,
            self.state().await.view
        );
    }

    /// Works on everything that is due; `false` when nothing was.
    async fn work(&mut self) -> bool {
        let limits = ClaimLimits {
            batch: 8,
            per_team_and_target: 8,
            lease: Duration::from_secs(30),
        };
        // Two statements never share a moment in a real database.
        *self.now.lock().expect("no test panicked") += chrono::Duration::milliseconds(1);
        let replica = self.engine.settings.replica.clone();
        let claims = self.ledger.claim(&replica, limits).await.expect("memory");
        let worked = !claims.is_empty();
        for claim in claims {
            self.task(claim).await;
        }
        worked
    }

    async fn task(&mut self, claim: Claim) {
        let engine = self.engine.clone();
        let lease = claim.lease.clone();
        let gate = LeaseGate::new(
            Deadline::new(monotonic() + Duration::from_secs(3_600)),
            engine.settings.request_timeout,
            engine.metrics.clone(),
            engine.probe.clone(),
        );
        let clock = DatabaseClock::standing(lease.claimed_at);
        let finish = match claim.load {
            Load::Environment(state) => {
                let ended = pass(&engine, &gate, clock, &lease, *state, 0.5).await;
                match ended.expect("memory") {
                    Ended::Finished(finish) => Some(*finish),
                    Ended::Dropped => None,
                }
            }
            Load::Target(name, memory) => {
                let swept = Swept::Target(name);
                Some(
                    sweep(&engine, &gate, clock, &lease, &swept, memory, 0.5)
                        .await
                        .expect("memory"),
                )
            }
            Load::Space(server, space, memory) => {
                let swept = Swept::Space(server, space);
                Some(
                    sweep(&engine, &gate, clock, &lease, &swept, memory, 0.5)
                        .await
                        .expect("memory"),
                )
            }
            Load::Unreadable(why) => panic!("{why}"),
        };
        match finish {
            Some(finish) => {
                self.tell(&finish);
                self.ledger.finish(vec![finish]).await.expect("memory");
            }
            None => {
                let replica = &self.engine.settings.replica;
                let held = [(lease.key.clone(), lease.epoch)];
                self.ledger.release(&held, replica).await.expect("memory");
            }
        }
    }

    fn tell(&mut self, finish: &Finish) {
        let Some(record) = &finish.record else { return };
        for entry in &record.entries {
            self.note(&format!("{:<10} {}", entry.reason, entry.message));
        }
    }

    /// Time passes, for the daemon and for the world.
    fn step(&mut self, seconds: i64) {
        let now = {
            let mut now = self.now.lock().expect("no test panicked");
            *now += chrono::Duration::seconds(seconds);
            *now
        };
        let statuses = self.sim.sim.with(|world| {
            world.advance_to(now);
            let regions = world.regions.values().map(|region| region.truth());
            regions
                .flat_map(|truth| statuses_of(&truth))
                .collect::<Vec<_>>()
        });
        if statuses != self.statuses {
            self.note(&format!("  world: stacks {statuses:?}"));
            self.statuses = statuses;
        }
    }

    fn note(&mut self, line: &str) {
        let now = *self.now.lock().expect("no test panicked");
        let passed = (now - self.began).num_seconds();
        let _ = writeln!(
            self.log,
            "{:>2}:{:02} {}",
            passed / 60,
            passed % 60,
            anonymous(line)
        );
    }
}
