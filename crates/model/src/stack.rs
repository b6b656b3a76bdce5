//! CloudFormation's side, as read.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{ChangeSetArn, ChangeSetName, LogicalId, OperationId, StackArn, StackName};

/// A stack as CloudFormation describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stack {
    /// Its id.
    pub arn: StackArn,
    /// Its name.
    pub name: StackName,
    /// What it is in.
    pub status: StackStatus,
    /// CloudFormation's reason. A reason on a success can name resources that it gave up
    /// deleting.
    pub reason: Option<String>,
    /// Empty before the first execution of a change set.
    pub tags: BTreeMap<String, String>,
    /// Outputs by key.
    pub outputs: BTreeMap<String, String>,
    /// The change set that was executed last, if any.
    pub change_set: Option<ChangeSetArn>,
    /// The last operation, where CloudFormation tells.
    pub operation: Option<OperationId>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When an operation last changed it.
    pub updated_at: Option<DateTime<Utc>>,
    /// Whether it refuses deletion.
    pub termination_protection: bool,
}

impl Stack {
    /// Names the state that the last operation left: it moves with every create and update,
    /// whoever began it.
    pub fn version(&self) -> String {
        let at = self.updated_at.unwrap_or(self.created_at);
        format!("{}@{}", self.arn, at.timestamp_millis())
    }

    /// Names the version together with the status: what a failure is read for.
    pub fn moment(&self) -> String {
        format!("{}#{}", self.version(), self.status)
    }
}

macro_rules! statuses {
    ($($variant:ident = $text:literal),+ $(,)?) => {
        /// Every stack status that CloudFormation's service model knows, and room for one
        /// that it does not.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(from = "String", into = "String")]
        #[expect(missing_docs, reason = "the names are CloudFormation's own")]
        pub enum StackStatus { $($variant,)+ Other(String) }

        impl StackStatus {
            /// All that the service model knows, in the order of a stack's life.
            pub const ALL: &[StackStatus] = &[$(StackStatus::$variant),+];

            /// CloudFormation's text.
            pub fn as_str(&self) -> &str {
                match self { $(Self::$variant => $text,)+ Self::Other(text) => text }
            }
        }

        impl From<String> for StackStatus {
            fn from(text: String) -> Self {
                match text.as_str() { $($text => Self::$variant,)+ _ => Self::Other(text) }
            }
        }
    };
}

statuses! {
    ReviewInProgress = "REVIEW_IN_PROGRESS",
    CreateInProgress = "CREATE_IN_PROGRESS",
    CreateFailed = "CREATE_FAILED",
    CreateComplete = "CREATE_COMPLETE",
    RollbackInProgress = "ROLLBACK_IN_PROGRESS",
    RollbackFailed = "ROLLBACK_FAILED",
    RollbackComplete = "ROLLBACK_COMPLETE",
    UpdateInProgress = "UPDATE_IN_PROGRESS",
    UpdateCompleteCleanupInProgress = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    UpdateComplete = "UPDATE_COMPLETE",
    UpdateFailed = "UPDATE_FAILED",
    UpdateRollbackInProgress = "UPDATE_ROLLBACK_IN_PROGRESS",
    UpdateRollbackFailed = "UPDATE_ROLLBACK_FAILED",
    UpdateRollbackCompleteCleanupInProgress = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
    UpdateRollbackComplete = "UPDATE_ROLLBACK_COMPLETE",
    ImportInProgress = "IMPORT_IN_PROGRESS",
    ImportComplete = "IMPORT_COMPLETE",
    ImportRollbackInProgress = "IMPORT_ROLLBACK_IN_PROGRESS",
    ImportRollbackFailed = "IMPORT_ROLLBACK_FAILED",
    ImportRollbackComplete = "IMPORT_ROLLBACK_COMPLETE",
    DeleteInProgress = "DELETE_IN_PROGRESS",
    DeleteFailed = "DELETE_FAILED",
    DeleteComplete = "DELETE_COMPLETE",
}

impl From<StackStatus> for String {
    fn from(status: StackStatus) -> Self {
        status.as_str().to_owned()
    }
}

impl fmt::Display for StackStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A change set as CloudFormation describes it, all pages merged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeSet {
    /// Its id.
    pub arn: ChangeSetArn,
    /// Its name.
    pub name: ChangeSetName,
    /// The stack it would change.
    pub stack: StackArn,
    /// How far it is.
    pub state: ChangeSetState,
    /// CloudFormation's reason; on a healthy change set it is a warning, not an error.
    pub reason: Option<String>,
    /// What it would change.
    pub changes: Vec<Change>,
}

