//! Values of a tenant's variables: set, cleared, or all taken away.

use std::collections::BTreeSet;

use bennu_model::ids::{OctopusEnvironmentId, TenantId};
use bennu_model::outcome::{Outcome, Retry};
use bennu_model::variable::{VariableKey, VariableSetting};
use bennu_ports::Secrets;
use serde_json::Value;

use super::super::asking::Space;
use super::super::variables;
use super::document::{VARIABLES, rewrite_with};

/// So much of a refusal is told, in characters, as by the adapter.
const LONGEST_REFUSAL: usize = 1_000;

/// Sets some values and clears others.
pub(super) async fn set(
    here: &Space<'_>,
    tenant: &TenantId,
    environment: &OctopusEnvironmentId,
    set: &[VariableSetting],
    clear: &BTreeSet<VariableKey>,
    secrets: &Secrets,
) -> Outcome {
    let edit = |document: &mut Value| {
        let edited = variables::edit(document, environment, set, clear, secrets);
        edited.map_err(|why| Outcome::Rejected {
            why: why.chars().take(LONGEST_REFUSAL).collect(),
            retry: Retry::Backoff,
        })
    };
    let is_kept = |kept: &Value| variables::stand(kept, environment, set, clear);
    rewrite_with(here, &VARIABLES, tenant.as_str(), edit, is_kept).await
}

/// Takes all values away.
pub(super) async fn clear(here: &Space<'_>, tenant: &TenantId) -> Outcome {
    let edit = |document: &mut Value| {
        variables::empty(document);
        Ok(())
    };
    rewrite_with(here, &VARIABLES, tenant.as_str(), edit, variables::is_empty).await
}
