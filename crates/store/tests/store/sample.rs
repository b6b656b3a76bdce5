//! Databases and values that the tests begin with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bennu_model::environment::Environment;
use bennu_model::ids::{
    EnvironmentName, OctopusEnvironmentName, ReplicaId, ServerName, SpaceName, TargetName, TeamName,
};
use bennu_model::known::Known;
use bennu_model::names::digest_of;
use bennu_model::spec::{Approve, DeletionPolicy, OctopusSpec, Rollout, Spec, StackSpec};
use bennu_model::timeline::Author;
use bennu_ports::environments::{Answered, Declaration, Declared};
use bennu_ports::ledger::{EnvironmentState, Finish, Load, Record, Report};
use bennu_ports::work::{Claim, ClaimLimits};
use bennu_ports::{Environments as _, Work as _};
use bennu_store::{Store, Throwaway};
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool};

/// Never dropped; the server ends with this process.
static CLUSTER: OnceLock<Throwaway> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// The URL of an empty database.
pub async fn empty_database() -> String {
    let cluster = CLUSTER.get_or_init(|| Throwaway::start().unwrap());
    let name = format!("t{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let mut admin = PgConnection::connect(&cluster.url("postgres"))
        .await
        .unwrap();
    sqlx::query(AssertSqlSafe(format!("create database {name}")))
        .execute(&mut admin)
        .await
        .unwrap();
    cluster.url(&name)
}

/// A store on a database of its own, and a pool to look behind it.
pub async fn fresh() -> (Store, PgPool) {
    let url = empty_database().await;
    let store = Store::connect(&url, 8).unwrap();
    store.migrate().await.unwrap();
    (
        store,
        PgPoolOptions::new()
            .max_connections(2)
            .connect(&url)
            .await
            .unwrap(),
    )
}

pub fn spec(target: &str, parameter: &str) -> Spec {
    Spec {
        target: TargetName::new(target).unwrap(),
        release: None,
        stack: StackSpec {
            template: digest_of(b"Resources: {}"),
            template_bytes: 13,
            parameters: BTreeMap::from([(
                "P".to_owned(),
                bennu_model::spec::ParameterValue::Literal(parameter.to_owned()),
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
        octopus: None,
        rollout: Rollout::Immutable,
        approve: Approve::Never,
        deletion_policy: DeletionPolicy::Delete,
    }
}

pub fn with_octopus(spec: Spec) -> Spec {
    Spec {
        octopus: Some(OctopusSpec {
            server: ServerName::new("main").unwrap(),
            space: SpaceName::new("Default").unwrap(),
            environment: OctopusEnvironmentName::new("Development").unwrap(),
            projects: Vec::new(),
            roles: BTreeSet::new(),
            variables: BTreeMap::new(),
            common_variables: BTreeMap::new(),
        }),
        ..spec
    }
}

pub fn declaration(team: &str, name: &str, spec: Spec) -> Declaration {
    Declaration {
        team: TeamName::new(team).unwrap(),
        name: EnvironmentName::new(name).unwrap(),
        labels: BTreeMap::new(),
        spec,
        blobs: vec![(digest_of(b"Resources: {}"), b"Resources: {}"[..].into())],
        if_generation: None,
        author: Author::default(),
    }
}

/// Declares an environment that is not there yet.
pub async fn created(store: &Store, team: &str, name: &str) -> Environment {
    let new = declaration(team, name, spec("dev", "1"));
    match store.declare(new).await.unwrap() {
        Declared::Created(environment) => environment,
        other => panic!("{other:?}"),
    }
}

/// What was asked for and is so.
pub fn done(answered: Answered) -> Environment {
    match answered {
        Answered::Done(environment) => environment,
        other => panic!("{other:?}"),
    }
}

pub fn replica(name: &str) -> ReplicaId {
    ReplicaId::new(name).unwrap()
}

/// A minute: longer than any test. Zero: over with the next statement.
pub fn limits(batch: u32, lease_s: u64) -> ClaimLimits {
    ClaimLimits {
        batch,
        per_team_and_target: 100,
        lease: Duration::from_secs(lease_s),
    }
}

pub async fn claim(store: &Store, owner: &str) -> Vec<Claim> {
    store.claim(&replica(owner), limits(100, 60)).await.unwrap()
}

/// Claims, as a replica that dies at once.
pub async fn crash(store: &Store, owner: &str) -> Vec<Claim> {
    store.claim(&replica(owner), limits(100, 0)).await.unwrap()
}

pub async fn claim_one(store: &Store, owner: &str) -> (Claim, EnvironmentState) {
    let mut claims = claim(store, owner).await;
    assert_eq!(claims.len(), 1, "{claims:?}");
    let claim = claims.remove(0);
    match &claim.load {
        Load::Environment(state) => (claim.clone(), (**state).clone()),
        other => panic!("{other:?}"),
    }
}

/// A pass that found nothing to do and comes again in an hour.
pub fn quiet(claim: &Claim, state: &EnvironmentState) -> Finish {
    Finish {
        lease: claim.lease.clone(),
        due_in: chrono::Duration::hours(1),
        failed: false,
        record: Some(Box::new(Record {
            uid: state.environment.uid.clone(),
            generation: state.environment.generation,
            facts: Vec::new(),
            known: Known::default(),
            references: Vec::new(),
            settlements: Vec::new(),
            ambiguous: false,
            conditions: Vec::new(),
            report: Report::default(),
            wants: Vec::new(),
            entries: Vec::new(),
            tombstone: None,
        })),
    }
}

/// [`quiet`], with a record that is not.
pub fn finish_with(
    claim: &Claim,
    state: &EnvironmentState,
    change: impl FnOnce(&mut Record),
) -> Finish {
    let mut finish = quiet(claim, state);
    change(finish.record.as_mut().unwrap());
    finish
}
