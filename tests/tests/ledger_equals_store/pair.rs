//! Both ledgers, and the same call to each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI64, Ordering};

use bennu_model::document::Wanted;
use bennu_model::ids::{EnvironmentUid, Generation, ReplicaId, TargetName};
use bennu_model::work::{Lease, WorkKey};
use bennu_ports::environments::{Declared, ListFilter};
use bennu_ports::ledger::{DocumentRecord, EnvironmentState, Load, SweepEnd, SweepPage};
use bennu_ports::work::{Claim, ClaimLimits};
use bennu_ports::{Answers, Counted, Environments, Ledger, Tokens, Work};
use bennu_sim::ledger::MemoryLedger;
use bennu_store::Store;
use chrono::{DateTime, TimeDelta, Utc};

use super::asked::{ask, counted};
use super::operation::{Declaring, Operation, Verdict};
use super::values::{
    attempt, declaration, document, fact, finish, lease, replica, server, someone, space,
    space_name,
};

pub trait Both: Environments + Ledger + Work + Tokens + Answers + Counted {}
impl<T: Environments + Ledger + Work + Tokens + Answers + Counted> Both for T {}

/// A lease that one operation got, from either side, and what was read with it.
struct Held {
    stored: Lease,
    remembered: Lease,
    state: Option<EnvironmentState>,
    /// Of a document, as each side told them: their times differ.
    wants: Option<[Vec<Wanted>; 2]>,
}

pub struct Pair {
    store: Store,
    memory: MemoryLedger,
    held: Vec<Held>,
    uids: Vec<EnvironmentUid>,
}

impl Pair {
    pub fn new(store: Store) -> Self {
        let ticks = AtomicI64::new(0);
        let start: DateTime<Utc> = "2030-01-01T00:00:00Z".parse().unwrap();
        // Every step has its own moment, as every statement has.
        let now = move || start + TimeDelta::milliseconds(ticks.fetch_add(1, Ordering::Relaxed));
        Self {
            store,
            memory: MemoryLedger::new(1, now),
            held: Vec::new(),
            uids: Vec::new(),
        }
    }

    pub async fn close(self) {
        self.store.close().await;
    }

    /// What both answer to a call, and what can be read afterwards.
    pub async fn both(&mut self, operation: &Operation) -> (String, String) {
        let (stored, remembered) = match operation {
            Operation::Declare(new) => self.declare(new).await,
            Operation::Claim {
                owner,
                batch,
                share,
                lasts,
            } => {
                let limits = ClaimLimits {
                    batch: *batch,
                    per_team_and_target: *share,
                    lease: lease(*lasts),
                };
                self.claim(&replica(*owner), limits).await
            }
            other => (
                self.call(&self.store, true, other).await,
                self.call(&self.memory, false, other).await,
            ),
        };
        (
            ranked(&format!("{stored}\n{}", self.everything(&self.store).await)),
            ranked(&format!(
                "{remembered}\n{}",
                self.everything(&self.memory).await
            )),
        )
    }

    async fn declare(&mut self, new: &Declaring) -> (String, String) {
        let (team, name) = someone(new.who);
        let view = self.store.get(&team, &name).await.unwrap();
        let generation = view.map_or(Generation(0), |v| v.state.environment.generation);
        let declaration = declaration(new, generation);
        let stored = self.store.declare(declaration.clone()).await.unwrap();
        if let Declared::Created(environment) = &stored {
            self.memory.give_uid(environment.uid.clone());
            self.uids.push(environment.uid.clone());
        }
        let remembered = self.memory.declare(declaration).await.unwrap();
        (format!("{stored:#?}"), format!("{remembered:#?}"))
    }

    async fn claim(&mut self, owner: &ReplicaId, limits: ClaimLimits) -> (String, String) {
        let stored = self.store.claim(owner, limits).await.unwrap();
        let remembered = self.memory.claim(owner, limits).await.unwrap();
        let told = (told_claims(&stored), told_claims(&remembered));
        for (stored, remembered) in stored.into_iter().zip(remembered) {
            let wants = match (&stored.load, remembered.load) {
                (Load::Document(_, stored), Load::Document(_, remembered)) => {
                    Some([stored.clone(), remembered])
                }
                _ => None,
            };
            self.held.push(Held {
                stored: stored.lease,
                remembered: remembered.lease,
                state: match stored.load {
                    Load::Environment(state) => Some(*state),
                    Load::Target(_, _)
                    | Load::Space(_, _, _)
                    | Load::Document(_, _)
                    | Load::Unreadable(_) => None,
                },
                wants,
            });
        }
        told
    }

