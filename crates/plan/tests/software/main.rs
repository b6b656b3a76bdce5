//! What is done about machines: each runs what its own launch version was made for, whatever
//! else was seen, and nobody else's is touched.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

#[path = "../support/mod.rs"]
mod support;
mod world;

use std::collections::BTreeSet;

use bennu_model::action::{Action, DeploymentsAction};
use bennu_model::ids::MachineId;
use bennu_model::known::Course;
use bennu_model::observed::Seen;
use bennu_model::plan::Plan;
use bennu_model::spec::Rollout;
use bennu_model::stack::StackStatus;
use bennu_plan::{Policy, check, plan};
use proptest::prelude::*;
use support::at;
use world::{Found, MARKER, NEW, OLD, Under, world, worlds};

fn deploys(plan: &Plan) -> Vec<(String, BTreeSet<MachineId>)> {
    let deploys = plan.ready().filter_map(|step| match &step.action {
        Some(Action::Deployments(
            _,
            _,
            DeploymentsAction::Deploy {
                version, machines, ..
            },
        )) => Some((version.clone(), machines.clone())),
        _ => None,
    });
    deploys.collect()
}

proptest! {
    #[test]
    fn planning_twice_gives_the_same_plan((desired, observed) in worlds()) {
        let policy = Policy::default();
        let first = plan(&desired, &observed, &policy, at(0));
        prop_assert_eq!(&first, &plan(&desired, &observed, &policy, at(0)));
        prop_assert_eq!(check::check(&first), Vec::<String>::new(), "{}", first);
    }

    #[test]
    fn each_machine_gets_its_own_launch_versions_release((desired, observed) in worlds()) {
        let in_place = desired.software.as_ref().unwrap().rollout == Rollout::InPlace;
        let plan = plan(&desired, &observed, &Policy::default(), at(0));
        let groups = observed.groups.seen.present().unwrap();
        for (version, machines) in deploys(&plan) {
            for machine in observed.machines.seen.present().unwrap() {
                if !machines.contains(&machine.id) {
                    continue;
                }
                prop_assert!(machine.roles.contains(MARKER), "not ours: {}", plan);
                let launched = groups[0].instances.iter()
                    .find(|one| Some(one.id.as_str()) == machine.instance())
                    .and_then(|one| one.launched_by.as_deref());
                let own = if launched == Some("2") { NEW } else { OLD };
                prop_assert_eq!(version.as_str(), if in_place { NEW } else { own }, "{}", &plan);
            }
        }
    }

    #[test]
    fn nothing_is_deployed_while_a_deployment_runs_or_may_run((desired, observed) in worlds()) {
        let plan = plan(&desired, &observed, &Policy::default(), at(0));
        let may_run = match &observed.deployments.seen {
            Seen::Present(list) => list.iter().any(|one| !one.task.state.is_final()),
            Seen::Absent => false,
            Seen::Unknown(_) => true,
        };
        let count = deploys(&plan).len();
        prop_assert!(!may_run || count == 0, "{}", plan);
    }

    #[test]
    fn old_machines_are_left_alone_in_a_roll((desired, mut observed) in worlds()) {
        let Seen::Present(stack) = &mut observed.stack.seen else { return Ok(()) };
        if stack.status != StackStatus::UpdateInProgress { return Ok(()) }
        let plan = plan(&desired, &observed, &Policy::default(), at(0));
        prop_assert!(deploys(&plan).iter().all(|(version, _)| version == NEW), "{}", plan);
    }

    #[test]
    fn what_failed_is_not_tried_for_ever((desired, observed) in worlds()) {
        let plan = plan(&desired, &observed, &Policy::default(), at(0));
        let tried = observed.attempts.iter().filter(|a| a.verb == "deploy").count();
        let failed = matches!(&observed.deployments.seen, Seen::Present(list) if !list.is_empty());
        if tried >= Policy::default().deploy_tries && failed {
            prop_assert!(deploys(&plan).iter().all(|(version, _)| version != NEW), "{}", plan);
        }
    }
}

