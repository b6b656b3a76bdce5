//! A small fleet, counted.

use std::fmt::Write as _;

use bennu_model::condition::{Condition, ConditionKind, Status};
use bennu_model::document::{DocumentKey, Want};
use bennu_model::environment::Tombstone;
use bennu_model::ids::{ServerName, SpaceName, TargetName};
use bennu_model::work::WorkKey;
use bennu_ports::environments::Request;
use bennu_ports::ledger::{DocumentRecord, Load, Record, SweepEnd};
use bennu_ports::overview::Overview;
use bennu_ports::{Counted as _, Environments as _, Ledger as _, Work as _};
use bennu_store::Store;
use sqlx::{AssertSqlSafe, PgPool};

use crate::sample::{claim, crash, created, done, finish_with, fresh};

fn space() -> (ServerName, SpaceName) {
    let space = SpaceName::new("A/B").unwrap();
    (ServerName::new("main").unwrap(), space)
}

fn slots() -> DocumentKey {
    let (server, space) = space();
    DocumentKey::Slots(server, space)
}

/// Without ages, which no two runs have the same.
fn told(overview: &Overview) -> String {
    let mut told = String::new();
    for q in &overview.queues {
        let (due, leased) = (q.due, q.leased);
        let (failing, parked) = (q.failing, q.parked);
        writeln!(
            told,
            "{}: {due} due {leased} leased {failing} failing {parked} parked",
            q.kind
        )
        .unwrap();
    }
    for c in &overview.environments {
        let readiness = c.readiness.as_str();
        writeln!(told, "{}: {} {readiness}", c.team, c.environments).unwrap();
    }
    for a in &overview.attempts {
        writeln!(told, "{}: {} open", a.verb, a.open).unwrap();
    }
    for s in &overview.slots {
        let (held, waiting) = (s.held, s.waiting);
        writeln!(
            told,
            "{} {}: {held} held {waiting} waiting",
            s.server, s.space
        )
        .unwrap();
    }
    for s in &overview.sweeps {
        let age = s.age_s.map_or("never swept", |_| "swept");
        let problem = if s.has_problem { ", has a problem" } else { "" };
        writeln!(
            told,
            "{} {}: {age}, {} seen{problem}",
            s.kind, s.place, s.seen
        )
        .unwrap();
    }
    told
}

async fn behind_its_back(behind: &PgPool, statement: &str) {
    sqlx::query(AssertSqlSafe(statement.to_owned()))
        .execute(behind)
        .await
        .unwrap();
}

/// What a pass over the environment of each name says.
fn says(name: &str, record: &mut Record) {
    let condition = |kind| Condition {
        kind,
        status: Status::True,
        reason: "Because".into(),
        message: String::new(),
        observed_generation: record.generation,
        last_transition_time: "2026-11-23T10:00:00Z".parse().unwrap(),
    };
    match name {
        "ready" | "changed" => record.conditions = vec![condition(ConditionKind::Ready)],
        "stalled" => record.conditions = vec![condition(ConditionKind::Stalled)],
        "boots" | "waits" => record.wants = vec![(slots(), Want::Slot)],
        "over" => record.tombstone = Some(Tombstone::Deleted),
        _ => {}
    }
}

/// One pass over everything that is due.
async fn pass_over_all(store: &Store) {
    let mut finishes = Vec::new();
    for claim in claim(store, "a").await {
        if let Load::Environment(state) = &claim.load {
            let name = state.environment.name.as_str();
            let mut finish = finish_with(&claim, state, |record| says(name, record));
            finish.failed = name == "changed";
            finishes.push(finish);
        }
    }
    store.finish(finishes).await.unwrap();
}

#[tokio::test]
async fn nothing_is_told_of_an_empty_database_but_that() {
    let (store, _) = fresh().await;
    let overview = store.overview().await.unwrap();
    assert_eq!(
        told(&overview),
        "\
document: 0 due 0 leased 0 failing 0 parked
environment: 0 due 0 leased 0 failing 0 parked
space: 0 due 0 leased 0 failing 0 parked
target: 0 due 0 leased 0 failing 0 parked
"
    );
    assert!(
        overview
            .queues
            .iter()
            .all(|queue| queue.oldest_due_s <= 0.0)
    );
}

