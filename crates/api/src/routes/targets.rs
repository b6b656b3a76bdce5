//! The targets of the configuration.

use axum::Json;
use axum::extract::State;

use super::extract::InQuery;
use super::query::Query;
use crate::dto::{TargetDocument, TargetList};
use crate::{Api, Problem};

/// All targets, each with what its last sweep saw. Every token may know them.
pub(crate) async fn targets(
    State(api): State<Api>,
    InQuery(query): InQuery,
) -> Result<Json<TargetList>, Problem> {
    Query::new(query, &[])?;
    let sweeps = api.environments.targets().await?;
    let targets = api.catalog.targets.iter();
    Ok(Json(TargetList {
        items: targets
            .map(|(name, entry)| TargetDocument::new(name, entry, sweeps.get(name)))
            .collect(),
    }))
}
