//! Octopus's side, as read.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{
    MachineId, OctopusEnvironmentId, OctopusEnvironmentName, ProjectId, ProjectName, ReleaseId,
    TenantId,
};

/// A tenant as Octopus describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// Its name, as it is spelled there.
    pub name: String,
    /// Carries the line that says whose it is.
    pub description: String,
    /// What it is connected to.
    pub connections: BTreeMap<ProjectId, BTreeSet<OctopusEnvironmentId>>,
}

/// A deployment target as Octopus describes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Machine {
    /// Its id.
    pub id: MachineId,
    /// Its name.
    pub name: String,
    /// Its roles; ours carry the marker.
    pub roles: BTreeSet<String>,
    /// The tenants it serves.
    pub tenants: BTreeSet<TenantId>,
    /// The Octopus environments that it is in.
    pub environments: BTreeSet<OctopusEnvironmentId>,
    /// Whether somebody switched it off.
    pub is_disabled: bool,
    /// `Healthy`, `Unavailable`, …
    pub health: String,
    /// The thumbprint of its Tentacle's certificate. Images with a certificate baked in give
    /// many machines one.
    #[serde(default)]
    pub thumbprint: Option<String>,
}

impl Machine {
    /// The EC2 instance that its name tells, for machines are named after them.
    pub fn instance(&self) -> Option<&str> {
        let start = self.name.find("i-").filter(|at| {
            let before = self.name.get(..*at).and_then(|text| text.chars().last());
            before.is_none_or(|c| !c.is_ascii_alphanumeric())
        });
        let ends_in_id = |at: usize| {
            let id = self.name.get(at..)?;
            let digits = id.get(2..)?;
            let is_id = matches!(digits.len(), 8 | 17)
                && digits.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
            is_id.then_some(id)
        };
        start
            .and_then(ends_in_id)
            .or_else(|| self.name.rfind("-i-").and_then(|at| ends_in_id(at + 1)))
    }

    /// Whether Octopus can deploy to it now.
    pub fn is_available(&self) -> bool {
        !self.is_disabled && matches!(self.health.as_str(), "Healthy" | "HasWarnings")
    }
}

/// The names of a space that specs refer to, with their ids.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Space {
    /// Projects.
    pub projects: BTreeMap<ProjectName, ProjectId>,
    /// Static environments.
    pub environments: BTreeMap<OctopusEnvironmentName, OctopusEnvironmentId>,
}

/// A release of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// Its id.
    pub id: ReleaseId,
    /// Its version.
    pub version: String,
    /// When it was assembled.
    pub assembled_at: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance_of(name: &str) -> Option<String> {
        let machine = Machine {
            id: MachineId::new("Machines-1").unwrap(),
            name: name.into(),
            roles: BTreeSet::new(),
            tenants: BTreeSet::new(),
            environments: BTreeSet::new(),
            is_disabled: false,
            health: "Healthy".into(),
            thumbprint: None,
        };
        machine.instance().map(str::to_owned)
    }

    #[test]
    fn a_machine_is_named_after_its_instance() {
        let id = Some("i-0a1b2c3d4e5f60001".to_owned());
        assert_eq!(instance_of("i-0a1b2c3d4e5f60001"), id);
        assert_eq!(instance_of("ryan0001-i-0a1b2c3d4e5f60001"), id);
        assert_eq!(instance_of("wi-fi-i-0a1b2c3d4e5f60001"), id);
        for other in [
            "ryan0001",
            "",
            "i-",
            "i-xyz",
            "abci-0a1b2c3d4e5f60001",
            "ı-i-é",
        ] {
            assert_eq!(instance_of(other), None, "{other}");
        }
    }
}
