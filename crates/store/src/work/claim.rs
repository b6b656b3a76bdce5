//! Claiming, and reading what was claimed.

use bennu_model::document::Wanted;
use bennu_model::ids::{EnvironmentUid, ReplicaId};
use bennu_model::work::{Lease, WorkKey};
use bennu_ports::LedgerError;
use bennu_ports::ledger::{Load, SweepMemory};
use bennu_ports::work::{Claim, ClaimLimits};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::postgres::PgRow;

use super::millis;
use crate::Store;
use crate::state::{column, environment_state};

const CLAIM: &str = include_str!("../../sql/claim.sql");
const DOING: &str = "claim work";

pub(super) async fn claim(
    store: &Store,
    owner: &ReplicaId,
    limits: ClaimLimits,
) -> Result<Vec<Claim>, LedgerError> {
    let query = sqlx::query(CLAIM)
        .bind(owner.as_str())
        .bind(i64::from(limits.batch))
        .bind(i64::from(limits.per_team_and_target))
        .bind(millis(limits.lease));
    let rows = store.rows(DOING, query).await?;
    let mut claims = Vec::with_capacity(rows.len());
    for row in &rows {
        claims.extend(read_claim(row, owner)?);
    }
    Ok(claims)
}

/// One row of the answer. `None`: the key is one of ours by kind and not by form, so nobody
/// wrote it through this crate; it is left alone.
fn read_claim(row: &PgRow, owner: &ReplicaId) -> Result<Option<Claim>, LedgerError> {
    let text: String = column(row, "key", DOING)?;
    let Some(key) = WorkKey::parse(&text) else {
        tracing::error!(key = text, "a work row has a key that cannot be read");
        return Ok(None);
    };
    let lease = Lease {
        key: key.clone(),
        owner: owner.clone(),
        epoch: column(row, "epoch", DOING)?,
        wake_seq: column(row, "wake_seq", DOING)?,
        claimed_at: column(row, "claimed_at", DOING)?,
        failures: column(row, "failures", DOING)?,
    };
    let load = match key {
        WorkKey::Environment(uid) => environment(row, &uid)?,
        WorkKey::Target(target) => match memory(row)? {
            Ok(memory) => Load::Target(target, memory),
            Err(why) => Load::Unreadable(why),
        },
        WorkKey::Space(server, space) => match memory(row)? {
            Ok(memory) => Load::Space(server, space, memory),
            Err(why) => Load::Unreadable(why),
        },
        WorkKey::Document(document) => match wants(row)? {
            Ok(wants) => Load::Document(document, wants),
            Err(why) => Load::Unreadable(why),
        },
    };
    Ok(Some(Claim { lease, load }))
}

fn environment(row: &PgRow, uid: &EnvironmentUid) -> Result<Load, LedgerError> {
    let state: Option<Value> = column(row, "state", DOING)?;
    let drain_until: DateTime<Utc> = column(row, "drain_until", DOING)?;
    let Some(state) = state else {
        return Ok(Load::Unreadable(format!("there is no environment {uid}")));
    };
    Ok(match environment_state(state) {
        Ok(mut state) => {
            // The claim itself may have raised it.
            state.observed.drain_until = drain_until;
            Load::Environment(Box::new(state))
        }
        Err(why) => Load::Unreadable(why),
    })
}

fn memory(row: &PgRow) -> Result<Result<SweepMemory, String>, LedgerError> {
    let expected: Option<Vec<String>> = column(row, "expected", DOING)?;
    let expected: Result<Vec<_>, _> = expected
        .unwrap_or_default()
        .into_iter()
        .map(EnvironmentUid::new)
        .collect();
    let account = column(row, "account", DOING)?;
    Ok(expected
        .map(|expected| SweepMemory { expected, account })
        .map_err(|illegal| illegal.to_string()))
}

fn wants(row: &PgRow) -> Result<Result<Vec<Wanted>, String>, LedgerError> {
    let wants: Value = column(row, "wants", DOING)?;
    Ok(serde_json::from_value(wants).map_err(|error| error.to_string()))
}
