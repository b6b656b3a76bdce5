//! A person asks that what was given up be tried again.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bennu_model::spec::Invalid;
use serde_json::json;

use super::environments::{body_refused, document};
use super::extract::{InPath, InQuery};
use super::query::Query;
use super::{look_up, no_environment, precondition};
use crate::auth::Caller;
use crate::read;
use crate::{Api, Problem};

/// Raises the environment's retry counter: 200 with the environment. Each call is a retry of
/// its own, so a client that has heard no answer may have asked for two.
pub(crate) async fn retry(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    InPath(path): InPath<(String, String)>,
    InQuery(query): InQuery,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    Query::new(query, &[])?;
    precondition::none(&headers)?;
    let view = look_up(&api, &caller, path).await?;
    let environment = &view.state.environment;
    let (team, name) = (&environment.team, &environment.name);
    says_nothing(&headers, &body.map_err(body_refused)?)?;
    let retried = api.environments.retry(team, name).await?;
    let environment = retried.ok_or_else(|| no_environment(team, name.as_str()))?;
    Ok(document(StatusCode::OK, &environment))
}

/// Refuses a body that wants something of the retry: there is nothing to choose.
fn says_nothing(headers: &HeaderMap, body: &[u8]) -> Result<(), Problem> {
    let is_empty = body.trim_ascii().is_empty();
    if is_empty || read::text::body(headers, body)? == json!({}) {
        return Ok(());
    }
    Err(Problem::invalid(vec![Invalid {
        field: "(document)".to_owned(),
        cause: "a retry takes no document".to_owned(),
        remedy: "send an empty body or `{}`".to_owned(),
    }]))
}
