//! The doors there are: the one table behind the routes and the document of them.

use axum::routing::{MethodRouter, get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::super::sim::Sim;
use super::{clock, faults, levers, page, trace};

/// A path under which whoever runs the simulation sees or turns something.
pub(super) struct Door {
    /// As axum writes it.
    pub path: &'static str,
    /// Its verbs, and what each does.
    pub about: &'static str,
    route: fn() -> MethodRouter<Sim>,
}

const fn door(path: &'static str, route: fn() -> MethodRouter<Sim>, about: &'static str) -> Door {
    Door { path, about, route }
}

/// Every door.
pub(super) const DOORS: &[Door] = &[
    door("/_sim", || get(async || list()), "GET: these doors"),
    door(
        "/_sim/truth",
        || get(super::truth),
        "GET: everything that exists, with counts; `?kind=stacks` and `limit`, `from`, `find`: a \
         page of one kind; `?kind=stack&id=ARN`: one stack",
    ),
    door(
        "/_sim/overview",
        || get(super::overview),
        "GET: the clock, counts by state, what is on",
    ),
    door(
        "/_sim/history",
        || get(super::history),
        "GET: every change of service of every group, oldest first",
    ),
    door(
        "/_sim/trace",
        || get(trace::show),
        "GET: how many lines there were, their digests, and the `?last=100` newest",
    ),
    door(
        "/_sim/events",
        || get(trace::follow),
        "GET: the lines as they come to be, as server-sent events",
    ),
    door(
        "/_sim/clock",
        || get(clock::show).post(clock::turn),
        "GET; POST `{\"speed\":60}`, `{\"pause\":true}`, `{\"advance_s\":30}`",
    ),
    door(
        "/_sim/faults",
        || get(faults::list).post(faults::add).delete(faults::remove),
        "GET; POST a fault or an array of them; DELETE all, or `?id=…`, or `?name=…&on=…`",
    ),
    door(
        "/_sim/faults/names",
        || get(faults::names),
        "GET: every fault that there is, with what it strikes and takes",
    ),
    door(
        "/_sim/faults/release",
        || post(faults::release),
        "POST: held requests go on: all, or `{\"id\":1}`",
    ),
    door(
        "/_sim/reset",
        || post(super::reset),
        "POST: the world of the beginning, or of another `{\"seed\":7}`; the clock runs on",
    ),
    door(
        "/_sim/instances/{id}/terminate",
        || post(levers::terminate),
        "POST: as by hand",
    ),
    door(
        "/_sim/instances/{id}/die",
        || post(levers::die),
        "POST: its Tentacle stops answering; `{\"back_after_s\":60}`",
    ),
    door(
        "/_sim/signal",
        || post(levers::signal),
        "POST `{\"stack\",\"resource\",\"unique_id\",\"status\"}`: as by cfn-signal",
    ),
    door(
        "/_sim/drift",
        || post(levers::drift),
        "POST `{\"stack\",\"resource\",\"property\",\"value\"}` or \
         `{\"stack\",\"resource\",\"gone\":true}`: a change behind CloudFormation's back",
    ),
    door(
        "/_sim/page",
        || get(async || page()),
        "GET: the world for people, as at `/` for a browser",
    ),
    door(
        "/_sim/page.css",
        || get(page::style),
        "GET: how the page looks",
    ),
    door(
        "/_sim/page.js",
        || get(page::script),
        "GET: what the page does",
    ),
];

fn list() -> Json<Value> {
    let doors = DOORS.iter();
    let doors = doors.map(|door| json!({ "path": door.path, "about": door.about }));
    Json(doors.collect())
}

/// The routes, for either listener.
pub(in super::super) fn router() -> Router<Sim> {
    DOORS.iter().fold(Router::new(), |router, door| {
        router.route(door.path, (door.route)())
    })
}
