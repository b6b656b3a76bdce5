//! Recording what passes found, and ending their leases.
//!
//! Passes with a record and runs without one end in statements of their own. Records wake
//! documents before they lock their environments, and a document whose lease ends in the same
//! statement would have to be locked before both.

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::attempt::Settled;
use bennu_model::condition::{Condition, ConditionKind, Status};
use bennu_model::document::{DocumentKey, Want};
use bennu_model::ids::Token;
use bennu_model::known::Known;
use bennu_model::observed::Fact;
use bennu_model::timeline::Entry;
use bennu_ports::LedgerError;
use bennu_ports::ledger::{Finish, Record, Report};
use bennu_ports::work::Finished;
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::place;
use crate::Store;
use crate::state::{column, document};

const FINISH: &str = include_str!("../../sql/finish.sql");
const END_RUNS: &str = include_str!("../../sql/end_runs.sql");
const DOING: &str = "record passes";

/// One pass as `finish.sql` takes it, and `end_runs.sql` as far as it needs it.
#[derive(Serialize)]
struct Pass<'a> {
    place: usize,
    key: String,
    owner: &'a str,
    epoch: i64,
    wake_seq: i64,
    due_in_ms: i64,
    failed: bool,
    ambiguous: bool,
    /// Nobody waits for it any more: it falls back to the routine class.
    at_rest: bool,
    #[serde(flatten)]
    record: Option<Recorded<'a>>,
}

#[derive(Serialize)]
struct Recorded<'a> {
    uid: &'a str,
    generation: i64,
    known: &'a Known,
    conditions: &'a [Condition],
    report: &'a Report,
    facts: Vec<Seen<'a>>,
    outcomes: Vec<Outcome<'a>>,
    wants: Vec<Wanted<'a>>,
    entries: Vec<Told<'a>>,
    tombstone: Option<bennu_model::environment::Tombstone>,
}

#[derive(Serialize)]
struct Seen<'a> {
    place: usize,
    key: &'static str,
    began_at: DateTime<Utc>,
    fact: &'a Fact,
}

#[derive(Serialize, Default)]
struct Outcome<'a> {
    token: &'a str,
    reference: Option<&'a str>,
    settled: Option<&'a Settled>,
}

#[derive(Serialize)]
struct Wanted<'a> {
    document: &'a DocumentKey,
    /// Where the document's key is counted.
    target: String,
    kind: &'static str,
    want: &'a Want,
}

#[derive(Serialize)]
struct Told<'a> {
    place: usize,
    #[serde(flatten)]
    entry: &'a Entry,
}

pub(super) async fn finish(store: &Store, passes: &[Finish]) -> Result<Vec<Finished>, LedgerError> {
    let mut answers = vec![Finished::Fenced; passes.len()];
    // A lease ends once: of two records under one lease the second comes too late.
    let mut keys = BTreeSet::new();
    let batch: Vec<(usize, &Finish)> = passes
        .iter()
        .enumerate()
        .filter(|(_, pass)| keys.insert(&pass.lease.key))
        .collect();
    let (recorded, runs): (Vec<_>, Vec<_>) = batch
        .into_iter()
        .partition(|(_, pass)| pass.record.is_some());
    // Records first: if they fail nothing is written, and the caller can try all again.
    let mut places = write_all(store, FINISH, &recorded).await?;
    match write_all(store, END_RUNS, &runs).await {
        Ok(ended) => places.extend(ended),
        Err(error) if places.is_empty() => return Err(error),
        // Nothing is lost with these leases: they run out.
        Err(error) => tracing::error!(%error, "runs could not be ended"),
    }
    for place in places {
        if let Some(answer) = answers.get_mut(place) {
            *answer = Finished::Recorded;
        }
    }
    Ok(answers)
}

/// Returns the places of those that were recorded.
async fn write_all(
    store: &Store,
    statement: &'static str,
    batch: &[(usize, &Finish)],
) -> Result<Vec<usize>, LedgerError> {
    if batch.is_empty() {
        return Ok(Vec::new());
    }
    match write(store, statement, batch).await {
        Ok(places) => Ok(places),
        Err(error) if batch.len() == 1 => Err(error),
        Err(error) => one_by_one(store, statement, batch, error).await,
    }
}

