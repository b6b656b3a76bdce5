//! ListSecrets: filters, order and pages.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{description, invalid};
use crate::aws_error::{AwsError, AwsResult};
use crate::paging::page;
use crate::secrets::Secret;
use crate::world::{Place, World};

/// The page size, and the largest that can be asked for (the service's model).
const PAGE: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct List {
    max_results: Option<usize>,
    next_token: Option<String>,
    #[serde(default)]
    filters: Vec<Filter>,
    sort_order: Option<String>,
    #[serde(default)]
    include_planned_deletion: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Filter {
    key: String,
    values: Vec<String>,
}

/// One page, the oldest first unless told otherwise. What is marked for deletion is shown to
/// those who ask for it.
pub(super) fn list(request: &List, place: &Place, world: &World) -> AwsResult<Value> {
    let size = request.max_results.unwrap_or(PAGE);
    if !(1..=PAGE).contains(&size) {
        return Err(invalid("MaxResults must be between 1 and 100."));
    }
    let mut found = Vec::new();
    for secret in world.secrets.at(place) {
        let is_shown = match secret.gone_at {
            None => true,
            Some(gone_at) => request.include_planned_deletion && gone_at > world.now,
        };
        if is_shown && fits_all(secret, &request.filters)? {
            found.push(secret);
        }
    }
    found.sort_by_key(|secret| secret.created_at);
    match request.sort_order.as_deref() {
        None | Some("asc") => {}
        Some("desc") => found.reverse(),
        Some(_) => return Err(invalid("SortOrder must be asc or desc.")),
    }
    let page = page(found, size, request.next_token.as_deref());
    let page = page.map_err(|_| {
        let text = "The NextToken value is invalid.";
        AwsError::new("InvalidNextTokenException", text, 400)
    })?;
    let entries: Vec<Value> = page.items.into_iter().map(entry).collect();
    let mut answer = json!({ "SecretList": entries });
    if let Some(token) = page.next_token {
        answer["NextToken"] = json!(token);
    }
    Ok(answer)
}

/// As DescribeSecret has it, with the versions by another name.
fn entry(secret: &Secret) -> Value {
    let mut shown = description(secret);
    if let Some(fields) = shown.as_object_mut()
        && let Some(versions) = fields.remove("VersionIdsToStages")
    {
        fields.insert("SecretVersionsToStages".to_owned(), versions);
    }
    shown
}

/// Filters all hold; of a filter's values one does, by its beginning, and one after `!` by
/// not being there.
fn fits_all(secret: &Secret, filters: &[Filter]) -> AwsResult<bool> {
    for filter in filters {
        let has = |wanted: &str| -> AwsResult<bool> {
            Ok(match filter.key.as_str() {
                "name" => secret.name.starts_with(wanted),
                "description" => {
                    let text = secret.description.as_deref().unwrap_or_default();
                    text.to_lowercase().starts_with(&wanted.to_lowercase())
                }
                "tag-key" => secret.tags.keys().any(|key| key.starts_with(wanted)),
                "tag-value" => secret.tags.values().any(|value| value.starts_with(wanted)),
                other => {
                    return Err(invalid(format!("The filter {other} is not simulated")));
                }
            })
        };
        let mut fits = false;
        for value in &filter.values {
            fits |= match value.strip_prefix('!') {
                Some(unwanted) => !has(unwanted)?,
                None => has(value)?,
            };
        }
        if !fits {
            return Ok(false);
        }
    }
    Ok(true)
}
