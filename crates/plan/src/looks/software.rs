//! What has to be read about instances, machines and deployments. Nothing while everything is
//! right, but for a look at old evidence now and then: deployments are not swept.

use bennu_model::observed::Seen;
use bennu_model::plan::{Line, Look, Resource};
use bennu_model::verdict::Verdict;

use crate::case::{Case, Owner};
use crate::choose::software::failed_task;
use crate::classify;
use crate::software::Software;
use crate::software::remember::launch_versions;

pub(super) fn looks(case: &Case<'_>, report: &[Line], looks: &mut Vec<Look>) {
    if !case.wanted() {
        return;
    }
    progress(case, looks);
    let (Some(software), Some(tenant)) = (Software::of(case), &case.known.tenant) else {
        return;
    };
    let place = software.tenant;
    let (server, space) = (place.server.clone(), place.space.clone());
    releases(case, &software, looks);
    let is_right = *classify::of(report, Resource::Software) == Verdict::InSync;
    let is_fresh = case
        .observed
        .deployments
        .began_by(case.now - case.policy.evidence);
    if is_right && is_fresh {
        return;
    }
    looks.push(Look::Machines(
        server.clone(),
        space.clone(),
        tenant.clone(),
    ));
    looks.push(Look::Deployments(
        server.clone(),
        space.clone(),
        tenant.clone(),
    ));
    if let Some(stack) = living(case) {
        looks.push(Look::Groups(case.desired.target.clone(), stack));
    }
    instances(case, looks);
    if let Some(task) = failed_task(case, &software) {
        let is_read = case
            .observed
            .task_log
            .seen
            .present()
            .is_some_and(|log| log.task == task);
        if !is_read {
            looks.push(Look::TaskLog(server, space, task));
        }
    }
}

fn living(case: &Case<'_>) -> Option<bennu_model::ids::StackArn> {
    let stack = case.living_stack()?;
    (case.owner_of_stack(stack) == Owner::Us).then(|| stack.arn.clone())
}

/// An operation's events are read while it runs.
fn progress(case: &Case<'_>, looks: &mut Vec<Look>) {
    let is_busy = matches!(classify::stack::stack(case), Verdict::Busy(_));
    if let (true, Some(stack)) = (is_busy, case.living_stack()) {
        let since = stack.updated_at.unwrap_or(stack.created_at);
        let target = case.desired.target.clone();
        looks.push(Look::Progress(target, stack.arn.clone(), since));
    }
}

/// The wanted release, until every project has it.
fn releases(case: &Case<'_>, software: &Software<'_>, looks: &mut Vec<Look>) {
    let place = software.tenant;
    for release in [
        Some(software.desired.release.as_str()),
        software.course.release(),
    ] {
        let Some(release) = release else { continue };
        let known = case.known.releases.get(release);
        let has_all = known.is_some_and(|found| {
            software
                .projects
                .iter()
                .all(|project| found.contains_key(project))
        });
        if !has_all {
            looks.push(Look::Releases(
                place.server.clone(),
                place.space.clone(),
                software.projects.clone(),
                release.to_owned(),
            ));
            return;
        }
    }
}

/// EC2 is asked once for each launch version: its instances' tags tell the release.
fn instances(case: &Case<'_>, looks: &mut Vec<Look>) {
    let Seen::Present(groups) = &case.observed.groups.seen else {
        return;
    };
    let is_known = |version| case.known.launched.contains_key(version);
    if launch_versions(groups).keys().all(is_known) {
        return;
    }
    let names = groups.iter().map(|group| group.name.clone()).collect();
    looks.push(Look::Instances(case.desired.target.clone(), names));
}
