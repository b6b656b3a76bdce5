//! Machines that are left over in Octopus: taken out once EC2 says by id that their instance is
//! gone, a few at a time, and never by age, by absence in a list, or on what is not known.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::action::{Action, DeploymentsAction};
use bennu_model::attempt::Settled;
use bennu_model::desired::Desired;
use bennu_model::environment::Presence;
use bennu_model::ids::*;
use bennu_model::known::KnownMachine;
use bennu_model::observed::{Observation, Observed, Seen};
use bennu_model::plan::{Look, Plan};
use bennu_model::stack::{Group, GroupInstance, StackStatus};
use bennu_model::tenant::Machine;
use bennu_plan::{Case, Policy, check, looks, plan};
use proptest::prelude::*;
use support::{at, desired, observed, settled, stack};

const LIVING: &str = "i-00000000000000000";

fn instance(n: usize) -> String {
    format!("i-0123456789abcd{n:03x}")
}

fn machine(n: usize) -> Machine {
    Machine {
        id: MachineId::new(format!("Machines-{n}")).unwrap(),
        name: format!("ryan0001-{}", instance(n)),
        roles: BTreeSet::from(["bennu-dev".to_owned(), "web".to_owned()]),
        tenants: BTreeSet::from([TenantId::new("Tenants-1").unwrap()]),
        environments: BTreeSet::from([OctopusEnvironmentId::new("Environments-1").unwrap()]),
        is_disabled: false,
        health: "Healthy".into(),
        thumbprint: Some(format!("{n:040X}")),
    }
}

/// A converged environment with one living instance, and machines whose instances no group has.
fn world(machines: Vec<Machine>) -> (Desired, Observed) {
    let desired = desired(Presence::Present);
    let mut observed = observed(&desired, Some(StackStatus::CreateComplete));
    let seen = stack(&desired, StackStatus::CreateComplete);
    observed.known.stack = Some(seen.arn.clone());
    observed.known.tenant = Some(TenantId::new("Tenants-1").unwrap());
    let applied = Settled::Applied(Some(seen.version()));
    observed.attempts = vec![settled(&desired, "create-stack", "t-create", applied)];
    for machine in &machines {
        let known = KnownMachine {
            since: at(-300),
            serves: BTreeMap::new(),
        };
        observed.known.machines.insert(machine.id.clone(), known);
    }
    observed.machines = Observation::at(at(-1), Seen::Present(machines));
    let living = GroupInstance {
        id: LIVING.into(),
        lifecycle: "InService".into(),
        healthy: true,
        launched_by: Some("1".into()),
    };
    let group = Group {
        name: "g".into(),
        stack: Some(seen.arn),
        desired: 1,
        launches: Some("1".into()),
        instances: vec![living],
    };
    observed.groups = Observation::at(at(-1), Seen::Present(vec![group]));
    (desired, observed)
}

/// EC2 was asked at a moment, and answered so.
fn answered(observed: &mut Observed, seconds: i64, answers: &[(&str, Option<&str>)]) {
    let answers = answers
        .iter()
        .map(|(id, state)| ((*id).to_owned(), state.map(str::to_owned)));
    observed.fates = Observation::at(at(seconds), Seen::Present(answers.collect()));
}

fn planned((desired, observed): &(Desired, Observed)) -> Plan {
    let plan = plan(desired, observed, &Policy::default(), at(0));
    assert_eq!(check::check(&plan), Vec::<String>::new(), "{plan}");
    plan
}

fn asks((desired, observed): &(Desired, Observed)) -> Option<BTreeSet<String>> {
    let policy = Policy::default();
    let case = Case::new(desired, observed, &policy, at(0));
    looks::looks(&case).into_iter().find_map(|look| match look {
        Look::Fates(_, instances) => Some(instances),
        _ => None,
    })
}

fn removed(plan: &Plan) -> Vec<MachineId> {
    let removed = plan.ready().filter_map(|step| match &step.action {
        Some(Action::Deployments(_, _, DeploymentsAction::DeleteMachine { machine, .. })) => {
            Some(machine.clone())
        }
        _ => None,
    });
    removed.collect()
}

