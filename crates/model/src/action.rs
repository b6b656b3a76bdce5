//! What can be done to the world: a closed list. Each action has all its arguments and no
//! handles; bytes are named by digest. Waiting is not an action.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::deployment::Override;
use crate::desired::TemplateBody;
use crate::ids::{
    ChangeSetArn, ChangeSetName, Digest, EnvironmentName, MachineId, MachinePolicyId, ObjectKey,
    OctopusEnvironmentId, ProjectId, ReleaseId, ServerName, SpaceName, StackArn, StackName,
    TargetName, TaskId, TenantId, Token, TriggerId,
};

/// Something that a pass can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// In AWS.
    Infrastructure(TargetName, InfrastructureAction),
    /// In Octopus.
    Deployments(ServerName, SpaceName, DeploymentsAction),
}

/// Something that can be done in AWS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InfrastructureAction {
    /// Puts content under a key that is derived from it.
    PutObject {
        /// Where.
        key: ObjectKey,
        /// What.
        content: Digest,
    },
    /// Removes objects; those that are gone already do not matter.
    DeleteObjects {
        /// Which.
        keys: Vec<ObjectKey>,
    },
    /// Creates a stack, rolled back on failure.
    CreateStack {
        /// Under which name.
        name: StackName,
        /// What it is made of.
        input: StackInput,
        /// Repeating it with the same token creates nothing more.
        token: Token,
    },
    /// Has CloudFormation work out what an update would change.
    CreateChangeSet {
        /// Of which stack.
        stack: StackArn,
        /// Under which name; derived, so a second one of the same state cannot be made.
        name: ChangeSetName,
        /// What the stack should be made of.
        input: StackInput,
    },
    /// Carries out a change set, rolled back on failure.
    ExecuteChangeSet {
        /// Of which stack.
        stack: StackArn,
        /// Which.
        change_set: ChangeSetArn,
        /// Repeating it with the same token executes nothing more.
        token: Token,
    },
    /// Removes a change set that will not be executed.
    DeleteChangeSet {
        /// Of which stack.
        stack: StackArn,
        /// Which.
        change_set: ChangeSetArn,
    },
    /// Stops an update; CloudFormation rolls it back.
    CancelUpdate {
        /// Of which stack.
        stack: StackArn,
        /// Makes it repeatable.
        token: Token,
    },
    /// Goes on with a roll-back that failed.
    ContinueRollback {
        /// Of which stack.
        stack: StackArn,
        /// Makes it repeatable.
        token: Token,
    },
    /// Rolls a failed update back.
    RollBack {
        /// Which stack.
        stack: StackArn,
        /// Makes it repeatable.
        token: Token,
    },
    /// Deletes a stack with its resources.
    DeleteStack {
        /// By ARN: a late delete can then never hit a newer stack of the same name.
        stack: StackArn,
        /// Makes it repeatable.
        token: Token,
    },
}

/// What a stack is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackInput {
    /// The template.
    pub body: TemplateBody,
    /// All parameters.
    pub parameters: BTreeMap<String, String>,
    /// What the stack may do.
    pub capabilities: BTreeSet<String>,
    /// All tags.
    pub tags: BTreeMap<String, String>,
}

