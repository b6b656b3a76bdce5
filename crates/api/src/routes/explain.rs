//! Why an environment is as it is.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};

use super::extract::InPath;
use super::query::Query;
use super::{ENVIRONMENTS, look_up};
use crate::auth::Caller;
use crate::dto::ExplainDocument;
use crate::operation::{Operation, Table, Verb};
use crate::{Api, Problem};

const TEXT: &str = "text/plain; charset=utf-8";

pub(super) fn routes(table: &mut Table) {
    let about = "Whether it is ready, why, what it waits for, who can unblock it, and what comes \
                 next.";
    let operation = Operation::new("explainEnvironment", ENVIRONMENTS, about)
        .answers::<ExplainDocument>(
            200,
            "The explanation; lines of text for `Accept: text/plain`.",
        )
        .or_as("text/plain");
    table.add(
        Verb::Get,
        "/v1/teams/{team}/environments/{name}/explain",
        explain,
        operation,
    );
}

async fn explain(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    InPath(path): InPath<(String, String)>,
    _: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let view = look_up(&api, &caller, path).await?;
    let plan = (api.planner)(&view.state, (api.clock.now)());
    let document = ExplainDocument::new(&view, &plan);
    if prefers(&headers, "text/plain") {
        let kind = HeaderValue::from_static(TEXT);
        return Ok(([(header::CONTENT_TYPE, kind)], document.text()).into_response());
    }
    Ok(Json(document).into_response())
}

/// Whether a caller names this media type before JSON.
pub(super) fn prefers(headers: &HeaderMap, wanted: &str) -> bool {
    let given = headers.get_all(header::ACCEPT).iter();
    let texts = given.filter_map(|value| value.to_str().ok());
    let mut kinds = texts.flat_map(|text| text.split(','));
    let first = kinds.find_map(|kind| {
        let essence = kind.split(';').next().unwrap_or_default().trim();
        let is_one = |one: &str| essence.eq_ignore_ascii_case(one);
        match (is_one(wanted), is_one("application/json")) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            (false, false) => None,
        }
    });
    first.unwrap_or(false)
}
