//! What is wanted of shared documents, and what their workers make of it.

use bennu_model::document::{DocumentKey, Want, Wanted};
use bennu_model::environment::Tombstone;
use bennu_model::ids::{
    EnvironmentUid, OctopusEnvironmentId, ProjectId, ReleaseId, ServerName, SpaceName, TenantId,
};
use bennu_model::work::WorkKey;
use bennu_ports::environments::Request;
use bennu_ports::ledger::{DocumentRecord, EnvironmentState, Finish, Load};
use bennu_ports::work::{Claim, Finished};
use bennu_ports::{Environments as _, Ledger as _, Work as _};
use bennu_store::Store;
use chrono::{DateTime, Duration, Utc};

use crate::sample::{claim, claim_one, crash, created, finish_with, fresh};

pub fn project(n: u32) -> DocumentKey {
    DocumentKey::Project(
        ServerName::new("main").unwrap(),
        SpaceName::new("A/B").unwrap(),
        ProjectId::new(format!("Projects-{n}")).unwrap(),
    )
}

fn slots() -> DocumentKey {
    DocumentKey::Slots(
        ServerName::new("main").unwrap(),
        SpaceName::new("A/B").unwrap(),
    )
}

fn trigger() -> Want {
    Want::Trigger {
        environment: OctopusEnvironmentId::new("Environments-1").unwrap(),
        tenant: TenantId::new("Tenants-1").unwrap(),
    }
}

pub fn armed(release: u32) -> Want {
    Want::Override {
        environment: OctopusEnvironmentId::new("Environments-1").unwrap(),
        tenant: TenantId::new("Tenants-1").unwrap(),
        release: ReleaseId::new(format!("Releases-{release}")).unwrap(),
    }
}

/// A pass that wants this, all of it, and comes again when woken.
async fn want(
    store: &Store,
    claim: &Claim,
    state: &EnvironmentState,
    wants: &[(DocumentKey, Want)],
) {
    let finish = finish_with(claim, state, |record| record.wants = wants.to_vec());
    let answers = store.finish(vec![finish]).await.unwrap();
    assert_eq!(answers, [Finished::Recorded]);
}

/// Claims the one document that is due.
async fn open(store: &Store, key: &DocumentKey) -> (Claim, Vec<Wanted>) {
    let mut claims = claim(store, "d").await;
    assert_eq!(claims.len(), 1, "{claims:?}");
    let claim = claims.remove(0);
    match claim.load.clone() {
        Load::Document(document, wants) => {
            assert_eq!(document, *key);
            (claim, wants)
        }
        other => panic!("{other:?}"),
    }
}

/// Ends a document's run until it is woken.
async fn shut(store: &Store, claim: &Claim) {
    let answers = store.finish(vec![ended(claim)]).await.unwrap();
    assert_eq!(answers, [Finished::Recorded]);
}

pub fn ended(claim: &Claim) -> Finish {
    Finish {
        lease: claim.lease.clone(),
        due_in: Duration::hours(1),
        failed: false,
        record: None,
    }
}

pub fn nothing(claim: &Claim) -> DocumentRecord {
    let WorkKey::Document(document) = &claim.lease.key else {
        panic!("{claim:?}")
    };
    DocumentRecord {
        document: document.clone(),
        began_at: claim.lease.claimed_at,
        met: Vec::new(),
        unmet: Vec::new(),
        gone: Vec::new(),
    }
}

/// One row of the table, in brief: whose kind, withdrawn or not, and when it was met.
fn brief(wants: &[Wanted]) -> Vec<(&str, bool, Option<DateTime<Utc>>)> {
    let one = |w: &'_ Wanted| {
        (
            w.standing.want.kind(),
            w.standing.withdrawn,
            w.standing.met_at,
        )
    };
    wants.iter().map(one).collect()
}