/// After a batch that failed as a whole: one pass that cannot be written must not keep the
/// others from being. If none can, the database is the matter, and not a pass.
async fn one_by_one(
    store: &Store,
    statement: &'static str,
    batch: &[(usize, &Finish)],
    mut error: LedgerError,
) -> Result<Vec<usize>, LedgerError> {
    let mut recorded = Vec::new();
    let mut answered = false;
    for pass in batch {
        match write(store, statement, std::slice::from_ref(pass)).await {
            Ok(places) => {
                answered = true;
                recorded.extend(places);
            }
            Err(failure) => {
                let key = pass.1.lease.key.to_string();
                tracing::error!(key, error = %failure, "a pass could not be recorded");
                error = failure;
            }
        }
    }
    if answered { Ok(recorded) } else { Err(error) }
}

/// Returns the places of those that were recorded.
async fn write(
    store: &Store,
    statement: &'static str,
    batch: &[(usize, &Finish)],
) -> Result<Vec<usize>, LedgerError> {
    let passes: Vec<Pass<'_>> = batch
        .iter()
        .map(|(place, finish)| pass(*place, finish))
        .collect();
    let query = sqlx::query(statement).bind(document(&passes, DOING)?);
    let rows = store.rows(DOING, query).await?;
    rows.iter()
        .map(|row| {
            let place: i32 = column(row, "place", DOING)?;
            Ok(usize::try_from(place).unwrap_or(usize::MAX))
        })
        .collect()
}

fn pass(place: usize, finish: &Finish) -> Pass<'_> {
    let record = finish.record.as_deref();
    Pass {
        place,
        key: finish.lease.key.to_string(),
        owner: finish.lease.owner.as_str(),
        epoch: finish.lease.epoch,
        wake_seq: finish.lease.wake_seq,
        due_in_ms: finish.due_in.num_milliseconds(),
        failed: finish.failed,
        ambiguous: record.is_some_and(|record| record.ambiguous),
        at_rest: record.is_some_and(|record| is_at_rest(&record.conditions)),
        record: record.map(recorded),
    }
}

/// Whether nobody waits for it: it is Ready, or nothing more will happen without a person.
fn is_at_rest(conditions: &[Condition]) -> bool {
    conditions.iter().any(|condition| {
        matches!(
            condition.kind,
            ConditionKind::Ready | ConditionKind::Stalled
        ) && condition.status == Status::True
    })
}

fn recorded(record: &Record) -> Recorded<'_> {
    Recorded {
        uid: record.uid.as_str(),
        generation: record.generation.0,
        known: &record.known,
        conditions: &record.conditions,
        report: &record.report,
        facts: record
            .facts
            .iter()
            .enumerate()
            .map(|(place, dated)| Seen {
                place,
                key: dated.fact.key(),
                began_at: dated.began_at,
                fact: &dated.fact,
            })
            .collect(),
        outcomes: outcomes(record),
        wants: wants(record),
        entries: record
            .entries
            .iter()
            .enumerate()
            .map(|(place, entry)| Told { place, entry })
            .collect(),
        tombstone: record.tombstone,
    }
}

/// One row for each want; of two of a kind in one document, the first counts.
fn wants(record: &Record) -> Vec<Wanted<'_>> {
    let mut once = BTreeSet::new();
    record
        .wants
        .iter()
        .filter(|(document, want)| once.insert((document, want.kind())))
        .map(|(document, want)| Wanted {
            document,
            target: place(document),
            kind: want.kind(),
            want,
        })
        .collect()
}

/// What became of each attempt: one row each, for a statement changes a row once.
fn outcomes(record: &Record) -> Vec<Outcome<'_>> {
    fn of<'m, 'a>(
        by_token: &'m mut BTreeMap<&'a Token, Outcome<'a>>,
        token: &'a Token,
    ) -> &'m mut Outcome<'a> {
        let outcome = by_token.entry(token).or_default();
        outcome.token = token.as_str();
        outcome
    }
    let mut by_token = BTreeMap::new();
    for (token, reference) in &record.references {
        of(&mut by_token, token).reference = Some(reference);
    }
    for settlement in &record.settlements {
        of(&mut by_token, &settlement.token)
            .settled
            .get_or_insert(&settlement.settled);
    }
    by_token.into_values().collect()
}
