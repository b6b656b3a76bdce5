//! Leases: claimed, lost, fenced, woken, parked.

use std::time::Duration;

use bennu_model::condition::{ConditionKind, Status};
use bennu_model::ids::TargetName;
use bennu_model::work::WorkKey;
use bennu_ports::environments::Request;
use bennu_ports::ledger::Load;
use bennu_ports::work::{ClaimLimits, Finished};
use bennu_ports::{Environments as _, Work as _};

use crate::sample::{
    claim, claim_one, crash, created, declaration, finish_with, fresh, limits, quiet, replica, spec,
};

#[tokio::test]
async fn what_one_holds_nobody_else_gets() {
    let (store, _) = fresh().await;
    created(&store, "checkout", "ryan").await;
    let (held, state) = claim_one(&store, "a").await;
    assert_eq!(held.lease.epoch, 1);
    assert_eq!(claim(&store, "b").await, []);
    assert_eq!(
        store.finish(vec![quiet(&held, &state)]).await.unwrap(),
        [Finished::Recorded]
    );
    assert_eq!(claim(&store, "b").await, [], "it is due in an hour");
    assert_eq!(
        store.finish(vec![quiet(&held, &state)]).await.unwrap(),
        [Finished::Fenced],
        "a lease ends once"
    );
}

#[tokio::test]
async fn whoever_was_overtaken_records_nothing() {
    let (store, _) = fresh().await;
    let environment = created(&store, "checkout", "ryan").await;
    let mut late = crash(&store, "a").await;
    let late = late.remove(0);
    let Load::Environment(state) = late.load.clone() else {
        panic!("{late:?}")
    };
    let (held, seen) = claim_one(&store, "b").await;
    assert_eq!(held.lease.epoch, 2);
    assert!(
        seen.observed.drain_until >= late.lease.claimed_at,
        "a request of the first claim may be on its way until its lease ended"
    );
    let answers = store
        .finish(vec![quiet(&late, &state), quiet(&held, &seen)])
        .await
        .unwrap();
    assert_eq!(
        answers,
        [Finished::Fenced, Finished::Fenced],
        "one lease per key in a batch"
    );
    let answers = store.finish(vec![quiet(&late, &state)]).await.unwrap();
    assert_eq!(answers, [Finished::Fenced]);
    let view = store
        .get(&environment.team, &environment.name)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(view.observed_generation, None);
    assert_eq!(
        store.finish(vec![quiet(&held, &seen)]).await.unwrap(),
        [Finished::Recorded]
    );
}

#[tokio::test]
async fn what_an_owner_does_not_know_of_is_given_back_and_nothing_else() {
    let (store, _) = fresh().await;
    created(&store, "checkout", "others").await;
    let (others, _) = claim_one(&store, "b").await;
    created(&store, "checkout", "known").await;
    let (known, state) = claim_one(&store, "a").await;
    created(&store, "checkout", "unheard").await;
    // The answer to this one is lost.
    let (unheard, _) = claim_one(&store, "a").await;
    let held = [(known.lease.key.clone(), known.lease.epoch)];
    store.release_all_but(&held, &replica("a")).await.unwrap();
    let (again, seen) = claim_one(&store, "c").await;
    assert_eq!(again.lease.key, unheard.lease.key);
    assert!(seen.observed.drain_until >= unheard.lease.claimed_at);
    assert_eq!(claim(&store, "c").await, [], "{} is b's", others.lease.key);
    assert_eq!(
        store.finish(vec![quiet(&known, &state)]).await.unwrap(),
        [Finished::Recorded]
    );
}

#[tokio::test]
async fn a_wake_during_a_run_is_neither_lost_nor_run_twice() {
    let (store, _) = fresh().await;
    created(&store, "checkout", "ryan").await;
    let (held, state) = claim_one(&store, "a").await;
    let changed = declaration("checkout", "ryan", spec("dev", "2"));
    store.declare(changed).await.unwrap();
    assert_eq!(claim(&store, "b").await, []);
    store.finish(vec![quiet(&held, &state)]).await.unwrap();
    let (again, state) = claim_one(&store, "b").await;
    assert_eq!(state.environment.generation.0, 2);
    store.finish(vec![quiet(&again, &state)]).await.unwrap();
    assert_eq!(claim(&store, "a").await, []);
}

#[tokio::test]
async fn leases_are_extended_and_given_back() {
    let (store, _) = fresh().await;
    created(&store, "checkout", "one").await;
    created(&store, "checkout", "two").await;
    let held: Vec<(WorkKey, i64)> = claim(&store, "a")
        .await
        .into_iter()
        .map(|claim| (claim.lease.key, claim.lease.epoch))
        .collect();
    let lease = Duration::from_secs(60);
    let mut asked = held.clone();
    asked[0].1 += 1;
    let kept = store.renew(&replica("a"), &asked, lease).await.unwrap();
    assert_eq!(kept, [held[1].0.clone()], "the other claim is not ours");
    assert_eq!(store.renew(&replica("b"), &held, lease).await.unwrap(), []);
    store.release(&held, &replica("a")).await.unwrap();
    let again = claim(&store, "b").await;
    assert_eq!(
        again.len(),
        2,
        "given back is no crash: both come in one batch"
    );
    store
        .renew(
            &replica("b"),
            &[(again[0].lease.key.clone(), 2)],
            Duration::ZERO,
        )
        .await
        .unwrap();
    let expired = [(again[0].lease.key.clone(), 2)];
    assert_eq!(
        store.renew(&replica("b"), &expired, lease).await.unwrap(),
        [],
        "over is over"
    );
}

