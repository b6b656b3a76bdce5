//! Octopus's side, as read.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{
    MachineId, OctopusEnvironmentId, OctopusEnvironmentName, ProjectId, ProjectName, TenantId,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Its id.
    pub id: MachineId,
    /// Its name.
    pub name: String,
    /// Its roles; ours carry the marker.
    pub roles: BTreeSet<String>,
    /// The tenants it serves.
    pub tenants: BTreeSet<TenantId>,
    /// `Healthy`, `Unavailable`, …
    pub health: String,
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
    /// `Releases-…`
    pub id: String,
    /// Its version.
    pub version: String,
    /// When it was assembled.
    pub assembled_at: Option<DateTime<Utc>>,
}
