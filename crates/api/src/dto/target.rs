//! The targets of the configuration, and what their last sweeps saw.

use bennu_model::ids::TargetName;
use bennu_ports::environments::SweepStatus;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::accept::TargetEntry;

/// All targets, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TargetList {
    /// Each with its last sweep.
    pub items: Vec<TargetDocument>,
}

/// A target: an account and a region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TargetDocument {
    /// What specs call it.
    pub name: String,
    /// The AWS region.
    pub region: String,
    /// Whether it can take templates that are too long for a request.
    pub artifact_bucket: bool,
    /// The account, once a sweep has seen it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// When the last good sweep began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swept_at: Option<DateTime<Utc>>,
    /// How many things of ours that sweep saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<u32>,
    /// Why the last sweep counts for nothing, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

impl TargetDocument {
    /// A target of the configuration; `sweep` is missing until there was one.
    pub fn new(name: &TargetName, entry: &TargetEntry, sweep: Option<&SweepStatus>) -> Self {
        Self {
            name: name.to_string(),
            region: entry.region.clone(),
            artifact_bucket: entry.artifact_bucket,
            account: sweep.and_then(|sweep| sweep.account.clone()),
            swept_at: sweep.and_then(|sweep| sweep.swept_at),
            seen: sweep.map(|sweep| sweep.seen),
            problem: sweep.and_then(|sweep| sweep.problem.clone()),
        }
    }
}
