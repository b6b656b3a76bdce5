//! What the world did, as lines: asked for, or told as it happens.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::unfold;
use serde_json::{Value, json};

use super::super::sim::Sim;
use super::refusal::{Refusal, number_of, only};
use crate::trace::Line;

/// Lines that are told unless asked otherwise.
const USUAL_LINES: u64 = 100;

/// How often the world is looked at for one who watches, in real time.
const LOOKS_EVERY: Duration = Duration::from_millis(200);

/// How often one who watches hears that the line is alive.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// GET: how many lines there were, the digests of all, and the newest `?last=` of them.
pub(super) async fn show(
    State(sim): State<Sim>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Json<Value>, Refusal> {
    only(&query, &["last"])?;
    let last = number_of(&query, "last")?.unwrap_or(USUAL_LINES);
    Ok(Json(sim.with(|world| {
        let digests = world.trace_digest();
        let count = world.trace.count();
        let lines: Vec<&Line> = world.trace.after(count.saturating_sub(last)).collect();
        json!({ "count": count, "digests": digests, "lines": lines })
    })))
}

/// GET: lines as they come to be, as server-sent events whose id is the line's number. They
/// go on after `Last-Event-ID` or `?after=`, without both they begin now. `reset` tells that
/// the world began anew and numbers begin at 1 again.
pub(super) async fn follow(
    State(sim): State<Sim>,
    headers: HeaderMap,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Response, Refusal> {
    only(&query, &["after"])?;
    let last = headers.get("last-event-id");
    let last = last.and_then(|id| id.to_str().ok()?.parse::<u64>().ok());
    let after = match (last, number_of(&query, "after")?) {
        (Some(last), _) => last,
        (None, Some(after)) => after,
        (None, None) => sim.with(|world| world.trace.count()),
    };
    let watch = Watch {
        sim,
        after,
        lines: VecDeque::new(),
    };
    let events = unfold(watch, async |mut watch| {
        let event = watch.next().await?;
        Some((Ok::<_, Infallible>(event), watch))
    });
    let alive = KeepAlive::new().interval(HEARTBEAT);
    let mut response = Sse::new(events).keep_alive(alive).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

struct Watch {
    sim: Sim,
    after: u64,
    lines: VecDeque<Line>,
}

impl Watch {
    /// The next event; none once the simulation stops.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(line) = self.lines.pop_front() {
                self.after = line.number;
                let data = json!(line).to_string();
                return Some(Event::default().id(line.number.to_string()).data(data));
            }
            let after = self.after;
            let new = self.sim.with(|world| {
                let is_same = world.trace.count() >= after;
                is_same.then(|| world.trace.after(after).cloned().collect())
            });
            match new {
                Some(lines) => self.lines = lines,
                None => {
                    self.after = 0;
                    return Some(Event::default().event("reset").id("0").data("{}"));
                }
            }
            if self.lines.is_empty() {
                tokio::select! {
                    () = self.sim.stopped() => return None,
                    () = tokio::time::sleep(LOOKS_EVERY) => {}
                }
            }
        }
    }
}
