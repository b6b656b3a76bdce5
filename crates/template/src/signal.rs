//! How long a stack waits for signals: the clocks that a template sets its instances.

use std::time::Duration;

use serde_json::Value;

use crate::template::{Resource, Template};

/// CloudFormation's default of both time-outs, as it is written: five minutes.
const DEFAULT: &str = "PT5M";

/// What has to fit between the start of the clock and the signal of an instance that Octopus
/// deploys to, each in seconds.
pub const BEFORE_A_SIGNAL: &[(&str, u64)] = &[
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

/// All of [`BEFORE_A_SIGNAL`] together.
#[must_use]
pub fn before_a_signal() -> Duration {
    let seconds = BEFORE_A_SIGNAL.iter().map(|(_, seconds)| seconds).sum();
    Duration::from_secs(seconds)
}

/// One wait for signals, as a template declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignalTimeout {
    /// the resource that waits
    pub resource: String,
    /// the attribute below the resource that says how long, such as
    /// `CreationPolicy.ResourceSignal.Timeout`
    pub attribute: &'static str,
    /// its text; CloudFormation's default where the template says nothing
    pub text: String,
    /// the text's meaning; `None` if it is no duration
    pub duration: Option<Duration>,
}

impl Template {
    /// Every wait for signals whose time-out is written out or left to the
    /// default, by resource. A time-out that a function computes is not here,
    /// nor is a wait that a function switches on.
    #[must_use]
    pub fn signal_timeouts(&self) -> Vec<SignalTimeout> {
        let each = self.resources.iter().flat_map(|(name, resource)| {
            let found = [creation(resource), update(resource)];
            found
                .into_iter()
                .flatten()
                .map(|(attribute, text)| SignalTimeout {
                    resource: name.clone(),
                    attribute,
                    duration: duration(&text),
                    text,
                })
        });
        each.collect()
    }
}

fn creation(resource: &Resource) -> Option<(&'static str, String)> {
    let signal = resource.creation_policy.as_ref()?.get("ResourceSignal")?;
    let text = written(signal.as_object()?.get("Timeout"))?;
    Some(("CreationPolicy.ResourceSignal.Timeout", text))
}

fn update(resource: &Resource) -> Option<(&'static str, String)> {
    let policy = resource.update_policy.as_ref()?;
    let rolling = policy.get("AutoScalingRollingUpdate")?;
    let waits = match rolling.get("WaitOnResourceSignals")? {
        Value::Bool(flag) => *flag,
        Value::String(text) => text.eq_ignore_ascii_case("true"),
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => false,
    };
    let text = waits.then(|| written(rolling.get("PauseTime")))??;
    Some(("UpdatePolicy.AutoScalingRollingUpdate.PauseTime", text))
}

/// A literal's text; the default where there is none; `None` for a function.
fn written(value: Option<&Value>) -> Option<String> {
    match value {
        None => Some(DEFAULT.to_owned()),
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        Some(Value::Bool(flag)) => Some(flag.to_string()),
        Some(Value::Null | Value::Array(_) | Value::Object(_)) => None,
    }
}

/// Reads `PT#H#M#S`, the part of ISO 8601 that CloudFormation takes.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let mut rest = text.strip_prefix("PT")?;
    let mut seconds = 0_u64;
    let mut largest = u64::MAX;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, unit) = rest.split_at(end);
        let of_unit = match unit.chars().next()? {
            'H' => 3_600,
            'M' => 60,
            'S' => 1,
            _ => return None,
        };
        if of_unit >= largest {
            return None;
        }
        largest = of_unit;
        let part = number.parse::<u64>().ok()?.checked_mul(of_unit)?;
        seconds = seconds.checked_add(part)?;
        rest = unit.get(1..)?;
    }
    (largest != u64::MAX).then(|| Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_cloudformation_takes() {
        for (text, seconds) in [
            ("PT8M", Some(480)),
            ("PT1H30M5S", Some(5_405)),
            ("PT0S", Some(0)),
            ("PT90S", Some(90)),
            ("PT", None),
            ("8M", None),
            ("PTM", None),
            ("PT5", None),
            ("PT5S5M", None),
            ("PT5M5M", None),
            ("PT5X", None),
            ("PT-5M", None),
            ("PT5é", None),
            ("PT99999999999999999H", None),
        ] {
            assert_eq!(duration(text), seconds.map(Duration::from_secs), "{text}");
        }
    }

    #[test]
    fn only_waits_whose_length_is_written_are_told() {
        let template = Template::parse(
            "
Parameters: { T: { Type: String } }
Resources:
  Default: { Type: T, CreationPolicy: { ResourceSignal: { Count: 2 } } }
  Group:
    Type: T
    CreationPolicy: { ResourceSignal: { Timeout: PT15M } }
    UpdatePolicy: { AutoScalingRollingUpdate: { WaitOnResourceSignals: 'true', PauseTime: PT6M } }
  Pauses: { Type: T, UpdatePolicy: { AutoScalingRollingUpdate: { PauseTime: PT1M } } }
  Computed:
    Type: T
    CreationPolicy: { ResourceSignal: { Timeout: !Ref T } }
    UpdatePolicy: { AutoScalingRollingUpdate: { WaitOnResourceSignals: !Ref T } }
  Other: { Type: T, CreationPolicy: { AutoScalingCreationPolicy: {} } }
",
        )
        .unwrap();
        let told: Vec<_> = template
            .signal_timeouts()
            .into_iter()
            .map(|one| format!("{} {} {}", one.resource, one.attribute, one.text))
            .collect();
        let creation = "CreationPolicy.ResourceSignal.Timeout";
        let update = "UpdatePolicy.AutoScalingRollingUpdate.PauseTime";
        assert_eq!(
            told,
            [
                format!("Default {creation} PT5M"),
                format!("Group {creation} PT15M"),
                format!("Group {update} PT6M"),
            ]
        );
    }
}
