//! What is done about machines: each runs what its own launch version was made for, whatever
//! else was seen, and nobody else's is touched.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::action::{Action, DeploymentsAction};
use bennu_model::attempt::{Attempt, Settled};
use bennu_model::deployment::{Deployment, Task, TaskState};
use bennu_model::desired::{Desired, DesiredSoftware};
use bennu_model::environment::Presence;
use bennu_model::ids::*;
use bennu_model::known::{Course, KnownMachine, Serving};
use bennu_model::observed::{Observation, Observed, Seen};
use bennu_model::plan::Plan;
use bennu_model::spec::Rollout;
use bennu_model::stack::{Group, GroupInstance, StackStatus};
use bennu_model::tenant::Machine;
use bennu_plan::{Policy, check, plan};
use proptest::prelude::*;
use support::{at, desired, observed, settled, stack};

const OLD: &str = "1.0.0-ryan0001";
const NEW: &str = "1.0.0-ryan0002";
const MARKER: &str = "bennu-dev";

/// One instance, as it may be found.
#[derive(Debug, Clone)]
struct Found {
    is_new: bool,
    is_registered: bool,
    is_marked: bool,
    is_healthy: bool,
    is_young: bool,
    serves: Option<bool>,
}

prop_compose! {
    fn instances()(
        is_new in any::<bool>(),
        is_registered in prop::bool::weighted(0.8),
        is_marked in prop::bool::weighted(0.8),
        is_healthy in prop::bool::weighted(0.8),
        is_young in any::<bool>(),
        serves in prop::option::of(any::<bool>()),
    ) -> Found {
        Found { is_new, is_registered, is_marked, is_healthy, is_young, serves }
    }
}

/// What else is going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Under {
    Nothing,
    Deployment,
    Interrupted,
    FailedOnce,
    Unknown,
}

prop_compose! {
    fn worlds()(
        status in proptest::sample::select(vec![
            StackStatus::CreateInProgress,
            StackStatus::CreateComplete,
            StackStatus::UpdateInProgress,
            StackStatus::UpdateCompleteCleanupInProgress,
            StackStatus::UpdateRollbackInProgress,
            StackStatus::UpdateRollbackComplete,
            StackStatus::UpdateComplete,
            StackStatus::DeleteInProgress,
        ]),
        found in prop::collection::vec(instances(), 0..5),
        under in proptest::sample::select(vec![
            Under::Nothing, Under::Deployment, Under::Interrupted, Under::FailedOnce, Under::Unknown,
        ]),
        in_place in any::<bool>(),
        tries in 0_usize..4,
    ) -> (Desired, Observed) {
        world(status, &found, under, in_place, tries)
    }
}

fn world(
    status: StackStatus,
    found: &[Found],
    under: Under,
    in_place: bool,
    tries: usize,
) -> (Desired, Observed) {
    let mut desired = desired(Presence::Present);
    desired.software = Some(DesiredSoftware {
        release: NEW.into(),
        rollout: if in_place {
            Rollout::InPlace
        } else {
            Rollout::Immutable
        },
        marker: MARKER.into(),
        name: MARKER.into(),
    });
    let mut observed = observed(&desired, Some(status.clone()));
    let seen = stack(&desired, status);
    observed.known.stack = Some(seen.arn.clone());
    observed.known.tenant = Some(TenantId::new("Tenants-1").unwrap());
    observed.attempts = attempts(&desired, &seen.status, &seen.version());
    let project = ProjectId::new("Projects-1").unwrap();
    for version in [OLD, NEW] {
        let release = ReleaseId::new(format!("Releases-{version}")).unwrap();
        let found = BTreeMap::from([(project.clone(), release)]);
        observed.known.releases.insert(version.into(), found);
    }
    for (version, release) in [("g/1", OLD), ("g/2", NEW)] {
        observed
            .known
            .launched
            .insert(version.into(), release.into());
    }
    let mut machines = Vec::new();
    let mut group = Group {
        name: "g".into(),
        stack: Some(seen.arn.clone()),
        desired: i32::try_from(found.len()).unwrap(),
        instances: Vec::new(),
    };
    for (n, one) in found.iter().enumerate() {
        group.instances.push(GroupInstance {
            id: instance_id(n),
            lifecycle: "InService".into(),
            healthy: true,
            launched_by: Some(if one.is_new { "2" } else { "1" }.into()),
        });
        if one.is_registered {
            let machine = machine(n, one);
            observed
                .known
                .machines
                .insert(machine.id.clone(), known(&project, one));
            machines.push(machine);
        }
    }
    observed.groups = Observation::at(at(-1), Seen::Present(vec![group]));
    observed.machines = Observation::at(at(-1), Seen::Present(machines));
    observed.deployments = Observation::at(at(-1), deployments(&project, under));
    for n in 0..tries {
        let mut deploy = settled(
            &desired,
            "deploy",
            &format!("t-deploy-{n}"),
            Settled::Applied(None),
        );
        deploy.resource = bennu_model::plan::Resource::Software;
        deploy.subject = Some(bennu_plan::classify::software::subject(&project, NEW));
        observed.attempts.push(deploy);
    }
    (desired, observed)
}

