//! The template by itself, and the clocks that it sets its instances.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::{Entry, Fill, Finding};
use crate::signal::{self, SignalTimeout};
use crate::{OBJECT_LIMIT, ParameterProblem};

pub(super) fn findings(entry: &Entry) -> Vec<Finding> {
    let mut found = defects(entry);
    found.extend(defaults(entry));
    found.extend(signals(entry));
    found
}

fn defects(entry: &Entry) -> Vec<Finding> {
    let defects = entry.template.check().err().unwrap_or_default();
    let remedy = "correct the template; CloudFormation would refuse it too";
    let mut found: Vec<_> = defects
        .iter()
        .map(|error| Finding::new(entry.template_place(), error.to_string(), remedy))
        .collect();
    if entry.text.len() > OBJECT_LIMIT {
        let cause = format!("{} bytes are more than {OBJECT_LIMIT}", entry.text.len());
        found.push(Finding::new(
            entry.template_place(),
            cause,
            "make it smaller",
        ));
    }
    found
}

/// A default that its own declaration refuses.
fn defaults(entry: &Entry) -> Vec<Finding> {
    let problems = entry.template.check_parameters(&BTreeMap::new());
    let wrong = problems
        .iter()
        .filter(|problem| !matches!(problem, ParameterProblem::Missing { .. }));
    wrong
        .map(|problem| {
            let cause = format!("a default is refused: {problem}");
            Finding::new(
                entry.template_place(),
                cause,
                "change the default, or its bounds",
            )
        })
        .collect()
}

fn signals(entry: &Entry) -> Vec<Finding> {
    let place = || entry.manifest_place("spec.signal_timeout");
    let timeouts = entry.template.signal_timeouts();
    let shortest = timeouts.iter().filter(|one| one.duration.is_some());
    let shortest = shortest.min_by_key(|one| one.duration);
    let said = &entry.manifest.signal_timeout;
    let mut found = Vec::new();
    match (said, shortest) {
        (None, None) => {}
        (Some(_), None) => {
            let cause = "the template waits for no signal of a time that is written out";
            let remedy = "leave it out, or let the group wait for its instances' signals";
            found.push(Finding::new(place(), cause, remedy));
        }
        (said, Some(shortest)) => {
            if said.as_deref() != Some(shortest.text.as_str()) {
                let cause = format!("the shortest wait is {}", attribute(shortest));
                let remedy = format!("write `signal_timeout: {}`", shortest.text);
                found.push(Finding::new(place(), cause, remedy));
            }
            found.extend(too_short(entry, shortest));
        }
    }
    found
}

/// Where a release comes from Octopus, the clock runs while Octopus finds and deploys to it.
fn too_short(entry: &Entry, shortest: &SignalTimeout) -> Option<Finding> {
    let fills = &entry.manifest.fills;
    let is_deployed_to = [Fill::Release, Fill::Tenant]
        .iter()
        .all(|one| fills.contains_key(one));
    let needed = signal::before_a_signal();
    let is_short = shortest.duration.is_some_and(|duration| duration < needed);
    (is_deployed_to && is_short).then(|| {
        let cause = format!(
            "{} is too short: Octopus can need {} s before an instance can signal",
            attribute(shortest),
            needed.as_secs()
        );
        let remedy = format!("write PT{}M or more", minutes(needed));
        Finding::new(entry.template_place(), cause, remedy)
    })
}

fn attribute(timeout: &SignalTimeout) -> String {
    let SignalTimeout {
        resource,
        attribute,
        text,
        ..
    } = timeout;
    format!("{text} of Resources.{resource}.{attribute}")
}

fn minutes(duration: Duration) -> u64 {
    duration.as_secs().div_ceil(60)
}
