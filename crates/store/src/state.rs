//! Stored documents to values of the model, and back.

use bennu_model::attempt::Attempt;
use bennu_model::condition::Condition;
use bennu_model::document::Standing;
use bennu_model::environment::Environment;
use bennu_model::ids::EnvironmentUid;
use bennu_model::known::Known;
use bennu_model::observed::{DatedFact, Observed};
use bennu_ports::LedgerError;
use bennu_ports::ledger::{EnvironmentState, Report};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{ColumnIndex, Decode, Postgres, Row as _, Type};

use crate::failure::{failed, unreadable};

/// An environment's state as the view `environment_state` gives it.
#[derive(serde::Deserialize)]
struct Stored {
    environment: Environment,
    known: Known,
    conditions: Vec<Condition>,
    report: Report,
    facts: Vec<DatedFact>,
    wants: Vec<Standing>,
    older: Vec<EnvironmentUid>,
    attempts: Vec<Attempt>,
    drain_until: DateTime<Utc>,
    predecessor_gone: bool,
}

/// Reads a document of the view `environment_state`. The error says what does not fit: the
/// row was written by a newer replica, or is damaged.
pub(crate) fn environment_state(document: Value) -> Result<EnvironmentState, String> {
    let stored: Stored = serde_json::from_value(document).map_err(|e| e.to_string())?;
    let mut observed = Observed::nothing(stored.drain_until);
    observed.known = stored.known;
    observed.wants = stored.wants;
    observed.older = stored.older;
    observed.attempts = stored.attempts;
    observed.predecessor_gone = stored.predecessor_gone;
    observed.absorb_all(stored.facts);
    Ok(EnvironmentState {
        environment: stored.environment,
        observed,
        conditions: stored.conditions,
        report: stored.report,
    })
}

/// A column of a row.
pub(crate) fn column<'r, T, I>(
    row: &'r PgRow,
    name: I,
    doing: &'static str,
) -> Result<T, LedgerError>
where
    T: Decode<'r, Postgres> + Type<Postgres>,
    I: ColumnIndex<PgRow>,
{
    row.try_get(name).map_err(|error| failed(doing, &error))
}

/// A stored document as a value of the model.
pub(crate) fn read<T: DeserializeOwned>(
    document: Value,
    doing: &'static str,
) -> Result<T, LedgerError> {
    serde_json::from_value(document).map_err(|error| unreadable(doing, error))
}

/// A value of the model as a document that Postgres takes: `jsonb` has no place for U+0000,
/// which becomes U+FFFD.
pub(crate) fn document(value: &impl Serialize, doing: &'static str) -> Result<Value, LedgerError> {
    let mut document = serde_json::to_value(value).map_err(|error| unreadable(doing, error))?;
    replace_nul(&mut document);
    Ok(document)
}

fn replace_nul(value: &mut Value) {
    match value {
        Value::String(text) if text.contains('\0') => *text = text.replace('\0', "\u{fffd}"),
        Value::Array(items) => items.iter_mut().for_each(replace_nul),
        Value::Object(fields) => {
            if fields.keys().any(|key| key.contains('\0')) {
                *fields = std::mem::take(fields)
                    .into_iter()
                    .map(|(key, value)| (key.replace('\0', "\u{fffd}"), value))
                    .collect();
            }
            fields.values_mut().for_each(replace_nul);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_nul_never_reaches_the_database() {
        let mut value = json!({"a\0": ["b\0c", {"d": "\0"}], "e": 1});
        replace_nul(&mut value);
        assert_eq!(
            value,
            json!({"a\u{fffd}": ["b\u{fffd}c", {"d": "\u{fffd}"}], "e": 1})
        );
    }
}
