//! Faults, switched on and off from outside.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Query, State};
use bytes::Bytes;
use serde_json::{Value, json};

use super::super::sim::Sim;
use super::refusal::{Refusal, document, object};
use crate::faults::{Fault, registry};

const REMEDY: &str = r#"send a fault such as {"name":"throttle","on":"CreateStack","times":2}, or an array of them; GET /_sim/faults/names tells what there is and what each takes"#;

/// GET: those that are on, the newest that are over, and the requests that are held.
pub(super) async fn list(State(sim): State<Sim>) -> Json<Value> {
    Json(shown(&sim))
}

/// GET: every fault that there is, with what it strikes and takes.
pub(super) async fn names() -> Json<Value> {
    let kinds = registry::KINDS.iter().map(registry::Kind::shown);
    Json(json!({ "faults": kinds.collect::<Vec<_>>() }))
}

/// POST: all of them are switched on, or none.
pub(super) async fn add(State(sim): State<Sim>, body: Bytes) -> Result<Json<Value>, Refusal> {
    let document = document(&body, REMEDY)?;
    let many = match document {
        Value::Array(many) => many,
        one => vec![one],
    };
    let read = |(index, one): (usize, Value)| {
        let place = format!("body, fault {index}");
        serde_json::from_value::<Fault>(one)
            .map_err(|error| Refusal::new(error.to_string(), place, REMEDY))
    };
    let many = many
        .into_iter()
        .enumerate()
        .map(read)
        .collect::<Result<Vec<_>, _>>()?;
    sim.with(|world| {
        let mut faults = world.faults.clone();
        for (index, fault) in many.into_iter().enumerate() {
            faults.add(fault).map_err(|refused| {
                let place = format!("body, fault {index}, key '{}'", refused.key);
                Refusal::new(refused.what, place, refused.remedy)
            })?;
        }
        world.faults = faults;
        Ok(())
    })?;
    Ok(Json(shown(&sim)))
}

/// DELETE: that of `?id=…`, those of `?name=…` (and `&on=…`), or all. Requests that they hold
/// go on.
pub(super) async fn remove(
    State(sim): State<Sim>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Json<Value>, Refusal> {
    const USE: &str = "use ?id=NUMBER, ?name=NAME, ?name=NAME&on=PLACE, or nothing for all";
    let keys: Vec<&str> = query.keys().map(String::as_str).collect();
    let value = |key: &str| query.get(key).map(String::as_str);
    match keys.as_slice() {
        [] => {
            sim.with(|world| world.faults.clear());
            sim.holds().release(|_, _| true);
        }
        ["id"] => {
            let id = value("id").and_then(|id| id.parse::<u64>().ok());
            let id = id.ok_or_else(|| Refusal::new("not a number", "query, key 'id'", USE))?;
            let held = sim.holds().release(|_, fault| fault.id == id);
            if !sim.with(|world| world.faults.remove_id(id)) && held == 0 {
                let what = format!("no fault {id} is on");
                return Err(Refusal::new(what, "query, key 'id'", "GET /_sim/faults"));
            }
        }
        ["name"] | ["name", "on"] => {
            let (name, on) = (value("name").unwrap_or_default(), value("on"));
            if registry::Kind::find(name).is_none() {
                let what = format!("there is no fault `{name}`");
                let remedy = "GET /_sim/faults/names";
                return Err(Refusal::new(what, "query, key 'name'", remedy));
            }
            sim.with(|world| world.faults.remove(name, on));
            sim.holds()
                .release(|_, fault| fault.name == name && on.is_none_or(|on| fault.on == on));
        }
        _ => {
            let place = format!("query, keys {}", keys.join(", "));
            return Err(Refusal::new("no such choice of faults", place, USE));
        }
    }
    Ok(Json(shown(&sim)))
}

/// POST: held requests go on: all, or that of `{"id":…}`.
pub(super) async fn release(State(sim): State<Sim>, body: Bytes) -> Result<Json<Value>, Refusal> {
    const REMEDY: &str =
        r#"send {"id":1} for one that GET /_sim/faults lists under `held`, or nothing for all"#;
    if body.is_empty() {
        let released = sim.holds().release(|_, _| true);
        return Ok(Json(json!({ "released": released })));
    }
    let body = object(&body, &["id"], REMEDY)?;
    let id = body.get("id").and_then(Value::as_u64);
    let id = id.ok_or_else(|| Refusal::new("not a number", "body, key 'id'", REMEDY))?;
    match sim.holds().release(|number, _| number == id) {
        0 => {
            let what = format!("no request {id} is held");
            Err(Refusal::new(what, "body, key 'id'", REMEDY))
        }
        released => Ok(Json(json!({ "released": released }))),
    }
}

fn shown(sim: &Sim) -> Value {
    let (on, over, struck) = sim.with(|world| {
        let over: Vec<Fault> = world.faults.over().cloned().collect();
        let struck = world.faults.struck().clone();
        (world.faults.list().to_vec(), over, struck)
    });
    json!({ "faults": on, "over": over, "struck": struck, "held": sim.holds().shown() })
}