    async fn call(&self, ledger: &dyn Both, stored: bool, operation: &Operation) -> String {
        let lease_of = |held: &Held| match stored {
            true => held.stored.clone(),
            false => held.remembered.clone(),
        };
        match operation {
            Operation::Declare(_) | Operation::Claim { .. } => String::new(),
            Operation::Ask(all) => {
                let mut answers = String::new();
                for asked in all {
                    answers += &ask(ledger, asked).await;
                    answers.push('\n');
                }
                answers
            }
            Operation::Finish(passes) => {
                let passes = passes.iter().filter_map(|(n, pass)| {
                    let held = self.held(*n)?;
                    Some(finish(lease_of(held), held.state.as_ref(), pass))
                });
                let answers = ledger.finish(passes.collect()).await.unwrap();
                format!("{answers:?}")
            }
            Operation::Release(n) => {
                if let Some(held) = self.held(*n) {
                    let lease = lease_of(held);
                    let claims = [(lease.key.clone(), lease.epoch)];
                    ledger.release(&claims, &lease.owner).await.unwrap();
                }
                String::new()
            }
            Operation::Renew { held, lasts } => {
                let Some(held) = self.held(*held) else {
                    return String::new();
                };
                let own = lease_of(held);
                let claims = [(own.key.clone(), own.epoch)];
                let kept = ledger.renew(&own.owner, &claims, lease(*lasts)).await;
                format!("{:?}", kept.unwrap())
            }
            Operation::Wake(n) => {
                ledger.wake(&[self.key(*n)]).await.unwrap();
                String::new()
            }
            Operation::Ensure(n) => {
                ledger.ensure(&[self.key(*n)]).await.unwrap();
                String::new()
            }
            Operation::Open { held, right, token } => {
                let Some(held) = self.held_environment(*held) else {
                    return String::new();
                };
                let read = held.state.as_ref().map(|s| s.environment.generation.0);
                let generation = Generation(read.unwrap_or(1) + i64::from(!right));
                let attempts = [attempt(*token, generation)];
                let opened = ledger
                    .open_attempts(&lease_of(held), generation, &attempts)
                    .await;
                format!("{:?}", opened.unwrap())
            }
            Operation::Sweep {
                held,
                uid,
                fact: n,
                hours,
                names,
            } => {
                let (Some(held), Some(uid)) = (self.held_sweep(*held), self.uid(*uid)) else {
                    return String::new();
                };
                let lease = lease_of(held);
                let page = SweepPage {
                    began_at: lease.claimed_at + TimeDelta::hours(*hours),
                    facts: vec![(uid.clone(), fact(*n)), (uid.clone(), fact(*n + 1))],
                    space: names.map(space),
                };
                let woken = ledger.record_sweep(&lease, page).await.unwrap();
                format!("{woken} woken")
            }
            Operation::End {
                held,
                uid,
                problem,
                hours,
            } => {
                let (Some(held), Some(uid)) = (self.held_sweep(*held), self.uid(*uid)) else {
                    return String::new();
                };
                let lease = lease_of(held);
                let end = SweepEnd {
                    began_at: lease.claimed_at + TimeDelta::hours(*hours),
                    missing: vec![uid.clone()],
                    seen: 3,
                    account: problem.then(|| "123456789012".to_owned()),
                    problem: problem.then(|| "empty".to_owned()),
                };
                ledger.end_sweep(&lease, end).await.unwrap();
                String::new()
            }
            Operation::Judge { held, says, hours } => {
                let all = self.held.iter().filter(|held| held.wants.is_some());
                let Some(held) = near(all, *held) else {
                    return String::new();
                };
                let lease = lease_of(held);
                let wants = held.wants.as_ref().map(|[a, b]| if stored { a } else { b });
                let Some(record) = judgement(&lease, wants, says, *hours) else {
                    return String::new();
                };
                let woken = ledger.record_document(&lease, record).await.unwrap();
                format!("{woken} environments woken")
            }
            Operation::Burn { held, uids } => {
                let Some(held) = self.held(*held) else {
                    return String::new();
                };
                let uids = uids.iter().filter_map(|n| self.uid(*n)).cloned();
                let uids: Vec<EnvironmentUid> = uids.collect();
                ledger.burn(&lease_of(held), &uids).await.unwrap();
                String::new()
            }
        }
    }

