//! What has to be read of the tenant's variables. They are not swept: those that are right
//! are looked over now and then.

use bennu_model::observed::Seen;
use bennu_model::plan::{Line, Look, Resource};
use bennu_model::verdict::Verdict;

use crate::case::Case;
use crate::classify;
use crate::variables::{environment, secrets};

pub(super) fn looks(case: &Case<'_>, report: &[Line], looks: &mut Vec<Look>) {
    let is_concerned = report.iter().any(|l| l.resource == Resource::Variables);
    let (true, Some(desired), Some(tenant)) =
        (is_concerned, &case.desired.tenant, &case.known.tenant)
    else {
        return;
    };
    // A tenant that is to go keeps them until nothing is deployed to it any more.
    let is_ready = |resource| *classify::of(report, resource) == Verdict::InSync;
    let has_come = if case.wanted() {
        is_ready(Resource::Tenant)
    } else {
        is_ready(Resource::Stack) && is_ready(Resource::Machines)
    };
    let is_young = case
        .observed
        .variables
        .began_by(case.now - case.policy.evidence);
    if !has_come || (is_young && is_ready(Resource::Variables)) {
        return;
    }
    if let Some(environment) = environment(case) {
        looks.push(Look::Variables(
            desired.server.clone(),
            desired.space.clone(),
            tenant.clone(),
            environment,
        ));
    }
    let secrets = secrets(case);
    if case.wanted() && !secrets.is_empty() && are_unknown(case, &secrets) {
        looks.push(Look::Secrets(case.desired.target.clone(), secrets));
    }
}

/// Whether what the secrets hold has to be read: it was not, or so long ago that somebody may
/// have changed them.
fn are_unknown(case: &Case<'_>, secrets: &std::collections::BTreeSet<String>) -> bool {
    let is_young = case
        .observed
        .secrets
        .began_by(case.now - case.policy.evidence);
    match &case.observed.secrets.seen {
        Seen::Present(found) => !is_young || secrets.iter().any(|arn| !found.contains_key(arn)),
        Seen::Absent | Seen::Unknown(_) => true,
    }
}
