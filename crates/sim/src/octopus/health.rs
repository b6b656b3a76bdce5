//! The first health check of each new machine.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::documents::Documents;
use super::kind::Kind;

/// The checks that have been queued, by the moment at which their result is in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct HealthChecks(BTreeSet<(DateTime<Utc>, u64)>);

impl HealthChecks {
    pub(super) fn queue(&mut self, machine: u64, done_at: DateTime<Utc>) {
        self.0.insert((done_at, machine));
    }

    pub(super) fn next(&self) -> Option<DateTime<Utc>> {
        self.0.first().map(|(due, _)| *due)
    }

    /// Writes the results that are in by `now`. A machine that was deleted meanwhile,
    /// or is disabled, has none.
    pub(super) fn run(&mut self, now: DateTime<Utc>, documents: &mut Documents) {
        while let Some((due, number)) = self.0.first().copied() {
            if due > now {
                return;
            }
            self.0.remove(&(due, number));
            let Some(machine) = documents.numbered_mut(Kind::Machine, number) else {
                continue;
            };
            if machine.is("IsDisabled") {
                continue;
            }
            for (key, value) in [
                ("HealthStatus", Value::from("Healthy")),
                ("Status", Value::from("Online")),
                (
                    "StatusSummary",
                    Value::from("Octopus was able to successfully connect to this machine."),
                ),
                ("HasLatestCalamari", Value::from(true)),
            ] {
                machine.fields.insert(key.to_owned(), value);
            }
        }
    }
}