#[tokio::test]
async fn a_small_fleet_is_counted() {
    let (store, behind) = fresh().await;
    for name in ["ready", "changed", "stalled", "boots", "waits"] {
        created(&store, "checkout", name).await;
    }
    let over = created(&store, "search", "over").await;
    let goes = created(&store, "search", "goes").await;
    for one in [&over, &goes] {
        let request = Request::default();
        done(store.delete(&one.team, &one.name, &request).await.unwrap());
    }
    pass_over_all(&store).await;
    behind_its_back(
        &behind,
        "update environments set generation = 2 where name = 'changed'",
    )
    .await;
    behind_its_back(
        &behind,
        "insert into attempts (uid, token, resource, verb, generation, retry, settled, settled_at, started_at)
         select e.uid, t.token, 'stack', 'create-stack', 1, 0, t.settled, t.at,
                now() - interval '10 minutes'
         from environments e, (values ('a', '{}'::jsonb, now()), ('b', null, null)) t (token, settled, at)
         where e.name in ('boots', 'waits') or e.team = 'search' and e.name = 'over'",
    )
    .await;

    // One of the two who want it gets the slot.
    let mut run = claim(&store, "d").await;
    let Load::Document(document, wants) = run[0].load.clone() else {
        panic!("{run:?}")
    };
    let record = DocumentRecord {
        document,
        began_at: run[0].lease.claimed_at,
        met: wants[..1].to_vec(),
        unmet: wants[1..].to_vec(),
        gone: Vec::new(),
    };
    store
        .record_document(&run.remove(0).lease, record)
        .await
        .unwrap();

    let (server, space) = space();
    let dev = WorkKey::Target(TargetName::new("dev").unwrap());
    let test = WorkKey::Target(TargetName::new("test").unwrap());
    store.ensure(std::slice::from_ref(&dev)).await.unwrap();
    let sweep = claim(&store, "s").await;
    let sweep = sweep
        .into_iter()
        .find(|claim| claim.lease.key == dev)
        .unwrap();
    let end = |problem: Option<&str>| SweepEnd {
        began_at: sweep.lease.claimed_at - chrono::Duration::minutes(5),
        missing: Vec::new(),
        seen: 7,
        account: None,
        problem: problem.map(str::to_owned),
    };
    store.end_sweep(&sweep.lease, end(None)).await.unwrap();
    store
        .end_sweep(&sweep.lease, end(Some("denied")))
        .await
        .unwrap();
    let rest = [test, WorkKey::Space(server, space)];
    store.ensure(&rest).await.unwrap();
    behind_its_back(
        &behind,
        "update work set due_at = now() - interval '1 hour' where key = 'target/test'",
    )
    .await;

    let overview = store.overview().await.unwrap();
    ages_are_told(&overview);
    assert_eq!(
        told(&overview),
        "\
document: 0 due 1 leased 0 failing 0 parked
environment: 0 due 1 leased 1 failing 0 parked
space: 1 due 0 leased 0 failing 0 parked
target: 1 due 1 leased 0 failing 0 parked
checkout: 1 ready
checkout: 1 stalled
checkout: 3 progressing
search: 1 deleting
create-stack: 2 open
main A/B: 1 held 1 waiting
space main/A/B: never swept, 0 seen
target dev: swept, 7 seen, has a problem
target test: never swept, 0 seen
"
    );
}

/// Ages, within what a slow machine may add.
fn ages_are_told(overview: &Overview) {
    let about = |age: f64, minutes: f64| (minutes * 60.0..minutes * 60.0 + 1800.0).contains(&age);
    let target = overview.queues.iter().find(|queue| queue.kind == "target");
    assert!(about(target.unwrap().oldest_due_s, 60.0), "{target:?}");
    assert!(about(overview.attempts[0].oldest_s, 10.0));
    let dev = overview.sweeps.iter().find(|sweep| sweep.place == "dev");
    assert!(about(dev.unwrap().age_s.unwrap(), 5.0), "{dev:?}");
}

#[tokio::test]
async fn what_was_given_up_is_parked_and_not_due() {
    let (store, behind) = fresh().await;
    created(&store, "checkout", "killer").await;
    for life in ["a", "b", "c"] {
        assert_eq!(crash(&store, life).await.len(), 1);
    }
    let before = store.overview().await.unwrap().queues.remove(1);
    assert_eq!(
        (before.due, before.parked),
        (1, 0),
        "its last lease is over"
    );
    claim(&store, "d").await;
    behind_its_back(&behind, "update work set due_at = now()").await;
    let after = store.overview().await.unwrap().queues.remove(1);
    assert_eq!((after.due, after.parked, after.leased), (0, 1, 0));
    let count = store.overview().await.unwrap().environments.remove(0);
    assert_eq!(
        (count.readiness.as_str(), count.environments),
        ("stalled", 1)
    );
}
