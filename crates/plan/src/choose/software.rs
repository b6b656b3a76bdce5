//! What is to be done so that every machine runs what it should.
//!
//! The trigger and its override serve machines as they come. What they miss is deployed
//! here: machines that were forgotten or served another release get one deployment for all
//! of them together, after a grace; and of several projects the later ones, in order.

mod deploy;
mod leave;

use std::collections::BTreeMap;

use bennu_model::deployment::Deployment;
use bennu_model::ids::{ProjectId, TaskId};
use bennu_model::known::Course;
use bennu_model::observed::Seen;
use bennu_model::plan::Resource;
use bennu_model::tenant::Machine;
use bennu_model::verdict::Verdict;

use self::deploy::{deploy, ripe};
use self::leave::leave;
use super::{Wanted, blocked, wait};
use crate::case::Case;
use crate::classify::software::{failure, is_at_rest, is_ignored, tries};
use crate::software::Software;

const BECAUSE: &str = "every machine has to run the release that it was launched for";

/// All steps for the software.
pub fn choose(case: &Case<'_>, verdict: &Verdict) -> Vec<Wanted> {
    if !case.wanted() {
        return leave(case, verdict);
    }
    let Some(software) = Software::of(case) else {
        return Vec::new();
    };
    let mut wanted = Vec::new();
    wanted.extend(released(case, &software));
    if is_ignored(case, &software) {
        wanted.push(blocked(
            Resource::Software,
            "ReleaseNotUsed",
            format!(
                "the stack took {} and launches {} as before: no instance was replaced",
                software.desired.release,
                software.course.release().unwrap_or("nothing")
            ),
            "let the template pass the release parameter into the launch template's user data",
            BECAUSE,
        ));
        return wanted;
    }
    if is_at_rest(case) && software.left_behind().next().is_some() {
        wanted.push(never_replaced(case, &software));
        return wanted;
    }
    match verdict {
        Verdict::InSync => {}
        // The stack waits for the release, and says so.
        Verdict::Missing if !wanted.is_empty() => {}
        Verdict::Missing => wanted.push(wait(
            Resource::Software,
            "instances, which come with the stack",
            BECAUSE,
            None,
        )),
        Verdict::Unknown(why) => wanted.push(wait(
            Resource::Software,
            format!("certainty about the software: {why}"),
            BECAUSE,
            Some(case.policy.poll),
        )),
        Verdict::Outdated(_) | Verdict::Busy(_) | Verdict::Broken(_) | Verdict::Drifted(_) => {
            wanted.extend(lacking(case, &software));
        }
        Verdict::Foreign(_) => {}
    }
    wanted
}

/// An update that replaced no instance although it changed what launches them is no success.
fn never_replaced(case: &Case<'_>, software: &Software<'_>) -> Wanted {
    let names: Vec<_> = software.left_behind().map(|server| server.name()).collect();
    let mut left = blocked(
        Resource::Software,
        "NotReplaced",
        format!(
            "the update changed what the group launches, and nothing replaced {}",
            names.join(", ")
        ),
        "give the group an UpdatePolicy (AutoScalingRollingUpdate), or terminate them by hand",
        BECAUSE,
    );
    left.look_after = Some(case.policy.poll);
    left
}

/// The release has to be there before any machine asks for it.
fn released(case: &Case<'_>, software: &Software<'_>) -> Option<Wanted> {
    let release = &software.desired.release;
    let known = case.known.releases.get(release);
    let missing: Vec<_> = software
        .projects
        .iter()
        .filter(|project| known.is_none_or(|found| !found.contains_key(*project)))
        .collect();
    let first = missing.first()?;
    if known.is_none() && matches!(case.observed.releases.seen, Seen::Unknown(_)) {
        return Some(wait(
            Resource::Software,
            format!("the release {release} to be looked up"),
            BECAUSE,
            Some(case.policy.poll),
        ));
    }
    let mut lacking = blocked(
        Resource::Software,
        "ReleaseMissing",
        format!("there is no release {release} in {}", name_of(case, first)),
        "create it in Octopus, or declare a release that exists",
        BECAUSE,
    );
    lacking.look_after = Some(case.policy.space_freshness);
    Some(lacking)
}

