//! Our own deployments: to which machines, and when.

use std::collections::BTreeSet;

use bennu_model::action::{Action, DeploymentsAction};
use bennu_model::ids::{MachineId, ProjectId};
use bennu_model::names::ownership_line;
use bennu_model::plan::Resource;
use bennu_model::spec::Rollout;
use bennu_model::tenant::Machine;
use chrono::Duration;

use super::{BECAUSE, name_of};
use crate::case::Case;
use crate::choose::{Wanted, go, wait};
use crate::classify::software::{subject, tries};
use crate::software::Software;

/// The machines to be served once one's grace is over, or how long that still lasts.
pub(super) fn ripe<'m>(
    case: &Case<'_>,
    software: &Software<'_>,
    lacks: usize,
    has_failed: bool,
    machines: &[&'m Machine],
) -> Result<Vec<&'m Machine>, Duration> {
    let is_rollout = |machine: &Machine| {
        let known = case.known.machines.get(&machine.id);
        let project = software.projects.get(lacks);
        let serves = known
            .zip(project)
            .is_some_and(|(k, p)| k.serves.contains_key(p));
        software.desired.rollout == Rollout::InPlace && serves
    };
    let left = |machine: &Machine| {
        let known = case.known.machines.get(&machine.id);
        // Only the first project has a trigger to wait for.
        if lacks > 0 || has_failed || is_rollout(machine) {
            return Duration::zero();
        }
        known.map_or(case.policy.grace, |known| {
            known.since + case.policy.grace - case.now
        })
    };
    let shortest = machines.iter().map(|machine| left(machine)).min();
    match shortest.unwrap_or(case.policy.poll) {
        // Younger ones come along: while our deployment runs, the trigger passes them over.
        left if left <= Duration::zero() => Ok(machines.to_vec()),
        left => Err(left),
    }
}

/// One deployment for all of them together.
pub(super) fn deploy(
    case: &Case<'_>,
    software: &Software<'_>,
    project: &ProjectId,
    version: &str,
    machines: Vec<&Machine>,
) -> Wanted {
    let release = case
        .known
        .releases
        .get(version)
        .and_then(|found| found.get(project));
    let (Some(release), Some(tenant)) = (release, &case.known.tenant) else {
        let on = format!("the release {version} to be looked up");
        return wait(Resource::Software, on, BECAUSE, Some(case.policy.poll));
    };
    let names: Vec<_> = machines
        .iter()
        .map(|machine| machine.name.as_str())
        .collect();
    let because = format!(
        "{} miss(es) {version} of {}",
        names.join(", "),
        name_of(case, project)
    );
    let machines: BTreeSet<MachineId> = machines.iter().map(|machine| machine.id.clone()).collect();
    let targets: Vec<_> = machines.iter().map(MachineId::as_str).collect();
    let earlier = tries(case, project, version);
    let predecessor = format!("{project}/{version}/{}/{earlier}", targets.join(","));
    let token = case.token("deploy", &predecessor);
    let line = ownership_line(&case.desired.installation, &case.desired.uid);
    let action = DeploymentsAction::Deploy {
        project: project.clone(),
        project_name: name_of(case, project),
        release: release.clone(),
        version: version.to_owned(),
        environment: software.environment.clone(),
        tenant: tenant.clone(),
        machines,
        comments: format!("{line} {token}"),
        token,
    };
    let place = software.tenant;
    go(
        Resource::Software,
        Action::Deployments(place.server.clone(), place.space.clone(), action),
        Some(subject(project, version)),
        &because,
    )
}
