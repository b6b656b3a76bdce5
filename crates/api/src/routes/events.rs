//! An environment's timeline, oldest first: a part of it, or live.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};

use super::explain::prefers;
use super::extract::InPath;
use super::query::{Query, refuse};
use super::stream::Watchers;
use super::{ENVIRONMENTS, look_up};
use crate::auth::Caller;
use crate::dto::{EventDocument, EventList};
use crate::operation::{EVENT_STREAM, Form, Operation, Parameter, Table, Verb};
use crate::{Api, Problem};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

const QUERY: &[Parameter] = &[
    Parameter {
        name: "after",
        about: "Only what was written after the event with this id.",
        form: Form::Number {
            least: 0,
            most: i64::MAX,
            default: 0,
        },
    },
    Parameter::limit(1_000),
];

pub(super) fn routes(table: &mut Table) {
    let about = "What happened, oldest first. For `Accept: text/event-stream` it goes on as \
                 server-sent events: `id` is the event's, `event` its reason, `data` its JSON; \
                 `Last-Event-ID` goes before `after`, and `event: end` comes when the \
                 environment is gone.";
    let operation = Operation::new("listEvents", ENVIRONMENTS, about)
        .query(QUERY)
        .answers::<EventList>(200, "A part of the timeline.")
        .or_as(EVENT_STREAM);
    table.add(
        Verb::Get,
        "/v1/teams/{team}/environments/{name}/events",
        events,
        operation,
    );
}

async fn events(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Extension(watchers): Extension<Arc<Watchers>>,
    InPath(path): InPath<(String, String)>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let last = last_event(&headers)?;
    let limit = u32::try_from(query.number("limit")).unwrap_or(u32::MAX);
    let after = query.number("after");
    let view = look_up(&api, &caller, path).await?;
    if prefers(&headers, EVENT_STREAM) {
        let after = last.unwrap_or(after);
        return watchers.follow(&api, caller, &view.state.environment, after);
    }
    let uid = &view.state.environment.uid;
    let events = api.environments.events(uid, after, limit).await?;
    let list = EventList {
        after: events.last().map_or(after, |event| event.id),
        items: events.iter().map(EventDocument::from).collect(),
    };
    Ok(Json(list).into_response())
}

/// Where a stream was cut.
fn last_event(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(given) = headers.get(LAST_EVENT_ID) else {
        return Ok(None);
    };
    let text = given.to_str().unwrap_or_default();
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let last = text.parse().ok().filter(|_| is_number);
    last.map(Some)
        .ok_or_else(|| refuse("Last-Event-ID must be the `id` of an event of this stream"))
}
