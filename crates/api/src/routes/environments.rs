//! One environment: declared, read, deleted.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use bennu_model::environment::Environment;
use bennu_model::ids::EnvironmentName;
use bennu_ports::environments::{Answered, Declared};

use super::extract::{InPath, Sent};
use super::precondition::{self, Condition};
use super::query::Query;
use super::{ENVIRONMENTS, declare, dry_run, look_up, no_environment};
use crate::auth::Caller;
use crate::dto::EnvironmentDocument;
use crate::dto::declaration::{self, DeclarationDocument};
use crate::operation::{Conditions, Operation, Parameter, Repeat, Table, Verb};
use crate::{Api, Kind, Problem};

const PATH: &str = "/v1/teams/{team}/environments/{name}";
/// Tells what a PUT did: `created`, `changed` or `same`.
pub(super) const DECLARED: HeaderName = HeaderName::from_static("bennu-declared");

pub(super) fn routes(table: &mut Table) {
    let about = "The environment with what is seen of it.";
    let operation = Operation::new("getEnvironment", ENVIRONMENTS, about)
        .conditions(Conditions::Read)
        .answers::<EnvironmentDocument>(200, "As it is.")
        .answers_nothing(304, "It is as `If-None-Match` says.");
    table.add(Verb::Get, PATH, get, operation);

    let about = "Declares an environment. Declaring the same again changes nothing.";
    let operation = Operation::new("declareEnvironment", ENVIRONMENTS, about)
        .query(&[Parameter::DRY_RUN])
        .conditions(Conditions::Declare)
        .repeat(Repeat::Once)
        .takes::<DeclarationDocument>(declaration::EXAMPLE)
        .answers::<EnvironmentDocument>(
            200,
            "It changed, or was so already: `Bennu-Declared` tells. A dry run also has \
             `declared` and `plan`, as POST /v1/plan answers them.",
        )
        .answers::<EnvironmentDocument>(201, "A new life begins, or would begin.")
        .refuses(&[Kind::NameTaken, Kind::Fixed]);
    table.add(Verb::Put, PATH, put, operation);

    let about = "Asks for the environment's deletion. Asking again changes nothing.";
    let operation = Operation::new("deleteEnvironment", ENVIRONMENTS, about)
        .query(&[Parameter::DRY_RUN])
        .conditions(Conditions::Change)
        .repeat(Repeat::Once)
        .answers::<EnvironmentDocument>(202, "It is being deleted; it is gone when GET says 404.");
    table.add(Verb::Delete, PATH, delete, operation);
}

async fn get(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    InPath(path): InPath<(String, String)>,
    _: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let view = look_up(&api, &caller, path).await?;
    let generation = view.state.environment.generation;
    precondition::unless_known(&headers, generation, &EnvironmentDocument::seen(&view))
}

/// Declares an environment: 201 when a new life begins, 200 when it changed or was so
/// already.
async fn put(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    InPath((team, name)): InPath<(String, String)>,
    query: Query,
    Condition(if_generation): Condition,
    sent: Sent,
) -> Result<Response, Problem> {
    let team = caller.team(&team)?;
    let name = EnvironmentName::new(name).map_err(declare::illegal_name)?;
    let place = (team, name);
    let declaration = declare::for_path(&api, &caller, place, if_generation, sent).await?;
    if query.is_dry_run() {
        return dry_run::declare(&api, declaration).await;
    }
    answer(api.environments.declare(declaration).await?)
}

/// Asks for an environment's deletion. Asking again changes nothing.
async fn delete(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    InPath((team, name)): InPath<(String, String)>,
    query: Query,
    Condition(if_generation): Condition,
) -> Result<Response, Problem> {
    if query.is_dry_run() {
        let view = look_up(&api, &caller, (team, name)).await?;
        precondition::hold(if_generation, view.state.environment.generation)?;
        return Ok(dry_run::delete(&api, view));
    }
    let team = caller.team(&team)?;
    let absent = || no_environment(&team, &name);
    let legal = EnvironmentName::new(name.as_str()).map_err(|_| absent())?;
    let request = caller.request(if_generation);
    let deleted = api.environments.delete(&team, &legal, &request).await?;
    answered(deleted, StatusCode::ACCEPTED, absent)
}

fn answer(declared: Declared) -> Result<Response, Problem> {
    let (status, word, environment) = match &declared {
        Declared::Created(environment) => (StatusCode::CREATED, "created", environment),
        Declared::Changed(environment) => (StatusCode::OK, "changed", environment),
        Declared::Same(environment) => (StatusCode::OK, "same", environment),
        Declared::NameTaken { team } => return Err(declare::name_taken(team)),
        Declared::Moved(stored) => return Err(precondition::moved(*stored)),
        Declared::Fixed(invalid) => return Err(declare::fixed(invalid.clone())),
    };
    let mut response = document(status, environment);
    let headers = response.headers_mut();
    headers.insert(DECLARED, HeaderValue::from_static(word));
    let path = format!(
        "/v1/teams/{}/environments/{}",
        environment.team, environment.name
    );
    if let (StatusCode::CREATED, Ok(path)) = (status, HeaderValue::from_str(&path)) {
        headers.insert(header::LOCATION, path);
    }
    Ok(response)
}

/// What became of a change that was asked for.
pub(super) fn answered(
    answered: Answered,
    status: StatusCode,
    absent: impl FnOnce() -> Problem,
) -> Result<Response, Problem> {
    match answered {
        Answered::Done(environment) => Ok(document(status, &environment)),
        Answered::Absent => Err(absent()),
        Answered::Moved(stored) => Err(precondition::moved(stored)),
    }
}

/// What was declared, with its ETag.
fn document(status: StatusCode, environment: &Environment) -> Response {
    let etag = precondition::etag(environment.generation);
    let document = EnvironmentDocument::declared(environment);
    (status, [(header::ETAG, etag)], Json(document)).into_response()
}
