//! The Octopus spaces of the configuration, and what their last sweeps saw.

use bennu_model::ids::{ServerName, SpaceName};
use bennu_ports::environments::SweepStatus;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// All spaces, by server and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SpaceList {
    /// Each with its last sweep.
    pub items: Vec<SpaceDocument>,
}

/// A space of an Octopus server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SpaceDocument {
    /// What specs call the server.
    pub server: String,
    /// The space's name.
    pub name: String,
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

impl SpaceDocument {
    /// A space of the configuration; `sweep` is missing until there was one.
    pub fn new(server: &ServerName, space: &SpaceName, sweep: Option<&SweepStatus>) -> Self {
        Self {
            server: server.to_string(),
            name: space.to_string(),
            swept_at: sweep.and_then(|sweep| sweep.swept_at),
            seen: sweep.map(|sweep| sweep.seen),
            problem: sweep.and_then(|sweep| sweep.problem.clone()),
        }
    }
}
