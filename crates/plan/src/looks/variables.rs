//! What has to be read of the tenant's variables. They are not swept: those that are right
//! are looked over now and then.

use std::collections::BTreeSet;

use bennu_model::attempt::Settled;
use bennu_model::observed::Seen;
use bennu_model::plan::{Line, Look, Resource};
use bennu_model::verdict::Verdict;

use crate::case::Case;
use crate::classify;
use crate::variables::{environment, must_clear, secrets};

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
        is_ready(Resource::Tenant) || must_clear(case)
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
/// have changed them, or before a call that was refused, perhaps because somebody had.
fn are_unknown(case: &Case<'_>, secrets: &BTreeSet<String>) -> bool {
    let refused = case.attempts.iter().filter(|a| {
        a.resource == Resource::Variables && !matches!(a.settled, Some(Settled::Applied(_)))
    });
    let since = refused.map(|a| a.started_at).max();
    let since = since.max(Some(case.now - case.policy.evidence));
    let is_young = since.is_none_or(|since| case.observed.secrets.began_by(since));
    match &case.observed.secrets.seen {
        Seen::Present(found) => !is_young || secrets.iter().any(|arn| !found.contains_key(arn)),
        Seen::Absent | Seen::Unknown(_) => true,
    }
}
