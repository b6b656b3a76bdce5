//! What is asked of environments, on which condition, and what is told of it.

use std::fmt::Write as _;

use bennu_model::environment::Environment;
use bennu_model::ids::{ChangeSetName, EnvironmentUid, Generation};
use bennu_model::timeline::{Author, Entry, Level, Writer};
use bennu_ports::environments::{Answered, Request};
use bennu_ports::{Environments as _, Ledger as _, Work as _};
use bennu_store::Store;

use crate::sample::{
    claim, claim_one, crash, created, declaration, done, finish_with, fresh, spec,
};

fn author(request: &str) -> Author {
    Author {
        by: "team checkout".into(),
        request: request.into(),
    }
}

/// Somebody's request, who may insist on a generation.
fn request(id: &str, if_generation: impl Into<Option<i64>>) -> Request {
    Request {
        author: author(id),
        if_generation: if_generation.into().map(Generation),
    }
}

fn change_set(name: &str) -> ChangeSetName {
    ChangeSetName::new(name).unwrap()
}

/// A timeline as a person reads it; the uid is thrown, so it is left out.
async fn timeline(store: &Store, uid: &EnvironmentUid) -> String {
    let mut lines = String::new();
    for event in store.events(uid, 0, 100).await.unwrap() {
        let Entry {
            level,
            reason,
            message,
            generation,
        } = event.entry;
        let writer = match event.writer {
            Some(Writer::Request(author)) => format!("{} in {}", author.by, author.request),
            Some(Writer::Pass { pass }) => {
                let (key, epoch) = pass.rsplit_once('.').unwrap();
                let own = key == format!("environment/{uid}");
                format!("{} pass {epoch}", if own { "own" } else { "another's" })
            }
            None => "nobody".to_owned(),
        };
        let generation = generation.0;
        writeln!(
            lines,
            "{generation} {level:?} {reason}: {message} ({writer})"
        )
        .unwrap();
    }
    lines
}

#[tokio::test]
async fn a_timeline_tells_who_wrote_what_and_only_what_changed() {
    let (store, behind) = fresh().await;
    let mut new = declaration("checkout", "ryan", spec("dev", "1"));
    new.author = author("req-1");
    store.declare(new.clone()).await.unwrap();
    new.author = author("req-2");
    store.declare(new.clone()).await.unwrap();
    new.labels.insert("branch".into(), "main".into());
    new.author = author("req-3");
    store.declare(new.clone()).await.unwrap();
    new.spec = spec("dev", "2");
    new.author = author("req-4");
    store.declare(new.clone()).await.unwrap();
    for (id, name) in [
        ("req-5", "bennu-1"),
        ("req-6", "bennu-1"),
        ("req-7", "bennu-2"),
    ] {
        let asked = request(id, None);
        let set = change_set(name);
        let approved = store.approve(&new.team, &new.name, &set, &asked).await;
        assert_eq!(done(approved.unwrap()).approved, Some(change_set(name)));
    }
    let (held, state) = claim_one(&store, "a").await;
    let pass = finish_with(&held, &state, |record| {
        record.entries.push(Entry {
            level: Level::Warning,
            reason: "Stalled".into(),
            message: "a person is needed".into(),
            generation: state.environment.generation,
        });
    });
    store.finish(vec![pass]).await.unwrap();
    let uid = state.environment.uid.clone();
    done(
        store
            .retry(&new.team, &new.name, &request("req-8", None))
            .await
            .unwrap(),
    );
    done(store.refresh(&new.team, &new.name).await.unwrap());
    for life in ["b", "c", "d", "e"] {
        crash(&store, life).await;
    }
    for id in ["req-9", "req-10"] {
        done(
            store
                .delete(&new.team, &new.name, &request(id, None))
                .await
                .unwrap(),
        );
    }
    sqlx::query("insert into timeline (uid, level, reason, message, generation) values ($1, 'Normal', 'Old', 'before this was kept', 1)")
        .bind(uid.as_str())
        .execute(&behind)
        .await
        .unwrap();
    assert_eq!(
        timeline(&store, &uid).await,
        "\
1 Normal Declared: declared (team checkout in req-1)
1 Normal Changed: declared otherwise (team checkout in req-3)
2 Normal Changed: declared otherwise (team checkout in req-4)
2 Normal Approved: change set bennu-1 was approved (team checkout in req-5)
2 Normal Approved: change set bennu-2 was approved (team checkout in req-7)
2 Warning Stalled: a person is needed (own pass 1)
2 Normal Retried: a retry was asked for (team checkout in req-8)
2 Warning Poisoned: three passes in a row ended without a result: parked (own pass 4)
3 Normal Deleted: its deletion was asked for (team checkout in req-9)
1 Normal Old: before this was kept (nobody)
"
    );
}

