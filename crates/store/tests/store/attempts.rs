//! Intent before effect.

use bennu_model::attempt::{Attempt, Settled, Settlement};
use bennu_model::ids::{Generation, Token};
use bennu_model::plan::Resource;
use bennu_ports::ledger::Opened;
use bennu_ports::{Environments as _, Ledger as _, Work as _};
use chrono::{DateTime, Utc};

use crate::sample::{claim_one, crash, created, declaration, finish_with, fresh, quiet, spec};

fn attempt(token: &str) -> Attempt {
    Attempt {
        token: Token::new(token).unwrap(),
        resource: Resource::Stack,
        verb: "create-stack".into(),
        generation: Generation(1),
        retry: 0,
        subject: None,
        release: Some("1.0.0-ryan0001".into()),
        started_at: DateTime::<Utc>::UNIX_EPOCH,
        reference: None,
        settled: None,
        settled_at: None,
    }
}

#[tokio::test]
async fn an_attempt_is_opened_only_under_a_lease_and_for_the_spec_that_was_read() {
    let (store, _) = fresh().await;
    created(&store, "checkout", "ryan").await;
    let late = crash(&store, "a").await.remove(0);
    let one = [attempt("t1")];
    let stale = store
        .open_attempts(&late.lease, Generation(1), &one)
        .await
        .unwrap();
    assert_eq!(stale, Opened::Stale, "the lease is over");
    let (held, state) = claim_one(&store, "b").await;
    assert_eq!(state.observed.attempts, []);
    let opened = store
        .open_attempts(&held.lease, Generation(1), &one)
        .await
        .unwrap();
    assert_eq!(opened, Opened::Opened);
    store
        .declare(declaration("checkout", "ryan", spec("dev", "2")))
        .await
        .unwrap();
    let stale = store
        .open_attempts(&held.lease, Generation(1), &[attempt("t2")])
        .await
        .unwrap();
    assert_eq!(stale, Opened::Stale, "the spec has changed");
    store.finish(vec![quiet(&held, &state)]).await.unwrap();
    let (_, state) = claim_one(&store, "a").await;
    let tokens: Vec<_> = state
        .observed
        .attempts
        .iter()
        .map(|a| a.token.as_str())
        .collect();
    assert_eq!(tokens, ["t1"]);
    assert!(state.observed.attempts[0].started_at >= held.lease.claimed_at);
}

#[tokio::test]
async fn a_finish_settles_attempts_and_opening_again_unsettles_them() {
    let (store, _) = fresh().await;
    let environment = created(&store, "checkout", "ryan").await;
    let (held, state) = claim_one(&store, "a").await;
    let two = [attempt("t1"), attempt("t2")];
    store
        .open_attempts(&held.lease, Generation(1), &two)
        .await
        .unwrap();
    let settled = Settled::Failed {
        why: "no".into(),
        version: None,
    };
    let finish = finish_with(&held, &state, |record| {
        record.references = vec![(two[0].token.clone(), "arn:1".into())];
        record.settlements = vec![
            Settlement {
                token: two[0].token.clone(),
                settled: settled.clone(),
            },
            Settlement {
                token: two[1].token.clone(),
                settled: Settled::Applied(None),
            },
        ];
        record.ambiguous = true;
    });
    store.finish(vec![finish]).await.unwrap();
    store
        .wake(std::slice::from_ref(&held.lease.key))
        .await
        .unwrap();
    let (again, state) = claim_one(&store, "a").await;
    let seen = &state.observed.attempts;
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].reference.as_deref(), Some("arn:1"));
    assert_eq!(seen[0].release, two[0].release);
    assert_eq!(seen[0].settled, Some(settled));
    assert!(seen[0].settled_at.unwrap() >= seen[0].started_at);
    assert_eq!(seen[1].settled, Some(Settled::Applied(None)));
    assert!(
        state.observed.drain_until >= seen[1].started_at,
        "a send may be on its way"
    );
    store
        .open_attempts(&again.lease, Generation(1), &two[..1])
        .await
        .unwrap();
    let view = store
        .get(&environment.team, &environment.name)
        .await
        .unwrap()
        .unwrap();
    let reopened = view
        .state
        .observed
        .attempts
        .iter()
        .find(|a| a.token == two[0].token)
        .unwrap();
    assert_eq!(
        (reopened.settled.as_ref(), reopened.settled_at),
        (None, None)
    );
    assert!(reopened.started_at > seen[0].started_at);
}
