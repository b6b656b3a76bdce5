//! What the calls are made with.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bennu_model::attempt::{Attempt, Settled, Settlement};
use bennu_model::condition::{Condition, ConditionKind, Status};
use bennu_model::document::{DocumentKey, Want};
use bennu_model::environment::{Presence, Tombstone};
use bennu_model::ids::{
    EnvironmentName, Generation, ObjectKey, OctopusEnvironmentId, OctopusEnvironmentName,
    ProjectId, ProjectName, ReleaseId, ReplicaId, ServerName, SpaceName, StackArn, TargetName,
    TeamName, TenantId, Token,
};
use bennu_model::known::Known;
use bennu_model::names::digest_of;
use bennu_model::observed::{DatedFact, Fact, Objects, Seen};
use bennu_model::plan::Resource;
use bennu_model::spec::{
    Approve, DeletionPolicy, OctopusSpec, ParameterValue, Rollout, Spec, StackSpec,
};
use bennu_model::tenant::Space;
use bennu_model::timeline::{Author, Entry, Level};
use bennu_model::work::Lease;
use bennu_ports::environments::Declaration;
use bennu_ports::ledger::{EnvironmentState, Finish, Record, Report};
use chrono::{DateTime, TimeDelta};

use super::operation::{Declaring, Guard, Pass};

/// Longer than the test, or over with the next statement.
pub fn lease(lasts: bool) -> Duration {
    Duration::from_secs(if lasts { 100 * 3600 } else { 0 })
}

pub fn replica(n: usize) -> ReplicaId {
    ReplicaId::new(["one", "two"][n]).unwrap()
}

pub fn server() -> ServerName {
    ServerName::new("main").unwrap()
}

pub fn space_name() -> SpaceName {
    SpaceName::new("Default").unwrap()
}

pub fn someone(n: usize) -> (TeamName, EnvironmentName) {
    let team = TeamName::new(["checkout", "search"][n % 2]).unwrap();
    (
        team,
        EnvironmentName::new(["ryan", "sam"][n / 2 % 2]).unwrap(),
    )
}

/// `stored` is the generation of what is there.
pub fn declaration(new: &Declaring, stored: Generation) -> Declaration {
    let (team, name) = someone(new.who);
    let template = b"Resources: {}";
    Declaration {
        team,
        name,
        labels: new
            .label
            .then(|| ("a".to_owned(), "b".to_owned()))
            .into_iter()
            .collect(),
        spec: Spec {
            target: TargetName::new(if new.elsewhere { "other" } else { "dev" }).unwrap(),
            release: None,
            stack: StackSpec {
                template: digest_of(template),
                template_bytes: 13,
                parameters: BTreeMap::from([(
                    "P".to_owned(),
                    ParameterValue::Literal(new.parameter.to_string()),
                )]),
                release_parameter: None,
                fills: BTreeMap::new(),
                template_name: None,
                package: None,
                configuration: BTreeMap::new(),
                never_replaced: BTreeSet::new(),
                capabilities: BTreeSet::new(),
                tags: BTreeMap::new(),
            },
            octopus: new.octopus.then(|| OctopusSpec {
                server: server(),
                space: space_name(),
                environment: OctopusEnvironmentName::new("Development").unwrap(),
                projects: Vec::new(),
                roles: BTreeSet::new(),
                variables: BTreeMap::new(),
                common_variables: BTreeMap::new(),
            }),
            rollout: Rollout::Immutable,
            approve: Approve::Never,
            deletion_policy: DeletionPolicy::Delete,
        },
        blobs: vec![(digest_of(template), template[..].into())],
        author: Author {
            by: "somebody".into(),
            request: "declared".into(),
        },
        if_generation: match new.guard {
            Guard::None => None,
            Guard::Right => Some(stored),
            Guard::Wrong => Some(Generation(stored.0 + 1)),
        },
    }
}

pub fn space(n: u8) -> Space {
    let project = ProjectName::new(format!("Project {n}")).unwrap();
    let id = ProjectId::new(format!("Projects-{n}")).unwrap();
    Space {
        projects: BTreeMap::from([(project, id)]),
        environments: BTreeMap::new(),
    }
}

