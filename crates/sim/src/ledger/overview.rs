//! How everything stands, counted.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bennu_model::condition::{ConditionKind, Status};
use bennu_model::document::{DocumentKey, Want};
use bennu_model::work::WorkKey;
use bennu_ports::overview::{Count, OpenAttempts, Overview, Queue, Readiness, Slots, SweepAge};
use bennu_ports::{Counted, LedgerError};
use chrono::{DateTime, Utc};

use super::{Life, MemoryLedger, Rows};

/// In the order in which they are told.
const KINDS: [&str; 4] = ["document", "environment", "space", "target"];

#[async_trait]
impl Counted for MemoryLedger {
    async fn overview(&self) -> Result<Overview, LedgerError> {
        Ok(self.step(|rows, now| Overview {
            queues: KINDS.map(|kind| rows.queue(kind, now)).into(),
            environments: rows.readiness(),
            attempts: rows.open_attempts(now),
            slots: rows.slots(),
            sweeps: rows.sweep_ages(now),
        }))
    }
}

impl Rows {
    fn queue(&self, kind: &str, now: DateTime<Utc>) -> Queue {
        let mut queue = Queue {
            kind: kind.to_owned(),
            due: 0,
            oldest_due_s: 0.0,
            leased: 0,
            failing: 0,
            parked: 0,
        };
        let of_kind = |key: &str| key.split_once('/').is_some_and(|(first, _)| first == kind);
        for (key, row) in self.work.iter().filter(|(key, _)| of_kind(key)) {
            if row.is_due(key, now) {
                queue.due += 1;
                queue.oldest_due_s = queue.oldest_due_s.max(seconds(row.due_at, now));
            }
            queue.leased += u64::from(row.lease.as_ref().is_some_and(|(_, until)| *until > now));
            queue.failing += u64::from(row.failures > 0);
            queue.parked += u64::from(row.has_crashed_out());
        }
        queue
    }

    fn readiness(&self) -> Vec<Count> {
        let mut counts = BTreeMap::new();
        for life in self.lives.values().filter(|life| life.tombstone.is_none()) {
            let key = (life.environment.team.clone(), readiness(life));
            *counts.entry(key).or_default() += 1;
        }
        let counts = counts.into_iter();
        counts
            .map(|((team, readiness), environments)| Count {
                team,
                readiness,
                environments,
            })
            .collect()
    }

    fn open_attempts(&self, now: DateTime<Utc>) -> Vec<OpenAttempts> {
        let lives = self.lives.values().filter(|life| life.tombstone.is_none());
        let all = lives.flat_map(|life| life.attempts.values());
        let mut by_verb: BTreeMap<&str, OpenAttempts> = BTreeMap::new();
        for attempt in all.filter(|attempt| attempt.settled.is_none()) {
            let verb = by_verb
                .entry(&attempt.verb)
                .or_insert_with(|| OpenAttempts {
                    verb: attempt.verb.clone(),
                    open: 0,
                    oldest_s: 0.0,
                });
            verb.open += 1;
            verb.oldest_s = verb.oldest_s.max(seconds(attempt.started_at, now));
        }
        by_verb.into_values().collect()
    }

    fn slots(&self) -> Vec<Slots> {
        let mut by_space = BTreeMap::new();
        for standing in self.wants.values() {
            let (DocumentKey::Slots(server, space), Want::Slot, false) =
                (&standing.document, &standing.want, standing.withdrawn)
            else {
                continue;
            };
            let slots = by_space.entry((server, space)).or_insert_with(|| Slots {
                server: server.clone(),
                space: space.clone(),
                held: 0,
                waiting: 0,
            });
            match standing.met_at {
                Some(_) => slots.held += 1,
                None => slots.waiting += 1,
            }
        }
        by_space.into_values().collect()
    }

    fn sweep_ages(&self, now: DateTime<Utc>) -> Vec<SweepAge> {
        let sweeps = self.work.iter().filter_map(|(key, row)| {
            let kind = match WorkKey::parse(key)? {
                place @ (WorkKey::Target(_) | WorkKey::Space(_, _)) => place.kind(),
                WorkKey::Environment(_) | WorkKey::Document(_) => return None,
            };
            let status = self.sweeps.get(key);
            let swept_at = status.and_then(|status| status.swept_at);
            Some(SweepAge {
                kind: kind.to_owned(),
                place: row.target.clone(),
                age_s: swept_at.map(|swept_at| seconds(swept_at, now)),
                seen: status.map_or(0, |status| status.seen.into()),
                has_problem: status.is_some_and(|status| status.problem.is_some()),
            })
        });
        sweeps.collect()
    }
}

fn readiness(life: &Life) -> Readiness {
    let environment = &life.environment;
    let mut conditions = life.conditions.iter();
    let is_ready = conditions.any(|condition| {
        condition.kind == ConditionKind::Ready
            && condition.status == Status::True
            && condition.observed_generation == environment.generation
    });
    let mut conditions = life.conditions.iter();
    let is_stalled = conditions.any(|condition| {
        condition.kind == ConditionKind::Stalled && condition.status == Status::True
    });
    if is_ready {
        Readiness::Ready
    } else if is_stalled {
        Readiness::Stalled
    } else if environment.deleted_at.is_some() {
        Readiness::Deleting
    } else {
        Readiness::Progressing
    }
}

/// How long ago it was; nothing for what is still to come.
fn seconds(then: DateTime<Utc>, now: DateTime<Utc>) -> f64 {
    (now - then).to_std().map_or(0.0, |age| age.as_secs_f64())
}
