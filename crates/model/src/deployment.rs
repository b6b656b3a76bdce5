//! Deployments and their tasks, as Octopus tells them.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{
    DeploymentId, MachineId, MachinePolicyId, OctopusEnvironmentId, ProjectId, ReleaseId, TaskId,
    TenantId, TriggerId,
};

/// One deployment of a release to one tenant in one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// Its id.
    pub id: DeploymentId,
    /// Of which project.
    pub project: ProjectId,
    /// In which environment.
    pub environment: OctopusEnvironmentId,
    /// Which release.
    pub release: ReleaseId,
    /// That release's version.
    pub version: String,
    /// The machines that it is for; empty means all that serve the tenant.
    pub machines: BTreeSet<MachineId>,
    /// The machines that it has reached.
    pub deployed_to: BTreeSet<MachineId>,
    /// Where our marker stands, if it is ours.
    pub comments: String,
    /// When it was created, by Octopus's clock.
    pub created_at: DateTime<Utc>,
    /// How it goes.
    pub task: Task,
}

impl Deployment {
    /// Whether a machine is among those that it is for, or that it has reached.
    pub fn covers(&self, machine: &MachineId) -> bool {
        self.machines.is_empty()
            || self.machines.contains(machine)
            || self.deployed_to.contains(machine)
    }
}

/// The task that carries a deployment out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// How far it is.
    pub state: TaskState,
    /// Octopus's words for what went wrong.
    pub error: Option<String>,
    /// Whether it waits for a person: a manual intervention or guided failure.
    pub is_interrupted: bool,
}

/// How far a task is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
#[expect(missing_docs, reason = "the names are Octopus's own")]
pub enum TaskState {
    Queued,
    Executing,
    Cancelling,
    Canceled,
    Failed,
    TimedOut,
    Success,
    /// One that this version does not know: taken for one that is not over.
    Other(String),
}

impl TaskState {
    /// Whether nothing more comes of it.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Canceled | Self::Failed | Self::TimedOut | Self::Success => true,
            Self::Queued | Self::Executing | Self::Cancelling | Self::Other(_) => false,
        }
    }

    /// Octopus's word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Queued => "Queued",
            Self::Executing => "Executing",
            Self::Cancelling => "Cancelling",
            Self::Canceled => "Canceled",
            Self::Failed => "Failed",
            Self::TimedOut => "TimedOut",
            Self::Success => "Success",
            Self::Other(text) => text,
        }
    }
}

impl From<String> for TaskState {
    fn from(text: String) -> Self {
        match text.as_str() {
            "Queued" => Self::Queued,
            "Executing" => Self::Executing,
            "Cancelling" => Self::Cancelling,
            "Canceled" => Self::Canceled,
            "Failed" => Self::Failed,
            "TimedOut" => Self::TimedOut,
            "Success" => Self::Success,
            _ => Self::Other(text),
        }
    }
}

impl From<TaskState> for String {
    fn from(state: TaskState) -> Self {
        state.as_str().to_owned()
    }
}

impl fmt::Display for TaskState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The end of a task's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskLog {
    /// Whose.
    pub task: TaskId,
    /// Its last lines, oldest first: at most 20, each cut to 300 characters.
    pub tail: Vec<String>,
}

/// The releases of one version in the projects of an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Releases {
    /// The version that was asked for.
    pub version: String,
    /// The projects that have it, each with the release.
    pub found: std::collections::BTreeMap<ProjectId, ReleaseId>,
}

/// "Deploy this release to the next machine of that tenant": one entry of a project's
/// `AutoDeployReleaseOverrides`. Octopus takes it out once it was used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Override {
    /// In which environment.
    pub environment: OctopusEnvironmentId,
    /// To which tenant; `None` is for machines without one, and never ours.
    pub tenant: Option<TenantId>,
    /// Which release.
    pub release: ReleaseId,
}

/// A project's trigger that deploys to machines as they come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// Its id.
    pub id: TriggerId,
    /// Its name, unique in the project.
    pub name: String,
    /// Whether somebody switched it off.
    pub is_disabled: bool,
    /// The environments that it watches; empty means all.
    pub environments: BTreeSet<OctopusEnvironmentId>,
    /// The roles that it watches; empty means all.
    pub roles: BTreeSet<String>,
    /// The groups of events that it watches.
    pub event_groups: BTreeSet<String>,
}

/// A machine policy, as far as we set it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachinePolicy {
    /// Its id.
    pub id: MachinePolicyId,
    /// Its name.
    pub name: String,
    /// Seconds between health checks; none when they follow a calendar.
    pub check_every_s: Option<i64>,
    /// Whether a check deletes machines that were unavailable for so many seconds.
    pub delete_after_s: Option<i64>,
}
