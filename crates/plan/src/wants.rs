//! What an environment wants of the documents that it shares with others.
//!
//! Wants are levels, not orders: the whole set is worked out at each pass, and what is not in
//! it is withdrawn. What cannot be decided now goes on standing as it did.

use bennu_model::document::{DocumentKey, Standing, Want};
use bennu_model::ids::ReleaseId;
use bennu_model::known::Course;
use bennu_model::plan::{Line, Resource};
use bennu_model::verdict::Verdict;

use crate::case::Case;
use crate::choose::Wanted;
use crate::classify;
use crate::desire::standing;
use crate::order;
use crate::software::Software;

/// All that is wanted now. `ordered` is what the plan is about to do.
pub fn wants(case: &Case<'_>, report: &[Line], ordered: &[Wanted]) -> Vec<(DocumentKey, Want)> {
    if !case.wanted() {
        return leaving(case, report);
    }
    if case.desired.software.is_none() {
        return Vec::new();
    }
    let (Some(software), Some(tenant)) = (Software::of(case), &case.known.tenant) else {
        return standing(case.observed);
    };
    let Some(first) = software.projects.first() else {
        return Vec::new();
    };
    let place = (
        software.tenant.server.clone(),
        software.tenant.space.clone(),
    );
    let project = DocumentKey::Project(place.0.clone(), place.1.clone(), first.clone());
    let policy = DocumentKey::MachinePolicy(place.0.clone(), place.1.clone());
    let environment = software.environment.clone();
    let mut wants = vec![
        (policy, Want::MachinePolicy),
        (
            project.clone(),
            Want::Trigger {
                environment: environment.clone(),
                tenant: tenant.clone(),
            },
        ),
    ];
    if let Some(release) = arming(case, &software, ordered) {
        let armed = Want::Override {
            environment,
            tenant: tenant.clone(),
            release,
        };
        wants.push((project, armed));
    }
    if takes_a_slot(case, report, ordered, &software) {
        wants.push((DocumentKey::Slots(place.0, place.1), Want::Slot));
    }
    wants
}

/// The machine policy is the second net under our own pruning: it stays until the last machine
/// is gone. Everything else is withdrawn first of all.
fn leaving(case: &Case<'_>, report: &[Line]) -> Vec<(DocumentKey, Want)> {
    let are_gone = *classify::of(report, Resource::Machines) == Verdict::InSync;
    if case.stack_is_gone() && are_gone {
        return Vec::new();
    }
    let mut wants = standing(case.observed);
    wants.retain(|(_, want)| *want == Want::MachinePolicy);
    wants
}

/// The release that the first project has to be armed with, if it has to be: an override
/// clears itself after one use, so it is asked for again until a deployment has succeeded
/// that the trigger can repeat.
pub fn arming(case: &Case<'_>, software: &Software<'_>, ordered: &[Wanted]) -> Option<ReleaseId> {
    let first = software.projects.first()?;
    let boots = ordered.iter().any(order::boots);
    let release = if boots {
        Some(software.desired.release.as_str())
    } else {
        software
            .course
            .release()
            .filter(|_| software.has_to_come(case))
    }?;
    if software.last_success(case, first) == Some(release) {
        return None;
    }
    case.known.releases.get(release)?.get(first).cloned()
}

/// Room is needed from the moment at which nothing else holds the instances back until their
/// software is right.
fn takes_a_slot(
    case: &Case<'_>,
    report: &[Line],
    ordered: &[Wanted],
    software: &Software<'_>,
) -> bool {
    let is_held = holds(case, "slot");
    let boots = ordered.iter().any(order::boots);
    let is_blocked = ordered
        .iter()
        .any(|w| matches!(w.step.when, bennu_model::plan::When::Blocked(_)));
    let is_booting = matches!(classify::of(report, Resource::Stack), Verdict::Busy(_))
        && !matches!(software.course, Course::Nowhere);
    let is_serving = *classify::of(report, Resource::Software) != Verdict::InSync;
    let asks = boots && order::lacks_only_documents(case, report);
    asks || is_booting || (is_held && is_serving && !is_blocked)
}

fn holds(case: &Case<'_>, kind: &str) -> bool {
    let mut wants = case.observed.wants.iter();
    wants.any(|one| one.want.kind() == kind && !one.withdrawn)
}

/// What the first instance has to find in place, and is not verified yet; `None` when it may
/// boot.
pub fn lacking(case: &Case<'_>, software: &Software<'_>, wanted: &Wanted) -> Option<&'static str> {
    let met = |kind: &str| {
        let mut wants = case.observed.wants.iter();
        wants.any(|one| one.want.kind() == kind && !one.withdrawn && one.met_at.is_some())
    };
    if !met("machine-policy") {
        return Some("the machine policy, which machines will follow");
    }
    if !met("trigger") {
        return Some("the project's trigger, which will see the machines");
    }
    match arming(case, software, std::slice::from_ref(wanted)) {
        Some(release) if !is_armed(case, &release) => {
            return Some("the override, which names the release for the machines");
        }
        None if case.observed.wants.iter().any(is_override) => {
            return Some("an earlier override to be withdrawn");
        }
        Some(_) | None => {}
    }
    if !met("slot") {
        return Some("capacity: room in the space to boot instances");
    }
    None
}

fn is_armed(case: &Case<'_>, release: &ReleaseId) -> bool {
    case.observed.wants.iter().any(|one| {
        let is_it = matches!(&one.want, Want::Override { release: armed, .. } if armed == release);
        is_it && !one.withdrawn && one.met_at.is_some()
    })
}

/// Whether a want is an override.
pub fn is_override(standing: &Standing) -> bool {
    match standing.want {
        Want::Override { .. } => true,
        Want::Trigger { .. } | Want::MachinePolicy | Want::Slot => false,
    }
}
