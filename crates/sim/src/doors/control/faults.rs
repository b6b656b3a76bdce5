//! Faults, switched on and off from outside.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Query, State};
use bytes::Bytes;
use serde_json::{Value, json};

use super::super::sim::Sim;
use super::refusal::{Refusal, document};
use crate::faults::Fault;
use crate::world::World;

const REMEDY: &str = r#"send a fault such as {"name":"throttle","on":"CreateStack","times":2}, or an array of them; `params` holds what it strikes with, such as {"ms":500}"#;

/// GET: those that are switched on.
pub(super) async fn list(State(sim): State<Sim>) -> Json<Value> {
    Json(sim.with(|world| shown(world)))
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
            let place = format!("body, fault {index}");
            faults.add(fault).map_err(|refused| {
                let place = format!("{place}, key '{}'", refused.key);
                Refusal::new(refused.what, place, refused.remedy)
            })?;
        }
        world.faults = faults;
        Ok(Json(shown(world)))
    })
}

/// DELETE: those of `?name=…` (and `&on=…`), or all.
pub(super) async fn remove(
    State(sim): State<Sim>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Json<Value>, Refusal> {
    if let Some(key) = query
        .keys()
        .find(|key| !["name", "on"].contains(&key.as_str()))
    {
        let remedy = "use ?name=NAME, ?name=NAME&on=PLACE, or nothing for all";
        return Err(Refusal::new(
            "there is no such key",
            format!("query, key '{key}'"),
            remedy,
        ));
    }
    let on = query.get("on").map(String::as_str);
    sim.with(|world| match (query.get("name"), on) {
        (Some(name), on) => {
            world.faults.remove(name, on);
            Ok(Json(shown(world)))
        }
        (None, None) => {
            world.faults.clear();
            Ok(Json(shown(world)))
        }
        (None, Some(_)) => {
            let remedy = "give the fault's name too: ?name=NAME&on=PLACE";
            Err(Refusal::new("`on` without `name`", "query", remedy))
        }
    })
}

fn shown(world: &World) -> Value {
    json!({ "faults": world.faults.list() })
}
