//! What a pass begins and records.

use async_trait::async_trait;
use bennu_model::attempt::{Attempt, Settlement};
use bennu_model::condition::Condition;
use bennu_model::document::{DocumentKey, Want, Wanted};
use bennu_model::environment::{Environment, Tombstone};
use bennu_model::ids::{Digest, EnvironmentUid, Generation, ServerName, SpaceName, TargetName};
use bennu_model::known::Known;
use bennu_model::observed::{DatedFact, Observed};
use bennu_model::plan::{Line, Step};
use bennu_model::tenant::Space;
use bennu_model::timeline::Entry;
use bennu_model::work::Lease;
use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};

use crate::LedgerError;

/// What a claim's work is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Load {
    /// An environment with all that is known of it.
    Environment(Box<EnvironmentState>),
    /// A target to be swept.
    Target(TargetName, SweepMemory),
    /// A space to be swept.
    Space(ServerName, SpaceName, SweepMemory),
    /// A shared document with all wants that are on record for it, oldest first.
    Document(DocumentKey, Vec<Wanted>),
    /// The row's content is not readable by this replica: written by a newer one, or
    /// damaged. The key is left to others and people; nothing else suffers.
    Unreadable(String),
}

/// An environment with all that is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct EnvironmentState {
    /// As declared.
    pub environment: Environment,
    /// As seen.
    pub observed: Observed,
    /// As told to people last.
    pub conditions: Vec<Condition>,
    /// What the last pass said of each part.
    pub report: Report,
}

/// What the last pass said: every verdict, and every step with what it waits for.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Report {
    /// Every part with its verdict.
    pub lines: Vec<Line>,
    /// Every step.
    pub steps: Vec<Step>,
}

/// What the last sweep of the same target or space left.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SweepMemory {
    /// The environments that should turn up in it: those with a known stack or tenant.
    pub expected: Vec<EnvironmentUid>,
    /// The account that the last good sweep was made in.
    pub account: Option<String>,
}

/// Everything that one pass leaves behind, written in one statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Finish {
    /// The claim that it was made under.
    pub lease: Lease,
    /// When the key is to come up again, from the database's now; earlier if it was woken
    /// meanwhile.
    pub due_in: Duration,
    /// Whether this pass counts as a failure: failures in a row make pauses longer.
    pub failed: bool,
    /// What an environment's pass found; none for sweeps.
    pub record: Option<Box<Record>>,
}

/// What an environment's pass found.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Whose.
    pub uid: EnvironmentUid,
    /// The generation that the pass was made for: written as the observed one.
    pub generation: Generation,
    /// What was seen. An older read never replaces a younger one.
    pub facts: Vec<DatedFact>,
    /// Ids.
    pub known: Known,
    /// What providers called what they accepted, by attempt token.
    pub references: Vec<(bennu_model::ids::Token, String)>,
    /// Attempts that ended; `settled_at` is the statement's time.
    pub settlements: Vec<Settlement>,
    /// A send of this pass may still be on its way: `drain_until` is raised to now.
    pub ambiguous: bool,
    /// All conditions.
    pub conditions: Vec<Condition>,
    /// What the plan said.
    pub report: Report,
    /// All that is wanted of shared documents. What stands besides is marked as withdrawn;
    /// a want that changes is asked for anew. The documents concerned are woken.
    pub wants: Vec<(DocumentKey, Want)>,
    /// What is new in the timeline.
    pub entries: Vec<Entry>,
    /// The life is over: the name is free for the next, who is woken.
    pub tombstone: Option<Tombstone>,
}

/// What a sweep found, one page at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepPage {
    /// The database's time before the sweep's first page.
    pub began_at: DateTime<Utc>,
    /// What was seen of each environment. Facts that differ from what is stored wake it.
    pub facts: Vec<(EnvironmentUid, bennu_model::observed::Fact)>,
    /// The names of the space, if this is a space's sweep.
    pub space: Option<Space>,
}

/// How a sweep ended.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepEnd {
    /// The database's time before the sweep's first page.
    pub began_at: DateTime<Utc>,
    /// Environments that should have turned up and did not: a look by id is asked for,
    /// nothing else is concluded.
    pub missing: Vec<EnvironmentUid>,
    /// How many things of ours it saw.
    pub seen: u32,
    /// The account that it was made in.
    pub account: Option<String>,
    /// Why it counts for nothing, if it does: it failed, or the brake held it.
    pub problem: Option<String>,
}

/// What the worker of a shared document found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentRecord {
    /// Which document.
    pub document: DocumentKey,
    /// When the read that showed it began, by the database's clock.
    pub began_at: DateTime<Utc>,
    /// Wants that it fulfils, each as it was read: one that was asked for anew since then
    /// is left alone.
    pub met: Vec<Wanted>,
    /// Wants that it does not fulfil, or not any more.
    pub unmet: Vec<Wanted>,
    /// Withdrawn wants of which nothing is left in it: they go from the record.
    pub gone: Vec<Wanted>,
}

/// Whether attempts were opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// They are durable: go on.
    Opened,
    /// The lease is lost or the spec has changed: drop the pass, nothing was written.
    Stale,
}

/// What passes and sweeps write.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Makes attempts durable before their calls, guarded by the lease and the generation.
    /// An attempt that exists already is opened again: its start moves to now.
    async fn open_attempts(
        &self,
        lease: &Lease,
        generation: Generation,
        attempts: &[Attempt],
    ) -> Result<Opened, LedgerError>;

    /// The bytes of a digest.
    async fn blob(&self, digest: &Digest) -> Result<Option<Bytes>, LedgerError>;

    /// Writes one page of a sweep and wakes the environments whose facts changed, in the
    /// same statement. Returns how many were woken; none if the lease is lost.
    async fn record_sweep(&self, lease: &Lease, page: SweepPage) -> Result<u64, LedgerError>;

    /// Closes a sweep.
    async fn end_sweep(&self, lease: &Lease, end: SweepEnd) -> Result<(), LedgerError>;

    /// Writes what a document's worker found, and wakes the environments whose wants came
    /// to be met, ceased to be or went, in the same statement. Returns how many were woken;
    /// none if the lease is lost.
    async fn record_document(
        &self,
        lease: &Lease,
        record: DocumentRecord,
    ) -> Result<u64, LedgerError>;

    /// Asks for the deletion of environments, as a user does: those that are being deleted
    /// already stay as they are. Nothing is written if the lease is lost.
    async fn burn(&self, lease: &Lease, uids: &[EnvironmentUid]) -> Result<(), LedgerError>;
}