/// One step for each project and version that machines lack.
fn lacking(case: &Case<'_>, software: &Software<'_>) -> Vec<Wanted> {
    let mut groups = BTreeMap::<(usize, String), Vec<&Machine>>::new();
    let mut unregistered = Vec::new();
    for server in &software.servers {
        // Old machines are left alone while new ones take their place.
        let is_old = matches!(&software.course, Course::Forward(release)
            if server.wanted.as_ref() != Some(release));
        if is_old {
            continue;
        }
        match (server.machine, &server.wanted, server.lacks) {
            (Some(machine), Some(wanted), Some(lacks)) => {
                groups
                    .entry((lacks, wanted.clone()))
                    .or_default()
                    .push(machine);
            }
            (None, _, _) | (_, None, _) => unregistered.push(server.name()),
            (Some(_), Some(_), None) => {}
        }
    }
    let mut wanted: Vec<_> = groups
        .into_iter()
        .filter_map(|((lacks, version), machines)| {
            let project = software.projects.get(lacks)?;
            Some(bring(case, software, lacks, project, &version, &machines))
        })
        .collect();
    if !unregistered.is_empty() {
        wanted.push(wait(
            Resource::Software,
            format!("{} to register", unregistered.join(", ")),
            BECAUSE,
            Some(case.policy.poll),
        ));
    }
    if wanted.is_empty() {
        wanted.push(wait(
            Resource::Software,
            "instances to come and go",
            BECAUSE,
            Some(case.policy.poll),
        ));
    }
    wanted
}

fn bring(
    case: &Case<'_>,
    software: &Software<'_>,
    lacks: usize,
    project: &ProjectId,
    version: &str,
    machines: &[&Machine],
) -> Wanted {
    let poll = Some(case.policy.poll);
    if let Some(deployment) = software.under_way(case, project) {
        return under_way(case, deployment);
    }
    if case.open(Resource::Software).next().is_some() {
        let on = "certainty about a deployment that was begun";
        return wait(Resource::Software, on, BECAUSE, poll);
    }
    let failed = machines
        .iter()
        .find_map(|machine| failure(case, software, project, version, &machine.id));
    if let Some(failed) = failed
        && tries(case, project, version) >= case.policy.deploy_tries
    {
        return given_up(case, project, failed);
    }
    let available: Vec<_> = machines
        .iter()
        .filter(|m| m.is_available())
        .copied()
        .collect();
    if available.is_empty() {
        let names: Vec<_> = machines
            .iter()
            .map(|m| format!("{} ({})", m.name, m.health))
            .collect();
        let on = format!("a machine to be available: {}", names.join(", "));
        return wait(Resource::Software, on, BECAUSE, poll);
    }
    let ripe = ripe(case, software, lacks, failed.is_some(), &available);
    let machines = match ripe {
        Ok(machines) => machines,
        Err(left) => {
            let on = format!("the trigger to deploy {version}");
            return wait(
                Resource::Software,
                on,
                BECAUSE,
                Some(left.min(case.policy.poll)),
            );
        }
    };
    deploy(case, software, project, version, machines)
}

fn under_way(case: &Case<'_>, deployment: &Deployment) -> Wanted {
    let poll = case.policy.poll;
    if deployment.task.is_interrupted {
        let mut stuck = blocked(
            Resource::Software,
            "DeploymentInterrupted",
            format!(
                "the deployment of {} waits for a person in Octopus: task {}",
                deployment.version, deployment.task.id
            ),
            "answer the interruption in Octopus",
            BECAUSE,
        );
        stuck.look_after = Some(poll);
        return stuck;
    }
    wait(
        Resource::Software,
        format!(
            "the deployment of {}: task {} is {}",
            deployment.version, deployment.task.id, deployment.task.state
        ),
        BECAUSE,
        Some(poll),
    )
}

fn given_up(case: &Case<'_>, project: &ProjectId, failed: &Deployment) -> Wanted {
    let error = failed.task.error.as_deref().unwrap_or("no error was given");
    let log = case.observed.task_log.seen.present();
    let tail = log
        .filter(|log| log.task == failed.task.id)
        .map(|log| format!("; the log ends: {}", log.tail.join(" | ")))
        .unwrap_or_default();
    let mut blocked = blocked(
        Resource::Software,
        "DeploymentFailed",
        format!(
            "the deployment of {} of {} failed, task {} ({}): {error}{tail}",
            failed.version,
            name_of(case, project),
            failed.task.id,
            failed.task.state
        ),
        "mend the release or the machine, then change the spec or ask for a retry",
        "it was tried as often as it is tried",
    );
    // Somebody may deploy by hand meanwhile.
    blocked.look_after = Some(case.policy.foreign_poll);
    blocked
}

/// The task whose log says why a deployment failed for good.
pub fn failed_task(case: &Case<'_>, software: &Software<'_>) -> Option<TaskId> {
    software.servers.iter().find_map(|server| {
        let project = software.projects.get(server.lacks?)?;
        let (machine, wanted) = (server.machine?, server.wanted.as_ref()?);
        let failed = failure(case, software, project, wanted, &machine.id)?;
        Some(failed.task.id.clone())
    })
}

/// What people call a project.
fn name_of(case: &Case<'_>, project: &ProjectId) -> String {
    let space = case.observed.space.seen.present();
    let found = space.and_then(|s| s.projects.iter().find(|(_, id)| *id == project));
    found.map_or_else(|| project.to_string(), |(name, _)| name.to_string())
}
