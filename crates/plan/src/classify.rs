//! What each resource is in.

pub mod phase;
pub mod software;
pub mod stack;
mod variables;

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::desired::{DesiredTenant, Source};
use bennu_model::ids::{ObjectKey, OctopusEnvironmentId, ProjectId};
use bennu_model::observed::Seen;
use bennu_model::plan::{Line, Resource};
use bennu_model::verdict::Verdict;

use crate::case::{Case, Owner};
use crate::pruning;

/// Every resource of an environment with its verdict, in the order in which they are built.
pub fn all(case: &Case<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut line = |resource, verdict, seen_at| {
        lines.push(Line {
            resource,
            verdict,
            seen_at,
        })
    };
    if let Some(tenant) = &case.desired.tenant {
        line(
            Resource::Tenant,
            self::tenant(case, tenant),
            case.observed.tenant.began_at,
        );
        if variables::are_concerned(case) {
            line(
                Resource::Variables,
                variables::variables(case),
                case.observed.variables.began_at,
            );
        }
        let machines = if case.wanted() {
            left_over(case)
        } else {
            Some(machines(case))
        };
        if let Some(verdict) = machines {
            line(Resource::Machines, verdict, case.observed.machines.began_at);
        }
    }
    let has_objects = case
        .observed
        .objects
        .seen
        .present()
        .is_some_and(|o| !o.keys.is_empty());
    if !case.desired.stack.objects.is_empty() || has_objects || !case.wanted() {
        line(
            Resource::Objects,
            objects(case),
            case.observed.objects.began_at,
        );
    }
    line(
        Resource::Stack,
        stack::stack(case),
        case.observed.stack.began_at,
    );
    let is_served = case.desired.software.is_some() && case.wanted();
    if is_served || (!case.wanted() && case.desired.tenant.is_some()) {
        line(
            Resource::Software,
            software::software(case),
            case.observed.deployments.began_at,
        );
    }
    lines
}

/// The verdict that a report gives a resource; a resource that it does not list is in sync.
pub fn of(report: &[Line], resource: Resource) -> &Verdict {
    report
        .iter()
        .find(|line| line.resource == resource)
        .map_or(&Verdict::InSync, |l| &l.verdict)
}

/// The objects are there, or not yet, or more of them than are needed.
fn objects(case: &Case<'_>) -> Verdict {
    match &case.observed.objects.seen {
        Seen::Unknown(why) => Verdict::Unknown(why.clone()),
        Seen::Absent => Verdict::Unknown("a listing cannot be absent".into()),
        Seen::Present(objects) => {
            let is_missing = needed(case).any(|key| !objects.keys.contains(key));
            let stale = objects.keys.iter();
            let stale = stale.filter(|key| !needed(case).any(|one| one == *key));
            let stale = stale.count();
            match (is_missing, stale) {
                (true, _) => Verdict::Missing,
                (false, 0) => Verdict::InSync,
                (false, n) => Verdict::Outdated(format!("{n} object(s) that nothing refers to")),
            }
        }
    }
}

/// The keys of the objects that have to be there; none for an environment that is to go.
pub fn needed<'s>(case: &'s Case<'_>) -> impl Iterator<Item = &'s ObjectKey> {
    let keys = case.desired.stack.objects.keys();
    keys.filter(|_| case.wanted())
}

/// The tenant is there, ours, and connected exactly as it should be.
fn tenant(case: &Case<'_>, desired: &DesiredTenant) -> Verdict {
    let seen = match &case.observed.tenant.seen {
        Seen::Unknown(why) => return Verdict::Unknown(why.clone()),
        Seen::Absent if case.open(Resource::Tenant).next().is_some() => {
            return Verdict::Unknown("a creation was begun, and its answer is not known".into());
        }
        Seen::Absent if case.wanted() => return Verdict::Missing,
        Seen::Absent if case.is_drained(&case.observed.tenant) => return Verdict::InSync,
        Seen::Absent => {
            return Verdict::Unknown("not there, but an earlier request may be on its way".into());
        }
        Seen::Present(tenant) => tenant,
    };
    if let Owner::Another(whose) = case.owner_of_tenant(seen) {
        return if case.wanted() {
            Verdict::Foreign(whose)
        } else {
            Verdict::InSync
        };
    }
    if !case.wanted() {
        return Verdict::Outdated("it is to be deleted".into());
    }
    match connections(case, desired) {
        Err(source) => Verdict::Outdated(format!("{source} is not in the space")),
        Ok(wanted) if wanted == seen.connections => Verdict::InSync,
        Ok(_) => Verdict::Outdated("its connections differ".into()),
    }
}

/// The connections that the tenant should have, or what the space lacks for them.
pub fn connections(
    case: &Case<'_>,
    desired: &DesiredTenant,
) -> Result<BTreeMap<ProjectId, BTreeSet<OctopusEnvironmentId>>, Source> {
    let mut wanted = BTreeMap::<_, BTreeSet<_>>::new();
    for connection in &desired.connections {
        let project = case.project(&connection.project)?;
        let environment = case.octopus_environment(&connection.environment)?;
        wanted.entry(project).or_default().insert(environment);
    }
    Ok(wanted)
}

/// Machines whose instances are gone; nothing is said while there are none.
fn left_over(case: &Case<'_>) -> Option<Verdict> {
    let gone = pruning::gone(case);
    if !gone.is_empty() {
        let names: Vec<_> = gone.iter().map(|machine| machine.name.as_str()).collect();
        let names = names.join(", ");
        return Some(Verdict::Outdated(format!("without an instance: {names}")));
    }
    pruning::is_uncertain(case)
        .then(|| Verdict::Unknown("whether the instances of some are gone".into()))
}

/// No machine may serve a tenant that is to go.
fn machines(case: &Case<'_>) -> Verdict {
    if case.known.tenant.is_none() {
        return Verdict::InSync;
    }
    match &case.observed.machines.seen {
        Seen::Unknown(why) => Verdict::Unknown(why.clone()),
        Seen::Absent => Verdict::InSync,
        Seen::Present(machines) if machines.is_empty() => match case.known.stack_gone_at {
            // An instance that was on its way may still register.
            Some(gone_at)
                if !case
                    .observed
                    .machines
                    .began_by(gone_at + case.policy.quiet()) =>
            {
                Verdict::Unknown("none, but an instance may still be registering".into())
            }
            _ => Verdict::InSync,
        },
        Seen::Present(machines) => {
            Verdict::Outdated(format!("{} machine(s) serve the tenant", machines.len()))
        }
    }
}