/// Something that can be done in Octopus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeploymentsAction {
    /// Creates a tenant with its connections.
    CreateTenant {
        /// Under which name.
        name: EnvironmentName,
        /// Says whose it is.
        description: String,
        /// What it is connected to.
        connections: BTreeMap<ProjectId, BTreeSet<OctopusEnvironmentId>>,
    },
    /// Sets a tenant's connections, and nothing else of it.
    ConnectTenant {
        /// Which.
        tenant: TenantId,
        /// All of its connections; none disconnects it.
        connections: BTreeMap<ProjectId, BTreeSet<OctopusEnvironmentId>>,
    },
    /// Deletes a tenant.
    DeleteTenant {
        /// Which.
        tenant: TenantId,
    },
    /// Takes a machine out of Octopus.
    DeleteMachine {
        /// Which.
        machine: MachineId,
        /// Its name, for people.
        name: String,
    },
    /// Deploys a release to machines of a tenant. Octopus takes no token for it: the
    /// comments carry ours, and a look goes before any repeat.
    Deploy {
        /// Of which project.
        project: ProjectId,
        /// The project's name, for people.
        project_name: String,
        /// Which release.
        release: ReleaseId,
        /// Its version, for people.
        version: String,
        /// In which environment.
        environment: OctopusEnvironmentId,
        /// To whose machines.
        tenant: TenantId,
        /// To which of them; never empty.
        machines: BTreeSet<MachineId>,
        /// Whose deployment it is, and which.
        comments: String,
        /// Names the attempt.
        token: Token,
    },
    /// Stops a task; one that is over stays as it is.
    CancelTask {
        /// Which.
        task: TaskId,
    },
    /// Changes our own entries among a project's overrides and nothing else of it.
    EditOverrides {
        /// Of which project.
        project: ProjectId,
        /// Entries to stand.
        set: BTreeSet<Override>,
        /// Entries to go, by environment and tenant.
        clear: BTreeSet<(OctopusEnvironmentId, TenantId)>,
    },
    /// Creates our trigger in a project.
    CreateTrigger {
        /// In which project.
        project: ProjectId,
        /// Under which name.
        name: String,
        /// What it watches.
        filter: TriggerFilter,
    },
    /// Sets what our trigger watches, and switches it on.
    UpdateTrigger {
        /// Which.
        trigger: TriggerId,
        /// What it watches.
        filter: TriggerFilter,
    },
    /// Deletes our trigger.
    DeleteTrigger {
        /// Which.
        trigger: TriggerId,
    },
    /// Creates our machine policy, from the server's own template.
    CreateMachinePolicy {
        /// Under which name.
        name: String,
        /// How it cleans up.
        rules: PolicyRules,
    },
    /// Sets the rules of our machine policy, and nothing else of it.
    UpdateMachinePolicy {
        /// Which.
        policy: MachinePolicyId,
        /// How it cleans up.
        rules: PolicyRules,
    },
    /// Deletes our machine policy.
    DeleteMachinePolicy {
        /// Which.
        policy: MachinePolicyId,
    },
}

/// What a trigger of ours watches: machines that become available.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggerFilter {
    /// In these environments; never empty.
    pub environments: BTreeSet<OctopusEnvironmentId>,
    /// With this role: our marker, so that other people's machines are left alone.
    pub role: String,
}

/// How a machine policy cleans up: the second net under our own pruning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyRules {
    /// Seconds between health checks.
    pub check_every_s: i64,
    /// Seconds for which a machine was unavailable when a check deletes it.
    pub delete_after_s: i64,
}

impl Action {
    /// The kind of action in one word, as it stands in tokens, attempts, metrics and logs.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Infrastructure(_, action) => match action {
                InfrastructureAction::PutObject { .. } => "put-object",
                InfrastructureAction::DeleteObjects { .. } => "delete-objects",
                InfrastructureAction::CreateStack { .. } => "create-stack",
                InfrastructureAction::CreateChangeSet { .. } => "create-change-set",
                InfrastructureAction::ExecuteChangeSet { .. } => "execute-change-set",
                InfrastructureAction::DeleteChangeSet { .. } => "delete-change-set",
                InfrastructureAction::CancelUpdate { .. } => "cancel-update",
                InfrastructureAction::ContinueRollback { .. } => "continue-rollback",
                InfrastructureAction::RollBack { .. } => "roll-back",
                InfrastructureAction::DeleteStack { .. } => "delete-stack",
            },
            Self::Deployments(_, _, action) => match action {
                DeploymentsAction::CreateTenant { .. } => "create-tenant",
                DeploymentsAction::ConnectTenant { .. } => "connect-tenant",
                DeploymentsAction::DeleteTenant { .. } => "delete-tenant",
                DeploymentsAction::DeleteMachine { .. } => "delete-machine",
                DeploymentsAction::Deploy { .. } => "deploy",
                DeploymentsAction::CancelTask { .. } => "cancel-task",
                DeploymentsAction::EditOverrides { .. } => "edit-overrides",
                DeploymentsAction::CreateTrigger { .. } => "create-trigger",
                DeploymentsAction::UpdateTrigger { .. } => "update-trigger",
                DeploymentsAction::DeleteTrigger { .. } => "delete-trigger",
                DeploymentsAction::CreateMachinePolicy { .. } => "create-machine-policy",
                DeploymentsAction::UpdateMachinePolicy { .. } => "update-machine-policy",
                DeploymentsAction::DeleteMachinePolicy { .. } => "delete-machine-policy",
            },
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Infrastructure(_, action) => action.fmt(f),
            Self::Deployments(_, _, action) => action.fmt(f),
        }
    }
}

