//! Whose turn it is.

use chrono::{DateTime, Utc};

use super::super::Server;
use super::super::kind::Kind;
use super::record::State;
use super::{Category, Job, Running};
use crate::clock::seconds;
use crate::faults::Faults;

impl Server {
    /// Starts what may start at `now`, oldest first, and gives up what waited too long.
    pub(in super::super) fn start_tasks(&mut self, now: DateTime<Utc>, faults: &mut Faults) {
        while self.work.alarms.first().is_some_and(|alarm| *alarm <= now) {
            self.work.alarms.pop_first();
            self.time_out(now);
        }
        while self.work.executing.len() < self.assumptions.task_cap {
            let Some(task) = self.next_in_turn(now) else {
                return;
            };
            if let Some(waiting) = self.work.queued.remove(&task) {
                let running = self.started(task, waiting.job, now, faults);
                self.work.executing.insert(task, running);
                let executing = self.work.executing.len();
                self.work.executing_most = self.work.executing_most.max(executing);
            }
        }
    }

    /// The oldest queued task whose time has come and whose scope is free.
    fn next_in_turn(&self, now: DateTime<Utc>) -> Option<u64> {
        let busy = |job: &Job| match job {
            Job::Health { .. } => false,
            Job::Deploy { scope, .. } => self.work.executing.values().any(
                |other| matches!(&other.job, Job::Deploy { scope: taken, .. } if taken == scope),
            ),
        };
        let mut queued = self.work.queued.iter();
        queued
            .find(|(_, waiting)| {
                waiting.not_before.is_none_or(|begin| begin <= now) && !busy(&waiting.job)
            })
            .map(|(task, _)| *task)
    }

    fn time_out(&mut self, now: DateTime<Utc>) {
        let expired = |end: Option<DateTime<Utc>>| end.is_some_and(|end| end <= now);
        let late: Vec<u64> = self
            .work
            .queued
            .iter()
            .filter(|(_, waiting)| expired(waiting.expiry))
            .map(|(task, _)| *task)
            .collect();
        for task in late {
            if let Some(waiting) = self.work.queued.remove(&task) {
                let why = "The task was not started before its queue time expired.";
                self.task_ended(task, &waiting.job, State::TimedOut, why, now);
            }
        }
    }

    fn started(&mut self, task: u64, job: Job, now: DateTime<Utc>, faults: &mut Faults) -> Running {
        self.task_started(task, now);
        let description = self.documents.by_number(Kind::Task, task);
        let description =
            description.map_or(String::new(), |task| task.text("Description").to_owned());
        self.work.note(task, now, Category::Info, description);
        let deployment = match &job {
            Job::Deploy { deployment, .. } => *deployment,
            Job::Health { .. } => {
                let takes = seconds(self.assumptions.health_check_s);
                return Running {
                    job,
                    ends: now.checked_add_signed(takes),
                    cancelling: false,
                    targets: Vec::new(),
                    failure: None,
                    guidance: None,
                };
            }
        };
        self.deployment_started(task, deployment, job, now, faults)
    }
}
