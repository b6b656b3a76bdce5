//! What may go now, what the rest waits for, and when to look again.
//!
//! Rising: objects and tenant, then the stack. Going: the stack until it is gone, then the
//! machines, then the tenant, and the objects.

use bennu_model::outcome::Next;
use bennu_model::plan::{Line, Plan, Resource, When};
use bennu_model::verdict::Verdict;

use crate::case::Case;
use crate::choose::{Wanted, wait};
use crate::classify;

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
        (true, Resource::Tenant) | (false, Resource::Stack) => 0,
        (true, Resource::Objects) | (false, Resource::Machines) => 1,
        (true, Resource::Stack) | (false, Resource::Tenant) => 2,
        (true, Resource::Machines) | (false, Resource::Objects) => 3,
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
            Resource::Objects
                if matches!(
                    classify::of(report, Resource::Objects),
                    Verdict::Outdated(_)
                ) && !is_ready(Resource::Stack) =>
            {
                Some("the stack, which may still refer to them".into())
            }
            Resource::Stack | Resource::Tenant | Resource::Machines | Resource::Objects => None,
        };
    }
    let stack = (Resource::Stack, "the stack to be gone");
    let machines = (Resource::Machines, "the last machine to be gone");
    let before: &[(Resource, &str)] = match resource {
        Resource::Stack => &[],
        Resource::Machines | Resource::Objects => &[stack],
        Resource::Tenant => &[stack, machines],
    };
    before
        .iter()
        .find(|(on, _)| !is_ready(*on))
        .map(|(_, what)| (*what).to_owned())
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
        tombstone: None,
        next: Next::Settled,
    }
}