    /// One of the leases that were got last, current or not.
    fn held(&self, n: usize) -> Option<&Held> {
        near(self.held.iter(), n)
    }

    fn held_environment(&self, n: usize) -> Option<&Held> {
        near(self.held.iter().filter(|held| held.state.is_some()), n)
    }

    fn held_sweep(&self, n: usize) -> Option<&Held> {
        let sweeps = self.held.iter();
        near(
            sweeps.filter(|held| held.state.is_none() && held.wants.is_none()),
            n,
        )
    }

    fn uid(&self, n: usize) -> Option<&EnvironmentUid> {
        near(self.uids.iter(), n)
    }

    fn key(&self, n: usize) -> WorkKey {
        match n % 6 {
            0 => WorkKey::Target(TargetName::new("dev").unwrap()),
            1 => WorkKey::Space(server(), space_name()),
            2 => WorkKey::Document(document(0)),
            3 => WorkKey::Document(document(1)),
            _ => match self.uid(n / 6) {
                Some(uid) => WorkKey::Environment(uid.clone()),
                None => WorkKey::Target(TargetName::new("other").unwrap()),
            },
        }
    }

    async fn everything(&self, ledger: &dyn Both) -> String {
        let filter = ListFilter {
            limit: 100,
            ..ListFilter::default()
        };
        let mut all = format!("{:#?}", ledger.list(&filter).await.unwrap());
        for uid in &self.uids {
            let events = ledger.events(uid, 0, 100).await.unwrap();
            let events = events.iter();
            let events = events.map(|e| format!("\n{:?} {:?} {:?}", e.at, e.entry, e.writer));
            all.extend(events);
        }
        all += &format!("\n{:?}", ledger.targets().await.unwrap());
        all += &format!("\n{:?}\n", ledger.spaces().await.unwrap());
        all + &counted(ledger.overview().await.unwrap())
    }
}

/// Says something of each want, over and over.
fn judgement(
    lease: &Lease,
    wants: Option<&Vec<Wanted>>,
    says: &[Verdict],
    hours: i64,
) -> Option<DocumentRecord> {
    let WorkKey::Document(document) = &lease.key else {
        return None;
    };
    let mut record = DocumentRecord {
        document: document.clone(),
        began_at: lease.claimed_at + TimeDelta::hours(hours),
        met: Vec::new(),
        unmet: Vec::new(),
        gone: Vec::new(),
    };
    for (wanted, verdict) in wants?.iter().zip(says.iter().cycle()) {
        match verdict {
            Verdict::Met => record.met.push(wanted.clone()),
            Verdict::Unmet => record.unmet.push(wanted.clone()),
            Verdict::Gone => record.gone.push(wanted.clone()),
            Verdict::Nothing => {}
        }
    }
    Some(record)
}

/// One of the last four.
fn near<T>(all: impl DoubleEndedIterator<Item = T>, n: usize) -> Option<T> {
    let mut last: Vec<T> = all.rev().take(4).collect();
    let n = n.checked_rem(last.len())?;
    Some(last.swap_remove(n))
}

fn told_claims(claims: &[Claim]) -> String {
    format!("{claims:#?}")
}

/// Replaces each time by its rank among all times of the text.
fn ranked(text: &str) -> String {
    let apart = |c: char| !(c.is_ascii_alphanumeric() || "-:.".contains(c));
    let time = |piece: &str| -> Option<DateTime<Utc>> {
        let word = piece.trim_end_matches(apart);
        (word.len() >= 20 && word.ends_with('Z')).then(|| word.parse().ok())?
    };
    let pieces = || text.split_inclusive(apart);
    let times: BTreeSet<_> = pieces().filter_map(time).collect();
    let ranks: BTreeMap<_, _> = times.into_iter().zip(0..).collect();
    pieces()
        .map(
            |piece| match time(piece).and_then(|time| ranks.get(&time)) {
                Some(rank) => format!("T{rank}{}", piece.trim_start_matches(|c| !apart(c))),
                None => piece.to_owned(),
            },
        )
        .collect()
}
