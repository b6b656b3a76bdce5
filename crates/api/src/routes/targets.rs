//! The targets of the configuration.

use axum::Json;
use axum::extract::State;

use super::PLACES;
use super::query::Query;
use crate::dto::{TargetDocument, TargetList};
use crate::operation::{Operation, Table, Verb};
use crate::{Api, Problem};

pub(super) fn routes(table: &mut Table) {
    let about = "All targets, each with what its last sweep saw. Every token may know them.";
    let operation =
        Operation::new("listTargets", PLACES, about).answers::<TargetList>(200, "All of them.");
    table.add(Verb::Get, "/v1/targets", targets, operation);
}

async fn targets(State(api): State<Api>, _: Query) -> Result<Json<TargetList>, Problem> {
    let sweeps = api.environments.targets().await?;
    let targets = api.catalog.targets.iter();
    Ok(Json(TargetList {
        items: targets
            .map(|(name, entry)| TargetDocument::new(name, entry, sweeps.get(name)))
            .collect(),
    }))
}
