//! The Octopus spaces of the configuration.

use axum::Json;
use axum::extract::State;

use super::PLACES;
use super::query::Query;
use crate::dto::{SpaceDocument, SpaceList};
use crate::operation::{Operation, Table, Verb};
use crate::{Api, Problem};

pub(super) fn routes(table: &mut Table) {
    let about = "All Octopus spaces, each with what its last sweep saw. Every token may know them.";
    let operation =
        Operation::new("listSpaces", PLACES, about).answers::<SpaceList>(200, "All of them.");
    table.add(Verb::Get, "/v1/spaces", spaces, operation);
}

async fn spaces(State(api): State<Api>, _: Query) -> Result<Json<SpaceList>, Problem> {
    let sweeps = api.environments.spaces().await?;
    let servers = api.catalog.servers.iter();
    let places = servers.flat_map(|(server, spaces)| {
        let each = spaces.iter();
        each.map(move |space| (server.clone(), space.clone()))
    });
    Ok(Json(SpaceList {
        items: places
            .map(|place| SpaceDocument::new(&place.0, &place.1, sweeps.get(&place)))
            .collect(),
    }))
}