#[tokio::test]
async fn a_want_is_met_lost_changed_withdrawn_and_gone() {
    let (store, _) = fresh().await;
    created(&store, "checkout", "ryan").await;
    let (held, state) = claim_one(&store, "a").await;
    let both = [(project(1), trigger()), (project(1), armed(1))];
    want(&store, &held, &state, &both).await;
    let (run, wants) = open(&store, &project(1)).await;
    assert_eq!(
        brief(&wants),
        [("override", false, None), ("trigger", false, None)]
    );
    let began = run.lease.claimed_at;
    let later = began + Duration::seconds(1);
    let met = |began_at, met: &[Wanted]| DocumentRecord {
        began_at,
        met: met.to_vec(),
        ..nothing(&run)
    };
    let tell = |record| store.record_document(&run.lease, record);
    assert_eq!(
        tell(met(began, &wants)).await.unwrap(),
        1,
        "one environment"
    );
    let (held, state) = claim_one(&store, "a").await;
    assert!(state.observed.wants.iter().all(|w| w.met_at == Some(began)));
    assert_eq!(
        tell(met(later, &wants)).await.unwrap(),
        0,
        "it was met before"
    );
    assert_eq!(tell(met(began, &wants)).await.unwrap(), 0);
    let lost = DocumentRecord {
        unmet: wants[..1].to_vec(),
        ..nothing(&run)
    };
    assert_eq!(tell(lost.clone()).await.unwrap(), 1);
    assert_eq!(tell(lost).await.unwrap(), 0, "it was not met before");
    shut(&store, &run).await;

    // The same again touches nothing, and nobody is woken but by what was lost meanwhile.
    want(&store, &held, &state, &both).await;
    let (held, state) = claim_one(&store, "a").await;
    let stands: Vec<_> = state
        .observed
        .wants
        .iter()
        .map(|w| (w.asked_at, w.met_at))
        .collect();
    let asked_at = wants[0].standing.asked_at;
    assert_eq!(stands, [(asked_at, None), (asked_at, Some(later))]);

    // Another release is asked for anew; what was read before says nothing about it.
    let next = [(project(1), armed(2)), (project(1), trigger())];
    want(&store, &held, &state, &next).await;
    let (run, changed) = open(&store, &project(1)).await;
    assert_eq!(
        brief(&changed),
        [("trigger", false, Some(later)), ("override", false, None)]
    );
    assert!(changed[1].standing.asked_at > asked_at);
    let stale = DocumentRecord {
        met: wants[..1].to_vec(),
        ..nothing(&run)
    };
    assert_eq!(store.record_document(&run.lease, stale).await.unwrap(), 0);
    shut(&store, &run).await;

    let environment = state.environment.uid.clone();
    store
        .wake(&[WorkKey::Environment(environment)])
        .await
        .unwrap();
    let (held, state) = claim_one(&store, "a").await;
    want(&store, &held, &state, &[]).await;
    let (run, left) = open(&store, &project(1)).await;
    assert_eq!(
        brief(&left),
        [("override", true, None), ("trigger", true, None)]
    );
    let gone = DocumentRecord {
        gone: left,
        ..nothing(&run)
    };
    assert_eq!(store.record_document(&run.lease, gone).await.unwrap(), 1);
    let (_, state) = claim_one(&store, "a").await;
    assert_eq!(state.observed.wants, []);
}

#[tokio::test]
async fn what_is_wanted_again_is_not_taken_for_gone() {
    let (store, _) = fresh().await;
    created(&store, "checkout", "ryan").await;
    let (held, state) = claim_one(&store, "a").await;
    let key = held.lease.key.clone();
    want(&store, &held, &state, &[(slots(), Want::Slot)]).await;
    let (run, _) = open(&store, &slots()).await;
    shut(&store, &run).await;
    store.wake(std::slice::from_ref(&key)).await.unwrap();
    let (held, state) = claim_one(&store, "a").await;
    want(&store, &held, &state, &[]).await;
    let (run, withdrawn) = open(&store, &slots()).await;
    assert_eq!(brief(&withdrawn), [("slot", true, None)]);
    store.wake(std::slice::from_ref(&key)).await.unwrap();
    let (held, state) = claim_one(&store, "a").await;
    want(&store, &held, &state, &[(slots(), Want::Slot)]).await;
    let late = DocumentRecord {
        gone: withdrawn,
        ..nothing(&run)
    };
    assert_eq!(store.record_document(&run.lease, late).await.unwrap(), 0);
    shut(&store, &run).await;
    // Woken while it ran.
    let (_, wants) = open(&store, &slots()).await;
    assert_eq!(brief(&wants), [("slot", false, None)]);
}

