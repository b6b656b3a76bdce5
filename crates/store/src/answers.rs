//! Answers that are kept for a day.

use async_trait::async_trait;
use bennu_model::ids::Digest;
use bennu_ports::answers::{Begun, KeptAnswer, RequestKey};
use bennu_ports::{Answers, LedgerError};
use bytes::Bytes;
use serde_json::Value;
use sqlx::postgres::PgRow;

use crate::Store;
use crate::failure::unreadable;
use crate::state::{column, document, read};

const BEGIN: &str = include_str!("../sql/begin_answer.sql");
const KEEP: &str = include_str!("../sql/keep_answer.sql");
const FORGET: &str = include_str!("../sql/forget_answer.sql");

/// Each further try means that somebody else began or forgot the same key in the same few
/// milliseconds.
const TRIES: usize = 8;

#[async_trait]
impl Answers for Store {
    async fn begin(&self, key: &RequestKey, request: &Digest) -> Result<Begun, LedgerError> {
        let doing = "begin a request";
        for _ in 0..TRIES {
            let query = sqlx::query(BEGIN)
                .bind(key.owner.as_str())
                .bind(key.key.as_str())
                .bind(request.as_str());
            let rows = self.rows(doing, query).await?;
            let known = rows.first().map(|row| known(row, request, doing));
            if let Some(begun) = known.transpose()?.flatten() {
                return Ok(begun);
            }
        }
        Err(LedgerError {
            doing,
            message: "others keep using the same key: try again".into(),
            transient: true,
        })
    }

    async fn keep(&self, key: &RequestKey, answer: &KeptAnswer) -> Result<(), LedgerError> {
        let doing = "keep an answer";
        let status = i16::try_from(answer.status).map_err(|error| unreadable(doing, error))?;
        let query = sqlx::query(KEEP)
            .bind(key.owner.as_str())
            .bind(key.key.as_str())
            .bind(status)
            .bind(document(&answer.headers, doing)?)
            .bind(answer.body.as_ref());
        self.rows(doing, query).await.map(drop)
    }

    async fn forget(&self, key: &RequestKey) -> Result<(), LedgerError> {
        let query = sqlx::query(FORGET)
            .bind(key.owner.as_str())
            .bind(key.key.as_str());
        self.rows("forget a request", query).await.map(drop)
    }
}

/// A row of `begin_answer.sql`. `None`: it was not begun, and what is in the way cannot be seen
/// yet.
fn known(row: &PgRow, request: &Digest, doing: &'static str) -> Result<Option<Begun>, LedgerError> {
    if column(row, "begun", doing)? {
        return Ok(Some(Begun::New));
    }
    let stored: Option<String> = column(row, "request", doing)?;
    let Some(stored) = stored else {
        return Ok(None);
    };
    if stored != request.as_str() {
        return Ok(Some(Begun::Reused));
    }
    let status: Option<i16> = column(row, "status", doing)?;
    let Some(status) = status else {
        return Ok(Some(Begun::Running));
    };
    let headers: Option<Value> = column(row, "headers", doing)?;
    let body: Option<Vec<u8>> = column(row, "body", doing)?;
    Ok(Some(Begun::Answered(KeptAnswer {
        status: u16::try_from(status).map_err(|error| unreadable(doing, error))?,
        headers: read(headers.unwrap_or(Value::Array(Vec::new())), doing)?,
        body: Bytes::from(body.unwrap_or_default()),
    })))
}
