//! What a pass would do: for what is stored, and for a document that is not to be stored.
//! Nothing is read from AWS or Octopus for it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Json};

use super::extract::{InPath, Sent};
use super::precondition::Condition;
use super::query::Query;
use super::{ENVIRONMENTS, declare, dry_run, look_up};
use crate::auth::Caller;
use crate::dto::declaration::{self, DeclarationDocument};
use crate::dto::{DryRunDocument, PlanDocument};
use crate::operation::{Operation, Repeat, Table, Verb};
use crate::{Api, Kind, Problem};

pub(super) fn routes(table: &mut Table) {
    let about = "What the next pass would do, on what is seen now.";
    let operation = Operation::new("planEnvironment", ENVIRONMENTS, about)
        .answers::<PlanDocument>(200, "The plan.");
    table.add(
        Verb::Get,
        "/v1/teams/{team}/environments/{name}/plan",
        stored,
        operation,
    );

    let about = "What declaring a document would lead to. It says itself which environment it \
                 is; nothing is stored.";
    let why = "nothing is written here, so it can be sent as often as you like";
    let operation = Operation::new("planDocument", ENVIRONMENTS, about)
        .repeat(Repeat::Refused(why))
        .takes::<DeclarationDocument>(declaration::PLACED_EXAMPLE)
        .answers::<DryRunDocument>(200, "What would become of it: `declared` and `plan`.")
        .refuses(&[Kind::NotFound, Kind::NameTaken, Kind::Fixed]);
    table.add(Verb::Post, "/v1/plan", sent, operation);
}

async fn stored(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    InPath(path): InPath<(String, String)>,
    _: Query,
) -> Result<Json<PlanDocument>, Problem> {
    let view = look_up(&api, &caller, path).await?;
    let plan = (api.planner)(&view.state, (api.clock.now)());
    Ok(Json(PlanDocument::from(&plan)))
}

async fn sent(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    _: Query,
    _: Condition,
    sent: Sent,
) -> Result<Response, Problem> {
    let declaration = declare::for_itself(&api, &caller, sent).await?;
    let mut response = dry_run::declare(&api, declaration).await?;
    // Nothing is created here: 201 would promise that it is there now.
    *response.status_mut() = StatusCode::OK;
    Ok(response)
}
