//! Whether every machine runs what it should.

use bennu_model::attempt::{Attempt, Settled};
use bennu_model::deployment::Deployment;
use bennu_model::ids::{Digest, MachineId, ProjectId};
use bennu_model::known::Course;
use bennu_model::names::Canonical;
use bennu_model::observed::Seen;
use bennu_model::plan::Resource;
use bennu_model::spec::Rollout;
use bennu_model::stack::Stack;
use bennu_model::verdict::{Broken, Operation, Verdict};

use super::phase::{Phase, phase};
use crate::case::Case;
use crate::software::Software;

/// Whether every machine runs what it should; for one that is to go, whether nothing is left
/// of its deployments.
pub fn software(case: &Case<'_>) -> Verdict {
    if !case.wanted() {
        return leaving(case);
    }
    let Some(software) = Software::of(case) else {
        return Verdict::Unknown("the space does not have what the spec names".into());
    };
    if software.course == Course::Nowhere {
        return Verdict::Missing;
    }
    if let Some(why) = unseen(case) {
        return Verdict::Unknown(why);
    }
    if failed_for_good(case, &software) {
        return Verdict::Broken(Broken::DeploymentFailed);
    }
    if software
        .projects
        .iter()
        .any(|project| software.under_way(case, project).is_some())
    {
        return Verdict::Busy(Operation::Deploying);
    }
    let right = software
        .servers
        .iter()
        .filter(|server| server.is_right())
        .count();
    let all = software.servers.len() + software.missing(case);
    match &software.course {
        _ if software.servers.is_empty() => Verdict::Outdated("no machine is there yet".into()),
        Course::Forward(release) => Verdict::Outdated(format!(
            "{right} of {all} machine(s) run what they should; {release} is on its way"
        )),
        Course::Back(release) => Verdict::Outdated(format!(
            "{right} of {all} machine(s) run what they should; {release} comes back"
        )),
        Course::Settled(release) if right < all => {
            Verdict::Outdated(format!("{right} of {all} machine(s) run {release}"))
        }
        Course::Settled(_) if software.left_behind().next().is_some() && is_at_rest(case) => {
            let count = software.left_behind().count();
            Verdict::Outdated(format!("{count} of {all} machine(s) were never replaced"))
        }
        Course::Settled(release) if is_ignored(case, &software) => {
            Verdict::Outdated(format!("every machine runs {release} as before"))
        }
        // A stack that was not updated yet serves what it was made for: that is the stack's
        // concern.
        Course::Settled(_) | Course::Nowhere => Verdict::InSync,
    }
}

fn unseen(case: &Case<'_>) -> Option<String> {
    let why = |name: &str, why: &str| Some(format!("{name}: {why}"));
    let moment = case.living_stack().map(Stack::moment);
    if moment.is_some() && case.known.groups_read_for != moment {
        return Some("the groups were not read since the stack moved".into());
    }
    match (
        &case.observed.groups.seen,
        &case.observed.machines.seen,
        &case.observed.deployments.seen,
    ) {
        (Seen::Unknown(reason), _, _) => why("the groups", reason),
        (_, Seen::Unknown(reason), _) => why("the machines", reason),
        (_, _, Seen::Unknown(reason)) => why("the deployments", reason),
        (_, _, _) => None,
    }
}

/// What was wanted of shared documents is withdrawn, and no deployment is under way.
fn leaving(case: &Case<'_>) -> Verdict {
    if !case.observed.wants.is_empty() {
        let count = case.observed.wants.len();
        return Verdict::Outdated(format!(
            "{count} want(s) of shared documents to be withdrawn"
        ));
    }
    if case.known.tenant.is_none() {
        return Verdict::InSync;
    }
    match &case.observed.deployments.seen {
        Seen::Unknown(why) => Verdict::Unknown(why.clone()),
        Seen::Absent => Verdict::InSync,
        Seen::Present(deployments) => {
            let active = deployments.iter().filter(|one| !one.task.state.is_final());
            match active.count() {
                0 => Verdict::InSync,
                n => Verdict::Outdated(format!("{n} deployment(s) under way")),
            }
        }
    }
}

/// Whether a project's release was tried on a machine as often as it is tried.
fn failed_for_good(case: &Case<'_>, software: &Software<'_>) -> bool {
    software.servers.iter().any(|server| {
        let (Some(machine), Some(wanted), Some(lacks)) =
            (server.machine, &server.wanted, server.lacks)
        else {
            return false;
        };
        let Some(project) = software.projects.get(lacks) else {
            return false;
        };
        software.under_way(case, project).is_none()
            && failure(case, software, project, wanted, &machine.id).is_some()
            && tries(case, project, wanted) >= case.policy.deploy_tries
    })
}

/// The newest deployment of a version to a machine, if it failed.
pub fn failure<'s>(
    case: &'s Case<'_>,
    software: &Software<'_>,
    project: &ProjectId,
    version: &str,
    machine: &MachineId,
) -> Option<&'s Deployment> {
    let deployments = case.observed.deployments.seen.present()?;
    let newest = deployments
        .iter()
        .filter(|one| one.project == *project && one.environment == software.environment)
        .filter(|one| one.version == version && one.covers(machine))
        .max_by_key(|one| one.created_at)?;
    let reached = newest.deployed_to.contains(machine);
    (newest.task.state.is_final() && !reached && is_failed(newest)).then_some(newest)
}

fn is_failed(deployment: &Deployment) -> bool {
    deployment.task.state != bennu_model::deployment::TaskState::Success
}

/// How often we deployed a version of a project in this generation and retry.
pub fn tries(case: &Case<'_>, project: &ProjectId, version: &str) -> usize {
    let subject = subject(project, version);
    case.tries(&["deploy"])
        .filter(|a| is_done_with(a) && a.subject.as_ref() == Some(&subject))
        .count()
}

fn is_done_with(attempt: &Attempt) -> bool {
    matches!(
        attempt.settled,
        Some(Settled::Applied(_) | Settled::Rejected(_))
    )
}

/// What a deployment would bring about: a version of a project.
pub fn subject(project: &ProjectId, version: &str) -> Digest {
    Canonical::new("deploy/1")
        .field(project.as_str())
        .field(version)
        .digest()
}

/// Whether CloudFormation is done with the stack.
pub fn is_at_rest(case: &Case<'_>) -> bool {
    let stack = case.living_stack();
    stack.is_some_and(|stack| phase(&stack.status) == Phase::Good)
}

/// Whether the stack has been updated and its launch versions still bring another release:
/// the template makes nothing of the parameter.
pub fn is_ignored(case: &Case<'_>, software: &Software<'_>) -> bool {
    let is_applied = super::stack::stack(case) == Verdict::InSync;
    software.desired.rollout == Rollout::Immutable
        && is_at_rest(case)
        && is_applied
        && case.open(Resource::Stack).next().is_none()
        && software
            .course
            .release()
            .is_some_and(|release| release != software.desired.release)
}
