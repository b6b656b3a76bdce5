//! What may go now, what the rest waits for, and when to look again.
//!
//! Rising: tenant, variables, objects, the release, and what is shared (policy, trigger, override, room to
//! boot); then the stack, and while it is busy the software, for the stack waits for signals
//! and the signals for the software. Going: what is shared and the deployments, then the stack
//! until it is gone, then the machines, then the variables, the tenant, and the objects.

use bennu_model::action::{Action, DeploymentsAction};
use bennu_model::outcome::Next;
use bennu_model::plan::{Line, Plan, Resource, When};
use bennu_model::verdict::Verdict;

use crate::case::Case;
use crate::choose::{Wanted, wait};
use crate::classify;
use crate::desire::standing;
use crate::software::Software;
use crate::variables;
use crate::wants::{is_override, lacking};

/// The steps in the order in which they are to be taken; those whose turn has not come wait.
pub fn order(case: &Case<'_>, report: &[Line], mut wanted: Vec<Wanted>) -> Vec<Wanted> {
    wanted.sort_by_key(|w| rank(case, w.step.resource));
    for w in &mut wanted {
        if let (When::Go, Some(on)) = (&w.step.when, held_back_by(case, report, w)) {
            w.step.when = When::Wait(on);
        }
    }
    wanted
}

fn rank(case: &Case<'_>, resource: Resource) -> u8 {
    match (case.wanted(), resource) {
        (true, Resource::Tenant) | (false, Resource::Software) => 0,
        (true, Resource::Variables) | (false, Resource::Stack) => 1,
        (true, Resource::Objects) | (false, Resource::Machines) => 2,
        (true, Resource::Stack) | (false, Resource::Variables) => 3,
        (true, Resource::Software) | (false, Resource::Tenant) => 4,
        (true, Resource::Machines) | (false, Resource::Objects) => 5,
    }
}

fn held_back_by(case: &Case<'_>, report: &[Line], wanted: &Wanted) -> Option<String> {
    let is_ready = |resource| *classify::of(report, resource) == Verdict::InSync;
    let resource = wanted.step.resource;
    if case.wanted() {
        let stack = classify::of(report, Resource::Stack);
        return match resource {
            // What is broken may be cleared away whatever else is missing.
            Resource::Stack if matches!(stack, Verdict::Broken(_)) => None,
            Resource::Stack if !is_ready(Resource::Tenant) => {
                Some("the tenant, which machines will register with".into())
            }
            Resource::Variables if !is_ready(Resource::Tenant) && !only_clears(wanted) => {
                Some("the tenant with its connections".into())
            }
            Resource::Tenant if variables::must_clear(case) => Some(
                "values of ours to be cleared, which are out of reach without the connection"
                    .into(),
            ),
            // What is not known to be wrong holds nobody back: signals wait for the software.
            Resource::Software
                if matches!(
                    classify::of(report, Resource::Variables),
                    Verdict::Outdated(_)
                ) =>
            {
                Some("the tenant's variables, which the deployment will use".into())
            }
            Resource::Stack if boots(wanted) && !is_ready(Resource::Variables) => {
                Some("the tenant's variables, which deployments will use".into())
            }
            Resource::Stack if boots(wanted) && !are_readable(report) => {
                Some("the objects that its instances will read".into())
            }
            Resource::Stack if boots(wanted) => may_not_boot(case, wanted),
            Resource::Objects
                if matches!(
                    classify::of(report, Resource::Objects),
                    Verdict::Outdated(_)
                ) && !is_ready(Resource::Stack) =>
            {
                Some("the stack, which may still refer to them".into())
            }
            Resource::Stack
            | Resource::Tenant
            | Resource::Variables
            | Resource::Machines
            | Resource::Objects
            | Resource::Software => None,
        };
    }
    let stack = (Resource::Stack, "the stack to be gone");
    let machines = (Resource::Machines, "the last machine to be gone");
    let software = (Resource::Software, "the last deployment to be over");
    let variables = (Resource::Variables, "the last variable to be cleared");
    let before: &[(Resource, &str)] = match resource {
        Resource::Software => &[],
        Resource::Stack if case.observed.wants.iter().any(is_override) => {
            return Some("the override to be withdrawn, so that nothing new is deployed".into());
        }
        Resource::Stack => &[],
        Resource::Machines | Resource::Objects => &[stack],
        Resource::Variables => &[stack, machines, software],
        Resource::Tenant => &[stack, machines, software, variables],
    };
    before
        .iter()
        .find(|(on, _)| !is_ready(*on))
        .map(|(_, what)| (*what).to_owned())
}

