//! `/_sim`: what whoever runs the simulation sees and turns.
//!
//! The paths with what they do stand in [`table`].

mod clock;
#[cfg(test)]
mod documented;
mod faults;
mod levers;
mod list;
mod page;
mod refusal;
mod table;
mod trace;
mod truth;

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Query, State};
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};

use self::refusal::{Refusal, object, only};
pub(super) use self::table::router;
use super::sim::Sim;

/// The world for people.
pub(super) fn page() -> Response {
    page::html()
}

async fn truth(
    State(sim): State<Sim>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Json<Value>, Refusal> {
    if query.is_empty() {
        return Ok(Json(sim.with(|world| truth::of(world))));
    }
    sim.with(|world| list::of(world, &query)).map(Json)
}

/// Clock, counts and what is on: all that changes on a page for people beside its lists.
async fn overview(
    State(sim): State<Sim>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Json<Value>, Refusal> {
    only(&query, &[])?;
    let (clock, _) = sim.with_clock(clock::describe);
    let held = sim.holds().shown();
    Ok(Json(sim.with(|world| {
        json!({
            "clock": clock,
            "seed": world.seed,
            "counts": truth::overview(world),
            "faults": world.faults.list(),
            "held": held,
            "lines": world.trace.count(),
        })
    })))
}

async fn history(State(sim): State<Sim>) -> Json<Value> {
    Json(sim.with(|world| {
        world
            .history
            .changes()
            .map(|change| json!(change))
            .collect()
    }))
}

async fn reset(State(sim): State<Sim>, body: Bytes) -> Result<Json<Value>, Refusal> {
    const REMEDY: &str = r#"send nothing, or {"seed":7} for another world"#;
    let seed = if body.is_empty() || body.as_ref() == b"null" {
        None
    } else {
        let body = object(&body, &["seed"], REMEDY)?;
        let seed = body.get("seed").and_then(Value::as_u64);
        let wrong = || Refusal::new("not a whole number, 0 or more", "body, key 'seed'", REMEDY);
        Some(seed.ok_or_else(wrong)?)
    };
    sim.reset(seed);
    Ok(Json(sim.with(|world| {
        json!({
            "now": world.now,
            "seed": world.seed,
            "octopus_api_key": world.octopus.api_key(),
            "counts": truth::of(world)["counts"],
        })
    })))
}
