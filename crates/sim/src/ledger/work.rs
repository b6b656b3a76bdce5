//! The queue of keys.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_trait::async_trait;
use bennu_model::condition::{Condition, ConditionKind, Status};
use bennu_model::ids::{EnvironmentUid, ReplicaId};
use bennu_model::timeline::{Entry, Level, Writer};
use bennu_model::work::{Class, Lease, WorkKey};
use bennu_ports::ledger::{Finish, Load, SweepMemory};
use bennu_ports::work::{Claim, ClaimLimits, Finished};
use bennu_ports::{LedgerError, Work};
use chrono::{DateTime, TimeDelta, Utc};

use super::documents::place;
use super::{MemoryLedger, Rows, WorkRow};

/// Claims in a row without a finish after which a key is parked.
const LAST_CRASH: i32 = 3;
/// A sweep or a document cannot be changed by anybody: it is tried again after this pause.
const PAUSE: TimeDelta = TimeDelta::minutes(10);

impl WorkRow {
    pub(super) fn new(team: &str, target: String, class: Class, due_at: DateTime<Utc>) -> Self {
        Self {
            team: team.to_owned(),
            target,
            class: class.rank(),
            due_at,
            wake_seq: 1,
            lease: None,
            drain_until: DateTime::UNIX_EPOCH,
            epoch: 0,
            failures: 0,
            crashes: 0,
        }
    }

    pub(super) fn wake(&mut self, now: DateTime<Utc>) {
        self.wake_seq += 1;
        self.due_at = self.due_at.min(now);
    }

    /// Whether this claim still holds it; one that nobody took over yet does.
    pub(super) fn is_of(&self, owner: &ReplicaId, epoch: i64) -> bool {
        let lease = self.lease.as_ref();
        self.epoch == epoch && lease.is_some_and(|(holder, _)| holder == owner.as_str())
    }

    /// Whether this claim's lease runs.
    pub(super) fn runs(&self, owner: &ReplicaId, epoch: i64, now: DateTime<Utc>) -> bool {
        let lease = self.lease.as_ref();
        self.is_of(owner, epoch) && lease.is_some_and(|(_, until)| *until > now)
    }

    pub(super) fn is_due(&self, key: &str, now: DateTime<Utc>) -> bool {
        let free = self.lease.as_ref().is_none_or(|(_, until)| *until <= now);
        let parked = self.crashes >= LAST_CRASH && key.starts_with("environment/");
        self.due_at <= now && free && !parked
    }

    /// When it can be claimed next, if nothing wakes it; none for one that is parked.
    fn next(&self, key: &str) -> Option<DateTime<Utc>> {
        let parked = self.crashes >= LAST_CRASH && key.starts_with("environment/");
        let free = self.lease.as_ref().map(|(_, until)| *until);
        (!parked).then(|| free.map_or(self.due_at, |until| until.max(self.due_at)))
    }

    /// Whether it was given up, for good or for a pause.
    pub(super) fn has_crashed_out(&self) -> bool {
        self.crashes >= LAST_CRASH
    }

    fn crashed(&self) -> bool {
        self.lease.is_some()
    }

    fn is_suspect(&self) -> bool {
        self.crashed() || self.crashes > 0
    }

    /// Ends a lease that ran out.
    fn take_over(&mut self) {
        if let Some((_, until)) = self.lease.take() {
            self.drain_until = self.drain_until.max(until);
            self.crashes += 1;
        }
    }
}

impl MemoryLedger {
    /// When the next key can be claimed, as things stand: until then a claim gets nothing.
    /// Lets a test jump over the time in which nothing happens.
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        let rows = self.rows();
        rows.work
            .iter()
            .filter_map(|(key, row)| row.next(key))
            .min()
    }
}

#[async_trait]
impl Work for MemoryLedger {
    async fn ensure(&self, keys: &[WorkKey]) -> Result<(), LedgerError> {
        self.step(|rows, now| {
            for key in keys {
                let row = match key {
                    WorkKey::Environment(uid) => rows
                        .lives
                        .get(uid)
                        .filter(|life| life.tombstone.is_none())
                        .map(|life| &life.environment)
                        .map(|e| {
                            (
                                e.team.to_string(),
                                e.spec.target.to_string(),
                                Class::Routine,
                            )
                        }),
                    WorkKey::Target(target) => {
                        Some((String::new(), target.to_string(), Class::First))
                    }
                    WorkKey::Space(server, space) => {
                        Some((String::new(), format!("{server}/{space}"), Class::First))
                    }
                    WorkKey::Document(document) => {
                        Some((String::new(), place(document), Class::First))
                    }
                };
                if let Some((team, target, class)) = row {
                    let slot = rows.work.entry(key.to_string());
                    slot.or_insert_with(|| WorkRow::new(&team, target, class, now));
                }
            }
        });
        Ok(())
    }

