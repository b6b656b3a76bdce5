//! Calling a task off.

use chrono::{DateTime, Utc};

use super::super::Server;
use super::record::State;
use crate::clock::seconds;

impl Server {
    /// A queued task is canceled at once, an executing one a little later; one that is
    /// done stays as it is, which the real server may refuse: no source tells.
    pub(in super::super) fn cancel_task(&mut self, task: u64, now: DateTime<Utc>) {
        if let Some(waiting) = self.work.queued.remove(&task) {
            let why = "The task was canceled before it started.";
            self.task_ended(task, &waiting.job, State::Canceled, why, now);
            return;
        }
        let takes = seconds(self.assumptions.cancellation_s);
        let Some(running) = self.work.executing.get_mut(&task) else {
            return;
        };
        if !running.cancelling {
            running.cancelling = true;
            running.ends = Some(now.checked_add_signed(takes).unwrap_or(now));
            self.task_cancelling(task, now);
            self.close_interruptions(task);
        }
    }
}
