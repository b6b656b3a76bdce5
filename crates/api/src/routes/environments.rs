//! One environment: declared, read, deleted.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use bennu_model::environment::Environment;
use bennu_model::ids::{EnvironmentName, IllegalId, TeamName};
use bennu_model::spec::Invalid;
use bennu_ports::environments::{Declaration, Declared};

use super::extract::{InPath, InQuery};
use super::query::Query;
use super::{look_up, no_environment, off_the_runtime, precondition};
use crate::accept::{self, Accepted, TemplateText};
use crate::auth::Caller;
use crate::dto::EnvironmentDocument;
use crate::read::{self, Draft, TemplateSource};
use crate::{Api, Kind, Problem};

/// Tells what a PUT did: `created`, `changed` or `same`.
pub(super) const DECLARED: HeaderName = HeaderName::from_static("bennu-declared");

/// Declares an environment: 201 when a new life begins, 200 when it changed or was so
/// already.
pub(crate) async fn put(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    InPath((team, name)): InPath<(String, String)>,
    InQuery(query): InQuery,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let team = caller.team(&team)?;
    let name = EnvironmentName::new(name).map_err(illegal_name)?;
    Query::new(query, &[])?;
    let if_generation = precondition::if_match(&headers)?;
    let body = body.map_err(body_refused)?;
    let read = off_the_runtime(move || read_document(&headers, &body)).await??;
    let (draft, mut problems) = read;
    let said = (
        draft.team.as_ref().map(TeamName::as_str),
        draft.name.as_ref().map(EnvironmentName::as_str),
    );
    problems.extend(says_otherwise(said, (team.as_str(), name.as_str())));
    let labels = draft.labels.clone();
    let Accepted { spec, blobs } = accepted(&api, draft, problems).await?;
    let declaration = Declaration {
        team,
        name,
        labels,
        spec,
        blobs,
        if_generation,
    };
    answer(api.environments.declare(declaration).await?)
}

/// An environment with what is seen of it.
pub(crate) async fn get(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    InPath(path): InPath<(String, String)>,
    InQuery(query): InQuery,
) -> Result<Response, Problem> {
    Query::new(query, &[])?;
    let view = look_up(&api, &caller, path).await?;
    let etag = precondition::etag(view.state.environment.generation);
    Ok((
        [(header::ETAG, etag)],
        Json(EnvironmentDocument::seen(&view)),
    )
        .into_response())
}

/// Asks for an environment's deletion. Asking again changes nothing.
pub(crate) async fn delete(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    InPath((team, name)): InPath<(String, String)>,
    InQuery(query): InQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let team = caller.team(&team)?;
    Query::new(query, &[])?;
    precondition::none(&headers)?;
    let absent = || no_environment(&team, &name);
    let legal = EnvironmentName::new(name.as_str()).map_err(|_| absent())?;
    let deleted = api.environments.delete(&team, &legal).await?;
    let environment = deleted.ok_or_else(absent)?;
    Ok(document(StatusCode::ACCEPTED, &environment))
}

/// What the path names is no name.
pub(super) fn illegal_name(illegal: IllegalId) -> Problem {
    Problem::invalid(vec![Invalid {
        field: "metadata.name".to_owned(),
        cause: format!("{:?} is no legal {}", illegal.value, illegal.kind),
        remedy: illegal.rule.to_owned(),
    }])
}

fn read_document(headers: &HeaderMap, body: &[u8]) -> Result<(Draft, Vec<Invalid>), Problem> {
    read::text::body(headers, body).map(|value| read::environment(&value))
}

pub(super) fn body_refused(rejection: BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let detail = "a document has at most 2 MiB; CloudFormation takes templates up to 1 MB";
        Problem::new(Kind::TooLarge, detail)
    } else {
        Problem::new(Kind::Malformed, "the body broke off; send it again")
    }
}

/// What a document says of its own place, where that is not the path's.
pub(super) fn says_otherwise(
    (said_team, said_name): (Option<&str>, Option<&str>),
    (team, name): (&str, &str),
) -> Vec<Invalid> {
    let said = [
        ("metadata.team", said_team, team),
        ("metadata.name", said_name, name),
    ];
    let other = said
        .into_iter()
        .filter_map(|(field, said, path)| Some((field, said?, path)))
        .filter(|(_, said, path)| said != path);
    other
        .map(|(field, said, path)| Invalid {
            field: field.to_owned(),
            cause: format!("the document says {said:?}, the path {path:?}"),
            remedy: "make them the same, or leave it out of the document".to_owned(),
        })
        .collect()
}

async fn accepted(api: &Api, draft: Draft, problems: Vec<Invalid>) -> Result<Accepted, Problem> {
    let template = match draft.spec.template.clone() {
        Some(source) => Some(template_text(api, source).await?),
        None => None,
    };
    let catalog = api.catalog.clone();
    let accept = move || accept::accept(draft, template.as_ref(), &catalog, problems);
    off_the_runtime(accept).await?.map_err(Problem::invalid)
}

pub(super) async fn template_text(
    api: &Api,
    source: TemplateSource,
) -> Result<TemplateText, Problem> {
    let text = match &source {
        TemplateSource::Inline(text) => Some(text.clone()),
        TemplateSource::Named(name) => api.catalog.text(name),
        TemplateSource::Stored(digest) => {
            // Only texts are stored as templates: bytes that are none were never one.
            let bytes = api.environments.blob(digest).await?;
            bytes.and_then(|bytes| String::from_utf8(bytes.into()).ok())
        }
    };
    Ok(TemplateText { source, text })
}

fn answer(declared: Declared) -> Result<Response, Problem> {
    let (status, word, environment) = match &declared {
        Declared::Created(environment) => (StatusCode::CREATED, "created", environment),
        Declared::Changed(environment) => (StatusCode::OK, "changed", environment),
        Declared::Same(environment) => (StatusCode::OK, "same", environment),
        Declared::NameTaken { team } => {
            let detail = format!(
                "the name is taken in this Octopus space by an environment of team {team}; \
                 choose another, or ask them"
            );
            return Err(Problem::new(Kind::NameTaken, detail));
        }
        Declared::Moved(stored) => return Err(precondition::moved(*stored)),
        Declared::Fixed(invalid) => {
            let detail = format!(
                "{} cannot change while the environment lives",
                invalid.field
            );
            return Err(Problem::at(Kind::Fixed, detail, invalid.clone()));
        }
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

/// What was declared, with its ETag.
pub(super) fn document(status: StatusCode, environment: &Environment) -> Response {
    let etag = precondition::etag(environment.generation);
    let document = EnvironmentDocument::declared(environment);
    (status, [(header::ETAG, etag)], Json(document)).into_response()
}
