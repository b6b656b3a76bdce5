//! Whether the policies of a group can be followed.
//!
//! The texts are CloudFormation's where they are known: the one about `MaxSize`.

use bennu_template::Template;
use chrono::TimeDelta;
use serde_json::{Map, Value};

use crate::cloudformation::evaluate::as_text;
use crate::cloudformation::provision::GROUP;
use crate::cloudformation::signal::parse_duration;
use crate::cloudformation::stack::Settings;

/// What Auto Scaling can be told to leave alone.
const PROCESSES: [&str; 9] = [
    "Launch",
    "Terminate",
    "AddToLoadBalancer",
    "AlarmNotification",
    "AZRebalance",
    "HealthCheck",
    "InstanceRefresh",
    "ReplaceUnhealthy",
    "ScheduledActions",
];

/// Refuses a template with a policy that is not simulated.
pub fn check_template(template: &Template) -> Result<(), String> {
    let groups = template
        .resources
        .iter()
        .filter(|(_, one)| one.kind == GROUP);
    for (name, group) in groups {
        let policy = group.update_policy.as_ref();
        if policy.is_some_and(|policy| policy.get("AutoScalingInstanceRefresh").is_some()) {
            return Err(format!(
                "Resource {name}: the update policy AutoScalingInstanceRefresh is not simulated; \
                 use AutoScalingRollingUpdate or AutoScalingReplacingUpdate"
            ));
        }
    }
    Ok(())
}

/// Refuses a `CreationPolicy` that cannot be followed.
pub fn check_creation(settings: &Settings) -> Result<(), String> {
    let Some(policy) = section(settings.creation_policy.as_ref(), "CreationPolicy")? else {
        return Ok(());
    };
    only(policy, &["ResourceSignal", "AutoScalingCreationPolicy"])?;
    if let Some(signal) = section(policy.get("ResourceSignal"), "ResourceSignal")? {
        only(signal, &["Count", "Timeout"])?;
        number(signal, "Count", 0, u32::MAX)?;
        duration(signal, "Timeout", TimeDelta::hours(12))?;
    }
    let name = "AutoScalingCreationPolicy";
    if let Some(group) = section(policy.get(name), name)? {
        only(group, &["MinSuccessfulInstancesPercent"])?;
        number(group, "MinSuccessfulInstancesPercent", 0, 100)?;
    }
    Ok(())
}

/// Refuses an `UpdatePolicy` that cannot be followed. CloudFormation finds out when it updates
/// the group, not when it creates it.
pub fn check_update(settings: &Settings) -> Result<(), String> {
    let Some(policy) = section(settings.update_policy.as_ref(), "UpdatePolicy")? else {
        return Ok(());
    };
    let (rolling, replacing, scheduled) = (
        "AutoScalingRollingUpdate",
        "AutoScalingReplacingUpdate",
        "AutoScalingScheduledAction",
    );
    only(policy, &[rolling, replacing, scheduled])?;
    if let Some(replacing) = section(policy.get(replacing), replacing)? {
        only(replacing, &["WillReplace"])?;
        truth(replacing, "WillReplace")?;
    }
    if let Some(scheduled) = section(policy.get(scheduled), scheduled)? {
        only(scheduled, &["IgnoreUnmodifiedGroupSizeProperties"])?;
        truth(scheduled, "IgnoreUnmodifiedGroupSizeProperties")?;
    }
    match section(policy.get(rolling), rolling)? {
        Some(rolling) => check_rolling(rolling, settings),
        None => Ok(()),
    }
}

fn check_rolling(policy: &Map<String, Value>, settings: &Settings) -> Result<(), String> {
    only(
        policy,
        &[
            "MaxBatchSize",
            "MinInstancesInService",
            "MinActiveInstancesPercent",
            "MinSuccessfulInstancesPercent",
            "PauseTime",
            "SuspendProcesses",
            "WaitOnResourceSignals",
        ],
    )?;
    number(policy, "MaxBatchSize", 1, 100)?;
    number(policy, "MinActiveInstancesPercent", 0, 100)?;
    number(policy, "MinSuccessfulInstancesPercent", 0, 100)?;
    duration(policy, "PauseTime", TimeDelta::hours(1))?;
    truth(policy, "WaitOnResourceSignals")?;
    let least = number(policy, "MinInstancesInService", 0, u32::MAX)?.unwrap_or(0);
    let most = number(&settings.properties, "MaxSize", 0, u32::MAX)?.unwrap_or(0);
    if least > 0 && least >= most {
        let text = "MinInstancesInService must be less than the autoscaling group's MaxSize";
        return Err(text.to_owned());
    }
    let names = match policy.get("SuspendProcesses") {
        None => return Ok(()),
        Some(Value::Array(names)) => names.iter().map(as_text),
        Some(other) => return Err(format!("SuspendProcesses must be a list, not {other}")),
    };
    for name in names {
        let name = name.unwrap_or_default();
        if !PROCESSES.contains(&name.as_str()) {
            let known = PROCESSES.join(", ");
            return Err(format!(
                "SuspendProcesses: {name} is no process; there are {known}"
            ));
        }
    }
    Ok(())
}

fn section<'a>(
    value: Option<&'a Value>,
    name: &str,
) -> Result<Option<&'a Map<String, Value>>, String> {
    match value {
        None => Ok(None),
        Some(Value::Object(map)) => Ok(Some(map)),
        Some(other) => Err(format!("{name} must be an object, not {other}")),
    }
}

fn only(map: &Map<String, Value>, known: &[&str]) -> Result<(), String> {
    match map.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => Err(format!("Encountered unsupported property {key}")),
    }
}

fn number(
    map: &Map<String, Value>,
    key: &str,
    least: u32,
    most: u32,
) -> Result<Option<u32>, String> {
    let Some(value) = map.get(key) else {
        return Ok(None);
    };
    let number = as_text(value).and_then(|text| text.parse().ok());
    match number.filter(|number| (least..=most).contains(number)) {
        Some(number) => Ok(Some(number)),
        None => Err(format!(
            "{key} must be a whole number from {least} to {most}, not {value}"
        )),
    }
}

fn truth(map: &Map<String, Value>, key: &str) -> Result<(), String> {
    match map.get(key).map(|value| (as_text(value), value)) {
        None => Ok(()),
        Some((Some(text), _)) if text == "true" || text == "false" => Ok(()),
        Some((_, value)) => Err(format!("{key} must be true or false, not {value}")),
    }
}

fn duration(map: &Map<String, Value>, key: &str, most: TimeDelta) -> Result<(), String> {
    let Some(value) = map.get(key) else {
        return Ok(());
    };
    let span = as_text(value).and_then(|text| parse_duration(&text));
    if span.is_some_and(|span| span <= most) {
        return Ok(());
    }
    Err(format!(
        "{key} must be a time like PT5M of at most {} hour(s), not {value}",
        most.num_hours()
    ))
}
