//! What is remembered of the world for a whole life: ids, which a name cannot replace, and
//! facts whose evidence the providers throw away.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{
    DeploymentId, Generation, MachineId, ProjectId, ReleaseId, StackArn, TaskId, TenantId,
};
use crate::variable::VariableKey;

/// What is remembered of the world.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Known {
    /// The living stack. Once known, the stack is addressed by this only.
    pub stack: Option<StackArn>,
    /// The last stack of ours that is gone: the next create follows it.
    pub dead_stack: Option<StackArn>,
    /// When it was first seen to be gone, by the database's clock: instances that booted
    /// until then may still register.
    pub stack_gone_at: Option<DateTime<Utc>>,
    /// The tenant.
    pub tenant: Option<TenantId>,
    /// The release of each launch version, by `group/version`: what an instance that was
    /// launched by it has to run, whatever the spec says by now.
    pub launched: BTreeMap<String, String>,
    /// The releases of the versions that matter, by version and project.
    pub releases: BTreeMap<String, BTreeMap<ProjectId, ReleaseId>>,
    /// The machines of the tenant.
    pub machines: BTreeMap<MachineId, KnownMachine>,
    /// The moment of the stack ([`crate::stack::Stack::moment`]) for which its groups were
    /// read last: what was read before the stack moved says nothing about its instances.
    pub groups_read_for: Option<String>,
    /// The instances that the stack's operation has launched, as they were seen last while
    /// it ran.
    pub booting: BTreeSet<String>,
    /// Where the stack's instances were heading when the last pass looked.
    pub course: Course,
    /// Deployments that ended otherwise than well, as long as Octopus has them: each is told
    /// once.
    pub ended: BTreeSet<DeploymentId>,
    /// The variables of the tenant that we have set: those that are not wanted any more are
    /// cleared, and nobody else's.
    pub variables: BTreeSet<VariableKey>,
    /// The last generation that was everything that it should be.
    pub ready: Option<Generation>,
    /// Machines that were taken out of Octopus, each with when: no more than so many at once.
    pub pruned: BTreeMap<MachineId, DateTime<Utc>>,
}

/// Where the stack's instances are heading, and with which release.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "course", content = "release")]
pub enum Course {
    /// Instances of this release are coming; those of another one are left alone.
    Forward(String),
    /// An update is being undone: instances of this release come back.
    Back(String),
    /// The stack is at rest.
    Settled(String),
    /// There is no stack whose instances matter.
    #[default]
    Nowhere,
}

impl Course {
    /// The release that instances are heading for.
    pub fn release(&self) -> Option<&str> {
        match self {
            Self::Forward(release) | Self::Back(release) | Self::Settled(release) => Some(release),
            Self::Nowhere => None,
        }
    }
}

/// What is remembered of a machine as long as it is registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownMachine {
    /// When it was first seen, by the database's clock.
    pub since: DateTime<Utc>,
    /// What was last deployed to it with success: retention deletes the deployment.
    pub serves: BTreeMap<ProjectId, Serving>,
}

/// A release on a machine, and the evidence for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Serving {
    /// The release's version.
    pub version: String,
    /// The task that brought it.
    pub task: TaskId,
    /// When the deployment was created, by Octopus's clock: the later one wins.
    pub at: DateTime<Utc>,
}
