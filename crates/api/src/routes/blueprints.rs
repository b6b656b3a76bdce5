//! Blueprints: declared, read, deleted.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use bennu_model::blueprint::{Blueprint, BlueprintId};
use bennu_model::ids::{BlueprintName, Generation, TeamName};
use bennu_ports::hooks::{Forgotten, Put};

use super::declare::{illegal_name, says_otherwise, template_text};
use super::environments::DECLARED;
use super::extract::{InPath, Sent};
use super::precondition::{self, Condition};
use super::query::Query;
use super::{BLUEPRINTS, off_the_runtime, page};
use crate::accept::blueprint::{self as accept, AcceptedBlueprint};
use crate::auth::Caller;
use crate::dto::blueprint_declaration::{self as declaration, BlueprintDeclaration};
use crate::dto::{BlueprintDocument, BlueprintList};
use crate::operation::{Conditions, Operation, Parameter, Repeat, Table, Verb};
use crate::{Api, Kind, Problem, read};

const PATH: &str = "/v1/teams/{team}/blueprints/{name}";
const LIST: &[Parameter] = &[Parameter::limit(500), Parameter::CONTINUE];

pub(super) fn routes(table: &mut Table) {
    let operation = Operation::new(
        "listBlueprints",
        BLUEPRINTS,
        "A team's blueprints, by name.",
    )
    .query(LIST)
    .answers::<BlueprintList>(200, "A page.");
    table.add(Verb::Get, "/v1/teams/{team}/blueprints", list, operation);

    let operation = Operation::new(
        "getBlueprint",
        BLUEPRINTS,
        "A blueprint as it was declared.",
    )
    .conditions(Conditions::Read)
    .answers::<BlueprintDocument>(200, "As it is.")
    .answers_nothing(304, "It is as `If-None-Match` says.");
    table.add(Verb::Get, PATH, get, operation);

    let about = "Declares a blueprint. What its builds declared stays as it is until the next \
                 build.";
    let operation = Operation::new("declareBlueprint", BLUEPRINTS, about)
        .query(&[Parameter::DRY_RUN])
        .conditions(Conditions::Declare)
        .repeat(Repeat::Once)
        .takes::<BlueprintDeclaration>(declaration::EXAMPLE)
        .answers::<BlueprintDocument>(
            200,
            "It changed, or was so already: `Bennu-Declared` tells.",
        )
        .answers::<BlueprintDocument>(201, "It is new, or would be.");
    table.add(Verb::Put, PATH, put, operation);

    let about = "Forgets a blueprint. What its builds declared stays.";
    let operation = Operation::new("deleteBlueprint", BLUEPRINTS, about)
        .query(&[Parameter::DRY_RUN])
        .conditions(Conditions::Change)
        .repeat(Repeat::Once)
        .answers_nothing(204, "It is forgotten, or would be.");
    table.add(Verb::Delete, PATH, delete, operation);
}

async fn put(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    InPath((team, name)): InPath<(String, String)>,
    query: Query,
    Condition(if_generation): Condition,
    sent: Sent,
) -> Result<Response, Problem> {
    let team = caller.team(&team)?;
    let name = BlueprintName::new(name).map_err(illegal_name)?;
    let (draft, mut problems) = sent.read(read::blueprint).await?;
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
    let id = BlueprintId { team, name };
    if query.is_dry_run() {
        return dry_run(&api, id, accepted, if_generation).await;
    }
    let AcceptedBlueprint { spec, blobs } = accepted;
    let ledger = &api.hooks.ledger;
    let put = ledger
        .put_blueprint(&id, &spec, &blobs, if_generation)
        .await?;
    answer(put)
}

/// What putting it would answer.
async fn dry_run(
    api: &Api,
    id: BlueprintId,
    accepted: AcceptedBlueprint,
    if_generation: Option<Generation>,
) -> Result<Response, Problem> {
    let stored = api.hooks.ledger.blueprint(&id).await?;
    let generation = stored.as_ref().map_or(Generation(0), |one| one.generation);
    precondition::hold(if_generation, generation)?;
    let spec = accepted.spec;
    let would = |generation| Blueprint {
        id,
        generation,
        spec: spec.clone(),
    };
    answer(match stored {
        None => Put::Created(would(Generation(1))),
        Some(stored) if stored.spec == spec => Put::Same(stored),
        Some(_) => Put::Changed(would(Generation(generation.0 + 1))),
    })
}

async fn get(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    InPath(path): InPath<(String, String)>,
    _: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let found = stored(&api, &caller, path).await?;
    precondition::unless_known(&headers, found.generation, &BlueprintDocument::from(&found))
}

async fn delete(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    InPath(path): InPath<(String, String)>,
    query: Query,
    Condition(if_generation): Condition,
) -> Result<StatusCode, Problem> {
    if query.is_dry_run() {
        let found = stored(&api, &caller, path).await?;
        precondition::hold(if_generation, found.generation)?;
        return Ok(StatusCode::NO_CONTENT);
    }
    let id = in_path(&caller, path)?;
    match api
        .hooks
        .ledger
        .delete_blueprint(&id, if_generation)
        .await?
    {
        Forgotten::Done => Ok(StatusCode::NO_CONTENT),
        Forgotten::Absent => Err(absent(&id.team, id.name.as_str())),
        Forgotten::Moved(stored) => Err(precondition::moved(stored)),
    }
}

async fn list(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    InPath(team): InPath<String>,
    query: Query,
) -> Result<Json<BlueprintList>, Problem> {
    let team = caller.team(&team)?;
    let found = api.hooks.ledger.blueprints(&team).await?;
    let (shown, metadata) = page::cut(found, &query, |one| one.id.name.to_string())?;
    Ok(Json(BlueprintList::page(&shown, metadata)))
}

async fn stored(api: &Api, caller: &Caller, path: (String, String)) -> Result<Blueprint, Problem> {
    let id = in_path(caller, path)?;
    let found = api.hooks.ledger.blueprint(&id).await?;
    found.ok_or_else(|| absent(&id.team, id.name.as_str()))
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
