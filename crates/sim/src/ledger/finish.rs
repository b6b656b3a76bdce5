//! Recording passes.

use std::collections::BTreeSet;

use bennu_model::condition::{Condition, ConditionKind, Status};
use bennu_model::environment::Tombstone;
use bennu_model::ids::EnvironmentUid;
use bennu_model::observed::DatedFact;
use bennu_model::timeline::Writer;
use bennu_model::work::{Class, WorkKey};
use bennu_ports::ledger::{Finish, Record};
use chrono::{DateTime, Utc};

use super::work::latest_first;
use super::{Rows, SpaceRow};

impl Rows {
    /// A batch is one statement: what one pass of it ends, another one does not see yet.
    /// Returns the places of those that were recorded.
    pub(super) fn finish(&mut self, batch: &[(usize, &Finish)], now: DateTime<Utc>) -> Vec<usize> {
        let held: Vec<(usize, &Finish)> = batch
            .iter()
            .filter(|(_, pass)| self.is_held(pass))
            .copied()
            .collect();
        let places = held.iter().map(|(place, _)| *place).collect();
        let batch: Vec<&Finish> = held.into_iter().map(|(_, pass)| pass).collect();
        let ending: BTreeSet<EnvironmentUid> = batch
            .iter()
            .filter_map(|pass| pass.record.as_deref())
            .filter(|record| record.tombstone.is_some() && self.may_end(&record.uid))
            .map(|record| record.uid.clone())
            .collect();
        let mut called = BTreeSet::new();
        for pass in &batch {
            if let Some(record) = &pass.record {
                let ends = ending.contains(&record.uid);
                self.write(pass, record, record.tombstone.filter(|_| ends), now);
                called.extend(if ends {
                    self.drop_wants(&record.uid)
                } else {
                    self.let_stand(record, now)
                });
            }
        }
        self.call(called, now);
        self.name_spaces(&batch);
        for pass in &batch {
            self.end_lease(pass, now);
        }
        for uid in &ending {
            self.forget(uid, &batch, now);
        }
        places
    }

    fn is_held(&self, pass: &Finish) -> bool {
        let lease = &pass.lease;
        let row = self.work.get(&lease.key.to_string());
        let own = match (&pass.record, &lease.key) {
            (None, _) => true,
            (Some(record), WorkKey::Environment(uid)) => record.uid == *uid,
            (Some(_), WorkKey::Target(_) | WorkKey::Space(_, _) | WorkKey::Document(_)) => false,
        };
        own && row.is_some_and(|row| row.is_of(&lease.owner, lease.epoch))
    }

    fn may_end(&self, uid: &EnvironmentUid) -> bool {
        let life = self.lives.get(uid);
        life.is_some_and(|life| self.predecessor_gone(life))
    }

    fn write(
        &mut self,
        finish: &Finish,
        record: &Record,
        tombstone: Option<Tombstone>,
        now: DateTime<Utc>,
    ) {
        let Some(life) = self.lives.get_mut(&record.uid) else {
            return;
        };
        life.known = record.known.clone();
        life.conditions.clone_from(&record.conditions);
        life.report = record.report.clone();
        life.observed_generation = Some(record.generation);
        life.observed_at = Some(now);
        life.tombstone = tombstone;
        let mut facts: Vec<&DatedFact> = record.facts.iter().collect();
        latest_first(&mut facts, |dated| dated.began_at);
        for dated in facts
            .into_iter()
            .filter(|dated| dated.fact.key() != "space")
        {
            life.see(dated.fact.key(), dated.clone());
        }
        for (token, reference) in &record.references {
            if let Some(attempt) = life.attempts.get_mut(token) {
                attempt.reference = Some(reference.clone());
            }
        }
        for settlement in &record.settlements {
            let attempt = life.attempts.get_mut(&settlement.token);
            if let Some(attempt) = attempt.filter(|attempt| attempt.settled.is_none()) {
                attempt.settled = Some(settlement.settled.clone());
                attempt.settled_at = Some(now);
            }
        }
        for entry in &record.entries {
            let pass = finish.lease.pass_id();
            self.tell(&record.uid, now, entry.clone(), Writer::Pass { pass });
        }
    }

    /// A space's names are kept once, whoever of the batch saw them last.
    fn name_spaces(&mut self, batch: &[&Finish]) {
        let records = batch.iter().filter_map(|pass| pass.record.as_deref());
        let mut seen: Vec<_> = records
            .flat_map(|record| record.facts.iter().map(|dated| (&record.uid, dated)))
            .filter(|(_, dated)| dated.fact.key() == "space")
            .filter_map(|(uid, dated)| Some((uid, self.lives.get(uid)?.space()?, dated)))
            .collect();
        seen.sort_by_key(|(uid, _, _)| *uid);
        latest_first(&mut seen, |(_, _, dated)| dated.began_at);
        for (_, place, dated) in seen {
            match self.spaces.get_mut(&place) {
                Some(row) if row.latest.began_at >= dated.began_at => {}
                Some(row) => row.latest = dated.clone(),
                None => {
                    let row = SpaceRow {
                        latest: dated.clone(),
                        swept: None,
                    };
                    self.spaces.insert(place, row);
                }
            }
        }
    }

    fn end_lease(&mut self, pass: &Finish, now: DateTime<Utc>) {
        let Some(row) = self.work.get_mut(&pass.lease.key.to_string()) else {
            return;
        };
        let record = pass.record.as_deref();
        let living = record.is_some_and(|record| {
            let life = self.lives.get(&record.uid);
            life.is_some_and(|life| life.environment.deleted_at.is_none())
        });
        row.lease = None;
        row.crashes = 0;
        row.failures = if pass.failed { row.failures + 1 } else { 0 };
        if record.is_some_and(|record| record.ambiguous) {
            row.drain_until = row.drain_until.max(now);
        }
        if row.wake_seq > pass.lease.wake_seq {
            row.due_at = now;
        } else {
            row.due_at = now + pass.due_in;
            if living && record.is_some_and(|record| is_at_rest(&record.conditions)) {
                row.class = Class::Routine.rank();
            }
        }
    }

    /// What is kept for living ones only goes; the next life is woken.
    fn forget(&mut self, uid: &EnvironmentUid, batch: &[&Finish], now: DateTime<Utc>) {
        self.work
            .remove(&WorkKey::Environment(uid.clone()).to_string());
        self.reserved.retain(|_, reserved| reserved.uid != *uid);
        let Some(life) = self.lives.get_mut(uid) else {
            return;
        };
        life.facts.clear();
        let Some(next) = life.successor.clone().map(WorkKey::Environment) else {
            return;
        };
        if let Some(row) = self.work.get_mut(&next.to_string()) {
            row.wake(now);
            if batch.iter().any(|pass| pass.lease.key == next) {
                row.due_at = now;
            }
        }
    }
}

fn is_at_rest(conditions: &[Condition]) -> bool {
    conditions.iter().any(|condition| {
        condition.status == Status::True
            && match condition.kind {
                ConditionKind::Ready | ConditionKind::Stalled => true,
                ConditionKind::StackReady
                | ConditionKind::TenantReady
                | ConditionKind::VariablesReady
                | ConditionKind::SoftwareReady
                | ConditionKind::MachinesClean
                | ConditionKind::Reconciling => false,
            }
    })
}
