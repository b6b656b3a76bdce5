//! What a person's wish for a fresh look asks for: everything that a decision about the
//! environment rests on and that was not read since.

use bennu_model::ids::ObjectKey;
use bennu_model::names::object_prefix;
use bennu_model::observed::{Observation, Seen};
use bennu_model::plan::{Look, StackRef, TenantRef};
use chrono::{DateTime, Utc};

use crate::case::{Case, Owner};
use crate::variables::{environment, secrets};

/// The reads that are older than `since`: a pass makes each of them once.
pub(crate) fn stale(case: &Case<'_>, since: DateTime<Utc>) -> Vec<Look> {
    due(case, Due::OlderThan(since))
}

/// Whether everything was read since then, with an answer.
pub(crate) fn is_fresh(case: &Case<'_>, since: DateTime<Utc>) -> bool {
    due(case, Due::UnansweredSince(since)).is_empty()
}

#[derive(Debug, Clone, Copy)]
enum Due {
    OlderThan(DateTime<Utc>),
    /// Older, or made since then and failed.
    UnansweredSince(DateTime<Utc>),
}

impl Due {
    fn is<T>(self, observation: &Observation<T>) -> bool {
        match self {
            Self::OlderThan(since) => !observation.began_by(since),
            Self::UnansweredSince(since) => {
                !observation.began_by(since) || matches!(observation.seen, Seen::Unknown(_))
            }
        }
    }
}

fn due(case: &Case<'_>, due: Due) -> Vec<Look> {
    let mut looks = infrastructure(case, due);
    looks.extend(deployments(case, due));
    looks
}

fn infrastructure(case: &Case<'_>, due: Due) -> Vec<Look> {
    let mut looks = Vec::new();
    let target = &case.desired.target;
    if due.is(&case.observed.stack) {
        let stack = match &case.known.stack {
            Some(arn) => StackRef::Arn(arn.clone()),
            None => StackRef::Name(case.desired.stack.name.clone()),
        };
        looks.push(Look::Stack(target.clone(), stack));
    }
    let ours = case
        .living_stack()
        .filter(|stack| case.owner_of_stack(stack) == Owner::Us);
    if let (Some(stack), true) = (ours, due.is(&case.observed.groups)) {
        looks.push(Look::Groups(target.clone(), stack.arn.clone()));
    }
    let has_objects = !case.desired.stack.objects.is_empty();
    let prefix = ObjectKey::new(object_prefix(&case.desired.installation, &case.desired.uid));
    if let (true, true, Ok(prefix)) = (has_objects, due.is(&case.observed.objects), prefix) {
        looks.push(Look::Objects(target.clone(), prefix));
    }
    looks
}

fn deployments(case: &Case<'_>, due: Due) -> Vec<Look> {
    let Some(desired) = &case.desired.tenant else {
        return Vec::new();
    };
    let place = || (desired.server.clone(), desired.space.clone());
    let mut looks = Vec::new();
    let (server, space) = place();
    let Some(tenant) = &case.known.tenant else {
        if due.is(&case.observed.tenant) {
            let by_name = TenantRef::Name(desired.name.to_string());
            looks.push(Look::Tenant(server, space, by_name));
        }
        return looks;
    };
    if due.is(&case.observed.tenant) {
        looks.push(Look::Tenant(server, space, TenantRef::Id(tenant.clone())));
    }
    let (server, space) = place();
    if due.is(&case.observed.machines) {
        looks.push(Look::Machines(server, space, tenant.clone()));
    }
    let (server, space) = place();
    if case.desired.software.is_some() && due.is(&case.observed.deployments) {
        looks.push(Look::Deployments(server, space, tenant.clone()));
    }
    let (server, space) = place();
    if let (true, Some(environment)) = (due.is(&case.observed.variables), environment(case)) {
        looks.push(Look::Variables(server, space, tenant.clone(), environment));
    }
    let secrets = secrets(case);
    if case.wanted() && !secrets.is_empty() && due.is(&case.observed.secrets) {
        looks.push(Look::Secrets(case.desired.target.clone(), secrets));
    }
    looks
}
