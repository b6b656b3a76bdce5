//! Words of a branch arrive in any order and any number of times; in the end it is as the
//! last thing that happened to it left it.

use axum::http::StatusCode;
use bennu_model::environment::Presence;
use proptest::prelude::*;
use serde_json::Value;

use crate::stage::{World, blueprint, built, deleted};

/// Delivers in this order, each event under its own id.
async fn deliver(world: &World, events: &[(&str, Value)]) -> Vec<String> {
    let mut outcomes = Vec::new();
    for (id, event) in events {
        let answer = world.deliver(id, event).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{answer:?}");
        outcomes.push(answer.outcome().to_owned());
    }
    outcomes
}

async fn world(per: &str) -> World {
    let world = World::in_memory().await;
    world
        .blueprint("checkout", "branches", &blueprint(per))
        .await;
    world
}

#[tokio::test]
async fn each_build_changes_the_one_environment_of_its_branch() {
    let world = world("branch").await;
    let told = deliver(&world, &[("1", built(1, 1)), ("2", built(2, 2))]).await;
    assert_eq!(told, ["declared", "declared"]);
    let present = world.present().await;
    assert_eq!(present.len(), 1);
    assert_eq!(present[0].name, "ryan0001", "the name is given at birth");
    assert_eq!(present[0].version, "1.0.0-ryan0002");
}

#[tokio::test]
async fn a_branch_that_is_gone_comes_back_by_a_newer_build_only() {
    for per in ["branch", "build"] {
        let world = world(per).await;
        let words = [
            ("built", built(1, 1)),
            ("deleted", deleted(3)),
            ("late", built(2, 2)),
        ];
        let told = deliver(&world, &words).await;
        assert_eq!(told, ["declared", "deleted", "stale"], "{per}");
        assert_eq!(
            world.present().await,
            [],
            "{per}: a late build brings nothing back"
        );
        assert_eq!(world.declared().await[0].presence, Presence::Absent);
        let told = deliver(&world, &[("anew", built(4, 3))]).await;
        assert_eq!(told, ["declared"]);
        assert_eq!(world.present().await[0].version, "1.0.0-ryan0003");
    }
}

#[tokio::test]
async fn deleted_before_built_leaves_nothing() {
    let world = world("branch").await;
    let told = deliver(&world, &[("d", deleted(2)), ("b", built(1, 1))]).await;
    assert_eq!(told, ["deleted", "stale"]);
    assert!(world.declared().await.is_empty());
}

#[tokio::test]
async fn of_two_builds_within_a_second_the_higher_number_counts() {
    let world = world("branch").await;
    let told = deliver(&world, &[("2", built(1, 2)), ("1", built(1, 1))]).await;
    assert_eq!(told, ["declared", "stale"]);
    assert_eq!(world.present().await[0].version, "1.0.0-ryan0002");
}

#[tokio::test]
async fn each_build_has_an_environment_of_its_own_if_the_blueprint_says_so() {
    let world = world("build").await;
    deliver(&world, &[("1", built(1, 1)), ("2", built(2, 2))]).await;
    let present = world.present().await;
    let names: Vec<_> = present.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(
        names,
        ["ryan0001", "ryan0002"],
        "the older one stays until this one is Ready"
    );
    deliver(&world, &[("d", deleted(3))]).await;
    assert!(world.present().await.is_empty());
}

/// A delivery says the same however often it comes, whatever became of the world meanwhile.
#[tokio::test]
async fn the_same_delivery_ten_times_is_one() {
    let world = world("branch").await;
    let first = world.deliver("one", &built(1, 1)).await;
    deliver(&world, &[("two", built(2, 2)), ("gone", deleted(3))]).await;
    world
        .ask("DELETE", "/v1/teams/checkout/blueprints/branches", None)
        .await;
    for _ in 0..9 {
        let again = world.deliver("one", &built(1, 1)).await;
        assert_eq!((again.status, &again.body), (first.status, &first.body));
    }
    assert!(world.present().await.is_empty());
    let other = world.deliver("one", &built(1, 2)).await;
    assert_eq!(other.status, StatusCode::CONFLICT);
}

#[derive(Debug, Clone, Copy)]
enum Word {
    Built(i64, i64),
    Deleted(i64),
}

impl Word {
    fn event(self) -> Value {
        match self {
            Self::Built(second, number) => built(second, number),
            Self::Deleted(second) => deleted(second),
        }
    }

    fn place(self) -> (i64, i64) {
        match self {
            Self::Built(second, number) => (second, number),
            Self::Deleted(second) => (second, i64::MAX),
        }
    }
}

fn word() -> impl Strategy<Value = Word> {
    (0_i64..3, 0_i64..5).prop_map(|(second, number)| match number {
        0 => Word::Deleted(second),
        number => Word::Built(second, number),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_end_is_that_of_the_true_order(
        arrival in prop::collection::vec(word(), 1..9),
        repeated in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        per in prop::sample::select(vec!["branch", "build"]),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build().unwrap();
        runtime.block_on(async {
            let world = world(per).await;
            let again = repeated.iter().map(|index| index.get(&arrival));
            for word in again.chain(&arrival) {
                let (second, number) = word.place();
                let id = format!("{second}-{number}");
                let answer = world.deliver(&id, &word.event()).await;
                prop_assert_eq!(answer.status, StatusCode::ACCEPTED);
            }
            let last = arrival.iter().max_by_key(|word| word.place()).unwrap();
            let present = world.present().await;
            let newest = present.iter().max_by_key(|one| one.place);
            match (last, newest) {
                (Word::Deleted(_), newest) => prop_assert!(newest.is_none(), "{present:?}"),
                (Word::Built(_, number), Some(newest)) => {
                    prop_assert_eq!(&newest.version, &format!("1.0.0-ryan{number:04}"));
                    prop_assert!(per == "build" || present.len() == 1, "{present:?}");
                }
                (Word::Built(_, _), None) => prop_assert!(false, "nothing is there"),
            }
            Ok(())
        })?;
    }
}
