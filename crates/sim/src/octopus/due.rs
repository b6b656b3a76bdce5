//! What time brings: checks, the ends of tasks, scans for triggers.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::Server;
use super::kind::Kind;
use crate::faults::Faults;
use crate::parameters::Parameters;
use crate::world::Timed;

impl Server {
    /// The Tentacle with this thumbprint answers from now on, or no longer. Tentacles
    /// that were never told of answer. Upper and lower case are the same.
    pub fn tentacle(&mut self, thumbprint: &str, answers: bool) {
        self.tentacles.set(thumbprint, answers);
        self.forget_unreachable(thumbprint);
    }

    /// What successful deployments have put on the machine of that Tentacle: version by
    /// project name, empty if none. It stays while the Tentacle answers or a machine's
    /// document has the thumbprint.
    pub fn installed(&self, thumbprint: &str) -> BTreeMap<String, String> {
        self.tentacles.installed(thumbprint)
    }

    /// Whether a deployment has put software on any machine since this was asked last.
    pub(crate) fn take_installed(&mut self) -> bool {
        self.tentacles.take_installed()
    }

    /// Software on a machine that neither answers nor is registered is of no concern.
    pub(super) fn forget_unreachable(&mut self, thumbprint: &str) {
        if !self.tentacles.answers(thumbprint) {
            let mut machines = self.documents.all(Kind::Machine);
            if !machines.any(|machine| self.tentacles.of(machine).eq_ignore_ascii_case(thumbprint))
            {
                self.tentacles.lost(thumbprint);
            }
        }
    }

    /// Does all that is due until `now`, each thing at its moment.
    pub(super) fn play(&mut self, now: DateTime<Utc>, faults: &mut Faults) {
        while let Some(due) = self.next_due().filter(|due| *due <= now) {
            self.finish_tasks(due);
            self.queue_checks(due);
            self.scan(due, faults);
            self.start_tasks(due, faults);
            self.make_batches(due, faults);
            self.played = self.played.max(Some(due));
        }
        self.played = self.played.max(Some(now));
    }
}

impl Timed for Server {
    fn next_due(&self) -> Option<DateTime<Utc>> {
        let checks = self.checks.next(&self.documents, self.played);
        let scan = self.events.next_scan(self.scan_period());
        [checks, scan, self.work.next(), self.next_batch()]
            .into_iter()
            .flatten()
            .min()
    }

    fn run_due(&mut self, now: DateTime<Utc>, _parameters: &Parameters, faults: &mut Faults) {
        self.play(now, faults);
    }
}
