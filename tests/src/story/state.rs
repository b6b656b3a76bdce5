//! How things stand at one moment: what people are told, and the world's truth.

use bennu_model::condition::{ConditionKind, Status};
use bennu_ports::environments::EnvironmentView;

/// How things stand at one moment: what people are told, and the world's truth.
#[derive(Debug)]
pub struct State {
    pub(super) view: Option<EnvironmentView>,
    pub(super) regions: Vec<serde_json::Value>,
    pub(super) objects: usize,
    pub(super) tenants: usize,
    pub(super) machines: usize,
    pub(super) overrides: usize,
}

impl State {
    /// Whether the newest generation is ready.
    pub fn is_ready(&self) -> bool {
        self.holds(ConditionKind::Ready)
    }

    /// Whether nothing more happens without a person.
    pub fn is_stalled(&self) -> bool {
        self.holds(ConditionKind::Stalled)
    }

    /// What is said of a condition: reason and message.
    pub fn says(&self, kind: ConditionKind) -> String {
        let conditions = self.view.iter().flat_map(|view| &view.state.conditions);
        let mut said = conditions.filter(|c| c.kind == kind);
        said.next()
            .map_or_else(String::new, |c| format!("{}: {}", c.reason, c.message))
    }

    /// Whether the life is over.
    pub fn is_gone(&self) -> bool {
        self.view.is_none()
    }

    /// What was begun in this life, as verbs, oldest first.
    pub fn begun(&self) -> Vec<&str> {
        let attempts = self.view.iter().flat_map(|v| &v.state.observed.attempts);
        attempts.map(|attempt| attempt.verb.as_str()).collect()
    }

    /// The statuses of all living stacks.
    pub fn stacks(&self) -> Vec<String> {
        self.regions.iter().flat_map(statuses_of).collect()
    }

    /// How many machines there are.
    pub fn machines(&self) -> usize {
        self.machines
    }

    /// How many machines run a release, as far as we know.
    pub fn machines_serving(&self, version: &str) -> usize {
        let known = self
            .view
            .iter()
            .flat_map(|view| view.state.observed.known.machines.values());
        known
            .filter(|machine| machine.serves.values().any(|one| one.version == version))
            .count()
    }

    /// What the world has.
    pub fn left(&self) -> String {
        let instances: usize = self
            .regions
            .iter()
            .filter_map(|r| r["instances"].as_array())
            .map(Vec::len)
            .sum();
        format!(
            "{} stacks, {instances} instances, {} objects, {} tenants, {} machines, {} overrides",
            self.stacks().len(),
            self.objects,
            self.tenants,
            self.machines,
            self.overrides
        )
    }

    fn holds(&self, kind: ConditionKind) -> bool {
        holds(self.view.as_ref(), kind)
    }
}

pub(super) fn is_ready(view: Option<&EnvironmentView>) -> bool {
    holds(view, ConditionKind::Ready)
}

fn holds(view: Option<&EnvironmentView>, kind: ConditionKind) -> bool {
    view.is_some_and(|view| {
        let generation = view.state.environment.generation;
        view.state.conditions.iter().any(|c| {
            c.kind == kind && c.status == Status::True && c.observed_generation == generation
        })
    })
}

pub(super) fn statuses_of(region: &serde_json::Value) -> Vec<String> {
    let stacks = region["stacks"].as_array().into_iter().flatten();
    stacks
        .filter_map(|stack| stack["StackStatus"].as_str())
        .map(str::to_owned)
        .collect()
}
