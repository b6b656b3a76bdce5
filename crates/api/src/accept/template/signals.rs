//! How long the stack waits for signals, held against what Octopus needs before an instance
//! can give one: it serves the release only after it was deployed to.

use bennu_model::spec::{Invalid, Rollout};
use bennu_template::signal::{BEFORE_A_SIGNAL, before_a_signal};
use bennu_template::{SignalTimeout, Template};

use crate::accept::invalid;
use crate::read::SpecDraft;

/// One problem for all that are too short: where a release reaches machines by being
/// deployed to new ones. What is no duration at all is CloudFormation's to refuse.
pub(super) fn problems(field: &str, template: &Template, spec: &SpecDraft) -> Option<Invalid> {
    let waits_for_octopus =
        spec.release.is_some() && spec.octopus.is_some() && spec.rollout == Rollout::Immutable;
    if !waits_for_octopus {
        return None;
    }
    let needed = before_a_signal();
    let seconds = needed.as_secs();
    let is_short = |one: &SignalTimeout| {
        let duration = one.duration;
        duration.is_some_and(|duration| duration < needed)
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
    let parts: Vec<_> = BEFORE_A_SIGNAL
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
