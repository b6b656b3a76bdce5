//! A request to `/_sim` that is wrong: what, where, and what to do.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

/// Answered with 400.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) what: String,
    pub(super) place: String,
    pub(super) remedy: String,
}

impl Refusal {
    pub(super) fn new(
        what: impl Into<String>,
        place: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            what: what.into(),
            place: place.into(),
            remedy: remedy.into(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({ "what": self.what, "where": self.place, "remedy": self.remedy });
        (StatusCode::BAD_REQUEST, Json(body)).into_response()
    }
}

/// A body that has to be a JSON document; `remedy` shows a good one.
pub(super) fn document(body: &[u8], remedy: &str) -> Result<Value, Refusal> {
    serde_json::from_slice(body)
        .map_err(|error| Refusal::new(format!("not JSON: {error}"), "body", remedy))
}

/// A body that has to be an object with at least one of `known` and nothing else.
pub(super) fn object(
    body: &[u8],
    known: &[&str],
    remedy: &str,
) -> Result<Map<String, Value>, Refusal> {
    let Value::Object(object) = document(body, remedy)? else {
        return Err(Refusal::new("not a JSON object", "body", remedy));
    };
    if let Some(key) = object.keys().find(|key| !known.contains(&key.as_str())) {
        return Err(Refusal::new(
            "there is no such key",
            format!("body, key '{key}'"),
            remedy,
        ));
    }
    if object.is_empty() {
        return Err(Refusal::new("the object is empty", "body", remedy));
    }
    Ok(object)
}

/// A query that has to have no keys but these.
pub(super) fn only(query: &BTreeMap<String, String>, known: &[&str]) -> Result<(), Refusal> {
    match query.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => Err(Refusal::new(
            "there is no such key",
            format!("query, key '{key}'"),
            format!("use {}", known.join(", ")),
        )),
    }
}

/// A whole number of a query.
pub(super) fn number_of(
    query: &BTreeMap<String, String>,
    key: &str,
) -> Result<Option<u64>, Refusal> {
    let Some(text) = query.get(key) else {
        return Ok(None);
    };
    let place = format!("query, key '{key}'");
    let wrong = |_| Refusal::new("no whole number, 0 or more", place, "give one such as 100");
    text.parse().map(Some).map_err(wrong)
}