/// Three kinds in two variants, and the names of the space.
pub fn fact(n: u8) -> Fact {
    let objects = |keys: &[&str]| Objects {
        keys: keys
            .iter()
            .map(|key| ObjectKey::new(*key).unwrap())
            .collect(),
        base_url: "https://bucket/".into(),
    };
    match n {
        0 => Fact::Stack(Seen::Absent),
        1 => Fact::Stack(Seen::Unknown("no answer".into())),
        2 => Fact::Objects(Seen::Present(objects(&["a"]))),
        3 => Fact::Objects(Seen::Present(objects(&["a", "b"]))),
        4 => Fact::Tenant(Seen::Absent),
        5 => Fact::Tenant(Seen::Unknown("no answer".into())),
        _ => Fact::Space(Seen::Present(space(n))),
    }
}

pub fn document(n: u8) -> DocumentKey {
    match n {
        0 => DocumentKey::Slots(server(), space_name()),
        _ => DocumentKey::Project(
            server(),
            space_name(),
            ProjectId::new("Projects-1").unwrap(),
        ),
    }
}

/// Three kinds, one of them in two variants; of the slots, mostly a slot.
fn want(document: u8, n: u8) -> Want {
    let environment = OctopusEnvironmentId::new("Environments-1").unwrap();
    match n {
        0 => Want::Slot,
        1 | 2 if document == 0 => Want::Slot,
        1 => Want::Trigger {
            environment,
            tenant: TenantId::new("Tenants-1").unwrap(),
        },
        _ => Want::Override {
            environment,
            tenant: TenantId::new("Tenants-1").unwrap(),
            release: ReleaseId::new(format!("Releases-{n}")).unwrap(),
        },
    }
}

pub fn token(n: u8) -> Token {
    Token::new(format!("t{n}")).unwrap()
}

pub fn attempt(n: u8, generation: Generation) -> Attempt {
    Attempt {
        token: token(n),
        resource: Resource::Stack,
        verb: "create-stack".into(),
        generation,
        retry: 0,
        subject: Some(digest_of(&[n])),
        release: Some(format!("1.0.{n}")),
        started_at: DateTime::UNIX_EPOCH,
        reference: None,
        settled: None,
        settled_at: None,
    }
}

pub fn finish(lease: Lease, state: Option<&EnvironmentState>, pass: &Pass) -> Finish {
    let record = state.map(|state| Box::new(record(&lease, state, pass)));
    Finish {
        due_in: TimeDelta::hours(if pass.later { 100 } else { 0 }),
        failed: pass.failed,
        record,
        lease,
    }
}

fn record(lease: &Lease, state: &EnvironmentState, pass: &Pass) -> Record {
    let environment = &state.environment;
    let facts = pass.facts.iter().map(|(n, hours)| DatedFact {
        began_at: lease.claimed_at + TimeDelta::hours(*hours),
        fact: fact(*n),
    });
    let over = pass.over && environment.presence == Presence::Absent;
    Record {
        uid: environment.uid.clone(),
        generation: environment.generation,
        facts: facts.collect(),
        known: Known {
            stack: pass.known.then(|| StackArn::new("arn:1").unwrap()),
            tenant: pass.known.then(|| TenantId::new("Tenants-1").unwrap()),
            ..Known::default()
        },
        references: pass
            .refer
            .map(|n| (token(n), "arn:1".to_owned()))
            .into_iter()
            .collect(),
        settlements: pass
            .settle
            .map(|n| Settlement {
                token: token(n),
                settled: Settled::NotApplied,
            })
            .into_iter()
            .collect(),
        ambiguous: pass.ambiguous,
        conditions: vec![Condition {
            kind: ConditionKind::Ready,
            status: if pass.ready {
                Status::True
            } else {
                Status::False
            },
            reason: "Because".into(),
            message: String::new(),
            observed_generation: environment.generation,
            last_transition_time: lease.claimed_at,
        }],
        report: Report::default(),
        wants: pass
            .wants
            .iter()
            .map(|(n, kind)| (document(*n), want(*n, *kind)))
            .collect(),
        entries: over
            .then(|| Entry {
                level: Level::Normal,
                reason: "Over".into(),
                message: "life is over".into(),
                generation: environment.generation,
            })
            .into_iter()
            .collect(),
        tombstone: over.then_some(Tombstone::Deleted),
    }
}
