//! What is under way: the stack's operation, deployments, and what is wanted of documents
//! that environments share.

use bennu_model::deployment::Deployment;
use bennu_model::document::Standing;
use bennu_model::progress::Progress;
use bennu_ports::ledger::EnvironmentState;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// As many deployments as explain what the machines run.
const DEPLOYMENTS: usize = 5;

/// How far the stack's operation is, by its events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProgressDocument {
    /// All of it in one line, for people.
    pub text: String,
    /// When the read that says so began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<DateTime<Utc>>,
    /// When the operation began, by CloudFormation's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
    /// Resources that it has finished.
    pub resources_done: u32,
    /// Resources that it works on.
    pub resources_busy: u32,
    /// Instances replaced in batches; only in a rolling update.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roll: Option<RollDocument>,
    /// Signals that the resource waits for; absent while it waits for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signals_awaited: Option<u32>,
    /// Signals of success that came.
    pub signals_received: u32,
    /// Signals of failure, or none in time.
    pub signals_failed: u32,
}

/// A rolling update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RollDocument {
    /// Which batch it is at; 0 before the first.
    pub batch: u32,
    /// How many there are.
    pub batches: u32,
    /// Instances that are replaced, all batches together.
    pub instances: u32,
    /// How many stay in service at least.
    pub at_least_in_service: u32,
}

/// One deployment to the tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentDocument {
    /// The project's name; its id while the space does not tell the name.
    pub project: String,
    /// The release's version.
    pub version: String,
    /// The id of its task.
    pub task: String,
    /// Octopus's word: `Queued`, `Executing`, `Success`, `Failed`, …
    pub state: String,
    /// How many machines it is for; 0 means all that serve the tenant.
    pub machines: usize,
    /// When it was created, by Octopus's clock.
    pub created_at: DateTime<Utc>,
    /// Octopus's words for what went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What the environment wants of a document that it shares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WantDocument {
    /// `trigger`, `override`, `machine-policy` or `slot`.
    pub kind: String,
    /// The document: `project/main/Projects-7/Default`.
    pub document: String,
    /// Since when it was asked for just so.
    pub asked_at: DateTime<Utc>,
    /// When the read began that showed it fulfilled; absent while none has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub met_at: Option<DateTime<Utc>>,
    /// Whether it stands no longer, and waits to be taken out.
    pub withdrawn: bool,
}

/// How far the stack's operation is; `None` while none runs, or none of its events is read.
pub(super) fn progress(state: &EnvironmentState) -> Option<ProgressDocument> {
    let stack = state.observed.stack.seen.present()?;
    let is_busy = stack.status.as_str().ends_with("_IN_PROGRESS");
    let began = stack.updated_at.unwrap_or(stack.created_at);
    let progress = state.observed.progress.seen.present()?;
    // What was read of an earlier operation says nothing of this one.
    (is_busy && progress.since == Some(began))
        .then(|| document(progress, state.observed.progress.began_at))
}

fn document(progress: &Progress, seen_at: Option<DateTime<Utc>>) -> ProgressDocument {
    ProgressDocument {
        text: progress.to_string(),
        seen_at,
        since: progress.since,
        resources_done: progress.resources_done,
        resources_busy: progress.resources_busy,
        roll: progress.roll.map(|roll| RollDocument {
            batch: roll.begun,
            batches: roll.batches(),
            instances: roll.total,
            at_least_in_service: roll.in_service,
        }),
        signals_awaited: progress.signals_awaited,
        signals_received: progress.signals_received,
        signals_failed: progress.signals_failed,
    }
}

/// The newest deployments, newest first.
pub(super) fn deployments(state: &EnvironmentState) -> Vec<DeploymentDocument> {
    let names = super::project_names(state);
    let seen = state.observed.deployments.seen.present();
    let mut newest: Vec<&Deployment> = seen.into_iter().flatten().collect();
    newest.sort_by_key(|one| std::cmp::Reverse(one.created_at));
    newest
        .into_iter()
        .take(DEPLOYMENTS)
        .map(|one| DeploymentDocument {
            project: names
                .get(&one.project)
                .map_or_else(|| one.project.to_string(), |name| (*name).to_owned()),
            version: one.version.clone(),
            task: one.task.id.to_string(),
            state: one.task.state.to_string(),
            machines: one.machines.len(),
            created_at: one.created_at,
            error: one.task.error.clone(),
        })
        .collect()
}

impl From<&Standing> for WantDocument {
    fn from(standing: &Standing) -> Self {
        Self {
            kind: standing.want.kind().to_owned(),
            document: standing.document.to_string(),
            asked_at: standing.asked_at,
            met_at: standing.met_at,
            withdrawn: standing.withdrawn,
        }
    }
}
