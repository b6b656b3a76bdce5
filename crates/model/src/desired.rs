//! The spec with every choice made: whoever executes has nothing left to decide.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::action::Content;
use crate::environment::Presence;
use crate::ids::{
    ChangeSetName, Digest, EnvironmentName, EnvironmentUid, Generation, InstallationId, ObjectKey,
    OctopusEnvironmentId, OctopusEnvironmentName, ProjectId, ProjectName, ServerName, SpaceName,
    StackName, TargetName, TeamName,
};
use crate::names::Canonical;
use crate::spec::{Approve, DeletionPolicy, ParameterValue, Rollout};
use crate::variable::VariableKey;

/// What should be true of one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desired {
    /// Which Bennu.
    pub installation: InstallationId,
    /// Which life.
    pub uid: EnvironmentUid,
    /// Whose.
    pub team: TeamName,
    /// Its name.
    pub name: EnvironmentName,
    /// The spec's generation.
    pub generation: Generation,
    /// How often a person asked to try again.
    pub retry: i64,
    /// Whether it should be there.
    pub presence: Presence,
    /// Where its stack lives.
    pub target: TargetName,
    /// Its stack.
    pub stack: DesiredStack,
    /// Its tenant, if it has one.
    pub tenant: Option<DesiredTenant>,
    /// What its machines run, where a release is declared.
    pub software: Option<DesiredSoftware>,
    /// Which change sets wait for a person.
    pub approve: Approve,
    /// When a fresh look at everything was asked for last, by the database's clock.
    pub refresh_at: Option<DateTime<Utc>>,
    /// The one that a person has approved.
    pub approved: Option<ChangeSetName>,
    /// What a deletion leaves.
    pub deletion: DeletionPolicy,
}

/// A stack with all that a call needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DesiredStack {
    /// Derived from installation, name and uid.
    pub name: StackName,
    /// The template's content.
    pub template: Digest,
    /// How the template travels.
    pub body: Input<TemplateBody>,
    /// The objects to be there first: the template where it is too large to travel inline,
    /// the bootstrap package, the configuration. Each is named by its content.
    pub objects: BTreeMap<ObjectKey, Content>,
    /// All parameters, as CloudFormation is given them.
    pub parameters: BTreeMap<String, String>,
    /// What the stack may do.
    pub capabilities: BTreeSet<String>,
    /// All tags, ours among them.
    pub tags: BTreeMap<String, String>,
    /// Types of resources that are never replaced or removed without a person.
    pub never_replaced: BTreeSet<String>,
}

impl DesiredStack {
    /// What an operation on the stack would bring about: two equal digests mean that there
    /// is nothing to change. How the template travels does not count.
    pub fn digest(&self) -> Digest {
        let pairs = |map: &BTreeMap<String, String>| -> Vec<String> {
            map.iter()
                .flat_map(|(k, v)| [k.clone(), v.clone()])
                .collect()
        };
        let (parameters, tags) = (pairs(&self.parameters), pairs(&self.tags));
        Canonical::new("stack/1")
            .field(self.template.as_str())
            .list(parameters.iter().map(String::as_str))
            .list(
                self.capabilities
                    .iter()
                    .map(String::as_str)
                    .collect::<Vec<_>>()
                    .into_iter(),
            )
            .list(tags.iter().map(String::as_str))
            .digest()
    }
}

/// How a template reaches CloudFormation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TemplateBody {
    /// In the request; the bytes are those of this digest.
    Inline(Digest),
    /// As an object that CloudFormation reads.
    Url(String),
}

/// A tenant with its connections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DesiredTenant {
    /// Which Octopus server.
    pub server: ServerName,
    /// Which space.
    pub space: SpaceName,
    /// The environment's own name.
    pub name: EnvironmentName,
    /// Carries the line that says whose it is.
    pub description: String,
    /// What it is connected to: exactly this, for the tenant is ours alone.
    pub connections: Vec<Connection>,
    /// The values of its variables; what people set besides is left alone.
    pub variables: Vec<DesiredVariable>,
}

/// A variable of the tenant and what it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DesiredVariable {
    /// Which.
    pub key: VariableKey,
    /// A literal, or a secret whose value is fetched at the moment of the call.
    pub value: ParameterValue,
}

/// What machines should run. The projects are those that the tenant is connected to, in
/// that order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DesiredSoftware {
    /// The release's version, the same in every project.
    pub release: String,
    /// How a new one reaches the machines.
    pub rollout: Rollout,
    /// The role that all of our machines carry.
    pub marker: String,
    /// The name of our trigger and of our machine policy.
    pub name: String,
}

/// A tenant's right to be deployed to: one project in one Octopus environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// The project.
    pub project: Input<ProjectId>,
    /// The Octopus environment.
    pub environment: Input<OctopusEnvironmentId>,
}

/// A value that is known, or that comes out of another resource. The planner turns the
/// second into the first, or into a wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Input<T> {
    /// The value itself.
    Known(T),
    /// Read it there.
    From(Source),
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The URL of the template's object.
    ObjectUrl(ObjectKey),
    /// The id of a project of the space.
    ProjectId(ProjectName),
    /// The id of an Octopus environment of the space.
    EnvironmentId(OctopusEnvironmentName),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ObjectUrl(_) => f.write_str("the uploaded template"),
            Self::ProjectId(name) => write!(f, "project {name:?}", name = name.as_str()),
            Self::EnvironmentId(name) => {
                write!(f, "Octopus environment {name:?}", name = name.as_str())
            }
        }
    }
}
