//! What several replicas do together that share one meter.

mod overload;

use std::sync::Mutex;

use async_trait::async_trait;
use bennu_model::ids::EnvironmentUid;
use bennu_ports::LedgerError;
use bennu_ports::budget::{Asked, Granted};
use bennu_sim::ledger::MemoryLedger;
use chrono::DateTime;
use prometheus::Registry;

use super::*;

/// Longer than any of these calls has to wait on the slowest machine.
const FOR_EVER: Duration = Duration::from_secs(600);

fn allowed(per_second: f64) -> Limits {
    Limits {
        allowances: BTreeMap::from([("octopus", allowance(per_second, Duration::ZERO))]),
        accounts: BTreeMap::new(),
    }
}

/// A ledger whose time is the real one.
fn ledger() -> Arc<MemoryLedger> {
    let began = monotonic();
    Arc::new(MemoryLedger::new(7, move || {
        DateTime::UNIX_EPOCH + monotonic().duration_since(began)
    }))
}

fn replica(ledger: &Arc<impl Budgets + 'static>, per_second: f64) -> Arc<Budget> {
    let metrics = BudgetMetrics::register(&Registry::new()).unwrap();
    Arc::new(Budget::new(ledger.clone(), allowed(per_second), metrics))
}

fn caller(class: Class) -> Caller {
    let uid = EnvironmentUid::new("00000000000000e1").unwrap();
    Caller {
        key: WorkKey::Environment(uid),
        class,
    }
}

async fn take(of: &Budget, class: Class, patience: Duration) -> Result<(), String> {
    let server = ServerName::new("main").unwrap();
    let (place, caller) = (Place::Server(&server), caller(class));
    of.take(Call::GetTenant, place, &caller, patience).await
}

#[tokio::test]
async fn who_gets_nothing_in_time_is_told_and_what_is_held_is_still_there_for_others() {
    let ledger = ledger();
    let [one, other] = [replica(&ledger, 0.001), replica(&ledger, 0.001)];
    // Ten at once, of which two are held.
    for n in 0..8 {
        let of = if n % 2 == 0 { &one } else { &other };
        take(of, Class::Routine, FOR_EVER).await.unwrap();
    }
    let refused = take(&one, Class::Routine, Duration::from_millis(20)).await;
    let why = refused.unwrap_err();
    assert!(
        why.starts_with("the budget of octopus/main is used up"),
        "{why}"
    );
    let again = take(&other, Class::Routine, Duration::from_millis(20)).await;
    assert_eq!(again.unwrap_err(), why, "the same words each time");
    take(&other, Class::First, FOR_EVER).await.unwrap();
    take(&one, Class::Waited, FOR_EVER).await.unwrap();
}

#[tokio::test]
async fn those_who_go_first_go_first_and_all_get_through() {
    let ledger = ledger();
    let began = monotonic();
    let replicas = [replica(&ledger, 100.0), replica(&ledger, 100.0)];
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut calls = Vec::new();
    for n in 0..120 {
        let class = if n % 2 == 0 {
            Class::Routine
        } else {
            Class::First
        };
        let (of, order) = (replicas[n / 2 % 2].clone(), order.clone());
        calls.push(tokio::spawn(async move {
            take(&of, class, FOR_EVER).await.unwrap();
            order.lock().unwrap().push(class);
        }));
    }
    for call in calls {
        call.await.unwrap();
    }
    let most = 10.0 + 100.0 * monotonic().duration_since(began).as_secs_f64();
    assert!(most >= 120.0, "120 calls, and {most} came in");
    let order = order.lock().unwrap();
    let late = order[60..].iter().filter(|class| **class == Class::First);
    assert_eq!(late.count(), 0, "{order:?}");
}

#[tokio::test]
async fn a_pause_that_one_replica_is_asked_for_holds_for_all_and_nobody_waits_for_its_end() {
    let ledger = ledger();
    let [one, other] = [replica(&ledger, 10.0), replica(&ledger, 10.0)];
    take(&one, Class::First, FOR_EVER).await.unwrap();
    let server = ServerName::new("main").unwrap();
    let pause = Some(FOR_EVER * 2);
    one.throttled(Call::GetTenant, Place::Server(&server), pause)
        .await;
    for of in [&other, &one, &other] {
        let why = take(of, Class::First, FOR_EVER).await.unwrap_err();
        assert!(
            why.starts_with("octopus/main has asked for a pause"),
            "{why}"
        );
    }
}

struct Broken;

#[async_trait]
impl Budgets for Broken {
    async fn take(&self, _: &Meter, _: &Allowance, _: &Asked) -> Result<Granted, LedgerError> {
        Err(LedgerError {
            doing: "take from a budget",
            message: "the database is away".to_owned(),
            transient: true,
        })
    }

    async fn throttled(
        &self,
        _: &Meter,
        _: &Allowance,
        _: Option<Duration>,
    ) -> Result<(), LedgerError> {
        Ok(())
    }
}

#[tokio::test]
async fn while_the_ledger_cannot_be_asked_nothing_is_sent() {
    let alone = replica(&Arc::new(Broken), 10.0);
    for class in [Class::First, Class::Routine] {
        let why = take(&alone, class, FOR_EVER).await.unwrap_err();
        assert!(
            why.ends_with("take from a budget: the database is away"),
            "{why}"
        );
    }
    let target = TargetName::new("dev").unwrap();
    let (place, caller) = (Place::Target(&target), caller(Class::First));
    let unknown = alone
        .take(Call::CreateStack, place, &caller, FOR_EVER)
        .await;
    assert_eq!(
        unknown.unwrap_err(),
        "there is no budget for cloudformation"
    );
}
