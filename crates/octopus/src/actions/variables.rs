//! Values of a tenant's variables: set, cleared, or all taken away.

use std::collections::BTreeSet;

use bennu_model::ids::{OctopusEnvironmentId, TenantId};
use bennu_model::outcome::{Outcome, Retry};
use bennu_model::variable::{SettingValue, VariableKey, VariableSetting};
use bennu_ports::{SecretText, Secrets};

use super::document::{VARIABLES, rewrite_with, unreadable};
use crate::space::InSpace;
use crate::wire::document::Document;
use crate::wire::variables::{Unedited, has_none, has_values, with_values, without_values};

/// So much of a refusal that names all variables is told, in characters.
const LONGEST_REFUSAL: usize = 1_000;

/// Sets some values, clears others, and leaves the rest as it is. What a secret holds cannot
/// be compared, so that a setting of one is always written.
pub(super) async fn set(
    here: &InSpace<'_>,
    tenant: &TenantId,
    environment: &OctopusEnvironmentId,
    set: &[VariableSetting],
    clear: &BTreeSet<VariableKey>,
    secrets: &Secrets,
) -> Outcome {
    let edit = |document: Document| {
        with_values(document, environment, set, clear, secrets).map_err(|why| match why {
            Unedited::Odd(why) => unreadable(&VARIABLES, &why),
            // Templates are people's: they may be mended without a new spec.
            Unedited::Refused(why) => Outcome::Rejected {
                why: why.chars().take(LONGEST_REFUSAL).collect(),
                retry: Retry::Backoff,
            },
        })
    };
    let is_kept = |kept: &Document| has_values(kept, environment, set, clear);
    let named = set.iter().filter_map(|setting| match &setting.value {
        SettingValue::Literal(_) => None,
        SettingValue::Secret { arn, .. } => secrets.get(arn).map(SecretText::expose),
    });
    let named: Vec<&str> = named.collect();
    rewrite_with(here, &VARIABLES, tenant.as_str(), &named, edit, is_kept).await
}

/// Takes all values away that the tenant's connections show.
pub(super) async fn clear(here: &InSpace<'_>, tenant: &TenantId) -> Outcome {
    let edit = |document| without_values(document).map_err(|why| unreadable(&VARIABLES, &why));
    rewrite_with(here, &VARIABLES, tenant.as_str(), &[], edit, has_none).await
}
