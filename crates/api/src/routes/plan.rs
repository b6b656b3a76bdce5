//! A dry run of the next pass, on what is stored: nothing is read from AWS or Octopus.

use axum::extract::State;
use axum::{Extension, Json};

use super::extract::{InPath, InQuery};
use super::look_up;
use super::query::Query;
use crate::auth::Caller;
use crate::dto::PlanDocument;
use crate::{Api, Problem};

/// What the next pass would do, on what is seen now.
pub(crate) async fn plan(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    InPath(path): InPath<(String, String)>,
    InQuery(query): InQuery,
) -> Result<Json<PlanDocument>, Problem> {
    Query::new(query, &[])?;
    let view = look_up(&api, &caller, path).await?;
    let plan = (api.planner)(&view.state, (api.clock.now)());
    Ok(Json(PlanDocument::from(&plan)))
}
