use serde_json::{Value, json};

use super::*;
use crate::clock::seconds;
use crate::world::default_start;

fn faults() -> Faults {
    Faults::new(7, default_start())
}

fn add(faults: &mut Faults, fault: Value) -> Result<(), FaultRefused> {
    faults.add(serde_json::from_value(fault).unwrap())
}

#[test]
fn a_fault_strikes_where_and_as_often_as_told() {
    let mut faults = faults();
    let fault = json!({"name": "throttle", "on": "CreateStack", "times": 2});
    add(&mut faults, fault).unwrap();
    assert_eq!(faults.take_on("throttle", "DeleteStack"), None);
    assert!(faults.take_on("throttle", "createstack").is_some());
    assert_eq!(faults.list()[0].struck, 1);
    assert!(faults.take_on("throttle", "CreateStack").is_some());
    assert_eq!(faults.take_on("throttle", "CreateStack"), None);
    assert_eq!(faults.list(), []);
    let over: Vec<u64> = faults.over().map(|fault| fault.struck).collect();
    assert_eq!((over, faults.struck()["throttle"]), (vec![2], 2));
}

#[test]
fn a_scope_holds_only_where_it_is_known() {
    let mut faults = faults();
    let scope = json!({"stack": "shop-*", "region": "eu-west-1"});
    add(
        &mut faults,
        json!({"name": "deny", "on": "*Stack*", "scope": scope}),
    )
    .unwrap();
    let there = Spot::named("DeleteStack").within(Scope::Region, "eu-west-1");
    assert_eq!(faults.take_at("deny", &there), None);
    let there = there.within(Scope::Stack, "Shop-1");
    assert!(faults.take_at("deny", &there).is_some());
    assert_eq!(faults.take_on("deny", "DeleteStack"), None);
}

#[test]
fn a_fault_has_its_time() {
    let mut faults = faults();
    let start = default_start();
    add(
        &mut faults,
        json!({"name": "deny", "from_s": 60, "for_s": 30}),
    )
    .unwrap();
    assert_eq!(faults.take_on("deny", "x"), None);
    assert_eq!(faults.next_due(), Some(start + seconds(60.0)));
    faults.move_to(start + seconds(60.0));
    assert!(faults.take_on("deny", "x").is_some());
    faults.move_to(start + seconds(90.0));
    assert_eq!(faults.list(), []);
}

#[test]
fn chance_is_of_the_seed_and_of_each_fault_alone() {
    let draw = |seed, others: usize| {
        let mut faults = Faults::new(seed, default_start());
        add(&mut faults, json!({"name": "deny", "probability": 0.5})).unwrap();
        add(&mut faults, json!({"name": "error", "probability": 0.5})).unwrap();
        let struck = (0..64).map(|_| {
            for _ in 0..others {
                faults.take_on("error", "x");
            }
            faults.take_on("deny", "x").is_some()
        });
        struck.collect::<Vec<bool>>()
    };
    assert_eq!(draw(7, 0), draw(7, 3));
    assert_ne!(draw(7, 0), draw(8, 0));
    let often = draw(7, 0).into_iter().filter(|struck| *struck).count();
    assert!((16..48).contains(&often), "{often}");
}

#[test]
fn one_that_asks_again_and_again_is_decided_about_once() {
    let mut faults = faults();
    add(
        &mut faults,
        json!({"name": "tentacle_dies", "probability": 0.5}),
    )
    .unwrap();
    let spot = Spot::named("i-1");
    let first: Vec<bool> = (0..20)
        .map(|i| {
            faults
                .take_once("tentacle_dies", &spot, &i.to_string())
                .is_some()
        })
        .collect();
    assert!(first.contains(&true) && first.contains(&false));
    for (i, struck) in first.into_iter().enumerate().filter(|(_, struck)| !struck) {
        let again = faults.take_once("tentacle_dies", &spot, &i.to_string());
        assert_eq!(again.is_some(), struck);
    }
}

#[test]
fn what_would_be_ignored_is_refused_with_key_and_remedy() {
    for (fault, key, what) in [
        (json!({"name": "trottle"}), "name", "throttle"),
        (json!({"name": "deny", "times": 0}), "times", "times 0"),
        (
            json!({"name": "deny", "probability": 0}),
            "probability",
            "0",
        ),
        (json!({"name": "deny", "on": ""}), "on", "empty"),
        (
            json!({"name": "deny", "params": {"ms": 1}}),
            "params.ms",
            "no parameter",
        ),
        (
            json!({"name": "delay", "params": {"ms": "1"}}),
            "params.ms",
            "whole number",
        ),
        (
            json!({"name": "fail_boot", "params": {"signal": "NONE"}}),
            "params.signal",
            "FAILURE",
        ),
        (
            json!({"name": "fail_resource", "scope": {"tenant": "x"}}),
            "scope.tenant",
            "narrowed",
        ),
        (json!({"name": "deny", "for_s": 0}), "for_s", "span"),
        (
            json!({"name": "deny", "from_s": 1, "after": "2027-01-01T00:00:00Z"}),
            "from_s",
            "same",
        ),
        (
            json!({"name": "deny", "until": "2025-01-01T00:00:00Z"}),
            "until",
            "over",
        ),
    ] {
        let refused = add(&mut faults(), fault.clone()).unwrap_err();
        assert_eq!(refused.key, key, "{fault}");
        assert!(refused.what.contains(what), "{fault}: {refused}");
        assert!(!refused.remedy.is_empty());
    }
}
