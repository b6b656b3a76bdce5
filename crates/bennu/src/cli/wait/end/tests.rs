use chrono::Duration;

use super::*;
use crate::cli::get::tests::{now, sample};

const LIFE: &str = "00112233445566aa";

fn with(kind: &str, generation: i64) -> EnvironmentDocument {
    let mut one = sample();
    let conditions = &mut one.status.as_mut().unwrap().conditions;
    conditions[1].kind = kind.into();
    conditions[1].observed_generation = generation;
    conditions.remove(0);
    one
}

fn look(goal: &str, life: Option<&str>, one: Option<&EnvironmentDocument>) -> Look {
    let goal = (!goal.is_empty()).then(|| goal.parse().unwrap());
    Waiting::new(goal, "x", life.map(str::to_owned)).look(one)
}

fn is_done(look: &Look) -> bool {
    matches!(look, Look::Ended(End::Done(_)))
}

fn is_failed(look: &Look) -> bool {
    matches!(look, Look::Ended(End::Failed(_)))
}

#[test]
fn ready_counts_for_the_spec_as_it_is_now() {
    let ready = |one: &EnvironmentDocument| look("ready", Some(LIFE), Some(one));
    assert_eq!(ready(&sample()), Look::GoesOn);
    assert_eq!(ready(&with("Ready", 1)), Look::GoesOn);
    assert!(is_done(&ready(&with("Ready", 2))));
    assert!(matches!(ready(&with("Stalled", 2)), Look::Stalled { .. }));
    assert_eq!(ready(&with("Stalled", 1)), Look::GoesOn);
    let mut leaving = with("Ready", 2);
    leaving.metadata.deleted_at = Some(now());
    assert!(is_failed(&ready(&leaving)));
    let gone = look("ready", Some(LIFE), None);
    assert_eq!(gone, Look::Ended(End::Failed("x was deleted".into())));
}

#[test]
fn gone_is_the_end_of_the_life_that_was_watched() {
    let one = with("Stalled", 2);
    assert_eq!(look("gone", None, Some(&one)), Look::GoesOn);
    let mut leaving = one.clone();
    leaving.metadata.deleted_at = Some(now());
    let blocked = look("deleted", Some(LIFE), Some(&leaving));
    assert!(matches!(blocked, Look::Stalled { .. }), "{blocked:?}");
    assert!(is_done(&look("deleted", Some("another"), Some(&one))));
    assert!(is_done(&look("deleted", None, None)));
    assert!(is_failed(&look("", None, None)));
    assert!(is_done(&look("", Some(LIFE), None)));
    assert_eq!(look("", Some(LIFE), Some(&one)), Look::GoesOn);
}

#[test]
fn conditions_and_generations_can_be_waited_for() {
    let goal = |goal: &str, one: &EnvironmentDocument| look(goal, None, Some(one));
    assert!(is_done(&goal("condition=Ready=False", &sample())));
    assert_eq!(goal("condition=StackReady", &sample()), Look::GoesOn);
    assert!(is_done(&goal("condition=Stalled", &with("Stalled", 2))));
    let other = goal("condition=StackReady", &with("Stalled", 2));
    assert!(matches!(other, Look::Stalled { .. }), "{other:?}");

    assert_eq!(goal("generation", &sample()), Look::GoesOn);
    assert_eq!(goal("condition=Stalled=False", &sample()), Look::GoesOn);
    let mut seen = sample();
    seen.status.as_mut().unwrap().observed_generation = Some(2);
    assert!(is_done(&goal("generation", &seen)));
    assert!(
        is_done(&goal("condition=Stalled=False", &seen)),
        "it is there only while it is true"
    );
}

/// Right after a retry the old stall is still what the last pass said.
#[test]
fn a_stall_counts_that_was_said_knowing_the_last_request() {
    let at = |seconds| now() + Duration::seconds(seconds);
    let mut waiting = Waiting::new(Some(Goal::Ready), "x", None);
    let mut believe = |asked, ended| waiting.believe(asked, at(0), Some(at(ended)));
    assert_eq!(believe(None, 5), Belief::Yes, "nobody asked for anything");
    assert_eq!(
        believe(Some(at(-1)), 5),
        Belief::Yes,
        "it stalled after the request"
    );
    assert_eq!(believe(Some(at(10)), 5), Belief::NotYet);
    assert_eq!(
        believe(Some(at(10)), 11),
        Belief::Doubt,
        "it may have begun before the request"
    );
    assert_eq!(
        believe(Some(at(10)), 11),
        Belief::Doubt,
        "it is still that pass"
    );
    assert_eq!(believe(Some(at(10)), 12), Belief::Yes);
    assert_eq!(believe(Some(at(20)), 12), Belief::NotYet, "asked again");
    assert_eq!(believe(Some(at(20)), 21), Belief::Doubt);
}
