//! Entries of timelines, as statements take them and as rows give them back.

use bennu_model::ids::Generation;
use bennu_model::timeline::{Asked, Author, Entry, Event, Writer};
use bennu_ports::LedgerError;
use serde::Serialize;
use serde_json::Value;
use sqlx::postgres::PgRow;

use crate::state::{column, document, read};

/// What a user asked for; which generation it makes is for the statement to say.
#[derive(Serialize)]
struct Told<'a> {
    reason: &'static str,
    message: String,
    #[serde(flatten)]
    author: Option<&'a Author>,
}

/// What a statement writes into a timeline, with its author unless the statement names a pass.
pub(crate) fn told(
    asked: &Asked<'_>,
    author: Option<&Author>,
    doing: &'static str,
) -> Result<Value, LedgerError> {
    let told = Told {
        reason: asked.reason(),
        message: asked.message(),
        author,
    };
    document(&told, doing)
}

/// A row of `events.sql`.
pub(crate) fn event(row: &PgRow, doing: &'static str) -> Result<Event, LedgerError> {
    let level: String = column(row, "level", doing)?;
    Ok(Event {
        id: column(row, "id", doing)?,
        at: column(row, "at", doing)?,
        entry: Entry {
            level: read(Value::String(level), doing)?,
            reason: column(row, "reason", doing)?,
            message: column(row, "message", doing)?,
            generation: Generation(column(row, "generation", doing)?),
        },
        writer: writer(row, doing)?,
    })
}

fn writer(row: &PgRow, doing: &'static str) -> Result<Option<Writer>, LedgerError> {
    let pass: Option<String> = column(row, "pass", doing)?;
    let by: Option<String> = column(row, "by", doing)?;
    let request: Option<String> = column(row, "request", doing)?;
    Ok(match (pass, by, request) {
        (Some(pass), _, _) => Some(Writer::Pass { pass }),
        (None, Some(by), Some(request)) => Some(Writer::Request(Author { by, request })),
        (None, _, _) => None,
    })
}
