//! The clocks that a template sets its instances, and what the manifest says of them.

use serde_json::Value;

use super::super::{Entry, Fill, Finding};
use crate::signal::{self, SignalTimeout};

/// Where CloudFormation reads a duration, below a resource's policies.
const CREATION: [&str; 2] = ["ResourceSignal", "Timeout"];
const UPDATE: [&str; 2] = ["AutoScalingRollingUpdate", "PauseTime"];

pub(super) fn findings(entry: &Entry) -> Vec<Finding> {
    let strange = no_durations(entry);
    // How long the template waits is known once all of its times can be read.
    if strange.is_empty() {
        shortest(entry).into_iter().collect()
    } else {
        strange
    }
}

/// What is written where a duration belongs, and is none.
fn no_durations(entry: &Entry) -> Vec<Finding> {
    let mut found = Vec::new();
    for (name, resource) in &entry.template.resources {
        for (policy, attribute, [key, last]) in [
            (&resource.creation_policy, "CreationPolicy", CREATION),
            (&resource.update_policy, "UpdatePolicy", UPDATE),
        ] {
            let value = policy
                .as_ref()
                .and_then(|policy| policy.get(key)?.get(last));
            let Some(shown) = value.and_then(no_duration) else {
                continue;
            };
            let place = format!(
                "{}, Resources.{name}.{attribute}.{key}.{last}",
                entry.template_place()
            );
            let cause = format!("{shown} is no duration: CloudFormation reads ISO 8601 here");
            let remedy = "write hours, minutes or seconds, such as PT15M";
            found.push(Finding::new(place, cause, remedy));
        }
    }
    found
}

/// The value as it is written, if it is neither a duration nor a function.
fn no_duration(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if signal::duration(text).is_some() => None,
        Value::Object(_) => None,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Some(value.to_string())
        }
    }
}

/// The shortest wait against the manifest, and against what Octopus needs.
fn shortest(entry: &Entry) -> Option<Finding> {
    let place = || entry.manifest_place("spec.signal_timeout");
    let timeouts = entry.template.signal_timeouts();
    let said = entry.manifest.signal_timeout.as_deref();
    let Some(shortest) = timeouts.iter().min_by_key(|one| one.duration) else {
        let cause = "the template waits for no signal of a time that is written out";
        let remedy = "leave it out, or let the group wait for its instances' signals";
        return said.map(|_| Finding::new(place(), cause, remedy));
    };
    // A time that has to change first is nothing to write into the manifest.
    too_short(entry, shortest).or_else(|| {
        (said != Some(shortest.text.as_str())).then(|| {
            let cause = format!("the shortest wait is {}", attribute(shortest));
            let remedy = format!("write `signal_timeout: {}`", shortest.text);
            Finding::new(place(), cause, remedy)
        })
    })
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
        let minutes = needed.as_secs().div_ceil(60);
        let remedy =
            format!("write PT{minutes}M or more, there and as `signal_timeout` in the manifest");
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
