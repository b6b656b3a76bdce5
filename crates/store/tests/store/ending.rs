//! Lives that end, and the next ones of the same name.

use bennu_model::environment::{Environment, Tombstone};
use bennu_ports::environments::{Answered, Declared, Request};
use bennu_ports::ledger::Load;
use bennu_ports::work::Finished;
use bennu_ports::{Environments as _, Work as _};
use bennu_store::Store;

use crate::sample::{claim, declaration, finish_with, fresh, quiet, spec, with_octopus};

async fn declared(store: &Store, team: &str) -> Environment {
    let new = declaration(team, "ryan", with_octopus(spec("dev", "1")));
    match store.declare(new).await.unwrap() {
        Declared::Created(environment) => environment,
        other => panic!("{other:?}"),
    }
}

/// Claims everything that is due, ends what has to go and leaves the rest until woken.
/// Returns for each its name's earlier life's end, in the order of their creation.
async fn pass_over_all(store: &Store) -> Vec<(Environment, bool)> {
    let mut seen = Vec::new();
    let mut finishes = Vec::new();
    for claim in claim(store, "a").await {
        let Load::Environment(state) = claim.load.clone() else {
            panic!("{claim:?}")
        };
        seen.push((state.environment.clone(), state.observed.predecessor_gone));
        finishes.push(if state.environment.deleted_at.is_some() {
            finish_with(&claim, &state, |r| r.tombstone = Some(Tombstone::Deleted))
        } else {
            quiet(&claim, &state)
        });
    }
    let answers = store.finish(finishes).await.unwrap();
    assert!(answers.iter().all(|answer| *answer == Finished::Recorded));
    seen.sort_by_key(|(environment, _)| environment.created_at);
    seen
}

#[tokio::test]
async fn the_next_life_waits_for_the_end_of_the_last_and_has_its_name() {
    let (store, _) = fresh().await;
    let first = declared(&store, "checkout").await;
    store
        .delete(&first.team, &first.name, &Request::default())
        .await
        .unwrap();
    let second = declared(&store, "checkout").await;
    assert_ne!(second.uid, first.uid);
    assert_eq!(second.predecessor, Some(first.uid.clone()));
    let view = store.get(&first.team, &first.name).await.unwrap().unwrap();
    assert_eq!(view.state.environment.uid, second.uid);
    assert!(!view.state.observed.predecessor_gone);

    let uids = |seen: Vec<(Environment, bool)>| -> Vec<_> {
        seen.into_iter().map(|(e, gone)| (e.uid, gone)).collect()
    };
    assert_eq!(
        uids(pass_over_all(&store).await),
        [(first.uid.clone(), true), (second.uid.clone(), false)]
    );
    // Woken by the end of the first.
    assert_eq!(
        uids(pass_over_all(&store).await),
        [(second.uid.clone(), true)]
    );
    assert_eq!(pass_over_all(&store).await, []);
    // The name went along.
    let theirs = declaration("search", "ryan", with_octopus(spec("dev", "1")));
    let theirs = store.declare(theirs).await.unwrap();
    assert_eq!(
        theirs,
        Declared::NameTaken {
            team: first.team.clone()
        }
    );
    store
        .delete(&second.team, &second.name, &Request::default())
        .await
        .unwrap();
    pass_over_all(&store).await;
    assert_eq!(store.get(&first.team, &first.name).await.unwrap(), None);
    assert_eq!(
        store
            .delete(&first.team, &first.name, &Request::default())
            .await
            .unwrap(),
        Answered::Absent
    );
    declared(&store, "search").await;
}

#[tokio::test]
async fn lives_of_a_name_end_in_order() {
    let (store, behind) = fresh().await;
    let mut lives = Vec::new();
    for _ in 0..3 {
        let life = declared(&store, "checkout").await;
        store
            .delete(&life.team, &life.name, &Request::default())
            .await
            .unwrap();
        lives.push(life.uid);
    }
    assert_eq!(lives.len(), 3);
    let mut ended = Vec::new();
    for _ in 0..3 {
        pass_over_all(&store).await;
        let count: i64 =
            sqlx::query_scalar("select count(*) from environments where tombstone is not null")
                .fetch_one(&behind)
                .await
                .unwrap();
        ended.push(count);
    }
    assert_eq!(ended, [1, 2, 3]);
    let left: i64 = sqlx::query_scalar(
        "select (select count(*) from work) + (select count(*) from reserved_names)",
    )
    .fetch_one(&behind)
    .await
    .unwrap();
    assert_eq!(left, 0, "nothing is kept for a life that is over");
}

/// The end of a life and the declaration of the next race for the same rows; whatever the
/// order, the new life has the name and does not wait for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_end_and_a_new_declaration_at_once() {
    let (store, behind) = fresh().await;
    let mut raced = 0;
    for _ in 0..30 {
        let first = declared(&store, "checkout").await;
        store
            .delete(&first.team, &first.name, &Request::default())
            .await
            .unwrap();
        let held = claim(&store, "a").await.remove(0);
        let Load::Environment(state) = held.load.clone() else {
            panic!("{held:?}")
        };
        let end = finish_with(&held, &state, |r| r.tombstone = Some(Tombstone::Deleted));
        let (ended, second) = tokio::join!(
            tokio::spawn({
                let store = store.clone();
                async move { store.finish(vec![end]).await }
            }),
            tokio::spawn({
                let store = store.clone();
                async move { declared(&store, "checkout").await }
            }),
        );
        assert_eq!(ended.unwrap().unwrap(), [Finished::Recorded]);
        let second = second.unwrap();
        raced += u32::from(second.predecessor.is_some());
        let holder: String = sqlx::query_scalar("select uid from reserved_names")
            .fetch_one(&behind)
            .await
            .unwrap();
        assert_eq!(holder, second.uid.as_str());
        let seen = pass_over_all(&store).await;
        assert_eq!(seen.len(), 1);
        assert!(seen[0].1, "the earlier life is over");
        store
            .delete(&second.team, &second.name, &Request::default())
            .await
            .unwrap();
        pass_over_all(&store).await;
    }
    println!("{raced} of 30 were declared before the end");
}