/// Whether a step takes values away and sets none.
fn only_clears(wanted: &Wanted) -> bool {
    matches!(&wanted.step.action, Some(Action::Deployments(_, _, DeploymentsAction::SetVariables {
        set, ..
    })) if set.is_empty())
}

/// Whether every object is there; those that nothing refers to do not matter.
fn are_readable(report: &[Line]) -> bool {
    let objects = classify::of(report, Resource::Objects);
    matches!(objects, Verdict::InSync | Verdict::Outdated(_))
}

/// Whether a step boots instances.
pub fn boots(wanted: &Wanted) -> bool {
    let verb = wanted.step.action.as_ref().map(Action::verb);
    matches!(verb, Some("create-stack" | "execute-change-set"))
}

/// Whether nothing but shared documents holds instances back.
pub fn lacks_only_documents(case: &Case<'_>, report: &[Line]) -> bool {
    let is_ready = |resource| *classify::of(report, resource) == Verdict::InSync;
    let is_prepared = is_ready(Resource::Tenant) && is_ready(Resource::Variables);
    is_prepared && are_readable(report) && lacks_release(case).is_none()
}

/// No signal clock starts before Octopus can serve the instance.
fn may_not_boot(case: &Case<'_>, wanted: &Wanted) -> Option<String> {
    let Some(desired) = &case.desired.software else {
        return None;
    };
    if let Some(release) = lacks_release(case) {
        return Some(release);
    }
    let Some(software) = Software::of(case) else {
        return Some(format!("what {} is deployed to", desired.release));
    };
    lacking(case, &software, wanted).map(str::to_owned)
}

fn lacks_release(case: &Case<'_>) -> Option<String> {
    let desired = case.desired.software.as_ref()?;
    let found = case.known.releases.get(&desired.release);
    let projects = Software::of(case).map(|software| software.projects);
    let is_there = found.zip(projects).is_some_and(|(found, projects)| {
        projects.iter().all(|project| found.contains_key(project))
    });
    (!is_there).then(|| format!("the release {} in every project", desired.release))
}

/// When the key is to come up again if nothing is done now; `None` if no step says.
pub fn next(ordered: &[Wanted]) -> Option<Next> {
    if ordered.is_empty() {
        return Some(Next::Settled);
    }
    if ordered.iter().any(|w| w.step.when == When::Go) {
        return Some(Next::Progressing { look_after_ms: 0 });
    }
    ordered
        .iter()
        .filter_map(|w| w.look_after)
        .min()
        .map(Next::after)
}

/// A name that is still in use by an earlier life: nothing is looked at, nothing is done.
pub fn wait_for_predecessor(case: &Case<'_>) -> Plan {
    let waiting = wait(
        Resource::Stack,
        "the earlier environment of this name to be gone",
        "a name belongs to one life at a time",
        None,
    );
    Plan {
        generation: case.desired.generation,
        steps: vec![waiting.step],
        report: Vec::new(),
        settlements: Vec::new(),
        known: case.known.clone(),
        wants: standing(case.observed),
        remarks: Vec::new(),
        burn: Vec::new(),
        tombstone: None,
        next: Next::Settled,
    }
}
