//! An environment's timeline, oldest first.

use axum::extract::State;
use axum::{Extension, Json};

use super::extract::{InPath, InQuery};
use super::look_up;
use super::query::Query;
use crate::auth::Caller;
use crate::dto::{EventDocument, EventList};
use crate::{Api, Problem};

const DEFAULT_LIMIT: u32 = 100;
const MAX_LIMIT: u32 = 1_000;

/// What happened after the id `after`.
pub(crate) async fn events(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    InPath(path): InPath<(String, String)>,
    InQuery(query): InQuery,
) -> Result<Json<EventList>, Problem> {
    let query = Query::new(query, &["after", "limit"])?;
    let after = query.number("after", (0, i64::MAX), 0)?;
    let limit = query.number("limit", (1, MAX_LIMIT), DEFAULT_LIMIT)?;
    let view = look_up(&api, &caller, path).await?;
    let uid = &view.state.environment.uid;
    let events = api.environments.events(uid, after, limit).await?;
    Ok(Json(EventList {
        after: events.last().map_or(after, |event| event.id),
        items: events.iter().map(EventDocument::from).collect(),
    }))
}