/// Forward while an operation launches instances, back while one is undone.
#[test]
fn the_course_follows_the_stack() {
    let course = |status: StackStatus, in_place: bool| {
        let (desired, observed) = world(status, &[], Under::Nothing, in_place, 0);
        plan(&desired, &observed, &Policy::default(), at(0))
            .known
            .course
    };
    let (old, new) = (|| OLD.to_owned(), || NEW.to_owned());
    for (status, expected) in [
        (StackStatus::CreateInProgress, Course::Forward(new())),
        (StackStatus::CreateComplete, Course::Settled(old())),
        (StackStatus::UpdateInProgress, Course::Forward(new())),
        (
            StackStatus::UpdateCompleteCleanupInProgress,
            Course::Settled(new()),
        ),
        (StackStatus::UpdateComplete, Course::Settled(new())),
        (StackStatus::UpdateRollbackInProgress, Course::Back(old())),
        (StackStatus::UpdateRollbackComplete, Course::Settled(old())),
        (StackStatus::RollbackInProgress, Course::Nowhere),
        (StackStatus::DeleteInProgress, Course::Nowhere),
    ] {
        assert_eq!(course(status.clone(), false), expected, "{status}");
    }
    assert_eq!(
        course(StackStatus::UpdateInProgress, true),
        Course::Settled(new())
    );
}

fn told(status: StackStatus, found: &[Found], under: Under) -> String {
    let (desired, observed) = world(status, found, under, false, 0);
    plan(&desired, &observed, &Policy::default(), at(0)).to_string()
}

/// The table that a person would draw: what is done about the machines in the middle of a roll.
#[test]
fn machines_in_a_roll() {
    let old = Found {
        is_new: false,
        is_registered: true,
        is_marked: true,
        is_healthy: true,
        is_young: false,
        serves: Some(false),
    };
    let new = |is_young, serves| Found {
        is_new: true,
        is_young,
        serves,
        ..old.clone()
    };
    let unregistered = Found {
        is_registered: false,
        ..new(true, None)
    };
    let sick = Found {
        is_healthy: false,
        ..new(false, None)
    };
    let roll = StackStatus::UpdateInProgress;
    let back = StackStatus::UpdateRollbackInProgress;
    let cases = [
        (
            "a new instance boots",
            roll.clone(),
            vec![old.clone(), unregistered],
            Under::Nothing,
        ),
        (
            "it has registered",
            roll.clone(),
            vec![old.clone(), new(true, None)],
            Under::Nothing,
        ),
        (
            "the trigger deploys",
            roll.clone(),
            vec![old.clone(), new(true, None)],
            Under::Deployment,
        ),
        (
            "a person is asked",
            roll.clone(),
            vec![old.clone(), new(true, None)],
            Under::Interrupted,
        ),
        (
            "the trigger missed it",
            roll.clone(),
            vec![old.clone(), new(false, None)],
            Under::Nothing,
        ),
        (
            "the trigger failed",
            roll.clone(),
            vec![old.clone(), new(true, None)],
            Under::FailedOnce,
        ),
        (
            "it got the old release",
            roll.clone(),
            vec![old.clone(), new(false, Some(false))],
            Under::Nothing,
        ),
        (
            "it is unavailable",
            roll.clone(),
            vec![old.clone(), sick],
            Under::Nothing,
        ),
        (
            "an old one got the new release",
            roll.clone(),
            vec![
                new(false, Some(true)),
                Found {
                    serves: Some(true),
                    ..old.clone()
                },
            ],
            Under::Nothing,
        ),
        (
            "the roll is undone",
            back,
            vec![
                old.clone(),
                Found {
                    serves: Some(true),
                    ..old.clone()
                },
            ],
            Under::Nothing,
        ),
        (
            "it is done",
            StackStatus::UpdateComplete,
            vec![new(false, Some(true)), new(false, Some(true))],
            Under::Nothing,
        ),
    ];
    let table: Vec<_> = cases
        .iter()
        .map(|(name, status, found, under)| {
            format!("## {name}\n{}", told(status.clone(), found, *under))
        })
        .collect();
    insta::assert_snapshot!(table.join("\n"));
}