    async fn claim(
        &self,
        owner: &ReplicaId,
        limits: ClaimLimits,
    ) -> Result<Vec<Claim>, LedgerError> {
        Ok(self.step(|rows, now| {
            let keys = rows.choose(limits, now);
            keys.iter()
                .filter_map(|key| rows.take(key, owner, limits.lease, now))
                .collect()
        }))
    }

    async fn renew(
        &self,
        owner: &ReplicaId,
        held: &[(WorkKey, i64)],
        lease: Duration,
    ) -> Result<Vec<WorkKey>, LedgerError> {
        Ok(self.step(|rows, now| {
            let mut kept = Vec::new();
            for (key, epoch) in held {
                let row = rows.work.get_mut(&key.to_string());
                if let Some(row) = row.filter(|row| row.runs(owner, *epoch, now)) {
                    row.lease = Some((owner.to_string(), now + lease));
                    kept.push(key.clone());
                }
            }
            kept
        }))
    }

    async fn finish(&self, passes: Vec<Finish>) -> Result<Vec<Finished>, LedgerError> {
        let mut answers = vec![Finished::Fenced; passes.len()];
        // A lease ends once: of two records under one lease the second comes too late.
        let mut keys = BTreeSet::new();
        let batch = passes.iter().enumerate();
        let (recorded, runs): (Vec<_>, Vec<_>) = batch
            .filter(|(_, pass)| keys.insert(&pass.lease.key))
            .partition(|(_, pass)| pass.record.is_some());
        // Each a statement of its own in the store.
        for part in [recorded, runs] {
            if part.is_empty() {
                continue;
            }
            for place in self.step(|rows, now| rows.finish(&part, now)) {
                answers[place] = Finished::Recorded;
            }
        }
        Ok(answers)
    }

    async fn release(&self, held: &[(WorkKey, i64)], owner: &ReplicaId) -> Result<(), LedgerError> {
        self.step(|rows, now| {
            for (key, epoch) in held {
                let row = rows.work.get_mut(&key.to_string());
                if let Some(row) = row.filter(|row| row.is_of(owner, *epoch)) {
                    row.lease = None;
                    row.due_at = now;
                }
            }
        });
        Ok(())
    }

    async fn release_all_but(
        &self,
        held: &[(WorkKey, i64)],
        owner: &ReplicaId,
    ) -> Result<(), LedgerError> {
        self.step(|rows, now| {
            for (key, row) in &mut rows.work {
                let is_ours = row.is_of(owner, row.epoch);
                let mut held = held.iter();
                let is_held = held.any(|(k, epoch)| k.to_string() == *key && *epoch == row.epoch);
                if is_ours && !is_held {
                    row.lease = None;
                    row.due_at = now;
                    row.drain_until = row.drain_until.max(now);
                }
            }
        });
        Ok(())
    }

    async fn wake(&self, keys: &[WorkKey]) -> Result<(), LedgerError> {
        self.step(|rows, now| {
            let mut keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                if let Some(row) = rows.work.get_mut(&key) {
                    row.wake(now);
                }
            }
        });
        Ok(())
    }
}

impl Rows {
    /// Which keys a claim gets, in order. Parks those that crashed once too often.
    fn choose(&mut self, limits: ClaimLimits, now: DateTime<Utc>) -> Vec<String> {
        let mut due: Vec<(&String, &WorkRow)> = self
            .work
            .iter()
            .filter(|(key, row)| row.is_due(key, now))
            .collect();
        due.sort_by_key(|(key, row)| (row.class, row.due_at, *key));
        let mut shares: BTreeMap<(&str, &str), u32> = BTreeMap::new();
        due.retain(|(_, row)| {
            let share = shares.entry((&row.team, &row.target)).or_default();
            *share += 1;
            *share <= limits.per_team_and_target
        });
        due.truncate(usize::try_from(limits.batch).unwrap_or(usize::MAX));
        let (doomed, fit): (Vec<_>, Vec<_>) = due
            .into_iter()
            .partition(|(_, row)| row.crashed() && row.crashes + 1 >= LAST_CRASH);
        let alone = fit.first().is_some_and(|(_, row)| row.is_suspect());
        let chosen = fit
            .into_iter()
            .filter(|(_, row)| alone || !row.is_suspect())
            .take(if alone { 1 } else { usize::MAX })
            .map(|(key, _)| key.clone())
            .collect();
        let doomed: Vec<String> = doomed.into_iter().map(|(key, _)| key.clone()).collect();
        for key in doomed {
            self.park(&key, now);
        }
        chosen
    }

