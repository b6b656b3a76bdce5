//! A person wants a fresh look, and waits for it a little.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use bennu_model::environment::Environment;
use bennu_ports::environments::{Answered, EnvironmentView};
use chrono::{DateTime, Utc};

use super::extract::{InPath, Sent};
use super::precondition::{self, Condition};
use super::query::Query;
use super::retry::says_nothing;
use super::stream::Watchers;
use super::{ENVIRONMENTS, look_up, no_environment};
use crate::auth::Caller;
use crate::dto::EnvironmentDocument;
use crate::dto::asked::Nothing;
use crate::layers::Place;
use crate::operation::{Conditions, Form, Operation, Parameter, Repeat, Table, Verb};
use crate::{Api, Problem};

/// Nobody is kept waiting longer: proxies and clients give up at 30 s.
const MAX_WAIT: Duration = Duration::from_secs(25);
/// A look takes a second or two.
const PERIOD: Duration = Duration::from_millis(500);

const QUERY: &[Parameter] = &[
    Parameter {
        name: "maxAge",
        about: "How old what is seen may be: seconds, or `30s`, `5m`.",
        form: Form::Duration { default: "0s" },
    },
    Parameter {
        name: "wait",
        about: "How long to wait for it, at most 25 s.",
        form: Form::Duration { default: "20s" },
    },
];

pub(super) fn routes(table: &mut Table) {
    let about = "Has everything that matters of the environment read anew, and waits until that \
                 is done.";
    let operation = Operation::new("refreshEnvironment", ENVIRONMENTS, about)
        .query(QUERY)
        .conditions(Conditions::Change)
        .repeat(Repeat::Refused(
            "asking for a fresh look again is harmless; leave it out",
        ))
        .takes::<Nothing>("{}")
        .optionally()
        .answers::<EnvironmentDocument>(200, "All of it was read since then.")
        .answers::<EnvironmentDocument>(
            202,
            "It is still being read, or something of it cannot be read: `status` shows what is \
             unknown. Ask again.",
        );
    table.add(
        Verb::Post,
        "/v1/teams/{team}/environments/{name}/refresh",
        refresh,
        operation,
    );
}

#[expect(clippy::too_many_arguments, reason = "each is a part of the request")]
async fn refresh(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    Extension(watchers): Extension<Arc<Watchers>>,
    Extension(place): Extension<Place>,
    InPath(path): InPath<(String, String)>,
    query: Query,
    Condition(if_generation): Condition,
    sent: Sent,
) -> Result<Response, Problem> {
    let view = look_up(&api, &caller, path.clone()).await?;
    says_nothing(sent, "a refresh").await?;
    precondition::hold(if_generation, view.state.environment.generation)?;
    let max_age = query.duration("maxAge");
    // What was seen is dated by the database, and so is its age.
    if !max_age.is_zero() && (api.freshness)(&view.state, api.environments.now().await? - max_age) {
        return Ok(answer(StatusCode::OK, &view));
    }
    let wait = query.duration("wait").min(MAX_WAIT);
    let waiting = match wait.is_zero() {
        true => None,
        false => Some(watchers.place()?),
    };
    let Environment { team, name, .. } = &view.state.environment;
    let asked = match api.environments.refresh(team, name).await? {
        Answered::Done(environment) => environment,
        Answered::Absent => return Err(no_environment(team, name.as_str())),
        Answered::Moved(stored) => return Err(precondition::moved(stored)),
    };
    let since = asked.refresh_at.unwrap_or(asked.created_at) - max_age;
    if waiting.is_some() {
        place.leave();
    }
    let looked = tokio::time::timeout(wait, looked(&api, &caller, &path, since));
    match looked.await {
        Ok(view) => Ok(answer(StatusCode::OK, &view?)),
        Err(_) => {
            let view = look_up(&api, &caller, path).await?;
            Ok(answer(StatusCode::ACCEPTED, &view))
        }
    }
}

/// The environment once all of it was read since a moment.
async fn looked(
    api: &Api,
    caller: &Caller,
    path: &(String, String),
    since: DateTime<Utc>,
) -> Result<EnvironmentView, Problem> {
    loop {
        let view = look_up(api, caller, path.clone()).await?;
        if (api.freshness)(&view.state, since) {
            return Ok(view);
        }
        tokio::time::sleep(PERIOD).await;
    }
}

fn answer(status: StatusCode, view: &EnvironmentView) -> Response {
    (status, Json(EnvironmentDocument::seen(view))).into_response()
}
