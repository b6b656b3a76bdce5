//! What a resource is in. One word per resource; who chooses an action matches on it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a resource is in, compared with what is desired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// As desired; also: not there and not wanted.
    InSync,
    /// Not there.
    Missing,
    /// There, and behind what is desired or perhaps so.
    Outdated(String),
    /// There, and changed by somebody else.
    Drifted(String),
    /// The provider is working on it.
    Busy(Operation),
    /// In a state that it does not leave by itself.
    Broken(Broken),
    /// Under our name, and not ours; says whose.
    Foreign(String),
    /// We do not know; says why.
    Unknown(String),
}

/// What a provider is doing to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// The first creation.
    Creating,
    /// Undoing a failed creation.
    RollingBack,
    /// An update.
    Updating,
    /// Updated; removing what was replaced, or undoing an update, or importing: cannot be
    /// stopped.
    Finishing,
    /// Being deleted.
    Deleting,
    /// Software is being deployed to machines.
    Deploying,
}

/// How a resource is stuck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Broken {
    /// A shell that a change set made, without resources.
    Shell,
    /// Its creation failed: it never worked and cannot be updated.
    NeverWorked,
    /// An update failed, and nothing was rolled back.
    UpdateFailed,
    /// An update failed and was rolled back: it serves what it had.
    UpdateRolledBack,
    /// A roll-back failed.
    RollbackFailed,
    /// A deletion failed.
    DeleteFailed,
    /// Deployments failed, as often as they are tried.
    DeploymentFailed,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InSync => f.write_str("in sync"),
            Self::Missing => f.write_str("missing"),
            Self::Outdated(diff) => write!(f, "outdated: {diff}"),
            Self::Drifted(diff) => write!(f, "drifted: {diff}"),
            Self::Busy(operation) => write!(f, "busy: {operation}"),
            Self::Broken(broken) => write!(f, "broken: {broken}"),
            Self::Foreign(whose) => write!(f, "foreign: {whose}"),
            Self::Unknown(why) => write!(f, "unknown: {why}"),
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Creating => "being created",
            Self::RollingBack => "a failed creation is being rolled back",
            Self::Updating => "being updated",
            Self::Finishing => "an operation is being finished",
            Self::Deleting => "being deleted",
            Self::Deploying => "software is being deployed",
        })
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Shell => "a shell without resources",
            Self::NeverWorked => "its creation failed",
            Self::UpdateFailed => "an update failed and was not rolled back",
            Self::UpdateRolledBack => "an update failed and was rolled back",
            Self::RollbackFailed => "a roll-back failed",
            Self::DeleteFailed => "a deletion failed",
            Self::DeploymentFailed => "its deployments failed",
        })
    }
}
