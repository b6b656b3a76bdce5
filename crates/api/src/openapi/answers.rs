//! What an operation can answer: what it says, and every refusal that its shape leads to.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{JSON, Schemas};
use crate::Kind;
use crate::operation::{Access, Conditions, Good, Repeat, Route, Verb};
use crate::problem::{PROBLEM_JSON, ProblemDocument};

pub(super) fn of(route: &Route, schemas: &mut Schemas) -> Value {
    let mut all = Map::new();
    for good in &route.operation.good {
        all.insert(good.status.to_string(), answer(route, good, schemas));
    }
    let mut refusals: BTreeMap<u16, Vec<Kind>> = BTreeMap::new();
    for kind in kinds(route) {
        let same = refusals.entry(kind.status().as_u16()).or_default();
        if !same.contains(&kind) {
            same.push(kind);
        }
    }
    let problem = schemas.answered.subschema_for::<ProblemDocument>();
    for (status, kinds) in refusals {
        let words: Vec<_> = kinds
            .iter()
            .map(|kind| format!("`{}`: {}.", kind.slug(), kind.title()))
            .collect();
        let mut headers = json!({ "X-Request-Id": text("Ties the answer to the log.") });
        let waits = |kind: &Kind| {
            matches!(
                kind,
                Kind::Busy | Kind::TimedOut | Kind::Unavailable | Kind::RequestRunning
            )
        };
        if kinds.iter().any(waits) {
            headers["Retry-After"] = text("Seconds after which to try again.");
        }
        let refusal = json!({
            "description": words.join(" "),
            "headers": headers,
            "content": { PROBLEM_JSON: { "schema": problem } },
        });
        all.insert(status.to_string(), refusal);
    }
    Value::Object(all)
}

fn text(about: &str) -> Value {
    json!({ "description": about, "schema": { "type": "string" } })
}

fn answer(route: &Route, good: &Good, schemas: &mut Schemas) -> Value {
    let mut headers = json!({ "X-Request-Id": text("Ties the answer to the log.") });
    if route.operation.conditions == Conditions::Read {
        headers["ETag"] = text("What `If-None-Match` and `If-Match` take.");
    }
    if route.verb == Verb::Put {
        headers["Bennu-Declared"] = text("`created`, `changed` or `same`.");
    }
    let mut answer = json!({ "description": good.about, "headers": headers });
    if let Some(schema) = good.schema {
        answer["content"] = json!({ JSON: { "schema": schema(&mut schemas.answered) } });
    }
    if let Some(also) = good.also {
        answer["content"][also] = json!({ "schema": { "type": "string" } });
    }
    answer
}

/// Every kind of refusal: those that follow from what the operation takes, and its own.
fn kinds(route: &Route) -> Vec<Kind> {
    let operation = &route.operation;
    let mut kinds = vec![Kind::BadRequest, Kind::Internal];
    kinds.extend([Kind::Unavailable, Kind::Busy, Kind::TimedOut]);
    if operation.access == Access::Token {
        kinds.push(Kind::Unauthorized);
    }
    if route.path.contains('{') {
        kinds.push(Kind::NotFound);
    }
    if let Some(sent) = &operation.sent {
        kinds.extend([Kind::Malformed, Kind::TooLarge, Kind::Invalid]);
        if sent.yaml {
            kinds.push(Kind::UnsupportedMediaType);
        }
    }
    match operation.conditions {
        Conditions::None | Conditions::Read => {}
        Conditions::Change | Conditions::Declare => kinds.push(Kind::Moved),
    }
    match operation.repeat {
        Repeat::Once => kinds.extend([Kind::KeyReused, Kind::RequestRunning, Kind::TooLarge]),
        Repeat::Harmless | Repeat::Refused(_) => {}
    }
    kinds.extend(operation.refusals);
    kinds
}
