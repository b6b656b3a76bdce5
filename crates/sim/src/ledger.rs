//! The ledger in memory: `Work`, `Ledger`, `Environments`, `Hooks`, `Tokens`, `Answers` and
//! `Counted` with the semantics of the Postgres store, for tests that want neither a database nor
//! real time.
//!
//! A property test (`tests/tests/ledger_equals_store.rs`) holds every answer equal to the
//! store's. What only Postgres can do is not here: statements that race, rows that a newer
//! replica wrote, a database that is away. Each call is one step.
//!
//! Time comes in as a function, uids from a seed.

mod answers;
mod asked;
mod budgets;
mod declare;
mod documents;
mod environments;
mod finish;
mod hooks;
mod overview;
mod state;
mod sweeps;
mod tokens;
mod work;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bennu_model::attempt::Attempt;
use bennu_model::blueprint::{Blueprint, BlueprintId};
use bennu_model::condition::Condition;
use bennu_model::document::Standing;
use bennu_model::environment::{Environment, Tombstone};
use bennu_model::ids::{
    Digest, EnvironmentName, EnvironmentUid, Generation, ServerName, SpaceName, TeamName, Token,
};
use bennu_model::known::Known;
use bennu_model::observed::{DatedFact, Fact};
use bennu_model::timeline::{Entry, Event, Writer};
use bennu_ports::answers::RequestKey;
use bennu_ports::budget::Meter;
use bennu_ports::environments::SweepStatus;
use bennu_ports::hooks::DeliveryId;
use bennu_ports::ledger::Report;
use bennu_ports::tokens::TokenView;
use bytes::Bytes;
use chrono::{DateTime, Utc};

/// A ledger that is gone with its process.
pub struct MemoryLedger {
    rows: Mutex<Rows>,
    now: Box<dyn Fn() -> DateTime<Utc> + Send + Sync>,
}

/// All tables.
#[derive(Default)]
struct Rows {
    lives: BTreeMap<EnvironmentUid, Life>,
    reserved: BTreeMap<(ServerName, SpaceName, EnvironmentName), Reserved>,
    /// By the text of the key, for that is the order in which the store breaks ties.
    work: BTreeMap<String, WorkRow>,
    blobs: BTreeMap<Digest, Bytes>,
    tokens: BTreeMap<Digest, TokenView>,
    answers: BTreeMap<RequestKey, answers::Kept>,
    blueprints: BTreeMap<BlueprintId, Blueprint>,
    /// By repository and branch.
    branches: BTreeMap<(String, String), hooks::Branch>,
    budgets: BTreeMap<Meter, budgets::BudgetRow>,
    deliveries: BTreeMap<DeliveryId, hooks::Told>,
    wants: BTreeMap<documents::WantKey, Standing>,
    spaces: BTreeMap<(ServerName, SpaceName), SpaceRow>,
    sweeps: BTreeMap<String, SweepStatus>,
    timeline: Vec<(EnvironmentUid, Event)>,
    seed: u64,
    born: u64,
    given: VecDeque<EnvironmentUid>,
}

struct Life {
    environment: Environment,
    successor: Option<EnvironmentUid>,
    known: Known,
    conditions: Vec<Condition>,
    report: Report,
    observed_generation: Option<Generation>,
    observed_at: Option<DateTime<Utc>>,
    tombstone: Option<Tombstone>,
    facts: BTreeMap<&'static str, DatedFact>,
    attempts: BTreeMap<Token, Attempt>,
}

struct Reserved {
    team: TeamName,
    uid: EnvironmentUid,
}

struct WorkRow {
    team: String,
    target: String,
    class: i16,
    due_at: DateTime<Utc>,
    wake_seq: i64,
    /// Owner and end.
    lease: Option<(String, DateTime<Utc>)>,
    drain_until: DateTime<Utc>,
    epoch: i64,
    failures: i32,
    crashes: i32,
}

struct SpaceRow {
    latest: DatedFact,
    swept: Option<Fact>,
}

impl fmt::Debug for MemoryLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.rows();
        f.debug_struct("MemoryLedger")
            .field("environments", &rows.lives.len())
            .field("work", &rows.work.len())
            .finish_non_exhaustive()
    }
}

impl MemoryLedger {
    /// An empty one. Each call takes place at the moment that `now` then tells; the same seed
    /// and calls give the same uids.
    pub fn new(seed: u64, now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self {
            rows: Mutex::new(Rows {
                seed,
                ..Rows::default()
            }),
            now: Box::new(now),
        }
    }

    /// The next life that begins gets this uid instead of one from the seed. Lets a test hold
    /// two ledgers equal of which one throws dice.
    pub fn give_uid(&self, uid: EnvironmentUid) {
        self.rows().given.push_back(uid);
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        // A test that panicked under the lock has failed already.
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One step: the time, and all rows.
    fn step<T>(&self, work: impl FnOnce(&mut Rows, DateTime<Utc>) -> T) -> T {
        let mut rows = self.rows();
        let now = (self.now)();
        work(&mut rows, now)
    }
}

impl Rows {
    fn tell(&mut self, uid: &EnvironmentUid, at: DateTime<Utc>, entry: Entry, writer: Writer) {
        let id = i64::try_from(self.timeline.len() + 1).unwrap_or(i64::MAX);
        let event = Event {
            id,
            at,
            entry,
            writer: Some(writer),
        };
        self.timeline.push((uid.clone(), event));
    }
}
