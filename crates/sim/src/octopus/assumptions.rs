//! What no source says about a real server, decided by name.

use serde::{Deserialize, Serialize};

/// Behaviours and numbers of a server that its vendor does not publish. A test that
/// depends on one should be run with each of its values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Assumptions {
    /// Seconds of world time from a machine's registration to the end of its first
    /// health check.
    pub first_health_check_s: f64,
    /// What becomes of a tenant's deletion while machines are scoped to it.
    pub tenant_with_machines: WhenInUse,
    /// What becomes of a machine policy's deletion while machines follow it; detached
    /// ones follow the default policy.
    pub machine_policy_in_use: WhenInUse,
    /// Whether each document carries a key that no client knows yet, so that a client
    /// which drops unknown keys on writing back is found out.
    pub unknown_keys: bool,
}

/// What happens to the deletion of a thing that others refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenInUse {
    /// The deletion is refused with 400.
    Refuse,
    /// The thing is deleted, and taken out of those that referred to it.
    Detach,
}

impl Default for Assumptions {
    fn default() -> Self {
        Self {
            first_health_check_s: 10.0,
            tenant_with_machines: WhenInUse::Detach,
            machine_policy_in_use: WhenInUse::Refuse,
            unknown_keys: false,
        }
    }
}
