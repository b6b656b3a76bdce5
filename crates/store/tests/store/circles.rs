//! Nobody waits for a lock of somebody who waits for theirs.

use bennu_ports::ledger::{DocumentRecord, Load};
use bennu_ports::work::{ClaimLimits, Finished};
use bennu_ports::{Ledger as _, Work as _};
use bennu_store::Store;
use chrono::Duration;

use crate::documents::{armed, ended, nothing, project};
use crate::sample::{created, finish_with, fresh, limits, replica};

/// What one replica does over and over: it claims, asks for something else each time and says
/// of each document something else each time.
async fn churn(store: Store, owner: &'static str, rounds: u32) -> u32 {
    let mut judged = 0;
    for round in 0..rounds {
        let share = ClaimLimits {
            batch: 1 + round % 4,
            ..limits(0, 60)
        };
        let mut finishes = Vec::new();
        for claim in store.claim(&replica(owner), share).await.unwrap() {
            let mut finish = match &claim.load {
                Load::Environment(state) => finish_with(&claim, state, |record| {
                    // Old documents in either order, and new ones.
                    for n in [round % 3, 3 - round % 4, 10 + round / 20] {
                        record.wants.push((project(n), armed(round)));
                    }
                }),
                Load::Document(_, wants) => {
                    let (gone, standing): (Vec<_>, Vec<_>) =
                        wants.iter().cloned().partition(|w| w.standing.withdrawn);
                    let (met, unmet) = if round % 2 == 0 {
                        (standing, Vec::new())
                    } else {
                        (Vec::new(), standing)
                    };
                    let record = DocumentRecord {
                        met,
                        unmet,
                        gone,
                        ..nothing(&claim)
                    };
                    store.record_document(&claim.lease, record).await.unwrap();
                    judged += 1;
                    ended(&claim)
                }
                other => panic!("{other:?}"),
            };
            finish.due_in = Duration::zero();
            finishes.push(finish);
        }
        let held: Vec<_> = finishes
            .iter()
            .map(|finish| (finish.lease.key.clone(), finish.lease.epoch))
            .collect();
        let owner = replica(owner);
        let lease = std::time::Duration::from_secs(60);
        let renewed = store.renew(&owner, &held, lease);
        let (renewed, answers) = tokio::join!(renewed, store.finish(finishes));
        renewed.unwrap();
        assert!(answers.unwrap().iter().all(|a| *a == Finished::Recorded));
    }
    judged
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn environments_and_documents_never_wait_for_each_other_in_a_circle() {
    let (store, behind) = fresh().await;
    for n in 0..6 {
        created(&store, "checkout", &format!("e{n}")).await;
    }
    let replicas = ["a", "b", "c"].map(|owner| tokio::spawn(churn(store.clone(), owner, 200)));
    let mut judged = 0;
    for replica in replicas {
        judged += replica.await.unwrap();
    }
    assert!(judged > 100, "{judged} documents were judged");
    // Servers of connections write their counts down when they end.
    store.close().await;
    let count = "select count(*) from pg_stat_activity \
                 where datname = current_database() and application_name = 'bennu'";
    while sqlx::query_scalar::<_, i64>(count)
        .fetch_one(&behind)
        .await
        .unwrap()
        > 0
    {}
    let deadlocks: i64 = sqlx::query_scalar(
        "select deadlocks from pg_stat_database where datname = current_database()",
    )
    .fetch_one(&behind)
    .await
    .unwrap();
    assert_eq!(deadlocks, 0, "also none that a second try went around");
}
