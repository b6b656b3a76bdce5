//! What an update would change, and whether it waits for a person.

use bennu_model::observed::Seen;
use bennu_model::stack::{Cause, Change, ChangeSet, ChangeSetState};
use bennu_ports::environments::EnvironmentView;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::approval;

/// A change set as CloudFormation describes it, without values: they can be secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeSetDocument {
    /// Its name, by which it is approved.
    pub name: String,
    /// `pending`, `available`, `failed`, `executing`, `executed`, `obsolete` or `deleting`.
    pub state: String,
    /// When the read that says so began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<DateTime<Utc>>,
    /// Whether it needs a person; absent where it needs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<ApprovalWord>,
    /// CloudFormation's reason; of an available one it is a warning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What it would change; empty where only outputs change, or nothing is known yet.
    pub changes: Vec<ChangeDocument>,
}

/// Whether a change set that needs a person has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ApprovalWord {
    /// It waits for a person.
    Needed,
    /// A person has approved it; a pass is about to execute it.
    Given,
}

/// One resource that would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeDocument {
    /// CloudFormation's word: `Add`, `Modify`, `Remove`, …
    pub action: String,
    /// Which resource.
    pub logical_id: String,
    /// Its type, for example `AWS::RDS::DBInstance`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `True`, `False` or `Conditional`, of a resource that is modified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replacement: Option<String>,
    /// What happens to what was there: `Delete`, `ReplaceAndDelete`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_action: Option<String>,
    /// The properties that change, each with what causes it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<CauseDocument>,
}

/// Why one property of a resource changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CauseDocument {
    /// The property, or the attribute where it is not a property.
    pub property: String,
    /// `ParameterReference`, `ResourceAttribute`, `DirectModification`, …
    pub source: String,
    /// The parameter or resource that it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    /// Whether it replaces the resource: `Never`, `Conditionally` or `Always`.
    pub recreation: String,
}

/// The change set that would change the stack.
pub(in crate::dto) fn of(view: &EnvironmentView) -> Option<ChangeSetDocument> {
    let observed = &view.state.observed;
    let set = observed.change_set.seen.present()?;
    // It is not read again after its execution, and not after its stack is gone.
    let is_over = match &observed.stack.seen {
        Seen::Present(stack) => {
            stack.arn != set.stack || stack.change_set.as_ref() == Some(&set.arn)
        }
        Seen::Absent => true,
        Seen::Unknown(_) => false,
    };
    if is_over || set.state == ChangeSetState::Empty {
        return None;
    }
    let is_approved = view.state.environment.approved.as_ref() == Some(&set.name);
    let approval = approval::wanted(view).map(|_| match is_approved {
        true => ApprovalWord::Given,
        false => ApprovalWord::Needed,
    });
    Some(document(set, observed.change_set.began_at, approval))
}

fn document(
    set: &ChangeSet,
    seen_at: Option<DateTime<Utc>>,
    approval: Option<ApprovalWord>,
) -> ChangeSetDocument {
    let state = match set.state {
        ChangeSetState::Pending => "pending",
        ChangeSetState::Available => "available",
        ChangeSetState::Empty => "empty",
        ChangeSetState::Failed => "failed",
        ChangeSetState::Executing => "executing",
        ChangeSetState::Executed => "executed",
        ChangeSetState::Obsolete => "obsolete",
        ChangeSetState::Deleting => "deleting",
    };
    ChangeSetDocument {
        name: set.name.to_string(),
        state: state.to_owned(),
        seen_at,
        approval,
        reason: set.reason.clone(),
        changes: set.changes.iter().map(Into::into).collect(),
    }
}

impl From<&Change> for ChangeDocument {
    fn from(change: &Change) -> Self {
        Self {
            action: change.action.clone(),
            logical_id: change.logical_id.to_string(),
            kind: change.kind.clone(),
            replacement: change.replacement.clone(),
            policy_action: change.policy_action.clone(),
            causes: change.causes.iter().map(Into::into).collect(),
        }
    }
}

impl From<&Cause> for CauseDocument {
    fn from(cause: &Cause) -> Self {
        Self {
            property: cause.property.clone(),
            source: cause.source.clone(),
            entity: cause.entity.clone(),
            recreation: cause.recreation.clone(),
        }
    }
}
