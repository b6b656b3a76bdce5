//! The templates of the catalog.

use axum::Json;
use axum::extract::State;

use super::PLACES;
use super::query::Query;
use crate::dto::{CatalogList, CatalogTemplate};
use crate::operation::{Operation, Table, Verb};
use crate::{Api, Problem};

pub(super) fn routes(table: &mut Table) {
    let about = "All templates that specs can name, as the catalog has them now. Every token may \
                 know them.";
    let operation =
        Operation::new("listTemplates", PLACES, about).answers::<CatalogList>(200, "All of them.");
    table.add(Verb::Get, "/v1/templates", templates, operation);
}

async fn templates(State(api): State<Api>, _: Query) -> Result<Json<CatalogList>, Problem> {
    let entries = api.catalog.templates.values();
    Ok(Json(CatalogList {
        items: entries
            .map(|entry| CatalogTemplate::from(&**entry))
            .collect(),
    }))
}
