//! What a pass will do, what it waits for, and what blocks it: a value, printed the same
//! for a dry run and for the real thing.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::action::Action;
use crate::attempt::Settlement;
use crate::document::{DocumentKey, Want};
use crate::environment::Tombstone;
use crate::ids::{
    ChangeSetName, Digest, EnvironmentUid, Generation, ObjectKey, OctopusEnvironmentId, ProjectId,
    ServerName, SpaceName, StackArn, StackName, TargetName, TaskId, TenantId,
};
use crate::known::Known;
use crate::outcome::Next;
use crate::verdict::Verdict;

/// A part of an environment that is classified on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resource {
    /// Template, package and configuration in the artifact bucket.
    Objects,
    /// The CloudFormation stack, with its change sets.
    Stack,
    /// The Octopus tenant with its connections.
    Tenant,
    /// The values of the tenant's variables.
    Variables,
    /// The machines that serve the tenant.
    Machines,
    /// The release on the machines.
    Software,
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Objects => "objects",
            Self::Stack => "stack",
            Self::Tenant => "tenant",
            Self::Variables => "variables",
            Self::Machines => "machines",
            Self::Software => "software",
        })
    }
}

/// Something to read before a decision can be made, by id or by its derived name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Look {
    /// A stack by ARN, or by name while no ARN is known.
    Stack(TargetName, StackRef),
    /// A change set by name.
    ChangeSet(TargetName, StackArn, ChangeSetName),
    /// What failed first in the last operation of a stack.
    Failure {
        /// Where.
        target: TargetName,
        /// Which stack.
        stack: StackArn,
        /// The stack's moment that it is asked for.
        moment: String,
        /// When that operation began, by the provider's clock: older events do not count.
        since: DateTime<Utc>,
        /// What to say when no event tells more.
        otherwise: String,
    },
    /// The objects under a prefix.
    Objects(TargetName, ObjectKey),
    /// A tenant by id, or by name while no id is known.
    Tenant(ServerName, SpaceName, TenantRef),
    /// The machines that serve a tenant.
    Machines(ServerName, SpaceName, TenantId),
    /// The projects and environments of a space.
    Space(ServerName, SpaceName),
    /// The Auto Scaling groups of a stack.
    Groups(TargetName, StackArn),
    /// The instances of some groups, by the groups' names.
    Instances(TargetName, Vec<String>),
    /// How far a stack's operation is that began at this moment by the provider's clock.
    Progress(TargetName, StackArn, DateTime<Utc>),
    /// The releases of a version in projects.
    Releases(ServerName, SpaceName, Vec<ProjectId>, String),
    /// The deployments of a tenant, newest first.
    Deployments(ServerName, SpaceName, TenantId),
    /// The end of a task's log.
    TaskLog(ServerName, SpaceName, TaskId),
    /// The variables of a tenant, those of projects for one environment.
    Variables(ServerName, SpaceName, TenantId, OctopusEnvironmentId),
    /// What secrets hold, as fingerprints.
    Secrets(TargetName, BTreeSet<String>),
    /// Instances by id: those that machines in Octopus are named after and no group has.
    Fates(TargetName, BTreeSet<String>),
    /// The end of an instance's console output, for a failure of this moment of the stack.
    Console {
        /// Where.
        target: TargetName,
        /// Which instance.
        instance: String,
        /// The stack's moment that it is asked for.
        moment: String,
    },
}

/// How a stack is addressed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StackRef {
    /// The only safe way once it is known.
    Arn(StackArn),
    /// Finds living stacks only.
    Name(StackName),
}

impl StackRef {
    /// What CloudFormation takes as `StackName`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Arn(arn) => arn.as_str(),
            Self::Name(name) => name.as_str(),
        }
    }
}

/// How a tenant is addressed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TenantRef {
    /// The recorded id.
    Id(TenantId),
    /// Its name, compared without case.
    Name(String),
}

/// What a pass will do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use = "a plan that nobody reads converges nothing"]
pub struct Plan {
    /// The spec's generation that it was made for.
    pub generation: Generation,
    /// Steps in the order in which they are to be taken.
    pub steps: Vec<Step>,
    /// Every resource with its verdict.
    pub report: Vec<Line>,
    /// Attempts that the observation settles.
    pub settlements: Vec<Settlement>,
    /// Ids, with what the observation adds and takes.
    pub known: Known,
    /// All that is wanted of shared documents: what stands besides is withdrawn.
    pub wants: Vec<(DocumentKey, Want)>,
    /// What a person should know of and decide about, although nothing waits for it.
    #[serde(default)]
    pub remarks: Vec<Blocked>,
    /// Environments that are to be deleted because this one takes their place.
    pub burn: Vec<EnvironmentUid>,
    /// Set when the life is over.
    pub tombstone: Option<Tombstone>,
    /// When to look again if no step is taken.
    pub next: Next,
}

/// One line of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Which part.
    pub resource: Resource,
    /// What it is in.
    pub verdict: Verdict,
    /// When the read that says so began; none when it was never read.
    pub seen_at: Option<DateTime<Utc>>,
}

/// One action, and whether it may go now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The part that it changes.
    pub resource: Resource,
    /// What to do. A step that waits or is blocked may not have all arguments yet.
    pub action: Option<Action>,
    /// Whether it may go.
    pub when: When,
    /// Why it is wanted.
    pub because: String,
    /// What it would bring about, for those actions that an attempt is recorded for.
    pub subject: Option<Digest>,
}

/// Whether a step may go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// Now.
    Go,
    /// Clears by itself; says what it waits for.
    Wait(String),
    /// Needs a person or a new spec.
    Blocked(Blocked),
}

/// Why nothing goes on, and who could change that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocked {
    /// One CamelCase word.
    pub reason: String,
    /// What is in the way.
    pub cause: String,
    /// What a person can do about it.
    pub remedy: String,
}

/// The reason of a step that a person has to let go: a change set that waits for approval.
pub const APPROVAL_NEEDED: &str = "ApprovalNeeded";

impl Plan {
    /// Whether nothing is to be done, waited for or unblocked.
    pub fn is_converged(&self) -> bool {
        self.steps.is_empty()
            && self
                .report
                .iter()
                .all(|line| line.verdict == Verdict::InSync)
    }

    /// The steps that may go now.
    pub fn ready(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.when == When::Go)
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "plan for generation {}", self.generation)?;
        for line in &self.report {
            writeln!(f, "  {:<10}{}", line.resource.to_string(), line.verdict)?;
        }
        for step in &self.steps {
            writeln!(f, "{step}")?;
        }
        if let Some(tombstone) = self.tombstone {
            writeln!(
                f,
                "  the life is over: {}",
                match tombstone {
                    Tombstone::Deleted => "deleted",
                    Tombstone::Released => "released",
                }
            )?;
        } else if self.is_converged() {
            writeln!(f, "  nothing to do")?;
        }
        Ok(())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = self
            .action
            .as_ref()
            .map_or_else(|| self.resource.to_string(), |a| a.to_string());
        match &self.when {
            When::Go => write!(f, "  go       {what}")?,
            When::Wait(on) => write!(f, "  wait     {what}: {on}")?,
            When::Blocked(blocked) => write!(f, "  blocked  {what}: {blocked}")?,
        }
        write!(f, " (because {})", self.because)
    }
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.cause, self.remedy)
    }
}