fn instance_id(n: usize) -> String {
    format!("i-0123456789abcde{n:02x}")
}

fn machine(n: usize, found: &Found) -> Machine {
    let role = if found.is_marked { MARKER } else { "web" };
    Machine {
        id: MachineId::new(format!("Machines-{n}")).unwrap(),
        name: format!("ryan0001-{}", instance_id(n)),
        roles: BTreeSet::from([role.to_owned(), "web".to_owned()]),
        tenants: BTreeSet::from([TenantId::new("Tenants-1").unwrap()]),
        environments: BTreeSet::from([OctopusEnvironmentId::new("Environments-1").unwrap()]),
        is_disabled: false,
        health: if found.is_healthy {
            "Healthy"
        } else {
            "Unavailable"
        }
        .into(),
    }
}

fn known(project: &ProjectId, found: &Found) -> KnownMachine {
    let serving = |is_new| Serving {
        version: if is_new { NEW } else { OLD }.into(),
        task: TaskId::new("ServerTasks-9").unwrap(),
        at: at(-500),
    };
    let serves = found
        .serves
        .map(|is_new| (project.clone(), serving(is_new)));
    KnownMachine {
        since: at(if found.is_young { -5 } else { -5_000 }),
        serves: serves.into_iter().collect(),
    }
}

fn deployments(project: &ProjectId, under: Under) -> Seen<Vec<Deployment>> {
    let state = match under {
        Under::Unknown => return Seen::Unknown("the read failed".into()),
        Under::Nothing => return Seen::Present(Vec::new()),
        Under::Deployment | Under::Interrupted => TaskState::Executing,
        Under::FailedOnce => TaskState::Failed,
    };
    Seen::Present(vec![Deployment {
        id: DeploymentId::new("Deployments-1").unwrap(),
        project: project.clone(),
        environment: OctopusEnvironmentId::new("Environments-1").unwrap(),
        release: ReleaseId::new("Releases-2").unwrap(),
        version: NEW.into(),
        machines: BTreeSet::new(),
        deployed_to: BTreeSet::new(),
        comments: String::new(),
        created_at: at(-30),
        task: Task {
            id: TaskId::new("ServerTasks-1").unwrap(),
            state,
            error: Some("it broke".into()),
            is_interrupted: under == Under::Interrupted,
        },
    }])
}

/// The stack was created for the old release, and an update to the new one was begun.
fn attempts(desired: &Desired, status: &StackStatus, version: &str) -> Vec<Attempt> {
    let mut create = settled(
        desired,
        "create-stack",
        "t-create",
        Settled::Applied(Some("1".into())),
    );
    create.release = Some(OLD.into());
    create.subject = Some(bennu_model::names::digest_of(b"older"));
    if matches!(status, StackStatus::CreateInProgress) {
        (create.settled, create.settled_at, create.release) = (None, None, Some(NEW.into()));
        return vec![create];
    }
    let mut update = settled(
        desired,
        "execute-change-set",
        "t-execute",
        Settled::NotApplied,
    );
    update.started_at = at(-100);
    update.settled_at = Some(at(-50));
    let now = Some(version.to_owned());
    update.settled = match status {
        StackStatus::UpdateComplete => Some(Settled::Applied(now)),
        StackStatus::UpdateRollbackComplete => Some(Settled::Failed {
            why: "no".into(),
            version: now,
        }),
        _ => None,
    };
    if update.settled.is_none() {
        update.settled_at = None;
    }
    if matches!(status, StackStatus::CreateComplete) {
        return vec![create];
    }
    vec![create, update]
}

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
