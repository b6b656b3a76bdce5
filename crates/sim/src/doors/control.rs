//! `/_sim`: what whoever runs the simulation sees and turns.
//!
//! | path | verbs |
//! |---|---|
//! | `/_sim/truth` | GET: everything that exists, with counts |
//! | `/_sim/history` | GET: every change of service of every group, oldest first |
//! | `/_sim/clock` | GET; POST `{"speed":60}`, `{"pause":true}`, `{"advance_s":30}` |
//! | `/_sim/faults` | GET; POST a fault or an array of them; DELETE all, or `?name=…&on=…` |
//! | `/_sim/reset` | POST: the world of the beginning; the clock runs on |
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
use serde_json::{Value, json};

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

async fn reset(State(sim): State<Sim>) -> Json<Value> {
    sim.reset();
    Json(sim.with(|world| json!({ "now": world.now, "counts": truth::of(world)["counts"] })))
}