impl fmt::Display for InfrastructureAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PutObject { key, .. } => write!(f, "put object {key}"),
            Self::DeleteObjects { keys } => write!(f, "delete {} object(s)", keys.len()),
            Self::CreateStack { name, .. } => write!(f, "create stack {name}"),
            Self::CreateChangeSet { name, .. } => write!(f, "create change set {name}"),
            Self::ExecuteChangeSet { change_set, .. } => {
                write!(f, "execute change set {}", short(change_set.as_str()))
            }
            Self::DeleteChangeSet { change_set, .. } => {
                write!(f, "delete change set {}", short(change_set.as_str()))
            }
            Self::CancelUpdate { stack, .. } => {
                write!(f, "cancel the update of stack {}", short(stack.as_str()))
            }
            Self::ContinueRollback { stack, .. } => {
                write!(
                    f,
                    "continue the roll-back of stack {}",
                    short(stack.as_str())
                )
            }
            Self::RollBack { stack, .. } => write!(f, "roll back stack {}", short(stack.as_str())),
            Self::DeleteStack { stack, .. } => write!(f, "delete stack {}", short(stack.as_str())),
        }
    }
}

impl fmt::Display for DeploymentsAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateTenant { name, .. } => write!(f, "create tenant {name}"),
            Self::ConnectTenant {
                tenant,
                connections,
            } if connections.is_empty() => {
                write!(f, "disconnect tenant {tenant}")
            }
            Self::ConnectTenant {
                tenant,
                connections,
            } => {
                write!(
                    f,
                    "connect tenant {tenant} to {} project(s)",
                    connections.len()
                )
            }
            Self::DeleteTenant { tenant } => write!(f, "delete tenant {tenant}"),
            Self::DeleteMachine { machine, name } => write!(f, "delete machine {name} ({machine})"),
            Self::Deploy {
                project_name,
                version,
                machines,
                ..
            } => write!(
                f,
                "deploy {version} of {project_name} to {} machine(s)",
                machines.len()
            ),
            Self::CancelTask { task } => write!(f, "cancel task {task}"),
            Self::EditOverrides {
                project,
                set,
                clear,
            } => write!(
                f,
                "set {} and clear {} override(s) of {project}",
                set.len(),
                clear.len()
            ),
            Self::CreateTrigger { project, name, .. } => {
                write!(f, "create trigger {name} in {project}")
            }
            Self::UpdateTrigger { trigger, .. } => write!(f, "update trigger {trigger}"),
            Self::DeleteTrigger { trigger } => write!(f, "delete trigger {trigger}"),
            Self::CreateMachinePolicy { name, .. } => write!(f, "create machine policy {name}"),
            Self::UpdateMachinePolicy { policy, .. } => write!(f, "update machine policy {policy}"),
            Self::DeleteMachinePolicy { policy } => write!(f, "delete machine policy {policy}"),
        }
    }
}

/// `arn:aws:cloudformation:…:stack/NAME/ID` → `NAME`.
fn short(arn: &str) -> &str {
    arn.split('/').nth(1).unwrap_or(arn)
}