#[tokio::test]
async fn whoever_is_burnt_is_told_by_which_pass() {
    let (store, _) = fresh().await;
    let older = created(&store, "checkout", "older").await;
    let newer = created(&store, "checkout", "newer").await;
    let mut claims = claim(&store, "a").await;
    claims.retain(|claim| claim.lease.key.to_string().ends_with(newer.uid.as_str()));
    for _ in 0..2 {
        let burnt = std::slice::from_ref(&older.uid);
        store.burn(&claims[0].lease, burnt).await.unwrap();
    }
    let events = store.events(&older.uid, 0, 10).await.unwrap();
    let told: Vec<_> = events.iter().map(|e| e.entry.reason.as_str()).collect();
    assert_eq!(told, ["Declared", "Deleted"]);
    let pass = claims[0].lease.pass_id();
    assert_eq!(events[1].writer, Some(Writer::Pass { pass }));
}

#[tokio::test]
async fn whoever_insists_on_another_generation_writes_nothing() {
    let (store, _) = fresh().await;
    let first = created(&store, "checkout", "ryan").await;
    let (team, name) = (&first.team, &first.name);
    let set = change_set("bennu-1");
    let stale = request("stale", 7);
    let moved = Answered::Moved(Generation(1));
    assert_eq!(
        store.approve(team, name, &set, &stale).await.unwrap(),
        moved
    );
    assert_eq!(store.retry(team, name, &stale).await.unwrap(), moved);
    assert_eq!(store.delete(team, name, &stale).await.unwrap(), moved);
    let (held, state) = claim_one(&store, "a").await;
    assert_eq!(state.environment, first);
    assert_eq!(held.lease.wake_seq, 1, "nobody was woken");
    assert_eq!(store.events(&first.uid, 0, 10).await.unwrap().len(), 1);

    let right = request("right", 1);
    let approved: Environment = done(store.approve(team, name, &set, &right).await.unwrap());
    assert_eq!(approved.generation, Generation(1));
    assert_eq!(
        done(store.retry(team, name, &right).await.unwrap()).retry,
        1
    );
    let deleted = done(store.delete(team, name, &right).await.unwrap());
    assert_eq!(deleted.generation, Generation(2));
    let late = store.delete(team, name, &right).await.unwrap();
    assert_eq!(late, Answered::Moved(Generation(2)));
    let last = store.approve(team, name, &set, &request("late", 2)).await;
    assert_eq!(last.unwrap(), Answered::Absent, "it is being deleted");
}

/// The condition is compared where it is written: of many who read the same generation, one
/// ends the environment, and nobody is told twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_insist_on_the_same_generation_one_deletes() {
    let (store, _) = fresh().await;
    let first = created(&store, "checkout", "ryan").await;
    let racers = (0..8).map(|n| {
        let (store, first) = (store.clone(), first.clone());
        tokio::spawn(async move {
            let asked = request(&n.to_string(), 1);
            let set = change_set("bennu-1");
            let approved = store.approve(&first.team, &first.name, &set, &asked).await;
            approved.unwrap();
            store
                .delete(&first.team, &first.name, &asked)
                .await
                .unwrap()
        })
    });
    let mut deleted = 0;
    for racer in racers.collect::<Vec<_>>() {
        match racer.await.unwrap() {
            Answered::Done(environment) => {
                assert_eq!(environment.generation, Generation(2));
                deleted += 1;
            }
            Answered::Moved(generation) => assert_eq!(generation, Generation(2)),
            Answered::Absent => panic!("it was there"),
        }
    }
    assert_eq!(deleted, 1);
    let events = store.events(&first.uid, 0, 100).await.unwrap();
    let told: Vec<_> = events.iter().map(|e| e.entry.reason.as_str()).collect();
    assert_eq!(told, ["Declared", "Approved", "Deleted"]);
}

#[tokio::test]
async fn a_fresh_look_is_asked_for_and_changes_nothing_else() {
    let (store, _) = fresh().await;
    let first = created(&store, "checkout", "ryan").await;
    let (held, state) = claim_one(&store, "a").await;
    store
        .finish(vec![finish_with(&held, &state, |_| {})])
        .await
        .unwrap();
    let asked = done(store.refresh(&first.team, &first.name).await.unwrap());
    assert!(asked.refresh_at > Some(held.lease.claimed_at));
    let (_, state) = claim_one(&store, "a").await;
    assert_eq!(state.environment, asked);
    let expected = Environment {
        refresh_at: asked.refresh_at,
        ..first.clone()
    };
    assert_eq!(asked, expected);
    assert_eq!(store.events(&first.uid, 0, 10).await.unwrap().len(), 1);
    let nobody = declaration("checkout", "nobody", spec("dev", "1"));
    let answered = store.refresh(&nobody.team, &nobody.name).await.unwrap();
    assert_eq!(answered, Answered::Absent);
}
