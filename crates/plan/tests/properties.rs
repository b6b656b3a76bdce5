//! What must hold of every plan, whatever was seen.

mod support;

use bennu_model::action::{Action, InfrastructureAction};
use bennu_model::attempt::Settled;
use bennu_model::desired::Desired;
use bennu_model::environment::Presence;
use bennu_model::observed::{Observation, Observed, Seen};
use bennu_model::stack::StackStatus;
use bennu_plan::{Policy, check, plan};
use proptest::prelude::*;
use support::{at, desired, observed, settled, stack};

#[derive(Debug, Clone)]
enum Sight {
    Absent,
    Present,
    Unknown,
}

fn sight() -> impl Strategy<Value = Sight> {
    prop_oneof![
        Just(Sight::Absent),
        Just(Sight::Present),
        Just(Sight::Unknown)
    ]
}

fn seen<T>(sight: &Sight, present: impl FnOnce() -> T) -> Seen<T> {
    match sight {
        Sight::Absent => Seen::Absent,
        Sight::Present => Seen::Present(present()),
        Sight::Unknown => Seen::Unknown("the read failed".into()),
    }
}

prop_compose! {
    fn worlds()(
        present in any::<bool>(),
        stack_seen in sight(),
        status in proptest::sample::select(StackStatus::ALL.to_vec()),
        tenant_seen in sight(),
        is_known in any::<bool>(),
        is_ours in any::<bool>(),
        is_applied in any::<bool>(),
        is_open in any::<bool>(),
        failures in 0_usize..5,
        drain in -100_i64..100,
    ) -> (Desired, Observed) {
        let desired = desired(if present { Presence::Present } else { Presence::Absent });
        let mut observed = observed(&desired, Some(status.clone()));
        let mut seen_stack = stack(&desired, status);
        if !is_ours {
            seen_stack.tags.clear();
        }
        if is_known {
            observed.known.stack = Some(seen_stack.arn.clone());
        }
        if is_applied {
            let version = Some(seen_stack.version());
            observed.attempts.push(settled(&desired, "create-stack", "t-create", Settled::Applied(version)));
        }
        for n in 0..failures {
            let failed = Settled::Failed { why: "no".into(), version: None };
            observed.attempts.push(settled(&desired, "create-stack", &format!("t-{n}"), failed));
        }
        if is_open {
            let mut open = settled(&desired, "create-stack", "t-open", Settled::NotApplied);
            (open.settled, open.settled_at, open.started_at) = (None, None, at(-3));
            observed.attempts.push(open);
        }
        observed.stack = Observation::at(at(-1), seen(&stack_seen, || seen_stack));
        if !matches!(tenant_seen, Sight::Present) {
            observed.tenant = Observation::at(at(-1), seen(&tenant_seen, || unreachable!()));
        }
        observed.drain_until = at(drain);
        (desired, observed)
    }
}

proptest! {
    #[test]
    fn planning_twice_gives_the_same_plan((desired, observed) in worlds()) {
        let policy = Policy::default();
        prop_assert_eq!(
            plan(&desired, &observed, &policy, at(0)),
            plan(&desired, &observed, &policy, at(0))
        );
    }

    #[test]
    fn no_plan_contradicts_itself((desired, observed) in worlds()) {
        let plan = plan(&desired, &observed, &Policy::default(), at(0));
        prop_assert_eq!(check::check(&plan), Vec::<String>::new(), "{}", plan);
    }

    #[test]
    fn nothing_is_created_or_deleted_on_unknown((desired, mut observed) in worlds()) {
        observed.stack.seen = Seen::Unknown("the read failed".into());
        let plan = plan(&desired, &observed, &Policy::default(), at(0));
        let acts = plan.ready().any(|step| matches!(
            step.action,
            Some(Action::Infrastructure(_, InfrastructureAction::CreateStack { .. }
                | InfrastructureAction::DeleteStack { .. }))
        ));
        prop_assert!(!acts, "{}", plan);
        prop_assert!(plan.tombstone.is_none(), "{}", plan);
    }

    #[test]
    fn a_life_ends_only_after_every_request_must_have_ended((desired, observed) in worlds()) {
        let policy = Policy::default();
        let plan = plan(&desired, &observed, &policy, at(0));
        if plan.tombstone.is_some() {
            let certain = observed.drain_until + policy.certainty();
            prop_assert!(observed.stack.began_by(certain), "{}", plan);
            prop_assert!(observed.attempts.iter().all(|a| a.settled.is_some()
                || plan.settlements.iter().any(|s| s.token == a.token)));
        }
    }

    #[test]
    fn what_is_not_ours_is_not_touched((desired, mut observed) in worlds()) {
        let Seen::Present(stack) = &mut observed.stack.seen else { return Ok(()) };
        stack.tags.clear();
        stack.status = StackStatus::CreateComplete;
        observed.known.stack = None;
        let plan = plan(&desired, &observed, &Policy::default(), at(0));
        let touches = plan.ready().any(|s| s.resource == bennu_model::plan::Resource::Stack);
        prop_assert!(!touches, "{}", plan);
    }
}
