//! A whole life in milliseconds: the real engine and planner, the simulated world behind its
//! port doors, the in-memory ledger, and one clock that is stepped. What happened is a log
//! that reads like a story.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a story that cannot be played is a failed test"
)]

mod boundaries;
mod ci;
mod declared;
mod octopus;
mod replicas;
mod state;
mod strangers;
mod words;
mod work;
mod world;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use bennu_engine::Engine;
use bennu_model::ids::{EnvironmentName, EnvironmentUid};
use bennu_model::work::WorkKey;
use bennu_ports::environments::{Declared, Request};
use bennu_ports::{Environments as _, Work as _};
use bennu_sim::doors::serve::{Options, Running, serve};
use bennu_sim::ledger::MemoryLedger;
use chrono::{DateTime, Utc};

pub use self::boundaries::{Boundaries, Crossing, Disturbance, Inspector, changes};
pub use self::declared::Build;
pub use self::state::State;

use self::declared::{name, place, server, space, target, team};
use self::replicas::engine;
use self::words::Names;

/// The template of the stories: a group of instances behind a launch template.
pub const TEMPLATE: &str = include_str!("../../crates/bennu/src/demo/web.yaml");

/// A stage with one target and one space; most stories are about one environment.
pub struct Story {
    /// One for each replica.
    engines: Vec<Arc<Engine>>,
    /// What they cross.
    pub boundaries: Arc<Boundaries>,
    /// How many replicas there ever were: each has a name of its own.
    born: usize,
    /// How long nobody works after a replica has died.
    pub gap: chrono::Duration,
    /// Nothing may be sent, as when every budget is used up.
    pub gate_is_closed: bool,
    /// Until when nobody works.
    nobody_until: Option<DateTime<Utc>>,
    /// A defect, to see whether it is found: whoever comes after a replica that died derives
    /// other names and tokens.
    pub forgets_names: bool,
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
    /// Whether the time in which nothing happens is jumped over.
    jumps: bool,
    /// How long a thing may take until it is said that it never comes.
    pub patience: chrono::Duration,
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
        Self::inspected(replicas, |_| Vec::new(), None).await
    }

    /// Nothing is declared yet; one crossing of a boundary is disturbed, and the world is
    /// inspected after every call that may have changed it.
    pub async fn inspected(
        replicas: usize,
        inspector: Inspector,
        disturbance: Option<(usize, Disturbance)>,
    ) -> Self {
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
        let boundaries = Boundaries::new(sim.sim.clone(), inspector, disturbance);
        let engines = (0..replicas)
            .map(|n| Arc::new(engine(&sim, &ledger, &boundaries, n, "test")))
            .collect();
        let keys = [WorkKey::Target(target()), WorkKey::Space(server(), space())];
        ledger.ensure(&keys).await.expect("memory");
        Self {
            engines,
            boundaries,
            born: replicas,
            gap: chrono::Duration::zero(),
            gate_is_closed: false,
            nobody_until: None,
            forgets_names: false,
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
            jumps: false,
            patience: chrono::Duration::days(1),
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
        let declaration = build.declaration(&self.api_key);
        let mut declared = self.ledger.declare(declaration.clone()).await;
        if self.boundaries.committed("declare") {
            self.tick();
            declared = self.ledger.declare(declaration).await;
        }
        let declared = declared.expect("memory");
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
        self.tick();
        let (team, name) = (team(), name());
        let asked = Request::default();
        let deleted = self.ledger.delete(&team, &name, &asked).await;
        deleted.expect("memory");
        if self.boundaries.committed("delete") {
            self.tick();
            let again = self.ledger.delete(&team, &name, &asked).await;
            again.expect("memory");
        }
        self.note("> delete");
    }

    /// A person has what was given up tried again.
    pub async fn retry(&mut self) {
        self.tick();
        let (team, name) = (team(), name());
        let asked = Request::default();
        let retried = self.ledger.retry(&team, &name, &asked).await;
        retried.expect("memory");
        if self.boundaries.committed("retry") {
            self.tick();
            let again = self.ledger.retry(&team, &name, &asked).await;
            again.expect("memory");
        }
        self.note("> retry");
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

    /// Declares an environment while the next pass is under way, before it opens its attempts.
    pub fn build_in_mid_pass(&mut self, build: &Build<'_>) {
        let declaration = build.declaration(&self.api_key);
        let ledger = self.ledger.clone();
        self.note(&format!("> in the next pass: declare {}", build.what()));
        self.boundaries.before_attempts(async move {
            ledger.declare(declaration).await.expect("memory");
        });
    }

    /// What happened so far.
    pub fn log(&self) -> &str {
        &self.log
    }

    /// Plays on until each of these environments is ready.
    pub async fn until_ready(&mut self, names: &[&str]) {
        let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
        let end = self.now() + self.patience;
        while self.now() < end {
            self.work_off().await;
            if self.are_ready(&names).await {
                return;
            }
            self.pass_time(end);
        }
        panic!("{names:?} were not all ready:\n{}", self.log);
    }

    /// From now on the time in which nothing happens is jumped over: for many lives, where it
    /// does not matter to a few seconds when the daemon comes to work.
    pub fn jump(&mut self) {
        self.jumps = true;
    }

    /// Plays on until `reached`; fails when patience is at its end.
    pub async fn until(&mut self, what: &str, reached: impl Fn(&State) -> bool) {
        let end = self.now() + self.patience;
        while self.now() < end {
            self.work_off().await;
            if reached(&self.state().await) {
                self.note(&format!("= {what}"));
                return;
            }
            self.pass_time(end);
        }
        panic!("{what} was not reached:\n{}", self.log);
    }

    /// Plays on for a time.
    pub async fn play(&mut self, seconds: u32) {
        if !self.jumps {
            for _ in 0..seconds / self.stride {
                self.work_off().await;
                self.step(i64::from(self.stride));
            }
            return;
        }
        let end = self.now() + chrono::Duration::seconds(i64::from(seconds));
        while self.now() < end {
            self.work_off().await;
            self.pass_time(end);
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
