//! What is seen of an environment, and how old that is.

pub(super) mod change_set;
mod instances;
mod operation;
mod release;

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::condition::Condition;
use bennu_model::ids::ProjectId;
use bennu_model::observed::{Observation, Seen};
use bennu_model::spec::StackSpec;
use bennu_model::stack::Stack;
use bennu_model::tenant::{Machine, Tenant};
use bennu_ports::environments::EnvironmentView;
use bennu_ports::ledger::EnvironmentState;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::plan::ReportDocument;
pub use change_set::{ApprovalWord, CauseDocument, ChangeDocument, ChangeSetDocument};
pub use instances::{CountsDocument, InstanceDocument, InstanceMachine};
pub use operation::{DeploymentDocument, ProgressDocument, RollDocument, WantDocument};
pub use release::{CourseWord, HeadingDocument, ReleaseDocument};

/// What is seen of an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusDocument {
    /// The generation that the last pass was made for; smaller than `metadata.generation`
    /// until a pass has seen the change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// When the last pass ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<DateTime<Utc>>,
    /// What the names in the spec stand for since it was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<ContentDocument>,
    /// What holds, in the form of Kubernetes' conditions.
    pub conditions: Vec<ConditionDocument>,
    /// The stack.
    pub stack: SeenDocument<StackDocument>,
    /// The change set that would change the stack; absent while there is none, while it would
    /// change nothing, and once it was executed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_set: Option<ChangeSetDocument>,
    /// The tenant; absent where the spec has no Octopus.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<SeenDocument<TenantDocument>>,
    /// The machines that serve the tenant; absent where the spec has no Octopus.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machines: Option<SeenDocument<Vec<MachineDocument>>>,
    /// The release, wanted and under way; absent where none is declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<ReleaseDocument>,
    /// Every instance with its machine and what it runs; absent while nobody has looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instances: Option<SeenDocument<Vec<InstanceDocument>>>,
    /// How many instances there are; absent while no group is seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<CountsDocument>,
    /// How far the stack's operation is; only while one runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<ProgressDocument>,
    /// The newest deployments, newest first: at most five.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deployments: Vec<DeploymentDocument>,
    /// What it wants of documents that it shares.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wants: Vec<WantDocument>,
    /// What the last pass said of each part.
    pub report: ReportDocument,
}

/// Content that a spec was accepted with; a newer catalog does not change it. Digests are
/// SHA-256 in lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContentDocument {
    /// The digest of the template.
    pub template: String,
    /// What the catalog calls it, if it comes from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_name: Option<String>,
    /// The digest of the package that instances bootstrap with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
}

/// One statement about an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConditionDocument {
    /// `Ready`, `StackReady`, `TenantReady`, `SoftwareReady`; `Reconciling` and `Stalled` only while true.
    #[serde(rename = "type")]
    pub kind: String,
    /// `True`, `False` or `Unknown`.
    pub status: String,
    /// Why, as one CamelCase word.
    pub reason: String,
    /// Why, for people.
    pub message: String,
    /// The generation that it speaks of.
    pub observed_generation: i64,
    /// When `status` last changed.
    pub last_transition_time: DateTime<Utc>,
}

/// Three answers, never two: it is not there, it is this, or we do not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Seen_{T}")]
pub struct SeenDocument<T> {
    /// `present`, `absent` or `unknown`.
    pub seen: SeenWord,
    /// When the read that says so began; absent when there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<DateTime<Utc>>,
    /// Why it is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What it is, where it is present.
    #[serde(default = "none::<T>", skip_serializing_if = "Option::is_none")]
    pub value: Option<T>,
}

fn none<T>() -> Option<T> {
    None
}

/// Which of the three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SeenWord {
    /// It is there.
    Present,
    /// It is not there.
    Absent,
    /// We do not know.
    Unknown,
}

