//! An environment with a release in the middle of its life: the old one was applied, an update to
//! the new one was begun, and instances are found in whatever state.

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::attempt::{Attempt, Settled};
use bennu_model::deployment::{Deployment, Task, TaskState};
use bennu_model::desired::{Desired, DesiredSoftware};
use bennu_model::environment::Presence;
use bennu_model::ids::*;
use bennu_model::known::{KnownMachine, Serving};
use bennu_model::observed::{Observation, Observed, Seen};
use bennu_model::spec::Rollout;
use bennu_model::stack::{Group, GroupInstance, StackStatus};
use bennu_model::tenant::Machine;
use proptest::prelude::*;

use crate::support::{at, desired, observed, settled, stack};

pub const OLD: &str = "1.0.0-ryan0001";
pub const NEW: &str = "1.0.0-ryan0002";
pub const MARKER: &str = "bennu-dev";

/// One instance, as it may be found.
#[derive(Debug, Clone)]
pub struct Found {
    pub is_new: bool,
    pub is_registered: bool,
    pub is_marked: bool,
    pub is_healthy: bool,
    pub is_young: bool,
    pub serves: Option<bool>,
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
pub enum Under {
    Nothing,
    Deployment,
    Interrupted,
    FailedOnce,
    Unknown,
}

prop_compose! {
    pub fn worlds()(
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

pub fn world(
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
        launches: None,
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
        thumbprint: None,
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