#[tokio::test]
async fn a_key_that_kills_is_claimed_alone_then_parked_until_its_spec_changes() {
    let (store, _) = fresh().await;
    let killer = created(&store, "checkout", "killer").await;
    crash(&store, "a").await;
    created(&store, "checkout", "well").await;
    for life in ["b", "c"] {
        let alone = crash(&store, life).await;
        assert_eq!(alone.len(), 1);
        assert_eq!(alone[0].lease.key, WorkKey::Environment(killer.uid.clone()));
    }
    let (well, _) = claim_one(&store, "d").await;
    assert_ne!(well.lease.key, WorkKey::Environment(killer.uid.clone()));
    let view = store
        .get(&killer.team, &killer.name)
        .await
        .unwrap()
        .unwrap();
    let said: Vec<_> = view
        .state
        .conditions
        .iter()
        .map(|c| (c.kind, c.status, c.reason.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (ConditionKind::Ready, Status::False, "Poisoned"),
            (ConditionKind::Stalled, Status::True, "Poisoned")
        ]
    );
    let events = store.events(&killer.uid, 0, 10).await.unwrap();
    let reasons: Vec<&str> = events.iter().map(|e| e.entry.reason.as_str()).collect();
    assert_eq!(reasons, ["Declared", "Poisoned"]);
    store
        .wake(&[WorkKey::Environment(killer.uid.clone())])
        .await
        .unwrap();
    assert_eq!(
        claim(&store, "e").await,
        [],
        "only a new spec or a retry is a new chance"
    );
    store
        .declare(declaration("checkout", "killer", spec("dev", "2")))
        .await
        .unwrap();
    let (again, state) = claim_one(&store, "e").await;
    assert_eq!(again.lease.key, WorkKey::Environment(killer.uid));
    assert!(state.observed.drain_until > killer.created_at);
}

#[tokio::test]
async fn nobody_takes_more_than_a_share_and_deletions_go_first() {
    let (store, _) = fresh().await;
    for n in 0..5 {
        created(&store, "crowd", &format!("e{n}")).await;
    }
    let small = created(&store, "small", "only").await;
    let last = created(&store, "crowd", "last").await;
    store
        .delete(&last.team, &last.name, &Request::default())
        .await
        .unwrap();
    let share = ClaimLimits {
        per_team_and_target: 2,
        ..limits(100, 60)
    };
    let claims = store.claim(&replica("a"), share).await.unwrap();
    let keys: Vec<_> = claims.iter().map(|claim| claim.lease.key.clone()).collect();
    assert_eq!(keys.len(), 3);
    assert_eq!(keys[0], WorkKey::Environment(last.uid));
    assert!(keys.contains(&WorkKey::Environment(small.uid)));
    let rest = store.claim(&replica("b"), limits(1, 60)).await.unwrap();
    assert_eq!(rest.len(), 1, "no more than the batch");
}

#[tokio::test]
async fn a_row_that_cannot_be_read_concerns_its_own_key_only() {
    let (store, behind) = fresh().await;
    let odd = created(&store, "checkout", "odd").await;
    created(&store, "checkout", "well").await;
    sqlx::query(
        "update environments set spec = spec || '{\"rollout\": \"by magic\"}' where uid = $1",
    )
    .bind(odd.uid.as_str())
    .execute(&behind)
    .await
    .unwrap();
    store
        .ensure(&[WorkKey::Target(TargetName::new("dev").unwrap())])
        .await
        .unwrap();
    let claims = claim(&store, "a").await;
    assert_eq!(claims.len(), 3);
    for claim in claims {
        let is_odd = claim.lease.key == WorkKey::Environment(odd.uid.clone());
        match claim.load {
            Load::Unreadable(why) => assert!(is_odd && why.contains("by magic"), "{why}"),
            Load::Environment(_)
            | Load::Target(_, _)
            | Load::Space(_, _, _)
            | Load::Document(_, _) => assert!(!is_odd),
        }
    }
}

#[tokio::test]
async fn one_pass_that_cannot_be_written_does_not_take_the_others_with_it() {
    let (store, behind) = fresh().await;
    created(&store, "checkout", "one").await;
    created(&store, "checkout", "two").await;
    sqlx::query("alter table timeline add check (reason <> 'Refused')")
        .execute(&behind)
        .await
        .unwrap();
    let passes = claim(&store, "a")
        .await
        .into_iter()
        .enumerate()
        .map(|(n, claim)| {
            let Load::Environment(state) = claim.load.clone() else {
                panic!("{claim:?}")
            };
            finish_with(&claim, &state, |record| {
                record.entries.push(bennu_model::timeline::Entry {
                    level: bennu_model::timeline::Level::Normal,
                    reason: if n == 0 { "Refused" } else { "Created" }.into(),
                    message: "a \0 is no reason to stop".into(),
                    generation: state.environment.generation,
                });
            })
        });
    let answers = store.finish(passes.collect()).await.unwrap();
    assert_eq!(answers, [Finished::Fenced, Finished::Recorded]);
}
