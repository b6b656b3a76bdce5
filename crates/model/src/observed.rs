//! What was read, when the read began, and what we do not know.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::attempt::Attempt;
use crate::deployment::{Deployment, Releases, TaskLog};
use crate::document::Standing;
use crate::ids::{EnvironmentUid, ObjectKey};
use crate::known::Known;
use crate::progress::Progress;
use crate::stack::{ChangeSet, Console, Failure, Group, Instance, Stack};
use crate::tenant::{Machine, Space, Tenant};
use crate::variable::{Fingerprint, SeenVariable};

/// Three answers, never two: it is not there, it is this, or we do not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Seen<T> {
    /// We asked, and it is not there.
    Absent,
    /// We asked, and it is this.
    Present(T),
    /// We do not know; nothing may be created or deleted because of it.
    Unknown(String),
}

impl<T> Seen<T> {
    /// What it is, if that is known.
    pub fn present(&self) -> Option<&T> {
        match self {
            Self::Present(value) => Some(value),
            Self::Absent | Self::Unknown(_) => None,
        }
    }

    /// A look-up's answer: nothing found is absence.
    pub fn from_lookup(found: Option<T>) -> Self {
        found.map_or(Self::Absent, Self::Present)
    }
}

/// Something seen, and when the read that saw it began, by the database's clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation<T> {
    /// The answer.
    pub seen: Seen<T>,
    /// `None`: never read.
    pub began_at: Option<DateTime<Utc>>,
}

impl<T> Observation<T> {
    /// Never read.
    pub fn never() -> Self {
        Self {
            seen: Seen::Unknown("never looked".into()),
            began_at: None,
        }
    }

    /// Read by a call that began at `began_at`.
    pub fn at(began_at: DateTime<Utc>, seen: Seen<T>) -> Self {
        Self {
            seen,
            began_at: Some(began_at),
        }
    }

    /// Whether the read began at `moment` or later.
    pub fn began_by(&self, moment: DateTime<Utc>) -> bool {
        self.began_at.is_some_and(|began| began >= moment)
    }
}

/// One thing seen of one environment: the unit in which observations are stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "seen", rename_all = "kebab-case")]
pub enum Fact {
    /// The stack.
    Stack(Seen<Stack>),
    /// The change set whose name this generation derives.
    ChangeSet(Seen<ChangeSet>),
    /// What went wrong first in the stack's last operation.
    Failure(Seen<Failure>),
    /// The environment's objects in the artifact bucket.
    Objects(Seen<Objects>),
    /// The tenant.
    Tenant(Seen<Tenant>),
    /// The machines that serve the tenant, whoever registered them.
    Machines(Seen<Vec<Machine>>),
    /// Those among them that carry a role: a sweep lists no others.
    Marked(Seen<Marked>),
    /// The names of the space. Kept once for a space, not for each environment.
    Space(Seen<Space>),
    /// The stack's Auto Scaling groups with their instances.
    Groups(Seen<Vec<Group>>),
    /// Those groups' instances as EC2 sees them.
    Instances(Seen<Vec<Instance>>),
    /// How far the stack's operation is.
    Progress(Seen<Progress>),
    /// The releases of the wanted version.
    Releases(Seen<Releases>),
    /// The tenant's deployments, newest first.
    Deployments(Seen<Vec<Deployment>>),
    /// The end of a failed task's log.
    TaskLog(Seen<TaskLog>),
    /// The tenant's variables.
    Variables(Seen<Vec<SeenVariable>>),
    /// What the secrets of the tenant's variables hold, as fingerprints by ARN.
    Secrets(Seen<BTreeMap<String, Fingerprint>>),
    /// Instances that were asked for by id, each with its state; none for one that EC2 does
    /// not know.
    Fates(Seen<BTreeMap<String, Option<String>>>),
    /// The end of the console output of an instance whose boot failed.
    Console(Seen<Console>),
}

impl Fact {
    /// The name under which the latest fact of its kind is stored.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Stack(_) => "stack",
            Self::ChangeSet(_) => "change-set",
            Self::Failure(_) => "failure",
            Self::Objects(_) => "objects",
            Self::Tenant(_) => "tenant",
            Self::Machines(_) => "machines",
            Self::Marked(_) => "marked-machines",
            Self::Space(_) => "space",
            Self::Groups(_) => "groups",
            Self::Instances(_) => "instances",
            Self::Progress(_) => "progress",
            Self::Releases(_) => "releases",
            Self::Deployments(_) => "deployments",
            Self::TaskLog(_) => "task-log",
            Self::Variables(_) => "variables",
            Self::Secrets(_) => "secrets",
            Self::Fates(_) => "fates",
            Self::Console(_) => "console",
        }
    }
}

/// A fact with the time at which its read began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatedFact {
    /// By the database's clock.
    pub began_at: DateTime<Utc>,
    /// What was seen.
    pub fact: Fact,
}

/// The objects under an environment's prefix.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Objects {
    /// Their keys, sorted.
    pub keys: Vec<ObjectKey>,
    /// What a key has to follow to be a URL that CloudFormation reads; ends in a slash.
    pub base_url: String,
}

/// The machines of a tenant that carry a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marked {
    /// Which role.
    pub role: String,
    /// The machines.
    pub machines: Vec<Machine>,
}

