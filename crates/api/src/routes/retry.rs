//! A person asks that what was given up be tried again.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use bennu_model::spec::Invalid;
use serde_json::json;

use super::environments::answered;
use super::extract::{InPath, Sent};
use super::precondition::Condition;
use super::query::Query;
use super::{ENVIRONMENTS, look_up, no_environment};
use crate::auth::Caller;
use crate::dto::EnvironmentDocument;
use crate::dto::asked::Nothing;
use crate::operation::{Conditions, Operation, Repeat, Table, Verb};
use crate::{Api, Problem};

pub(super) fn routes(table: &mut Table) {
    let about = "Has what was given up tried again. Each call is a retry of its own; under an \
                 `Idempotency-Key` there is one.";
    let operation = Operation::new("retryEnvironment", ENVIRONMENTS, about)
        .conditions(Conditions::Change)
        .repeat(Repeat::Once)
        .takes::<Nothing>("{}")
        .optionally()
        .answers::<EnvironmentDocument>(200, "It is tried again.");
    table.add(
        Verb::Post,
        "/v1/teams/{team}/environments/{name}/retry",
        retry,
        operation,
    );
}

async fn retry(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    InPath(path): InPath<(String, String)>,
    _: Query,
    Condition(if_generation): Condition,
    sent: Sent,
) -> Result<Response, Problem> {
    let view = look_up(&api, &caller, path).await?;
    let environment = &view.state.environment;
    let (team, name) = (&environment.team, &environment.name);
    says_nothing(sent, "a retry").await?;
    let request = caller.request(if_generation);
    let retried = api.environments.retry(team, name, &request).await?;
    answered(retried, StatusCode::OK, || {
        no_environment(team, name.as_str())
    })
}

/// Refuses a body that wants something: there is nothing to choose.
pub(super) async fn says_nothing(sent: Sent, what: &str) -> Result<(), Problem> {
    if sent.is_empty() || sent.read(|document| *document == json!({})).await? {
        return Ok(());
    }
    Err(Problem::invalid(vec![Invalid {
        field: "(document)".to_owned(),
        cause: format!("{what} takes no document"),
        remedy: "send an empty body or `{}`".to_owned(),
    }]))
}