    fn take(
        &mut self,
        text: &str,
        owner: &ReplicaId,
        lease: Duration,
        now: DateTime<Utc>,
    ) -> Option<Claim> {
        let key = WorkKey::parse(text)?;
        let row = self.work.get_mut(text)?;
        row.take_over();
        row.epoch += 1;
        row.lease = Some((owner.to_string(), now + lease));
        let lease = Lease {
            key: key.clone(),
            owner: owner.clone(),
            epoch: row.epoch,
            wake_seq: row.wake_seq,
            claimed_at: now,
            failures: row.failures,
        };
        let load = match key {
            WorkKey::Environment(uid) => match self.lives.get(&uid) {
                Some(life) => Load::Environment(Box::new(self.state(life))),
                None => Load::Unreadable(format!("there is no environment {uid}")),
            },
            WorkKey::Target(target) => {
                let memory = self.memory(text, |life| {
                    life.environment.spec.target == target && life.known.stack.is_some()
                });
                Load::Target(target, memory)
            }
            WorkKey::Space(server, space) => {
                let place = Some((server.clone(), space.clone()));
                let memory = self.memory(text, |life| {
                    life.space() == place && life.known.tenant.is_some()
                });
                Load::Space(server, space, memory)
            }
            WorkKey::Document(document) => {
                let wants = self.wants_for(&document);
                Load::Document(document, wants)
            }
        };
        Some(Claim { lease, load })
    }

    fn memory(&self, key: &str, is_expected: impl Fn(&super::Life) -> bool) -> SweepMemory {
        let lives = self.lives.iter();
        SweepMemory {
            expected: lives
                .filter(|(_, life)| life.tombstone.is_none() && is_expected(life))
                .map(|(uid, _)| uid.clone())
                .collect(),
            account: self.sweeps.get(key).and_then(|s| s.account.clone()),
        }
    }

    fn park(&mut self, key: &str, now: DateTime<Utc>) {
        let Some(row) = self.work.get_mut(key) else {
            return;
        };
        row.take_over();
        row.due_at = now + PAUSE;
        // As `Lease::pass_id`, of the claim that was the last.
        let pass = format!("{key}.{}", row.epoch);
        match WorkKey::parse(key) {
            Some(WorkKey::Environment(uid)) => self.tell_poisoned(&uid, pass, now),
            Some(WorkKey::Target(_) | WorkKey::Space(_, _)) => {
                let status = self
                    .sweeps
                    .entry(key.to_owned())
                    .or_insert_with(super::sweeps::never);
                status.problem = Some(
                    "three sweeps in a row ended without a result: the next one is in 10 minutes"
                        .into(),
                );
            }
            // Whoever wants something of it says what it waits for.
            Some(WorkKey::Document(_)) | None => {}
        }
    }

    fn tell_poisoned(&mut self, uid: &EnvironmentUid, pass: String, now: DateTime<Utc>) {
        let Some(life) = self.lives.get_mut(uid) else {
            return;
        };
        let generation = life.environment.generation;
        let told = |kind, status| Condition {
            kind,
            status,
            reason: "Poisoned".into(),
            message: "three passes in a row ended without a result, so it is not tried any more; \
                      change the spec, or delete the environment"
                .into(),
            observed_generation: generation,
            last_transition_time: now,
        };
        life.conditions.retain(|condition| match condition.kind {
            ConditionKind::StackReady
            | ConditionKind::TenantReady
            | ConditionKind::VariablesReady
            | ConditionKind::SoftwareReady
            | ConditionKind::MachinesClean => true,
            ConditionKind::Ready | ConditionKind::Reconciling | ConditionKind::Stalled => false,
        });
        life.conditions
            .push(told(ConditionKind::Ready, Status::False));
        life.conditions
            .push(told(ConditionKind::Stalled, Status::True));
        let entry = Entry {
            level: Level::Warning,
            reason: "Poisoned".into(),
            message: "three passes in a row ended without a result: parked".into(),
            generation,
        };
        self.tell(uid, now, entry, Writer::Pass { pass });
    }
}

/// The latest first; of equal ones, the one that was given first.
pub(super) fn latest_first<T>(items: &mut [T], began_at: impl Fn(&T) -> DateTime<Utc>) {
    items.sort_by_key(|item| Reverse(began_at(item)));
}
