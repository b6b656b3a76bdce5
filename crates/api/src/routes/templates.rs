//! The templates of the catalog.

use axum::Json;
use axum::extract::State;

use super::extract::InQuery;
use super::query::Query;
use crate::dto::{CatalogList, CatalogTemplate};
use crate::{Api, Problem};

/// All templates that specs can name, as the catalog has them now. Every token may know them.
pub(crate) async fn templates(
    State(api): State<Api>,
    InQuery(query): InQuery,
) -> Result<Json<CatalogList>, Problem> {
    Query::new(query, &[])?;
    let entries = api.catalog.templates.values();
    Ok(Json(CatalogList {
        items: entries
            .map(|entry| CatalogTemplate::from(&**entry))
            .collect(),
    }))
}
