//! Requests that are repeated.

use bennu_model::ids::Digest;
use bennu_model::names::digest_of;
use bennu_ports::Answers as _;
use bennu_ports::answers::{Begun, KeptAnswer, RequestKey};
use sqlx::{AssertSqlSafe, PgPool};

use crate::sample::fresh;

fn key(key: &str) -> RequestKey {
    RequestKey {
        owner: "team checkout".into(),
        key: key.into(),
    }
}

fn request(body: &str) -> Digest {
    digest_of(body.as_bytes())
}

fn answer() -> KeptAnswer {
    KeptAnswer {
        status: 201,
        headers: vec![("etag".into(), "\"1\"".into())],
        body: b"{\"\0\": 1}"[..].into(),
    }
}

/// Moves what was begun into the past.
async fn passes(behind: &PgPool, interval: &str) {
    let statement = format!("update answers set begun_at = begun_at - interval '{interval}'");
    sqlx::query(AssertSqlSafe(statement))
        .execute(behind)
        .await
        .unwrap();
}

#[tokio::test]
async fn what_was_answered_is_answered_the_same_for_a_day() {
    let (store, behind) = fresh().await;
    let begin = async |name: &str, body: &str| store.begin(&key(name), &request(body)).await;
    assert_eq!(begin("a", "x").await.unwrap(), Begun::New);
    assert_eq!(begin("a", "x").await.unwrap(), Begun::Running);
    assert_eq!(begin("a", "y").await.unwrap(), Begun::Reused);
    store.keep(&key("a"), &answer()).await.unwrap();
    store.forget(&key("a")).await.unwrap();
    let kept = Begun::Answered(answer());
    assert_eq!(begin("a", "x").await.unwrap(), kept, "it had an effect");
    assert_eq!(begin("a", "y").await.unwrap(), Begun::Reused);
    let theirs = RequestKey {
        owner: "team search".into(),
        ..key("a")
    };
    let begun = store.begin(&theirs, &request("y")).await.unwrap();
    assert_eq!(begun, Begun::New, "each owner has keys of its own");

    passes(&behind, "23 hours").await;
    assert_eq!(begin("a", "x").await.unwrap(), kept);
    passes(&behind, "1 hour").await;
    assert_eq!(begin("a", "y").await.unwrap(), Begun::New, "a day is over");
    let left: i64 = sqlx::query_scalar("select count(*) from answers")
        .fetch_one(&behind)
        .await
        .unwrap();
    assert_eq!(left, 1, "the other owner's went meanwhile");
}

#[tokio::test]
async fn what_was_begun_and_never_ended_may_be_carried_out_again() {
    let (store, behind) = fresh().await;
    let begin = async |body: &str| store.begin(&key("a"), &request(body)).await.unwrap();
    assert_eq!(begin("x").await, Begun::New);
    store.forget(&key("a")).await.unwrap();
    assert_eq!(begin("y").await, Begun::New, "it had no effect");
    passes(&behind, "2 minutes").await;
    assert_eq!(begin("x").await, Begun::Reused);
    assert_eq!(begin("y").await, Begun::New);
    assert_eq!(begin("y").await, Begun::Running, "by whoever took it over");
}

/// Whatever the order in which they come: one carries it out.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_at_once_one_begins() {
    let (store, behind) = fresh().await;
    for round in ["first", "taken over", "forgotten"] {
        let racers = (0..8).map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.begin(&key("a"), &request("x")).await })
        });
        let (mut new, mut running) = (0, 0);
        for racer in racers.collect::<Vec<_>>() {
            match racer.await.unwrap().unwrap() {
                Begun::New => new += 1,
                Begun::Running => running += 1,
                other => panic!("{round}: {other:?}"),
            }
        }
        assert_eq!((new, running), (1, 7), "{round}");
        let age = if round == "first" {
            "3 minutes"
        } else {
            "2 days"
        };
        passes(&behind, age).await;
    }
}
