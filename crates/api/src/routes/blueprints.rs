//! Blueprints: declared, read, deleted.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use bennu_model::blueprint::{Blueprint, BlueprintId};
use bennu_model::ids::{BlueprintName, TeamName};
use bennu_ports::hooks::Put;

use super::environments::{DECLARED, body_refused, illegal_name, says_otherwise, template_text};
use super::extract::{InPath, InQuery};
use super::query::Query;
use super::{off_the_runtime, precondition};
use crate::accept::blueprint::{self as accept, AcceptedBlueprint};
use crate::auth::Caller;
use crate::dto::{BlueprintDocument, BlueprintList};
use crate::{Api, Kind, Problem, read};

/// Declares a blueprint: 201 when it is new, 200 when it changed or was so already. What its
/// builds declared stays as it is until the next build.
pub(crate) async fn put(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    InPath((team, name)): InPath<(String, String)>,
    InQuery(query): InQuery,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let team = caller.team(&team)?;
    let name = BlueprintName::new(name).map_err(illegal_name)?;
    Query::new(query, &[])?;
    let if_generation = precondition::if_match(&headers)?;
    let body = body.map_err(body_refused)?;
    let read = move || read::text::body(&headers, &body).map(|value| read::blueprint(&value));
    let (draft, mut problems) = off_the_runtime(read).await??;
    let said = (
        draft.team.as_ref().map(TeamName::as_str),
        draft.name.as_ref().map(BlueprintName::as_str),
    );
    problems.extend(says_otherwise(said, (team.as_str(), name.as_str())));
    let template = match draft.spec.template.clone() {
        Some(source) => Some(template_text(&api, source).await?),
        None => None,
    };
    let catalog = api.catalog.clone();
    let accept = move || accept::blueprint(draft, template.as_ref(), &catalog, problems);
    let accepted = off_the_runtime(accept).await?.map_err(Problem::invalid)?;
    let AcceptedBlueprint { spec, blobs } = accepted;
    let id = BlueprintId { team, name };
    let ledger = &api.hooks.ledger;
    let put = ledger
        .put_blueprint(&id, &spec, &blobs, if_generation)
        .await?;
    answer(put)
}

/// A blueprint as it was declared.
pub(crate) async fn get(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    InPath(path): InPath<(String, String)>,
    InQuery(query): InQuery,
) -> Result<Response, Problem> {
    Query::new(query, &[])?;
    let id = in_path(&caller, path)?;
    let found = api.hooks.ledger.blueprint(&id).await?;
    let found = found.ok_or_else(|| absent(&id.team, id.name.as_str()))?;
    Ok(document(StatusCode::OK, &found))
}

/// Forgets a blueprint. What its builds declared stays.
pub(crate) async fn delete(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    InPath(path): InPath<(String, String)>,
    InQuery(query): InQuery,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let id = in_path(&caller, path)?;
    Query::new(query, &[])?;
    precondition::none(&headers)?;
    if api.hooks.ledger.delete_blueprint(&id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(absent(&id.team, id.name.as_str()))
    }
}

/// A team's blueprints, by name.
pub(crate) async fn list(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    InPath(team): InPath<String>,
    InQuery(query): InQuery,
) -> Result<Json<BlueprintList>, Problem> {
    let team = caller.team(&team)?;
    Query::new(query, &[])?;
    let found = api.hooks.ledger.blueprints(&team).await?;
    Ok(Json(BlueprintList::from(found.as_slice())))
}

fn in_path(caller: &Caller, (team, name): (String, String)) -> Result<BlueprintId, Problem> {
    let team = caller.team(&team)?;
    match BlueprintName::new(name.as_str()) {
        Ok(name) => Ok(BlueprintId { team, name }),
        Err(_) => Err(absent(&team, &name)),
    }
}

fn absent(team: &TeamName, name: &str) -> Problem {
    let shown: String = name.chars().take(80).collect();
    let detail = format!("team {team} has no blueprint {shown:?}");
    Problem::new(Kind::NotFound, detail)
}

fn answer(put: Put) -> Result<Response, Problem> {
    let (status, word, blueprint) = match &put {
        Put::Created(blueprint) => (StatusCode::CREATED, "created", blueprint),
        Put::Changed(blueprint) => (StatusCode::OK, "changed", blueprint),
        Put::Same(blueprint) => (StatusCode::OK, "same", blueprint),
        Put::Moved(stored) => return Err(precondition::moved(*stored)),
    };
    let mut response = document(status, blueprint);
    let headers = response.headers_mut();
    headers.insert(DECLARED, HeaderValue::from_static(word));
    let BlueprintId { team, name } = &blueprint.id;
    let path = HeaderValue::from_str(&format!("/v1/teams/{team}/blueprints/{name}"));
    if let (StatusCode::CREATED, Ok(path)) = (status, path) {
        headers.insert(header::LOCATION, path);
    }
    Ok(response)
}

fn document(status: StatusCode, blueprint: &Blueprint) -> Response {
    let etag = precondition::etag(blueprint.generation);
    let document = BlueprintDocument::from(blueprint);
    (status, [(header::ETAG, etag)], Json(document)).into_response()
}