#[tokio::test]
async fn two_environments_of_one_document_come_oldest_first_and_are_woken_singly() {
    let (store, _) = fresh().await;
    let mut uids: Vec<EnvironmentUid> = Vec::new();
    for name in ["first", "second"] {
        created(&store, "checkout", name).await;
        let (held, state) = claim_one(&store, "a").await;
        want(&store, &held, &state, &[(slots(), Want::Slot)]).await;
        uids.push(state.environment.uid);
        let (run, wants) = open(&store, &slots()).await;
        let order: Vec<_> = wants.iter().map(|w| w.uid.clone()).collect();
        assert_eq!(order, uids);
        shut(&store, &run).await;
    }
    store.wake(&[WorkKey::Document(slots())]).await.unwrap();
    let (run, wants) = open(&store, &slots()).await;
    let room_for_one = DocumentRecord {
        met: wants[..1].to_vec(),
        unmet: wants[1..].to_vec(),
        ..nothing(&run)
    };
    assert_eq!(
        store
            .record_document(&run.lease, room_for_one)
            .await
            .unwrap(),
        1
    );
    let (_, state) = claim_one(&store, "a").await;
    assert_eq!(state.environment.uid, uids[0]);
}

#[tokio::test]
async fn a_worker_that_was_overtaken_writes_nothing() {
    let (store, _) = fresh().await;
    let ryan = created(&store, "checkout", "ryan").await;
    let (held, state) = claim_one(&store, "a").await;
    want(&store, &held, &state, &[(slots(), Want::Slot)]).await;
    let late = crash(&store, "late").await.remove(0);
    let Load::Document(_, wants) = late.load.clone() else {
        panic!("{late:?}")
    };
    let met = DocumentRecord {
        met: wants.clone(),
        ..nothing(&late)
    };
    let told = store.record_document(&late.lease, met.clone()).await;
    assert_eq!(told.unwrap(), 0, "the lease is over");
    let (run, same) = open(&store, &slots()).await;
    assert_eq!(same, wants);
    let told = store.record_document(&late.lease, met.clone()).await;
    assert_eq!(told.unwrap(), 0, "somebody else has it");
    let burnt = std::slice::from_ref(&ryan.uid);
    store.burn(&late.lease, burnt).await.unwrap();
    let view = store.get(&ryan.team, &ryan.name).await.unwrap().unwrap();
    assert_eq!(view.state.environment, ryan);
    assert_eq!(view.state.observed.wants[0].met_at, None);
    assert_eq!(store.record_document(&run.lease, met).await.unwrap(), 1);
}

#[tokio::test]
async fn an_end_leaves_no_want_and_calls_the_document() {
    let (store, behind) = fresh().await;
    let ryan = created(&store, "checkout", "ryan").await;
    let (held, state) = claim_one(&store, "a").await;
    want(&store, &held, &state, &[(slots(), Want::Slot)]).await;
    let (run, _) = open(&store, &slots()).await;
    shut(&store, &run).await;
    store
        .delete(&ryan.team, &ryan.name, &Request::default())
        .await
        .unwrap();
    let (held, state) = claim_one(&store, "a").await;
    let end = finish_with(&held, &state, |record| {
        record.tombstone = Some(Tombstone::Deleted);
    });
    store.finish(vec![end]).await.unwrap();
    let (_, wants) = open(&store, &slots()).await;
    assert_eq!(wants, []);
    let left: i64 = sqlx::query_scalar("select count(*) from wants")
        .fetch_one(&behind)
        .await
        .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_document_that_kills_pauses_and_keeps_nobody_else_from_working() {
    let (store, behind) = fresh().await;
    created(&store, "checkout", "ryan").await;
    let (held, state) = claim_one(&store, "a").await;
    want(&store, &held, &state, &[(slots(), Want::Slot)]).await;
    for life in ["b", "c", "d"] {
        assert_eq!(crash(&store, life).await.len(), 1);
    }
    assert_eq!(claim(&store, "e").await, []);
    let pause: bool = sqlx::query_scalar(
        "select due_at > now() + interval '9 minutes' from work where kind = 'document'",
    )
    .fetch_one(&behind)
    .await
    .unwrap();
    assert!(pause);
}
