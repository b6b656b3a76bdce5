//! What is to be done about a tenant.

use std::collections::BTreeMap;

use bennu_model::action::{Action, DeploymentsAction};
use bennu_model::attempt::Settled;
use bennu_model::desired::DesiredTenant;
use bennu_model::observed::Seen;
use bennu_model::plan::Resource;
use bennu_model::verdict::Verdict;

use super::{Wanted, blocked, foreign, go, wait};
use crate::case::Case;
use crate::classify;

/// At most one step for the tenant.
pub fn choose(case: &Case<'_>, verdict: &Verdict) -> Option<Wanted> {
    let desired = case.desired.tenant.as_ref()?;
    match verdict {
        Verdict::InSync => None,
        Verdict::Missing => Some(create(case, desired)),
        Verdict::Outdated(why) | Verdict::Drifted(why) if case.wanted() => {
            Some(connect(case, desired, why))
        }
        Verdict::Outdated(_) | Verdict::Drifted(_) => Some(remove(case, desired)),
        Verdict::Foreign(whose) => Some(foreign(
            case,
            blocked(
                Resource::Tenant,
                "ForeignTenant",
                format!("a tenant {:?} exists, and {whose}", desired.name.as_str()),
                "have its owner delete or rename it, or declare the environment under another name",
                "what is not ours is not touched",
            ),
        )),
        Verdict::Unknown(why) => Some(wait(
            Resource::Tenant,
            format!("certainty about the tenant: {why}"),
            "nothing is created or deleted on what is not known",
            Some(case.policy.poll.min(case.policy.certainty())),
        )),
        Verdict::Busy(_) | Verdict::Broken(_) => None,
    }
}

fn action(desired: &DesiredTenant, action: DeploymentsAction) -> Action {
    Action::Deployments(desired.server.clone(), desired.space.clone(), action)
}

fn create(case: &Case<'_>, desired: &DesiredTenant) -> Wanted {
    let refusal = case
        .tries(&["create-tenant"])
        .rev()
        .find_map(|a| match &a.settled {
            Some(Settled::Rejected(why)) => Some(why.clone()),
            Some(
                Settled::Applied(_)
                | Settled::Unchanged(_)
                | Settled::Failed { .. }
                | Settled::NotApplied,
            )
            | None => None,
        });
    if let Some(why) = refusal {
        return blocked(
            Resource::Tenant,
            "Refused",
            format!("Octopus refused to create the tenant: {why}"),
            "mend the cause, then change the spec or ask for a retry",
            "the same call would be refused again",
        );
    }
    match classify::connections(case, desired) {
        Err(source) => lacking(case, desired, &source.to_string()),
        Ok(connections) => go(
            Resource::Tenant,
            action(
                desired,
                DeploymentsAction::CreateTenant {
                    name: desired.name.clone(),
                    description: desired.description.clone(),
                    connections,
                },
            ),
            None,
            "there is no tenant",
        ),
    }
}

fn connect(case: &Case<'_>, desired: &DesiredTenant, why: &str) -> Wanted {
    match (
        classify::connections(case, desired),
        case.known.tenant.clone(),
    ) {
        (Err(source), _) => lacking(case, desired, &source.to_string()),
        (Ok(connections), Some(tenant)) => go(
            Resource::Tenant,
            action(
                desired,
                DeploymentsAction::ConnectTenant {
                    tenant,
                    connections,
                },
            ),
            None,
            why,
        ),
        (Ok(_), None) => wait(
            Resource::Tenant,
            "the tenant's id",
            why,
            Some(case.policy.poll),
        ),
    }
}

/// The space does not have what the spec names. Looked for again, for people do make
/// projects after they have named them.
fn lacking(case: &Case<'_>, desired: &DesiredTenant, what: &str) -> Wanted {
    if !matches!(case.observed.space.seen, Seen::Present(_)) {
        return wait(
            Resource::Tenant,
            "the names of the space",
            "a connection needs the ids of project and environment",
            Some(case.policy.poll),
        );
    }
    let mut missing = blocked(
        Resource::Tenant,
        "NotInSpace",
        format!("the space {:?} has no {what}", desired.space.as_str()),
        "create it in Octopus, or name another in the spec",
        "a connection needs the ids of project and environment",
    );
    missing.look_after = Some(case.policy.space_freshness);
    missing
}

/// Disconnect, then delete: a tenant that is still connected can fail to go.
fn remove(case: &Case<'_>, desired: &DesiredTenant) -> Wanted {
    const BECAUSE: &str = "the environment is being deleted";
    let Some(tenant) = case.known.tenant.clone() else {
        return wait(
            Resource::Tenant,
            "the tenant's id",
            BECAUSE,
            Some(case.policy.poll),
        );
    };
    let is_connected = case
        .observed
        .tenant
        .seen
        .present()
        .is_some_and(|seen| !seen.connections.is_empty());
    let next = if is_connected {
        DeploymentsAction::ConnectTenant {
            tenant,
            connections: BTreeMap::new(),
        }
    } else {
        DeploymentsAction::DeleteTenant { tenant }
    };
    go(Resource::Tenant, action(desired, next), None, BECAUSE)
}