#[test]
fn what_is_done_about_machines_without_an_instance() {
    let mut table = Vec::new();
    let mut tell = |title: &str, world: (Desired, Observed)| {
        let plan = planned(&world);
        let asked = asks(&world).map_or(String::new(), |asked| {
            let asked: Vec<_> = asked.into_iter().collect();
            format!("  ask EC2 for {}\n", asked.join(", "))
        });
        let remarks: Vec<_> = plan
            .remarks
            .iter()
            .map(|remark| format!("  remark {}: {remark}\n", remark.reason))
            .collect();
        table.push(format!("## {title}\n{plan}{asked}{}", remarks.concat()));
    };
    let one = instance(1);
    let fresh = || world(vec![machine(1)]);

    tell("no group has it, and nobody has asked EC2", fresh());

    let mut terminated = fresh();
    answered(&mut terminated.1, -2, &[(&one, Some("terminated"))]);
    tell("EC2 says terminated", terminated);

    let mut early = fresh();
    answered(&mut early.1, -400, &[(&one, Some("terminated"))]);
    tell("it said so before the machine was first seen", early);

    let mut unknown = fresh();
    answered(
        &mut unknown.1,
        -2,
        &[(&one, None), (LIVING, Some("running"))],
    );
    tell("EC2 does not know it, and shows one that lives", unknown);

    let mut wrong_account = fresh();
    answered(&mut wrong_account.1, -30, &[(&one, None), (LIVING, None)]);
    tell(
        "EC2 does not know it, nor the one that lives: the wrong account answers like that",
        wrong_account,
    );

    let mut alive = fresh();
    answered(&mut alive.1, -2, &[(&one, Some("running"))]);
    tell("it runs, detached from its group", alive);

    let mut cloned = world(vec![machine(1), {
        let mut twin = machine(2);
        twin.thumbprint = machine(1).thumbprint;
        twin.name = format!("ryan0001-{LIVING}");
        twin
    }]);
    answered(&mut cloned.1, -2, &[(&one, Some("terminated"))]);
    tell("it shares its thumbprint with one that lives", cloned);

    let mut foreign = machine(3);
    foreign.roles.remove("bennu-dev");
    foreign.name = "printer".into();
    let mut nameless = machine(4);
    nameless.name = "web-4".into();
    tell(
        "machines that are not ours to remove",
        world(vec![foreign, nameless]),
    );
    insta::assert_snapshot!(table.join("\n"));
}

#[test]
fn so_many_are_removed_in_a_minute_and_the_rest_later() {
    let (desired, mut observed) = world((1..=25).map(machine).collect());
    let ids: Vec<_> = (1..=25).map(instance).collect();
    let answers: Vec<_> = ids
        .iter()
        .map(|id| (id.as_str(), Some("terminated")))
        .collect();
    answered(&mut observed, -2, &answers);
    let policy = Policy::default();
    let first = plan(&desired, &observed, &policy, at(0));
    assert_eq!(removed(&first).len(), policy.prune_most);
    let left = |observed: &Observed, gone: &[MachineId]| -> Vec<Machine> {
        let machines = observed.machines.seen.present().unwrap().iter();
        let left = machines.filter(|one| !gone.contains(&one.id));
        left.cloned().collect()
    };
    let machines = left(&observed, &removed(&first));
    observed.known = first.known;
    observed.machines = Observation::at(at(1), Seen::Present(machines));
    let at_once = plan(&desired, &observed, &policy, at(2));
    assert_eq!(removed(&at_once), Vec::new(), "{at_once}");
    let later = plan(&desired, &observed, &policy, at(61));
    assert_eq!(removed(&later).len(), policy.prune_most, "{later}");
}

proptest! {
    #[test]
    fn nothing_is_removed_on_what_is_not_known(
        states in prop::collection::vec(prop::option::of(prop::sample::select(vec![
            "pending", "running", "stopping", "stopped", "shutting-down", "terminated",
        ])), 1..8),
        asked_at in -600_i64..0,
        shows_the_living in any::<bool>(),
        is_unread in any::<bool>(),
    ) {
        let (desired, mut observed) = world((0..states.len()).map(machine).collect());
        let ids: Vec<_> = (0..states.len()).map(instance).collect();
        let mut answers: Vec<_> = ids.iter().map(String::as_str).zip(states.clone()).collect();
        answers.push((LIVING, shows_the_living.then_some("running")));
        answered(&mut observed, asked_at, &answers);
        if is_unread {
            observed.fates.seen = Seen::Unknown("the read failed".into());
        }
        let plan = plan(&desired, &observed, &Policy::default(), at(0));
        prop_assert_eq!(check::check(&plan), Vec::<String>::new(), "{}", plan);
        for id in removed(&plan) {
            let n: usize = id.as_str().trim_start_matches("Machines-").parse().unwrap();
            prop_assert!(!is_unread && asked_at >= -300, "{}", plan);
            let is_gone = match states[n] {
                Some(state) => state == "terminated",
                None => shows_the_living || states.iter().any(Option::is_some),
            };
            prop_assert!(is_gone, "{}", plan);
        }
    }
}
