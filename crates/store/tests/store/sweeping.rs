//! What sweeps write, and whom they wake.

use std::collections::BTreeMap;

use bennu_model::condition::{Condition, ConditionKind, Status};
use bennu_model::environment::Environment;
use bennu_model::ids::{
    EnvironmentUid, ProjectId, ProjectName, ServerName, SpaceName, StackArn, TargetName, TenantId,
};
use bennu_model::observed::{DatedFact, Fact, Seen};
use bennu_model::tenant::{Space, Tenant};
use bennu_model::work::{Lease, WorkKey};
use bennu_ports::ledger::{Finish, Load, SweepEnd, SweepPage};
use bennu_ports::{Environments as _, Ledger as _, Work as _};
use bennu_store::Store;
use chrono::{DateTime, Duration, Utc};

use crate::sample::{
    claim, claim_one, created, declaration, finish_with, fresh, spec, with_octopus,
};

fn tenant(description: &str) -> Fact {
    Fact::Tenant(Seen::Present(Tenant {
        id: TenantId::new("Tenants-1").unwrap(),
        name: "ryan".into(),
        description: description.into(),
        connections: BTreeMap::new(),
    }))
}

/// Finishes all that is due with nothing found, and Ready or not.
async fn settle(store: &Store, ready: bool) -> Vec<Environment> {
    let mut seen = Vec::new();
    for claim in claim(store, "a").await {
        let Load::Environment(state) = claim.load.clone() else {
            panic!("{claim:?}")
        };
        let finish = finish_with(&claim, &state, |record| {
            record.known.stack = Some(StackArn::new("arn:1").unwrap());
            record.conditions = vec![Condition {
                kind: ConditionKind::Ready,
                status: if ready { Status::True } else { Status::False },
                reason: "R".into(),
                message: String::new(),
                observed_generation: state.environment.generation,
                last_transition_time: claim.lease.claimed_at,
            }];
        });
        store.finish(vec![finish]).await.unwrap();
        seen.push(state.environment);
    }
    seen
}

async fn sweep(store: &Store, key: &WorkKey) -> (Lease, Load) {
    store.ensure(std::slice::from_ref(key)).await.unwrap();
    store.wake(std::slice::from_ref(key)).await.unwrap();
    let mut claims = claim(store, "s").await;
    assert_eq!(claims.len(), 1, "{claims:?}");
    let claim = claims.remove(0);
    (claim.lease, claim.load)
}

async fn close(store: &Store, lease: &Lease) {
    let finish = Finish {
        lease: lease.clone(),
        due_in: Duration::hours(1),
        failed: false,
        record: None,
    };
    store.finish(vec![finish]).await.unwrap();
}

fn page(began_at: DateTime<Utc>, uid: &EnvironmentUid, fact: Fact) -> SweepPage {
    SweepPage {
        began_at,
        facts: vec![(uid.clone(), fact)],
        space: None,
    }
}

fn space_key() -> WorkKey {
    WorkKey::Space(
        ServerName::new("main").unwrap(),
        SpaceName::new("A/B").unwrap(),
    )
}

#[tokio::test]
async fn a_sweep_wakes_only_what_changed() {
    let (store, _) = fresh().await;
    let ryan = created(&store, "checkout", "ryan").await;
    settle(&store, true).await;
    let (lease, _) = sweep(&store, &space_key()).await;
    let began = lease.claimed_at;
    let wrote = |seconds, fact| {
        store.record_sweep(
            &lease,
            page(began + Duration::seconds(seconds), &ryan.uid, fact),
        )
    };
    assert_eq!(wrote(0, tenant("a")).await.unwrap(), 1);
    assert_eq!(settle(&store, true).await.len(), 1);
    assert_eq!(wrote(1, tenant("a")).await.unwrap(), 0);
    assert_eq!(settle(&store, true).await, []);
    assert_eq!(
        wrote(0, tenant("b")).await.unwrap(),
        0,
        "an older read changes nothing"
    );
    assert_eq!(wrote(2, tenant("b")).await.unwrap(), 1);
    let (_, state) = claim_one(&store, "a").await;
    assert_eq!(
        state.observed.tenant.began_at,
        Some(began + Duration::seconds(2))
    );
    let nobody = EnvironmentUid::new("0000000000000000").unwrap();
    let strange = store
        .record_sweep(&lease, page(began, &nobody, tenant("a")))
        .await
        .unwrap();
    assert_eq!(strange, 0, "only what we know");
    close(&store, &lease).await;
    let late = store.record_sweep(
        &lease,
        page(began + Duration::hours(1), &ryan.uid, tenant("c")),
    );
    assert_eq!(late.await.unwrap(), 0, "the lease is over");
}