/// A stack as CloudFormation describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StackDocument {
    /// Its id.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// CloudFormation's status.
    pub status: String,
    /// CloudFormation's reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Its outputs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, String>,
}

/// A tenant as Octopus describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TenantDocument {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A deployment target as Octopus describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MachineDocument {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its roles.
    pub roles: BTreeSet<String>,
    /// Octopus's word for its health.
    pub health: String,
}

impl From<&EnvironmentView> for StatusDocument {
    fn from(view: &EnvironmentView) -> Self {
        let observed = &view.state.observed;
        let octopus = view.state.environment.spec.octopus.is_some();
        let machines = |list: &Vec<Machine>| list.iter().map(MachineDocument::from).collect();
        let release = release::of(&view.state);
        Self {
            observed_generation: view.observed_generation.map(|generation| generation.0),
            observed_at: view.observed_at,
            content: Some(ContentDocument::from(&view.state.environment.spec.stack)),
            conditions: view.state.conditions.iter().map(Into::into).collect(),
            stack: seen(&observed.stack, StackDocument::from),
            change_set: change_set::of(view),
            tenant: octopus.then(|| seen(&observed.tenant, TenantDocument::from)),
            machines: octopus.then(|| seen(&observed.machines, machines)),
            instances: instances::instances(&view.state, release.as_ref()),
            counts: instances::counts(&view.state),
            progress: operation::progress(&view.state),
            deployments: operation::deployments(&view.state),
            wants: observed.wants.iter().map(Into::into).collect(),
            release,
            report: ReportDocument::from(&view.state.report),
        }
    }
}

/// The names of projects by their ids, as far as the space tells them.
fn project_names(state: &EnvironmentState) -> BTreeMap<&ProjectId, &str> {
    let space = state.observed.space.seen.present();
    let projects = space.into_iter().flat_map(|space| &space.projects);
    projects.map(|(name, id)| (id, name.as_str())).collect()
}

fn seen<'a, T, D>(
    observation: &'a Observation<T>,
    describe: impl Fn(&'a T) -> D,
) -> SeenDocument<D> {
    let (word, why, value) = match &observation.seen {
        Seen::Present(value) => (SeenWord::Present, None, Some(describe(value))),
        Seen::Absent => (SeenWord::Absent, None, None),
        Seen::Unknown(why) => (SeenWord::Unknown, Some(why.clone()), None),
    };
    SeenDocument {
        seen: word,
        seen_at: observation.began_at,
        why,
        value,
    }
}

impl From<&StackSpec> for ContentDocument {
    fn from(stack: &StackSpec) -> Self {
        Self {
            template: stack.template.to_string(),
            template_name: stack.template_name.as_ref().map(ToString::to_string),
            package: stack.package.as_ref().map(ToString::to_string),
        }
    }
}

impl From<&Condition> for ConditionDocument {
    fn from(condition: &Condition) -> Self {
        Self {
            kind: condition.kind.to_string(),
            status: condition.status.to_string(),
            reason: condition.reason.clone(),
            message: condition.message.clone(),
            observed_generation: condition.observed_generation.0,
            last_transition_time: condition.last_transition_time,
        }
    }
}

impl From<&Stack> for StackDocument {
    fn from(stack: &Stack) -> Self {
        Self {
            arn: stack.arn.to_string(),
            name: stack.name.to_string(),
            status: stack.status.to_string(),
            reason: stack.reason.clone(),
            outputs: stack.outputs.clone(),
        }
    }
}

impl From<&Tenant> for TenantDocument {
    fn from(tenant: &Tenant) -> Self {
        Self {
            id: tenant.id.to_string(),
            name: tenant.name.clone(),
        }
    }
}

impl From<&Machine> for MachineDocument {
    fn from(machine: &Machine) -> Self {
        Self {
            id: machine.id.to_string(),
            name: machine.name.clone(),
            roles: machine.roles.clone(),
            health: machine.health.clone(),
        }
    }
}
