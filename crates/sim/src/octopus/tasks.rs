//! The server's tasks: deployments and health checks, queued, executing, done.
//!
//! `Queued → Executing → Success | Failed | TimedOut`, or through `Cancelling` to
//! `Canceled`. As many execute at once as the task cap allows, oldest first, and one
//! at a time within a deployment's scope. The documents hold what clients see; [`Work`]
//! holds what is still to be done.

mod cancel;
mod deploy;
mod finish;
mod log;
mod record;
mod start;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::{DateTime, Utc};

use super::kind::Kind;
use super::scope::Scope;
pub(super) use deploy::Target;
pub(super) use log::{Category, Log};
pub(super) use record::moment;

/// What a task is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Job {
    Deploy {
        /// The deployment's number.
        deployment: u64,
        scope: Scope,
    },
    Health {
        /// The machines' numbers.
        machines: Vec<u64>,
        /// The number of the policy whose check it is, and which may delete machines.
        policy: Option<u64>,
    },
}

/// A task that waits for its turn.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub(super) job: Job,
    pub(super) not_before: Option<DateTime<Utc>>,
    pub(super) expiry: Option<DateTime<Utc>>,
}

/// A task that executes.
#[derive(Debug, Clone)]
pub(super) struct Running {
    pub(super) job: Job,
    /// When it is done; `None` while it waits for a person, or for ever.
    pub(super) ends: Option<DateTime<Utc>>,
    pub(super) cancelling: bool,
    /// The machines that a deployment goes to.
    pub(super) targets: Vec<Target>,
    /// Why it will fail, if that is decided.
    pub(super) failure: Option<String>,
    /// What a person said about a failure.
    pub(super) guidance: Option<Guidance>,
}

/// What is to become of a deployment that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guidance {
    Fail,
    /// It goes on as if nothing had failed.
    Ignore,
    /// It is tried again.
    Retry,
    /// It is tried again without the machines that do not answer.
    Exclude,
}

/// All tasks that are not final, by number, and what was logged about all of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Work {
    queued: BTreeMap<u64, Waiting>,
    executing: BTreeMap<u64, Running>,
    /// When queued tasks may start or run out.
    alarms: BTreeSet<DateTime<Utc>>,
    logs: BTreeMap<u64, Log>,
    /// Health checks that are done, oldest first.
    checks_done: VecDeque<u64>,
    executing_most: usize,
    /// What became of tasks that nobody has written down yet.
    pub(super) news: Vec<(DateTime<Utc>, String)>,
}

impl Work {
    /// When a task ends, may start or runs out next.
    pub(super) fn next(&self) -> Option<DateTime<Utc>> {
        let ends = self.executing.values().filter_map(|running| running.ends);
        ends.chain(self.alarms.first().copied()).min()
    }

    /// How many tasks are not final.
    pub(super) fn active(&self) -> usize {
        self.queued.len() + self.executing.len()
    }

    /// The most tasks that ever executed at once.
    pub(super) fn executing_most(&self) -> usize {
        self.executing_most
    }

    /// Whether a check of that policy is under way.
    pub(super) fn checks(&self, policy: u64) -> bool {
        let is_check =
            |job: &Job| matches!(job, Job::Health { policy: Some(of), .. } if *of == policy);
        self.queued.values().any(|waiting| is_check(&waiting.job))
            || self
                .executing
                .values()
                .any(|running| is_check(&running.job))
    }

    /// Ends the wait of an executing task at `at`, with or without a failure.
    pub(super) fn go_on(&mut self, task: u64, at: DateTime<Utc>, failure: Option<String>) {
        if let Some(running) = self.executing.get_mut(&task) {
            running.ends = Some(at);
            running.guidance = failure.is_some().then_some(Guidance::Fail);
            running.failure = failure;
        }
    }

    /// Ends the wait of a deployment whose failure a person has looked at.
    pub(super) fn guide(
        &mut self,
        task: u64,
        guidance: Guidance,
        now: DateTime<Utc>,
        again: Option<DateTime<Utc>>,
    ) {
        let Some(running) = self.executing.get_mut(&task) else {
            return;
        };
        match guidance {
            Guidance::Fail | Guidance::Ignore => {
                running.guidance = Some(guidance);
                running.ends = Some(now);
            }
            Guidance::Retry | Guidance::Exclude => {
                running.failure = None;
                running.ends = again;
                running.guidance = (guidance == Guidance::Exclude).then_some(guidance);
            }
        }
    }

    /// What was logged about a task.
    pub(super) fn log(&self, task: u64) -> Option<&Log> {
        self.logs.get(&task)
    }

    /// Forgets a task whose document is gone, wherever it stands.
    pub(super) fn forget(&mut self, task: u64) {
        self.queued.remove(&task);
        self.executing.remove(&task);
        self.logs.remove(&task);
    }

    /// Tells the world of a task's state.
    fn tell(&mut self, task: u64, state: &str, at: DateTime<Utc>) {
        self.news
            .push((at, format!("{} {state}", Kind::Task.id(task))));
    }

    /// Whether a deployment to that machine executes.
    pub(super) fn deploys_to(&self, machine: u64) -> bool {
        let targets = self.executing.values().flat_map(|running| &running.targets);
        let mut machines = targets.map(|target| target.machine);
        machines.any(|number| number == machine)
    }

    /// The tasks that a queued one waits for: those of its scope, and what executes or is
    /// queued before it; none for one that is not queued.
    pub(super) fn before(&self, task: u64) -> Vec<u64> {
        if !self.queued.contains_key(&task) {
            return Vec::new();
        }
        let executing = self.executing.keys();
        let queued = self.queued.range(..task).map(|(number, _)| number);
        executing.chain(queued).copied().collect()
    }

    pub(super) fn note(
        &mut self,
        task: u64,
        at: DateTime<Utc>,
        category: Category,
        text: impl Into<String>,
    ) {
        self.logs
            .entry(task)
            .or_default()
            .add(at, category, None, text);
    }
}
