//! Budgets that replicas share: the row never gives what it has not got, whoever takes.

use std::time::Duration;

use bennu_ports::Budgets as _;
use bennu_ports::Call;
use bennu_ports::budget::{Allowance, Asked, Meter, PerClass};
use bennu_store::Store;
use sqlx::PgPool;

use crate::sample::fresh;

/// So little comes in that a slow machine changes nothing: what passes is set by hand.
const SLOW: Allowance = Allowance {
    per_second: 0.01,
    burst: 100.0,
};

fn meter() -> Meter {
    Meter::new(Call::CreateStack, "123456789012/ap-southeast-2")
}

fn calls(first: u32, waited: u32, routine: u32) -> PerClass {
    PerClass {
        first,
        waited,
        routine,
    }
}

async fn take(store: &Store, needed: PerClass, ahead: PerClass) -> [u32; 3] {
    let asked = Asked { needed, ahead };
    let given = store.take(&meter(), &SLOW, &asked).await.unwrap().given;
    [given.first, given.waited, given.routine]
}

/// The database's clock.
async fn seconds(behind: &PgPool) -> f64 {
    let query = sqlx::query_scalar("select extract(epoch from clock_timestamp())::float8");
    query.fetch_one(behind).await.unwrap()
}

async fn pass(behind: &PgPool, seconds: f64) {
    sqlx::query(
        "update budgets set as_of = as_of - $1 * interval '1 second',
         throttled_at = throttled_at - $1 * interval '1 second',
         closed_until = closed_until - $1 * interval '1 second',
         pressed_until = pressed_until - $1 * interval '1 second'",
    )
    .bind(seconds)
    .execute(behind)
    .await
    .unwrap();
}

#[tokio::test]
async fn each_class_has_its_share_and_routine_comes_last() {
    let (store, behind) = fresh().await;
    let none = PerClass::default();
    assert_eq!(
        meter().as_str(),
        "cloudformation/123456789012/ap-southeast-2"
    );
    assert_eq!(
        take(&store, calls(0, 0, 5), calls(0, 0, 995)).await,
        [0, 0, 80]
    );
    assert_eq!(
        take(&store, calls(3, 3, 0), calls(997, 997, 9)).await,
        [10, 10, 0]
    );
    // Forty calls come in: the shares of the two, and the rest for whoever is first.
    pass(&behind, 4_000.0).await;
    assert_eq!(take(&store, calls(99, 99, 99), none).await, [30, 10, 0]);
    // What they lack keeps routine away, until they have not asked for two seconds.
    pass(&behind, 1.0).await;
    sqlx::query("update budgets set common = 50")
        .execute(&behind)
        .await
        .unwrap();
    assert_eq!(take(&store, calls(0, 0, 9), none).await, [0, 0, 0]);
    pass(&behind, 2.0).await;
    assert_eq!(take(&store, calls(0, 0, 9), none).await, [0, 0, 9]);
}

#[tokio::test]
async fn throttles_that_come_together_count_once_and_a_pause_closes_the_meter() {
    let (store, behind) = fresh().await;
    take(&store, calls(1, 0, 0), PerClass::default()).await;
    let reports = (0..4).map(|_| {
        let store = store.clone();
        tokio::spawn(async move {
            let pause = Some(Duration::from_secs(600));
            store.throttled(&meter(), &SLOW, pause).await.unwrap();
        })
    });
    for report in reports.collect::<Vec<_>>() {
        report.await.unwrap();
    }
    let one = Asked {
        needed: calls(1, 1, 1),
        ahead: PerClass::default(),
    };
    let granted = store.take(&meter(), &SLOW, &one).await.unwrap();
    assert!((granted.rate - 0.007).abs() < 0.000_2, "{granted:?}");
    assert_eq!((granted.given.total(), granted.left < 0.1), (0, true));
    assert!(granted.closed_for > Duration::from_secs(500), "{granted:?}");
    // The pause is over, and an hour later the rate is what it was.
    pass(&behind, 3_600.0).await;
    let granted = store.take(&meter(), &SLOW, &one).await.unwrap();
    assert_eq!((granted.rate, granted.closed_for), (0.01, Duration::ZERO));
    assert_eq!(granted.given.total(), 3);
}

#[tokio::test]
async fn replicas_that_take_at_once_never_get_more_than_there_is() {
    let (store, behind) = fresh().await;
    let fast = Allowance {
        per_second: 200.0,
        burst: 50.0,
    };
    let began = seconds(&behind).await;
    let replicas = (0..4_u32).map(|n| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut given = 0;
            for round in 0..50 {
                let asked = Asked {
                    needed: calls(n, round % 7, 3),
                    ahead: calls(1, n, round % 5),
                };
                given += store
                    .take(&meter(), &fast, &asked)
                    .await
                    .unwrap()
                    .given
                    .total();
            }
            given
        })
    });
    let mut given = 0;
    for replica in replicas.collect::<Vec<_>>() {
        given += replica.await.unwrap();
    }
    let most = fast.burst + fast.per_second * (seconds(&behind).await - began);
    assert!(f64::from(given) <= most, "{given} of {most}");
    assert!(given >= 50, "the burst was there: {given}");
}
