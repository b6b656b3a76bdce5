//! How long the stack waits for signals, held against what Octopus needs before an instance
//! can give one: it serves the release only after it was deployed to.

use std::time::Duration;

use bennu_model::spec::{Invalid, Rollout};
use bennu_template::{SignalTimeout, Template};

use crate::accept::invalid;
use crate::read::SpecDraft;

/// What has to fit between the start of the clock and the signal, in seconds.
const NEEDED: &[(&str, u64)] = &[
    // Octopus looks for machines to deploy to about every 30 s (documentation).
    ("the trigger's scan", 30),
    // A machine is deployed to only once it was found healthy.
    ("the first health check", 30),
    // If the trigger misses the machine, Bennu deploys: after a look, which it takes every
    // 20 s, and the time that it leaves to the trigger.
    ("Bennu's look", 20),
    ("its grace", 90),
    // Ours to choose: the server's queue, the deployment, and the start of what it brought.
    ("queue and deployment", 300),
];

/// One problem for all that are too short: where a release reaches machines by being
/// deployed to new ones. What is no duration at all is CloudFormation's to refuse.
pub(super) fn problems(field: &str, template: &Template, spec: &SpecDraft) -> Option<Invalid> {
    let waits_for_octopus =
        spec.release.is_some() && spec.octopus.is_some() && spec.rollout == Rollout::Immutable;
    if !waits_for_octopus {
        return None;
    }
    let seconds = NEEDED.iter().map(|(_, seconds)| seconds).sum();
    let is_short = |one: &SignalTimeout| {
        let duration = one.duration;
        duration.is_some_and(|duration| duration < Duration::from_secs(seconds))
    };
    let timeouts = template.signal_timeouts().into_iter().filter(is_short);
    let short: Vec<_> = timeouts
        .map(
            |SignalTimeout {
                 resource,
                 attribute,
                 text,
                 ..
             }| { format!("Resources.{resource}.{attribute} is {text}") },
        )
        .collect();
    if short.is_empty() {
        return None;
    }
    let parts: Vec<_> = NEEDED
        .iter()
        .map(|(what, seconds)| format!("{what} {seconds} s"))
        .collect();
    let cause = format!(
        "{}, which is too short: an instance can signal only after {}, together {} min {} s",
        short.join(", "),
        parts.join(", "),
        seconds / 60,
        seconds % 60
    );
    let remedy = format!(
        "write PT{}M or more; a time-out that is left out is PT5M",
        seconds.div_ceil(60)
    );
    Some(invalid(field, cause, remedy))
}
