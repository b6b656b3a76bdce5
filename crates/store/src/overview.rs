//! How everything stands, counted.

use async_trait::async_trait;
use bennu_model::document::DocumentKey;
use bennu_model::ids::TeamName;
use bennu_ports::overview::{Count, OpenAttempts, Overview, Queue, Readiness, Slots, SweepAge};
use bennu_ports::{Counted, LedgerError};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sqlx::postgres::PgRow;

use crate::Store;
use crate::failure::unreadable;
use crate::state::{column, read};

const OVERVIEW: &str = include_str!("../sql/overview.sql");
const DOING: &str = "count how everything stands";

#[derive(Deserialize)]
struct StoredQueue {
    kind: String,
    due: u64,
    oldest_due_s: f64,
    leased: u64,
    failing: u64,
    parked: u64,
}

#[derive(Deserialize)]
struct StoredCount {
    team: TeamName,
    readiness: String,
    environments: u64,
}

#[derive(Deserialize)]
struct StoredAttempts {
    verb: String,
    open: u64,
    oldest_s: f64,
}

#[derive(Deserialize)]
struct StoredSlots {
    document: DocumentKey,
    held: u64,
    waiting: u64,
}

#[derive(Deserialize)]
struct StoredSweep {
    kind: String,
    place: String,
    age_s: Option<f64>,
    seen: u64,
    has_problem: bool,
}

#[async_trait]
impl Counted for Store {
    async fn overview(&self) -> Result<Overview, LedgerError> {
        let rows = self.rows(DOING, sqlx::query(OVERVIEW)).await?;
        let row = rows.first();
        let row = row.ok_or_else(|| unreadable(DOING, "there was no answer"))?;
        let mut overview = Overview {
            queues: list(row, "queues", queue)?,
            environments: list(row, "environments", count)?,
            attempts: list(row, "attempts", attempts)?,
            slots: list(row, "slots", slots)?,
            sweeps: list(row, "sweeps", sweep)?,
        };
        sort(&mut overview);
        Ok(overview)
    }
}

fn list<S: DeserializeOwned, T>(
    row: &PgRow,
    name: &str,
    become_one: fn(S) -> Result<T, LedgerError>,
) -> Result<Vec<T>, LedgerError> {
    let stored: Vec<S> = read(column(row, name, DOING)?, DOING)?;
    stored.into_iter().map(become_one).collect()
}

fn queue(stored: StoredQueue) -> Result<Queue, LedgerError> {
    Ok(Queue {
        kind: stored.kind,
        due: stored.due,
        oldest_due_s: stored.oldest_due_s,
        leased: stored.leased,
        failing: stored.failing,
        parked: stored.parked,
    })
}

fn count(stored: StoredCount) -> Result<Count, LedgerError> {
    let mut all = Readiness::ALL.into_iter();
    let readiness = all.find(|one| one.as_str() == stored.readiness);
    Ok(Count {
        team: stored.team,
        readiness: readiness.ok_or_else(|| unreadable(DOING, stored.readiness))?,
        environments: stored.environments,
    })
}

fn attempts(stored: StoredAttempts) -> Result<OpenAttempts, LedgerError> {
    Ok(OpenAttempts {
        verb: stored.verb,
        open: stored.open,
        oldest_s: stored.oldest_s,
    })
}

fn slots(stored: StoredSlots) -> Result<Slots, LedgerError> {
    let (server, space) = stored.document.place();
    Ok(Slots {
        server: server.clone(),
        space: space.clone(),
        held: stored.held,
        waiting: stored.waiting,
    })
}

fn sweep(stored: StoredSweep) -> Result<SweepAge, LedgerError> {
    Ok(SweepAge {
        kind: stored.kind,
        place: stored.place,
        // A read's time can be ahead of this statement's by what the clock lost since.
        age_s: stored.age_s.map(|age| age.max(0.0)),
        seen: stored.seen,
        has_problem: stored.has_problem,
    })
}

/// By name, whatever the database's order.
fn sort(overview: &mut Overview) {
    overview.queues.sort_by(|a, b| a.kind.cmp(&b.kind));
    overview
        .environments
        .sort_by(|a, b| (&a.team, a.readiness).cmp(&(&b.team, b.readiness)));
    overview.attempts.sort_by(|a, b| a.verb.cmp(&b.verb));
    overview
        .slots
        .sort_by(|a, b| (&a.server, &a.space).cmp(&(&b.server, &b.space)));
    overview
        .sweeps
        .sort_by(|a, b| (&a.kind, &a.place).cmp(&(&b.kind, &b.place)));
}
