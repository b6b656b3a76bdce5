//! The change set of an environment, as it was last seen.

use axum::extract::State;
use axum::{Extension, Json};

use super::extract::InPath;
use super::query::Query;
use super::{ENVIRONMENTS, look_up};
use crate::auth::Caller;
use crate::dto::ChangesDocument;
use crate::operation::{Operation, Table, Verb};
use crate::{Api, Kind, Problem};

pub(super) fn routes(table: &mut Table) {
    let about = "What an update would change and because of what, and whether it waits for a \
                 person.";
    let operation = Operation::new("getChanges", ENVIRONMENTS, about)
        .answers::<ChangesDocument>(200, "The change set as last seen.")
        .refuses(&[Kind::NoChangeSet]);
    table.add(
        Verb::Get,
        "/v1/teams/{team}/environments/{name}/changes",
        changes,
        operation,
    );
}

async fn changes(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    InPath(path): InPath<(String, String)>,
    _: Query,
) -> Result<Json<ChangesDocument>, Problem> {
    let view = look_up(&api, &caller, path).await?;
    let document = ChangesDocument::of(&view).ok_or_else(|| {
        let name = &view.state.environment.name;
        let detail = format!(
            "no change set of {name} is open: a first creation needs none, and what was executed \
             is over; `explain` says what is going on"
        );
        Problem::new(Kind::NoChangeSet, detail)
    })?;
    Ok(Json(document))
}