/// All that is known of one environment's share of the world.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// What is remembered: ids, and facts whose evidence goes.
    pub known: Known,
    /// The stack.
    pub stack: Observation<Stack>,
    /// The change set of this generation.
    pub change_set: Observation<ChangeSet>,
    /// What failed first in the stack's last operation.
    pub failure: Observation<Failure>,
    /// Objects in the artifact bucket.
    pub objects: Observation<Objects>,
    /// The tenant.
    pub tenant: Observation<Tenant>,
    /// The machines that serve the tenant.
    pub machines: Observation<Vec<Machine>>,
    /// The names of the space.
    pub space: Observation<Space>,
    /// The stack's Auto Scaling groups.
    pub groups: Observation<Vec<Group>>,
    /// Their instances as EC2 sees them.
    pub instances: Observation<Vec<Instance>>,
    /// How far the stack's operation is.
    pub progress: Observation<Progress>,
    /// The releases of the wanted version.
    pub releases: Observation<Releases>,
    /// The tenant's deployments, newest first.
    pub deployments: Observation<Vec<Deployment>>,
    /// The end of a failed task's log.
    pub task_log: Observation<TaskLog>,
    /// The tenant's variables.
    pub variables: Observation<Vec<SeenVariable>>,
    /// What the secrets of the tenant's variables hold, as fingerprints by ARN.
    pub secrets: Observation<BTreeMap<String, Fingerprint>>,
    /// The states of instances that were asked for by id.
    pub fates: Observation<BTreeMap<String, Option<String>>>,
    /// The end of the console output of an instance whose boot failed.
    pub console: Observation<Console>,
    /// What this environment wants of shared documents, as it is on record.
    pub wants: Vec<Standing>,
    /// Living environments that this one takes the place of once it is Ready.
    pub older: Vec<EnvironmentUid>,
    /// What was begun in this life, oldest first.
    pub attempts: Vec<Attempt>,
    /// No earlier claim's request can be on its way later than this, but for the request
    /// time-out and the provider's read lag, which come on top.
    pub drain_until: DateTime<Utc>,
    /// Whether the earlier life of this name is gone.
    pub predecessor_gone: bool,
}

impl Observed {
    /// Nothing is known yet.
    pub fn nothing(drain_until: DateTime<Utc>) -> Self {
        Self {
            known: Known::default(),
            stack: Observation::never(),
            change_set: Observation::never(),
            failure: Observation::never(),
            objects: Observation::never(),
            tenant: Observation::never(),
            machines: Observation::never(),
            space: Observation::never(),
            groups: Observation::never(),
            instances: Observation::never(),
            progress: Observation::never(),
            releases: Observation::never(),
            deployments: Observation::never(),
            task_log: Observation::never(),
            variables: Observation::never(),
            secrets: Observation::never(),
            fates: Observation::never(),
            console: Observation::never(),
            wants: Vec::new(),
            older: Vec::new(),
            attempts: Vec::new(),
            drain_until,
            predecessor_gone: true,
        }
    }

    /// Takes a fact in. An older read never replaces a younger one.
    pub fn absorb(&mut self, dated: DatedFact) {
        fn newer<T>(slot: &mut Observation<T>, at: DateTime<Utc>, seen: Seen<T>) {
            if slot.began_at.is_none_or(|before| before <= at) {
                *slot = Observation::at(at, seen);
            }
        }
        let at = dated.began_at;
        match dated.fact {
            Fact::Stack(seen) => newer(&mut self.stack, at, seen),
            Fact::ChangeSet(seen) => newer(&mut self.change_set, at, seen),
            Fact::Failure(seen) => newer(&mut self.failure, at, seen),
            Fact::Objects(seen) => newer(&mut self.objects, at, seen),
            Fact::Tenant(seen) => newer(&mut self.tenant, at, seen),
            Fact::Machines(seen) => newer(&mut self.machines, at, seen),
            Fact::Marked(seen) => {
                let seen = self.with_unmarked(seen);
                newer(&mut self.machines, at, seen);
            }
            Fact::Space(seen) => newer(&mut self.space, at, seen),
            Fact::Groups(seen) => newer(&mut self.groups, at, seen),
            Fact::Instances(seen) => newer(&mut self.instances, at, seen),
            Fact::Progress(seen) => newer(&mut self.progress, at, seen),
            Fact::Releases(seen) => newer(&mut self.releases, at, seen),
            Fact::Deployments(seen) => newer(&mut self.deployments, at, seen),
            Fact::TaskLog(seen) => newer(&mut self.task_log, at, seen),
            Fact::Variables(seen) => newer(&mut self.variables, at, seen),
            Fact::Secrets(seen) => newer(&mut self.secrets, at, seen),
            Fact::Fates(seen) => newer(&mut self.fates, at, seen),
            Fact::Console(seen) => newer(&mut self.console, at, seen),
        }
    }

    /// Takes stored facts in, oldest first: what one says of some machines goes over what an
    /// older one says of all.
    pub fn absorb_all(&mut self, facts: impl IntoIterator<Item = DatedFact>) {
        let mut facts: Vec<_> = facts.into_iter().collect();
        facts.sort_by_key(|dated| dated.began_at);
        for dated in facts {
            self.absorb(dated);
        }
    }

    /// A list of marked machines says nothing about the others.
    fn with_unmarked(&self, marked: Seen<Marked>) -> Seen<Vec<Machine>> {
        let marked = match marked {
            Seen::Absent => return Seen::Absent,
            Seen::Unknown(why) => return Seen::Unknown(why),
            Seen::Present(marked) => marked,
        };
        let before = self.machines.seen.present().into_iter().flatten();
        let others = before.filter(|one| !one.roles.contains(&marked.role));
        let mut machines = marked.machines.clone();
        machines.extend(others.cloned());
        Seen::Present(machines)
    }
}