#[tokio::test]
async fn what_is_missing_is_to_be_looked_at_and_nothing_else() {
    let (store, _) = fresh().await;
    let ryan = created(&store, "checkout", "ryan").await;
    settle(&store, true).await;
    let key = WorkKey::Target(TargetName::new("dev").unwrap());
    let (lease, load) = sweep(&store, &key).await;
    match load {
        Load::Target(_, memory) => {
            assert_eq!(memory.expected, std::slice::from_ref(&ryan.uid));
            assert_eq!(memory.account, None);
        }
        other => panic!("{other:?}"),
    }
    let end = |problem: Option<&str>| SweepEnd {
        began_at: lease.claimed_at,
        missing: vec![ryan.uid.clone()],
        seen: 3,
        account: Some("123456789012".into()),
        problem: problem.map(str::to_owned),
    };
    store
        .end_sweep(&lease, end(Some("it came back empty")))
        .await
        .unwrap();
    assert_eq!(settle(&store, true).await, [], "the brake holds everything");
    let name = TargetName::new("dev").unwrap();
    let status = store.targets().await.unwrap().remove(&name).unwrap();
    assert_eq!(
        (status.swept_at, status.problem.as_deref()),
        (None, Some("it came back empty"))
    );
    store.end_sweep(&lease, end(None)).await.unwrap();
    let status = store.targets().await.unwrap().remove(&name).unwrap();
    assert_eq!(status.swept_at, Some(lease.claimed_at));
    assert_eq!((status.seen, status.problem), (3, None));
    let (held, state) = claim_one(&store, "a").await;
    assert!(matches!(state.observed.stack.seen, Seen::Unknown(_)));
    // A look that began later is not undone by that sweep.
    let finish = finish_with(&held, &state, |record| {
        let began_at = lease.claimed_at + Duration::seconds(5);
        record.facts = vec![DatedFact {
            began_at,
            fact: Fact::Stack(Seen::Absent),
        }];
    });
    store.finish(vec![finish]).await.unwrap();
    store.end_sweep(&lease, end(None)).await.unwrap();
    assert_eq!(claim(&store, "a").await, []);
    close(&store, &lease).await;
    let (_, load) = sweep(&store, &key).await;
    match load {
        Load::Target(_, memory) => assert_eq!(memory.account.as_deref(), Some("123456789012")),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn new_names_in_a_space_wake_whoever_is_not_ready() {
    let (store, _) = fresh().await;
    let mut there = with_octopus(spec("dev", "1"));
    if let Some(octopus) = &mut there.octopus {
        octopus.space = SpaceName::new("A/B").unwrap();
    }
    store
        .declare(declaration("checkout", "ready", there.clone()))
        .await
        .unwrap();
    settle(&store, true).await;
    store
        .declare(declaration("checkout", "waits", there))
        .await
        .unwrap();
    settle(&store, false).await;
    let (lease, load) = sweep(&store, &space_key()).await;
    assert!(matches!(load, Load::Space(_, space, _) if space.as_str() == "A/B"));
    let mut names = Space::default();
    let mut page = |n: i64, project: &str| {
        let id = ProjectId::new(project).unwrap();
        names
            .projects
            .insert(ProjectName::new(project).unwrap(), id);
        SweepPage {
            began_at: lease.claimed_at + Duration::seconds(n),
            facts: Vec::new(),
            space: Some(names.clone()),
        }
    };
    assert_eq!(store.record_sweep(&lease, page(0, "Web")).await.unwrap(), 1);
    let woken = settle(&store, false).await;
    assert_eq!(woken[0].name.as_str(), "waits");
    assert_eq!(store.record_sweep(&lease, page(1, "Web")).await.unwrap(), 0);
    assert_eq!(
        store.record_sweep(&lease, page(2, "Jobs")).await.unwrap(),
        1
    );
    let (_, state) = claim_one(&store, "a").await;
    let seen = state.observed.space.seen.present().unwrap().projects.len();
    assert_eq!(seen, 2);
}
