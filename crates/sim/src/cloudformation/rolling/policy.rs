//! What an update policy says about a roll.

use chrono::TimeDelta;
use serde_json::Value;

use crate::cloudformation::evaluate::as_text;
use crate::cloudformation::replacement::replaces_group;
use crate::cloudformation::signal::parse_duration;
use crate::cloudformation::stack::Settings;

/// `UpdatePolicy.AutoScalingRollingUpdate`, with CloudFormation's defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollingPolicy {
    /// Default 1, at most 100.
    pub max_batch_size: u32,
    /// Default 0.
    pub min_instances_in_service: u32,
    /// Of the group's desired capacity, how many have to be in service before it goes on:
    /// default 100.
    pub min_active_percent: u32,
    /// Default 100.
    pub min_successful_percent: u32,
    /// The pause after a batch, or the time-out of its signals: default none, or five
    /// minutes when it waits for signals; at most an hour.
    pub pause: TimeDelta,
    /// As it was written, for events.
    pub pause_text: String,
    /// Default no.
    pub waits_for_signals: bool,
    /// What the group leaves alone meanwhile.
    pub suspend_processes: Vec<String>,
}

impl RollingPolicy {
    /// The policy of a group; `None` when its instances are not to be rolled. Updates are held
    /// against [`super::check_update`] first; a rollback takes what was in force as it can.
    pub fn of(settings: &Settings) -> Option<Self> {
        let policy = settings.update_policy.as_ref();
        if replaces_group(policy) {
            return None;
        }
        let policy = policy?.get("AutoScalingRollingUpdate")?;
        let number = |key: &str| policy.get(key).and_then(as_text)?.parse::<u32>().ok();
        let waits_for_signals = policy
            .get("WaitOnResourceSignals")
            .and_then(as_text)
            .as_deref()
            == Some("true");
        let usual = if waits_for_signals { "PT5M" } else { "PT0S" };
        let pause_text = policy
            .get("PauseTime")
            .and_then(Value::as_str)
            .unwrap_or(usual)
            .to_owned();
        let most = settings.properties.get("MaxSize").and_then(as_text);
        let most = most
            .and_then(|text| text.parse::<u32>().ok())
            .unwrap_or(u32::MAX);
        Some(Self {
            max_batch_size: number("MaxBatchSize").unwrap_or(1).clamp(1, 100),
            // Without one less than MaxSize there is no room to roll in.
            min_instances_in_service: number("MinInstancesInService")
                .unwrap_or(0)
                .min(most.saturating_sub(1)),
            min_active_percent: number("MinActiveInstancesPercent").unwrap_or(100).min(100),
            min_successful_percent: number("MinSuccessfulInstancesPercent")
                .unwrap_or(100)
                .min(100),
            pause: parse_duration(&pause_text)
                .unwrap_or_default()
                .min(TimeDelta::hours(1)),
            pause_text,
            waits_for_signals,
            suspend_processes: (policy.get("SuspendProcesses").and_then(Value::as_array))
                .map(|names| names.iter().filter_map(as_text).collect())
                .unwrap_or_default(),
        })
    }
}