/// What can be done with a change set: status and execution status in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeSetState {
    /// Being computed.
    Pending,
    /// Ready to be executed.
    Available,
    /// There is nothing to change: a success, and the change set is to be deleted.
    Empty,
    /// It could not be computed; the reason says why.
    Failed,
    /// Being executed.
    Executing,
    /// Executed; the stack says with what result.
    Executed,
    /// Another operation overtook it.
    Obsolete,
    /// Being deleted.
    Deleting,
}

/// One line of a change set, without values: they can be secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// `Add`, `Modify`, `Remove`, `Import`, `Dynamic`, …
    pub action: String,
    /// Which resource.
    pub logical_id: LogicalId,
    /// Its type, for example `AWS::AutoScaling::AutoScalingGroup`.
    pub kind: String,
    /// `True`, `False` or `Conditional`; meaningful for `Modify`.
    pub replacement: Option<String>,
    /// What happens to what was there: `Delete`, `ReplaceAndDelete`, …
    pub policy_action: Option<String>,
    /// Which parts: `Properties`, `Tags`, `Metadata`, …
    pub scope: Vec<String>,
    /// The properties that change, each with what causes it.
    pub causes: Vec<Cause>,
}

/// Why one property of a resource changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// The property, or the attribute where it is not a property.
    pub property: String,
    /// `ParameterReference`, `ResourceAttribute`, `DirectModification`, …
    pub source: String,
    /// The parameter or resource that it comes from.
    pub entity: Option<String>,
    /// `Never`, `Conditionally` or `Always`.
    pub recreation: String,
}

/// The first thing that went wrong in a stack's last operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The moment of the stack ([`Stack::moment`]) that it was read for.
    pub moment: String,
    /// The resource that failed first; none where the operation failed as a whole.
    pub logical_id: Option<LogicalId>,
    /// Its type.
    pub kind: Option<String>,
    /// CloudFormation's words, cut to 1,000 characters.
    pub reason: String,
    /// The instance that signalled the failure, where one did.
    #[serde(default)]
    pub instance: Option<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.logical_id, &self.kind) {
            (Some(id), Some(kind)) => write!(f, "{id} ({kind}): {}", self.reason),
            (Some(id), None) => write!(f, "{id}: {}", self.reason),
            (None, _) => f.write_str(&self.reason),
        }
    }
}

/// The end of an instance's console output, read because its boot failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Console {
    /// Whose.
    pub instance: String,
    /// The moment of the stack that it was read for.
    pub moment: String,
    /// Its last lines, oldest first: at most 20, each cut to 300 characters; none where EC2
    /// has no output.
    pub tail: Vec<String>,
}

/// One event of a stack, as CloudFormation tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackEvent {
    /// When.
    pub at: DateTime<Utc>,
    /// The resource; the stack itself has its own name here.
    pub logical_id: LogicalId,
    /// Its type; `AWS::CloudFormation::Stack` for the stack itself.
    pub kind: String,
    /// The resource's or stack's status after it.
    pub status: String,
    /// CloudFormation's reason.
    pub reason: Option<String>,
}

/// An Auto Scaling group with its instances.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The group's name: its physical id.
    pub name: String,
    /// The stack that made it, by its `aws:cloudformation:stack-id` tag.
    pub stack: Option<StackArn>,
    /// How many instances it wants.
    pub desired: i32,
    /// The launch template version or launch configuration that it launches from now; none
    /// where it has several, or names a version that moves (`$Latest`).
    #[serde(default)]
    pub launches: Option<String>,
    /// Its instances.
    pub instances: Vec<GroupInstance>,
}

/// An instance as its group sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupInstance {
    /// `i-…`
    pub id: String,
    /// `InService`, `Pending`, …
    pub lifecycle: String,
    /// Whether the group calls it healthy.
    pub healthy: bool,
    /// The launch template version or launch configuration that launched it.
    pub launched_by: Option<String>,
}

/// An instance as EC2 sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// `i-…`
    pub id: String,
    /// `pending`, `running`, `shutting-down`, `terminated`, …
    pub state: String,
    /// All its tags.
    pub tags: BTreeMap<String, String>,
    /// When it was launched.
    pub launched_at: Option<DateTime<Utc>>,
}
