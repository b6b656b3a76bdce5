//! `/_sim`: what whoever runs the simulation sees and turns.
//!
//! | path | verbs |
//! |---|---|
//! | `/_sim/truth` | GET: everything that exists, with counts; `?kind=stacks` and `limit`, `from`, `find`: a page of one kind; `?kind=stack&id=ARN`: one stack |
//! | `/_sim/overview` | GET: the clock, counts by state, what is on |
//! | `/_sim/history` | GET: every change of service of every group, oldest first |
//! | `/_sim/trace` | GET: how many lines there were, their digests, and the `?last=100` newest |
//! | `/_sim/events` | GET: the lines as they come to be, as server-sent events |
//! | `/_sim/clock` | GET; POST `{"speed":60}`, `{"pause":true}`, `{"advance_s":30}` |
//! | `/_sim/faults` | GET; POST a fault or an array of them; DELETE all, or `?id=…`, or `?name=…&on=…` |
//! | `/_sim/faults/names` | GET: every fault that there is, with what it strikes and takes |
//! | `/_sim/faults/release` | POST: held requests go on: all, or `{"id":1}` |
//! | `/_sim/reset` | POST: the world of the beginning, or of another `{"seed":7}`; the clock runs on |
//! | `/_sim/instances/{id}/terminate` | POST: as by hand |
//! | `/_sim/instances/{id}/die` | POST: its Tentacle stops answering; `{"back_after_s":60}` |
//! | `/_sim/signal` | POST `{"stack","resource","unique_id","status"}`: as by cfn-signal |
//! | `/_sim/drift` | POST `{"stack","resource","property","value"}` or `{"stack","resource","gone":true}`: a change behind CloudFormation's back |
//! | `/_sim/page` | GET: the world for people, as at `/` for a browser |

mod clock;
mod faults;
mod levers;
mod list;
mod page;
mod refusal;
mod trace;
mod truth;

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use serde_json::{Value, json};

use self::refusal::{Refusal, object, only};
use super::sim::Sim;

/// The routes, for either listener.
pub(super) fn router() -> Router<Sim> {
    Router::new()
        .route("/_sim/truth", get(truth))
        .route("/_sim/overview", get(overview))
        .route("/_sim/history", get(history))
        .route("/_sim/trace", get(trace::show))
        .route("/_sim/events", get(trace::follow))
        .route("/_sim/clock", get(clock::show).post(clock::turn))
        .route(
            "/_sim/faults",
            get(faults::list).post(faults::add).delete(faults::remove),
        )
        .route("/_sim/faults/names", get(faults::names))
        .route("/_sim/faults/release", post(faults::release))
        .route("/_sim/instances/{id}/terminate", post(levers::terminate))
        .route("/_sim/instances/{id}/die", post(levers::die))
        .route("/_sim/signal", post(levers::signal))
        .route("/_sim/drift", post(levers::drift))
        .route("/_sim/reset", post(reset))
        .route("/_sim/page", get(async || page()))
        .route("/_sim/page.css", get(page::style))
        .route("/_sim/page.js", get(page::script))
}

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
