//! On Postgres it is as in memory; and what only a database can do wrong.

use axum::http::StatusCode;
use bennu_model::blueprint::Event;
use bennu_model::names::digest_of;
use bennu_ports::hooks::{Delivery, DeliveryId, Received};
use bennu_tests::postgres::fresh_store;
use serde_json::{Value, json};

use crate::stage::{World, blueprint, built, deleted, now, with};

/// All that happens in one script: what each step answers, and what there is after it.
async fn played(world: &World) -> Vec<String> {
    let put = |per: &'static str| {
        (
            "PUT",
            "/v1/teams/checkout/blueprints/branches",
            Some(blueprint(per)),
        )
    };
    let second = with("/spec/source/branches", json!(["**"]));
    let steps: Vec<(&str, Value)> = vec![
        ("1", built(1, 1)),
        ("1", built(1, 1)),
        ("1", built(1, 2)),
        ("3", built(3, 3)),
        ("3 again", built(3, 3)),
        ("2", built(2, 2)),
        ("gone", deleted(4)),
        ("late", built(4, 9)),
        ("anew", built(5, 4)),
        ("taken", built(6, 5)),
    ];
    let mut log = Vec::new();
    let (method, path, document) = put("branch");
    for _ in 0..2 {
        let answer = world.ask(method, path, document.as_ref()).await;
        log.push(format!("{} {}", answer.status, answer.body));
    }
    for (id, event) in steps {
        let answer = world.deliver(id, &event).await;
        log.push(format!("{id}: {} {}", answer.status, answer.body));
        log.push(format!("{:?}", world.declared().await));
    }
    let (method, path, document) = put("build");
    world.ask(method, path, document.as_ref()).await;
    for (id, event) in [
        ("b6", built(7, 6)),
        ("b7", built(8, 7)),
        ("b6", built(7, 6)),
    ] {
        let answer = world.deliver(id, &event).await;
        log.push(format!("{id}: {} {}", answer.status, answer.body));
        log.push(format!("{:?}", world.declared().await));
    }
    let two = "/v1/teams/payments/blueprints/everything";
    world.ask("PUT", two, Some(&second)).await;
    let answer = world.deliver("two", &built(9, 8)).await;
    log.push(format!("{} {}", answer.status, answer.body));
    for path in [path, two, two] {
        let answer = world.ask("DELETE", path, None).await;
        log.push(format!("{} {}", answer.status, answer.body));
    }
    let answer = world.deliver("over", &deleted(10)).await;
    log.push(format!("{} {}", answer.status, answer.body));
    log.push(format!("{:?}", world.declared().await));
    log
}

#[tokio::test]
async fn memory_and_postgres_play_the_same_script() {
    let in_memory = played(&World::in_memory().await).await;
    let on_postgres = played(&World::on_postgres(fresh_store().await).await).await;
    for (memory, postgres) in in_memory.iter().zip(&on_postgres) {
        assert_eq!(memory, postgres);
    }
    assert_eq!(in_memory.len(), on_postgres.len());
    // The script is worth something only if its steps lead to different ends.
    for outcome in ["declared", "stale", "deleted", "ambiguous", "409 Conflict"] {
        assert!(
            in_memory.iter().any(|line| line.contains(outcome)),
            "{outcome}"
        );
    }
}

/// Two replicas, and a sender that does not wait.
#[tokio::test]
async fn deliveries_at_the_same_moment_end_in_the_true_order() {
    let store = fresh_store().await;
    let one = World::on_postgres(store.clone()).await;
    let other = World::on_postgres(store).await;
    one.blueprint("checkout", "branches", &blueprint("branch"))
        .await;
    for round in 0..5 {
        let events = (1..=8).map(|number| built(round * 10 + number % 3, round * 10 + number));
        let events: Vec<_> = events.collect();
        let mut sent = Vec::new();
        for (index, event) in events.iter().enumerate() {
            let world = if index % 2 == 0 { &one } else { &other };
            let request = crate::stage::delivery(&format!("{round}-{index}"), event);
            let router = world.router.clone();
            sent.push(tokio::spawn(async move {
                tower::ServiceExt::oneshot(router, request)
                    .await
                    .unwrap()
                    .status()
            }));
        }
        for answer in sent {
            assert_eq!(answer.await.unwrap(), StatusCode::ACCEPTED);
        }
        let present = one.present().await;
        assert_eq!(present.len(), 1, "{present:?}");
        let last = round * 10 + 8;
        assert_eq!(present[0].version, format!("1.0.0-ryan{last:04}"));
    }
}

#[tokio::test]
async fn one_delivery_that_comes_ten_times_at_once_is_one() {
    let store = fresh_store().await;
    let world = World::on_postgres(store).await;
    world
        .blueprint("checkout", "branches", &blueprint("build"))
        .await;
    let event = built(1, 1);
    let all = (0..10).map(|_| {
        let request = crate::stage::delivery("one", &event);
        let router = world.router.clone();
        tokio::spawn(async move {
            let answer = tower::ServiceExt::oneshot(router, request).await.unwrap();
            let status = answer.status();
            let body = axum::body::to_bytes(answer.into_body(), usize::MAX)
                .await
                .unwrap();
            (status, body)
        })
    });
    let all: Vec<_> = all.collect();
    let mut told = Vec::new();
    for answer in all {
        told.push(answer.await.unwrap());
    }
    assert!(told.iter().all(|one| *one == told[0]), "{told:?}");
    assert_eq!(told[0].0, StatusCode::ACCEPTED);
    assert_eq!(world.declared().await.len(), 1);
}

/// A replica that dies between storing and deciding leaves the delivery to its repeat.
#[tokio::test]
async fn what_was_stored_and_not_decided_is_decided_by_the_repeat() {
    for world in [
        World::in_memory().await,
        World::on_postgres(fresh_store().await).await,
    ] {
        world
            .blueprint("checkout", "branches", &blueprint("branch"))
            .await;
        let body = built(1, 1);
        let event: Event = bennu_api::hook::event::read(&body, now()).unwrap();
        let delivery = Delivery {
            id: DeliveryId {
                source: "generic".into(),
                id: "one".into(),
            },
            body: digest_of(body.to_string().as_bytes()),
            event,
        };
        let received = world.hooks.receive(&delivery).await.unwrap();
        assert_eq!(received, Received::Open);
        assert_eq!(world.deliver("one", &body).await.outcome(), "declared");
        let received = world.hooks.receive(&delivery).await.unwrap();
        assert!(matches!(received, Received::Settled(_)), "{received:?}");
    }
}
