//! What is kept of an observation because its evidence goes: Octopus's retention deletes
//! deployments, and Auto Scaling forgets instances.

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::deployment::TaskState;
use bennu_model::known::{Course, Known, KnownMachine, Serving};
use bennu_model::names::RELEASE_TAG;
use bennu_model::stack::{Group, Instance};

use super::{course, is_coming_or_there, launch_key};
use crate::case::Case;
use crate::variables;

/// What is known, with what the observation adds and takes.
pub fn remember(case: &Case<'_>) -> Known {
    let mut known = case.known.clone();
    variables::remember(case, &mut known);
    machines(case, &mut known);
    let Some(desired) = &case.desired.software else {
        known.course = Course::Nowhere;
        return known;
    };
    known.course = course(case, desired);
    if let Some(stack) = case.living_stack()
        && case.observed.groups.seen.present().is_some()
        && case.observed.groups.began_at >= case.observed.stack.began_at
    {
        known.groups_read_for = Some(stack.moment());
    }
    launched(case, &mut known);
    booting(case, &mut known);
    releases(case, &mut known);
    known
}

/// The release of each launch version: by the instance's tag, else the one that was in force
/// when the version first turned up. EC2 has to be asked first, for the tag is the truth.
fn launched(case: &Case<'_>, known: &mut Known) {
    let Some(groups) = case.observed.groups.seen.present() else {
        return;
    };
    let there = launch_versions(groups);
    known
        .launched
        .retain(|version, _| there.contains_key(version));
    let Some(instances) = case.observed.instances.seen.present() else {
        return;
    };
    let heading = known.course.release().map(str::to_owned);
    for (version, ids) in there {
        if known.launched.contains_key(&version) {
            continue;
        }
        let seen: Vec<_> = instances
            .iter()
            .filter(|one| ids.contains(&one.id))
            .collect();
        // An instance that EC2 does not show yet may carry the tag.
        if let (true, Some(release)) = (!seen.is_empty(), tagged(&seen).or(heading.clone())) {
            known.launched.insert(version, release);
        }
    }
}

/// The instances that an operation has launched and that nothing tells to be right: if it
/// fails, one of them can say why.
fn booting(case: &Case<'_>, known: &mut Known) {
    let Course::Forward(heading) = known.course.clone() else {
        return;
    };
    let Some(groups) = case.observed.groups.seen.present() else {
        return;
    };
    let versions = launch_versions(groups);
    let coming = versions.into_iter().filter(|(version, _)| {
        let release = known.launched.get(version);
        release.is_none_or(|release| *release == heading)
    });
    let coming: BTreeSet<_> = coming.flat_map(|(_, ids)| ids).collect();
    if !coming.is_empty() {
        known.booting = coming;
    }
}

/// The instances that are there or coming, by what launched them.
pub fn launch_versions(groups: &[Group]) -> BTreeMap<String, BTreeSet<String>> {
    let mut there = BTreeMap::<_, BTreeSet<_>>::new();
    for group in groups {
        for instance in group.instances.iter().filter(|one| is_coming_or_there(one)) {
            if let Some(version) = launch_key(group, instance) {
                there
                    .entry(version)
                    .or_default()
                    .insert(instance.id.clone());
            }
        }
    }
    there
}

fn tagged(instances: &[&Instance]) -> Option<String> {
    let mut tags = instances.iter().filter_map(|one| one.tags.get(RELEASE_TAG));
    tags.next().cloned()
}

/// The tenant's machines, with what was last deployed to each.
fn machines(case: &Case<'_>, known: &mut Known) {
    if let Some(seen) = case.observed.machines.seen.present() {
        let ids: BTreeSet<_> = seen.iter().map(|machine| machine.id.clone()).collect();
        known.machines.retain(|id, _| ids.contains(id));
        for id in ids {
            known.machines.entry(id).or_insert_with(|| KnownMachine {
                since: case.now,
                serves: BTreeMap::new(),
            });
        }
    }
    let deployments = case.observed.deployments.seen.present();
    if let Some(deployments) = deployments {
        let ended = deployments.iter();
        let ended =
            ended.filter(|one| one.task.state.is_final() && one.task.state != TaskState::Success);
        known.ended = ended.map(|one| one.id.clone()).collect();
    }
    for deployment in deployments.into_iter().flatten() {
        if deployment.task.state != TaskState::Success {
            continue;
        }
        let reached = if deployment.deployed_to.is_empty() {
            &deployment.machines
        } else {
            &deployment.deployed_to
        };
        for id in reached {
            let Some(machine) = known.machines.get_mut(id) else {
                continue;
            };
            let is_newer = machine
                .serves
                .get(&deployment.project)
                .is_none_or(|before| before.at <= deployment.created_at);
            if is_newer {
                machine.serves.insert(
                    deployment.project.clone(),
                    Serving {
                        version: deployment.version.clone(),
                        task: deployment.task.id.clone(),
                        at: deployment.created_at,
                    },
                );
            }
        }
    }
}

/// The releases of the versions that any instance has to run.
fn releases(case: &Case<'_>, known: &mut Known) {
    if let Some(seen) = case.observed.releases.seen.present() {
        known
            .releases
            .insert(seen.version.clone(), seen.found.clone());
    }
    let declared = case
        .desired
        .software
        .as_ref()
        .map(|software| &software.release);
    let applied = super::applied(case);
    let needed: BTreeSet<_> = known
        .launched
        .values()
        .chain(declared)
        .chain(&applied)
        .cloned()
        .collect();
    known.releases.retain(|version, _| needed.contains(version));
}
