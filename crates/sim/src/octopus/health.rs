//! Health checks: a machine's first, its policy's regular ones, and those that are asked
//! for; and the deletion of machines that have been unavailable for too long, which
//! happens nowhere but inside a policy's check.
//!
//! A policy's checks come at whole multiples of its `HealthCheckInterval` since 1970, so
//! that policies of one interval are checked together; `HealthCheckCron` is kept, and
//! not acted on.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::Server;
use super::assumptions::WhenInUse;
use super::documents::{Document, Documents};
use super::durations::{next_on_grid, span};
use super::events::{Actor, Happened as Event};
use super::kind::Kind;
use super::machine_events::Category as Happened;
use super::tasks::{Category, Job, Waiting};
use crate::clock::seconds;

/// The first checks that are still to be queued, and who was found unavailable when.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct HealthChecks {
    first: BTreeSet<(DateTime<Utc>, u64)>,
    unavailable_since: BTreeMap<u64, DateTime<Utc>>,
    /// When each machine was checked last.
    last: BTreeMap<u64, DateTime<Utc>>,
}

impl HealthChecks {
    /// Forgets a machine that is gone.
    pub(super) fn forget(&mut self, machine: u64) {
        self.unavailable_since.remove(&machine);
        self.last.remove(&machine);
    }

    /// When a machine was checked last.
    pub(super) fn last(&self, machine: u64) -> Option<DateTime<Utc>> {
        self.last.get(&machine).copied()
    }

    /// When checks come next; `played` is the moment up to which they have been queued.
    pub(super) fn next(
        &self,
        documents: &Documents,
        played: Option<DateTime<Utc>>,
    ) -> Option<DateTime<Utc>> {
        let first = self.first.first().map(|(due, _)| *due);
        let nobody = documents.all(Kind::Machine).next().is_none();
        let Some(played) = played.filter(|_| !nobody) else {
            return first;
        };
        documents
            .all(Kind::MachinePolicy)
            .filter_map(|policy| next_on_grid(played, interval(policy)?))
            .chain(first)
            .min()
    }
}

impl Server {
    /// Queues the check that a new machine gets unless it asks for none.
    pub(super) fn first_check(&mut self, id: &str, now: DateTime<Utc>) {
        let Some(machine) = self.documents.by_id(Kind::Machine, id) else {
            return;
        };
        if !machine.is("SkipInitialHealthCheck") {
            let assumed = &self.assumptions;
            let until = seconds(assumed.first_health_check_s - assumed.health_check_s);
            let due = now.checked_add_signed(until).unwrap_or(now);
            self.checks.first.insert((due, machine.number));
        }
    }

    /// Queues the checks that are due at `now`.
    pub(super) fn queue_checks(&mut self, now: DateTime<Utc>) {
        while let Some((due, machine)) = self.checks.first.first().copied() {
            if due > now {
                break;
            }
            self.checks.first.remove(&(due, machine));
            if let Some(found) = self.documents.by_number(Kind::Machine, machine) {
                let what = format!("Check health of {}", found.text("Name"));
                let space = found.text("SpaceId").to_owned();
                self.queue_check(&space, &what, vec![machine], None, &json!({}), now);
            }
        }
        let due = |policy: &&Document| {
            let next = interval(policy).zip(self.played);
            let next = next.and_then(|(every, played)| next_on_grid(played, every));
            next.is_some_and(|next| next <= now) && !self.work.checks(policy.number)
        };
        let policies = self.documents.all(Kind::MachinePolicy).filter(due);
        let policies: Vec<Document> = policies.cloned().collect();
        for policy in policies {
            let id = policy.id();
            let machines: Vec<u64> = self
                .documents
                .within(Kind::Machine, policy.text("SpaceId"))
                .filter(|machine| {
                    machine.text("MachinePolicyId") == id && !machine.is("IsDisabled")
                })
                .map(|machine| machine.number)
                .collect();
            if !machines.is_empty() {
                let what = format!("Check deployment target health for {}", policy.text("Name"));
                let of = Some(policy.number);
                let space = policy.text("SpaceId");
                self.queue_check(
                    space,
                    &what,
                    machines,
                    of,
                    &json!({ "MachinePolicyId": id }),
                    now,
                );
            }
        }
    }

