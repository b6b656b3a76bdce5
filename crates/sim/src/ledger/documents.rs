//! What is wanted of shared documents, and what their workers make of it.

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::document::{DocumentKey, Standing, Want, Wanted};
use bennu_model::ids::EnvironmentUid;
use bennu_model::work::{Class, WorkKey};
use bennu_ports::ledger::{DocumentRecord, Record};
use chrono::{DateTime, Utc};

use super::{Life, Rows, WorkRow};

/// Document, whose, and kind: sorted as the store sorts them.
pub(super) type WantKey = (String, EnvironmentUid, &'static str);

/// What a document's worker says of one want.
#[derive(Clone, Copy)]
enum Verdict {
    Met,
    Gone,
    Unmet,
}

/// What a document is counted under.
pub(super) fn place(document: &DocumentKey) -> String {
    let (server, space) = document.place();
    format!("{server}/{space}")
}

impl Rows {
    /// All that an environment wants, by document and kind.
    pub(super) fn wants_of(&self, uid: &EnvironmentUid) -> Vec<Standing> {
        let all = self.wants.iter();
        all.filter(|((_, of, _), _)| of == uid)
            .map(|(_, standing)| standing.clone())
            .collect()
    }

    /// All that is on record for a document, oldest first.
    pub(super) fn wants_for(&self, document: &DocumentKey) -> Vec<Wanted> {
        let all = self.wants.iter();
        let mut own: Vec<(&WantKey, &Standing)> = all
            .filter(|(_, standing)| standing.document == *document)
            .collect();
        own.sort_by_key(|((_, uid, kind), standing)| (standing.asked_at, uid, *kind));
        own.into_iter()
            .map(|((_, uid, _), standing)| Wanted {
                uid: uid.clone(),
                standing: standing.clone(),
            })
            .collect()
    }

    /// Living environments of earlier builds of the same branch.
    pub(super) fn older(&self, life: &Life) -> Vec<EnvironmentUid> {
        let Some(own) = life.environment.origin.as_ref() else {
            return Vec::new();
        };
        if own.per != bennu_model::blueprint::Per::Build {
            return Vec::new();
        }
        let is_older = |other: &Life| {
            let origin = other.environment.origin.as_ref();
            other.tombstone.is_none()
                && other.environment.deleted_at.is_none()
                && origin.is_some_and(|origin| origin.same_line(own) && origin.order < own.order)
        };
        let lives = self.lives.iter();
        lives
            .filter(|(_, other)| is_older(other))
            .map(|(uid, _)| uid.clone())
            .collect()
    }

    /// Lets exactly these wants stand. Returns the documents for which that is new.
    pub(super) fn let_stand(
        &mut self,
        record: &Record,
        now: DateTime<Utc>,
    ) -> BTreeSet<DocumentKey> {
        let mut called = BTreeSet::new();
        let mut kept = BTreeSet::new();
        for (document, want) in &record.wants {
            let key = (document.to_string(), record.uid.clone(), want.kind());
            if !kept.insert(key.clone()) {
                continue;
            }
            let stored = self.wants.get(&key);
            if stored.is_none_or(|stored| stored.withdrawn || stored.want != *want) {
                self.wants.insert(key, asked(document, want, now));
                called.insert(document.clone());
            }
        }
        let rest = self.wants.iter_mut();
        let rest = rest.filter(|(key, _)| key.1 == record.uid && !kept.contains(key));
        for (_, standing) in rest.filter(|(_, standing)| !standing.withdrawn) {
            *standing = Standing {
                withdrawn: true,
                ..asked(&standing.document, &standing.want, now)
            };
            called.insert(standing.document.clone());
        }
        called
    }

    /// A life that ended wants nothing. Returns the documents that it wanted something of.
    pub(super) fn drop_wants(&mut self, uid: &EnvironmentUid) -> BTreeSet<DocumentKey> {
        let called = self.wants_of(uid).into_iter().map(|one| one.document);
        let called = called.collect();
        self.wants.retain(|(_, of, _), _| of != uid);
        called
    }

    /// Makes documents due.
    pub(super) fn call(&mut self, documents: BTreeSet<DocumentKey>, now: DateTime<Utc>) {
        for document in documents {
            let target = place(&document);
            let key = WorkKey::Document(document).to_string();
            match self.work.get_mut(&key) {
                Some(row) => row.wake(now),
                None => {
                    let row = WorkRow::new("", target, Class::First, now);
                    self.work.insert(key, row);
                }
            }
        }
    }

    /// Whose wants came to be met, ceased to be or went.
    pub(super) fn judge(&mut self, record: &DocumentRecord) -> BTreeSet<EnvironmentUid> {
        let mut turned = BTreeSet::new();
        for (key, (wanted, verdict)) in verdicts(record) {
            let read = &wanted.standing;
            let Some(stored) = self.wants.get_mut(&key) else {
                continue;
            };
            if stored.asked_at != read.asked_at || stored.want != read.want {
                continue;
            }
            let met_at = stored.met_at;
            match verdict {
                Verdict::Met => stored.met_at = met_at.max(Some(record.began_at)),
                Verdict::Unmet => stored.met_at = None,
                Verdict::Gone if stored.withdrawn => {
                    self.wants.remove(&key);
                    turned.insert(wanted.uid.clone());
                    continue;
                }
                Verdict::Gone => continue,
            }
            if met_at.is_some() != stored.met_at.is_some() {
                turned.insert(wanted.uid.clone());
            }
        }
        turned
    }
}

fn asked(document: &DocumentKey, want: &Want, now: DateTime<Utc>) -> Standing {
    Standing {
        document: document.clone(),
        want: want.clone(),
        asked_at: now,
        withdrawn: false,
        met_at: None,
    }
}

/// One verdict for each want; of several, the most careful one counts.
fn verdicts(record: &DocumentRecord) -> BTreeMap<WantKey, (&Wanted, Verdict)> {
    let lists = [
        (Verdict::Met, &record.met),
        (Verdict::Gone, &record.gone),
        (Verdict::Unmet, &record.unmet),
    ];
    let document = record.document.to_string();
    let mut by_want = BTreeMap::new();
    for (verdict, wants) in lists {
        for wanted in wants {
            if wanted.standing.document == record.document {
                let kind = wanted.standing.want.kind();
                let key = (document.clone(), wanted.uid.clone(), kind);
                by_want.insert(key, (wanted, verdict));
            }
        }
    }
    by_want
}
