//! `/_sim`: what whoever runs the simulation sees and turns.
//!
//! | path | verbs |
//! |---|---|
//! | `/_sim/truth` | GET: everything that exists, with counts |
//! | `/_sim/history` | GET: every change of service of every group, oldest first |
//! | `/_sim/clock` | GET; POST `{"speed":60}`, `{"pause":true}`, `{"advance_s":30}` |
//! | `/_sim/faults` | GET; POST a fault or an array of them; DELETE all, or `?id=…`, or `?name=…&on=…` |
//! | `/_sim/faults/names` | GET: every fault that there is, with what it strikes and takes |
//! | `/_sim/faults/release` | POST: held requests go on: all, or `{"id":1}` |
//! | `/_sim/reset` | POST: the world of the beginning, or of another `{"seed":7}`; the clock runs on |
//! | `/_sim/page` | GET: the world for people |

mod clock;
mod faults;
mod page;
mod refusal;
mod truth;

use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use serde_json::{Value, json};

use self::refusal::{Refusal, object};
use super::sim::Sim;

/// The routes, for either listener.
pub(super) fn router() -> Router<Sim> {
    Router::new()
        .route("/_sim/truth", get(truth))
        .route("/_sim/history", get(history))
        .route("/_sim/clock", get(clock::show).post(clock::turn))
        .route(
            "/_sim/faults",
            get(faults::list).post(faults::add).delete(faults::remove),
        )
        .route("/_sim/faults/names", get(faults::names))
        .route("/_sim/faults/release", post(faults::release))
        .route("/_sim/reset", post(reset))
        .route("/_sim/page", get(async |State(sim): State<Sim>| page(&sim)))
}

/// The world for people.
pub(super) fn page(sim: &Sim) -> Response {
    let (clock, _) = sim.with_clock(clock::describe);
    let (truth, faults) = sim.with(|world| (truth::of(world), world.faults.list().to_vec()));
    Html(page::html(&truth, &clock, &faults)).into_response()
}

async fn truth(State(sim): State<Sim>) -> Json<Value> {
    Json(sim.with(|world| truth::of(world)))
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
