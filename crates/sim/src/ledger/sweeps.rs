//! What passes, sweeps and documents' workers write besides their finish.

use std::collections::BTreeSet;

use async_trait::async_trait;
use bennu_model::attempt::Attempt;
use bennu_model::condition::{ConditionKind, Status};
use bennu_model::ids::{Digest, EnvironmentUid, Generation, ServerName, SpaceName};
use bennu_model::observed::{DatedFact, Fact, Seen};
use bennu_model::timeline::Writer;
use bennu_model::work::{Lease, WorkKey};
use bennu_ports::environments::SweepStatus;
use bennu_ports::ledger::{DocumentRecord, Opened, SweepEnd, SweepPage};
use bennu_ports::{Ledger, LedgerError};
use bytes::Bytes;
use chrono::{DateTime, Utc};

use super::{MemoryLedger, Rows, SpaceRow};

/// How a place stands that no sweep ended in.
pub(super) fn never() -> SweepStatus {
    SweepStatus {
        swept_at: None,
        account: None,
        seen: 0,
        problem: None,
    }
}

#[async_trait]
impl Ledger for MemoryLedger {
    async fn open_attempts(
        &self,
        lease: &Lease,
        generation: Generation,
        attempts: &[Attempt],
    ) -> Result<Opened, LedgerError> {
        Ok(self.step(|rows, now| {
            let WorkKey::Environment(uid) = &lease.key else {
                return Opened::Stale;
            };
            let runs = rows.runs(lease, now);
            let life = rows.lives.get_mut(uid);
            let life = life.filter(|life| {
                runs && life.environment.generation == generation && life.tombstone.is_none()
            });
            let Some(life) = life else {
                return Opened::Stale;
            };
            for attempt in attempts {
                let before = life.attempts.get(&attempt.token);
                let reference = before.and_then(|before| before.reference.clone());
                let opened = Attempt {
                    started_at: now,
                    reference: attempt.reference.clone().or(reference),
                    settled: None,
                    settled_at: None,
                    ..attempt.clone()
                };
                life.attempts.insert(attempt.token.clone(), opened);
            }
            Opened::Opened
        }))
    }

    async fn blob(&self, digest: &Digest) -> Result<Option<Bytes>, LedgerError> {
        Ok(self.step(|rows, _| rows.blobs.get(digest).cloned()))
    }

    async fn record_sweep(&self, lease: &Lease, page: SweepPage) -> Result<u64, LedgerError> {
        Ok(self.step(|rows, now| {
            if !rows.runs(lease, now) {
                return 0;
            }
            let mut woken = BTreeSet::new();
            if let (WorkKey::Space(server, space), Some(names)) = (&lease.key, page.space) {
                let names = Fact::Space(Seen::Present(names));
                woken.extend(rows.name_space(server, space, page.began_at, names));
            }
            let mut once = BTreeSet::new();
            for (uid, fact) in page.facts {
                if once.insert((uid.clone(), fact.key())) && rows.see(&uid, page.began_at, fact) {
                    woken.insert(uid);
                }
            }
            rows.wake_all(&woken, now)
        }))
    }

    async fn end_sweep(&self, lease: &Lease, end: SweepEnd) -> Result<(), LedgerError> {
        let unknown = || "not in the last sweep".to_owned();
        let missing = match &lease.key {
            WorkKey::Target(_) => Fact::Stack(Seen::Unknown(unknown())),
            WorkKey::Space(_, _) => Fact::Tenant(Seen::Unknown(unknown())),
            WorkKey::Environment(_) | WorkKey::Document(_) => return Ok(()),
        };
        self.step(|rows, now| {
            if !rows.runs(lease, now) {
                return;
            }
            let key = lease.key.to_string();
            let status = rows.sweeps.entry(key).or_insert_with(never);
            status.problem = end.problem;
            if status.problem.is_some() {
                return;
            }
            status.swept_at = Some(end.began_at);
            status.seen = end.seen;
            status.account = end.account.or(status.account.take());
            let mut woken = BTreeSet::new();
            for uid in end.missing {
                if rows.see(&uid, end.began_at, missing.clone()) {
                    woken.insert(uid);
                }
            }
            rows.wake_all(&woken, now);
        });
        Ok(())
    }

    async fn record_document(
        &self,
        lease: &Lease,
        record: DocumentRecord,
    ) -> Result<u64, LedgerError> {
        Ok(self.step(|rows, now| {
            let own = WorkKey::Document(record.document.clone());
            if lease.key != own || !rows.runs(lease, now) {
                return 0;
            }
            let turned = rows.judge(&record);
            rows.wake_all(&turned, now)
        }))
    }

    async fn burn(&self, lease: &Lease, uids: &[EnvironmentUid]) -> Result<(), LedgerError> {
        self.step(|rows, now| {
            if rows.runs(lease, now) {
                let pass = lease.pass_id();
                for uid in uids {
                    rows.end(uid, &Writer::Pass { pass: pass.clone() }, now);
                }
            }
        });
        Ok(())
    }
}

impl Rows {
    fn runs(&self, lease: &Lease, now: DateTime<Utc>) -> bool {
        let row = self.work.get(&lease.key.to_string());
        row.is_some_and(|row| row.runs(&lease.owner, lease.epoch, now))
    }

    /// Stores what a sweep saw of an environment that has a work row. Whether it was new.
    fn see(&mut self, uid: &EnvironmentUid, began_at: DateTime<Utc>, fact: Fact) -> bool {
        let key = WorkKey::Environment(uid.clone()).to_string();
        let life = self.lives.get_mut(uid);
        match life.filter(|_| self.work.contains_key(&key)) {
            Some(life) => life.see(fact.key(), DatedFact { began_at, fact }),
            None => false,
        }
    }

    /// Stores a space's names. Whoever is not Ready is to be woken if the last sweep saw
    /// others.
    fn name_space(
        &mut self,
        server: &ServerName,
        space: &SpaceName,
        began_at: DateTime<Utc>,
        names: Fact,
    ) -> Vec<EnvironmentUid> {
        let place = (server.clone(), space.clone());
        let latest = DatedFact {
            began_at,
            fact: names.clone(),
        };
        let row = self
            .spaces
            .entry(place.clone())
            .or_insert_with(|| SpaceRow {
                latest: latest.clone(),
                swept: None,
            });
        if began_at > row.latest.began_at {
            row.latest = latest;
        }
        let before = row.swept.replace(names);
        if before == row.swept {
            return Vec::new();
        }
        let waiting = self.lives.iter().filter(|(_, life)| {
            let ready = life
                .conditions
                .iter()
                .any(|c| c.kind == ConditionKind::Ready && c.status == Status::True);
            life.tombstone.is_none() && life.space().as_ref() == Some(&place) && !ready
        });
        waiting.map(|(uid, _)| uid.clone()).collect()
    }

    fn wake_all(&mut self, uids: &BTreeSet<EnvironmentUid>, now: DateTime<Utc>) -> u64 {
        let mut woken = 0;
        for uid in uids {
            let key = WorkKey::Environment(uid.clone()).to_string();
            if let Some(row) = self.work.get_mut(&key) {
                row.wake(now);
                woken += 1;
            }
        }
        woken
    }
}