    /// Queues a health check; gives its task's number.
    pub(super) fn queue_check(
        &mut self,
        space: &str,
        description: &str,
        machines: Vec<u64>,
        policy: Option<u64>,
        arguments: &Value,
        now: DateTime<Utc>,
    ) -> u64 {
        let ids = machines.iter().map(|machine| Kind::Machine.id(*machine));
        let mut arguments = arguments.clone();
        arguments["MachineIds"] = ids.collect();
        let own = [
            ("Description", json!(description)),
            ("Arguments", arguments),
        ];
        let waiting = Waiting {
            job: Job::Health { machines, policy },
            not_before: None,
            expiry: None,
        };
        self.queue_task(space, "Health", &own, waiting, now)
    }

    /// Writes the results of a check. A machine that was deleted meanwhile, or is
    /// disabled, has none.
    pub(super) fn checked(
        &mut self,
        task: u64,
        machines: &[u64],
        policy: Option<u64>,
        now: DateTime<Utc>,
    ) {
        let patience = policy
            .and_then(|policy| self.documents.by_number(Kind::MachinePolicy, policy))
            .and_then(patience);
        for number in machines {
            let found = self.documents.by_number(Kind::Machine, *number);
            let Some(machine) = found.filter(|machine| !machine.is("IsDisabled")).cloned() else {
                continue;
            };
            let name = machine.text("Name");
            self.checks.last.insert(*number, now);
            if self.tentacles.answers(self.tentacles.of(&machine)) {
                self.checks.unavailable_since.remove(number);
                self.tell_of_machine(task, name, Category::Info, WELL, now);
                self.found(&machine, Happened::Healthy, now);
                continue;
            }
            self.tell_of_machine(task, name, Category::Warning, SILENT, now);
            self.found(&machine, Happened::Unavailable, now);
            let since = *self.checks.unavailable_since.entry(*number).or_insert(now);
            let is_over = patience.is_some_and(|patience| now - since >= patience);
            if is_over
                && self.assumptions.cleanup_during_deployment == WhenInUse::Refuse
                && self.work.deploys_to(*number)
            {
                let text = "The machine could not be deleted: a deployment to it executes.";
                self.tell_of_machine(task, name, Category::Error, text, now);
                let what = Event::MachineCleanupFailed;
                self.happened(what, &machine, "could not be deleted", Actor::System, now);
            } else if is_over {
                let text = "The machine was unavailable for too long and was deleted.";
                self.tell_of_machine(task, name, Category::Warning, text, now);
                self.documents.remove(Kind::Machine, *number);
                self.machine_gone(&machine, Actor::System, now);
            }
        }
    }

    /// Writes a machine's health; a change of it is an event.
    fn found(&mut self, machine: &Document, health: Happened, now: DateTime<Utc>) {
        let (status, legacy, summary, calamari) = if health == Happened::Healthy {
            ("Healthy", "Online", WELL, true)
        } else {
            (
                "Unavailable",
                "Offline",
                SILENT,
                machine.is("HasLatestCalamari"),
            )
        };
        if let Some(stored) = self.documents.numbered_mut(Kind::Machine, machine.number) {
            for (key, value) in [
                ("HealthStatus", json!(status)),
                ("Status", json!(legacy)),
                ("StatusSummary", json!(summary)),
                ("HasLatestCalamari", json!(calamari)),
            ] {
                stored.fields.insert(key.to_owned(), value);
            }
        }
        if machine.text("HealthStatus") != status {
            self.machine_event(now, machine, health, Actor::System);
        }
    }

    /// What follows when a machine's document is gone.
    pub(super) fn machine_gone(&mut self, machine: &Document, by: Actor, now: DateTime<Utc>) {
        self.machine_event(now, machine, Happened::Deleted, by);
        self.checks.forget(machine.number);
        let tentacle = self.tentacles.of(machine).to_owned();
        self.tentacles.forget(machine.number);
        self.forget_unreachable(&tentacle);
    }
}

const WELL: &str = "Octopus was able to successfully connect to this machine.";
const SILENT: &str = "Octopus was unable to connect to this machine.";

/// How often a policy has its machines checked.
fn interval(policy: &Document) -> Option<TimeDelta> {
    of(policy, "MachineHealthCheckPolicy", "HealthCheckInterval").and_then(span)
}

/// How long a policy bears an unavailable machine; `None`: for ever.
fn patience(policy: &Document) -> Option<TimeDelta> {
    const CLEANUP: &str = "MachineCleanupPolicy";
    let deletes =
        of(policy, CLEANUP, "DeleteMachinesBehavior") == Some("DeleteUnavailableMachines");
    let elapsed = of(policy, CLEANUP, "DeleteMachinesElapsedTimeSpan").and_then(span);
    elapsed.filter(|_| deletes)
}

fn of<'a>(policy: &'a Document, part: &str, key: &str) -> Option<&'a str> {
    policy.fields.get(part)?.get(key)?.as_str()
}
