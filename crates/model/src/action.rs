//! What can be done to the world: a closed list. Each action has all its arguments and no
//! handles; bytes are named by digest. Waiting is not an action.

mod display;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::deployment::Override;
use crate::desired::TemplateBody;
use crate::ids::{
    ChangeSetArn, ChangeSetName, Digest, EnvironmentName, MachineId, MachinePolicyId, ObjectKey,
    OctopusEnvironmentId, ProjectId, ReleaseId, ServerName, SpaceName, StackArn, StackName,
    TargetName, TaskId, TenantId, Token, TriggerId,
};
use crate::variable::{VariableKey, VariableSetting};

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
        content: Content,
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

/// What an object holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", from = "StoredContent")]
pub enum Content {
    /// The bytes that the database keeps under this digest.
    Blob(Digest),
    /// A short text that follows from the spec; never a secret.
    Text(String),
}

/// What may stand in a report: those of before there were texts name the digest alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum StoredContent {
    Digest(Digest),
    Named(NamedContent),
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum NamedContent {
    Blob(Digest),
    Text(String),
}

impl From<StoredContent> for Content {
    fn from(stored: StoredContent) -> Self {
        match stored {
            StoredContent::Digest(digest) | StoredContent::Named(NamedContent::Blob(digest)) => {
                Self::Blob(digest)
            }
            StoredContent::Named(NamedContent::Text(text)) => Self::Text(text),
        }
    }
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
    /// Sets and clears values of a tenant's variables, and leaves all others as they are.
    SetVariables {
        /// Whose.
        tenant: TenantId,
        /// The environment that values of projects belong to.
        environment: OctopusEnvironmentId,
        /// Values to stand.
        set: Vec<VariableSetting>,
        /// Values to go.
        clear: BTreeSet<VariableKey>,
        /// Where the secrets are kept that values name.
        secrets_in: TargetName,
        /// Names the attempt.
        token: Token,
    },
    /// Takes all values from a tenant's variables: one that is left can keep the tenant
    /// from being deleted.
    ClearVariables {
        /// Whose.
        tenant: TenantId,
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
                DeploymentsAction::SetVariables { .. } => "set-variables",
                DeploymentsAction::ClearVariables { .. } => "clear-variables",
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
