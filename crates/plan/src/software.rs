//! What each instance should run, and how far it is.
//!
//! The wanted release belongs to the instance, not to the environment: in an immutable
//! roll-out old and new instances stand side by side, and each has to run what its launch
//! version was made for.

pub mod remember;

use bennu_model::attempt::{Attempt, Settled};
use bennu_model::deployment::{Deployment, TaskState};
use bennu_model::desired::{DesiredSoftware, DesiredTenant};
use bennu_model::ids::{OctopusEnvironmentId, ProjectId};
use bennu_model::known::{Course, KnownMachine};
use bennu_model::spec::Rollout;
use bennu_model::stack::{Group, GroupInstance, StackStatus};
use bennu_model::tenant::Machine;
use bennu_model::verdict::Operation;

use crate::case::{Case, Owner};
use crate::classify::phase::{Phase, phase};

/// The software of one environment at one moment.
#[derive(Debug)]
pub struct Software<'a> {
    /// What is declared.
    pub desired: &'a DesiredSoftware,
    /// The tenant whose machines they are.
    pub tenant: &'a DesiredTenant,
    /// The projects in their order.
    pub projects: Vec<ProjectId>,
    /// Where they are deployed.
    pub environment: OctopusEnvironmentId,
    /// Where the stack's instances are heading.
    pub course: Course,
    /// Every instance that is there or coming, with its machine.
    pub servers: Vec<Server<'a>>,
}

/// An instance with its machine; at least one of the two.
#[derive(Debug)]
pub struct Server<'a> {
    /// Its group and itself; none for a machine whose instance is in no group.
    pub instance: Option<(&'a Group, &'a GroupInstance)>,
    /// Its machine in Octopus, once it is registered.
    pub machine: Option<&'a Machine>,
    /// The release that it should run; none while that is not known.
    pub wanted: Option<String>,
    /// The first project whose release it does not run yet; none when all are right.
    pub lacks: Option<usize>,
}

impl Server<'_> {
    /// What people call it: the instance, or the machine's name.
    pub fn name(&self) -> &str {
        match (self.instance, self.machine) {
            (Some((_, instance)), _) => &instance.id,
            (None, Some(machine)) => &machine.name,
            (None, None) => "",
        }
    }

    /// Whether it runs what it should in every project.
    pub fn is_right(&self) -> bool {
        self.machine.is_some() && self.wanted.is_some() && self.lacks.is_none()
    }
}

impl<'a> Software<'a> {
    /// The software of a case; none where none is declared, or where the space does not have
    /// what the spec names.
    pub fn of(case: &'a Case<'_>) -> Option<Self> {
        let desired = case.desired.software.as_ref()?;
        let tenant = case.desired.tenant.as_ref()?;
        let mut projects = Vec::new();
        let mut environment = None;
        for connection in &tenant.connections {
            projects.push(case.project(&connection.project).ok()?);
            environment = Some(case.octopus_environment(&connection.environment).ok()?);
        }
        let mut software = Self {
            desired,
            tenant,
            projects,
            environment: environment?,
            course: course(case, desired),
            servers: Vec::new(),
        };
        software.servers = software.servers(case);
        Some(software)
    }

    /// Whether instances are still to come that the trigger has to serve: while an operation
    /// launches them, and until each one there has the first project.
    pub fn has_to_come(&self, case: &Case<'_>) -> bool {
        let Some(release) = self.course.release() else {
            return false;
        };
        let is_waiting = |server: &Server<'_>| {
            server.wanted.as_deref() == Some(release)
                && (server.machine.is_none() || server.lacks == Some(0))
        };
        !matches!(self.course, Course::Settled(_))
            || self.missing(case) > 0
            || self.servers.iter().any(is_waiting)
    }

    /// Instances that the groups want and do not have yet.
    pub fn missing(&self, case: &Case<'_>) -> usize {
        let groups = case.observed.groups.seen.present();
        let missing = groups.into_iter().flatten().map(|group| {
            let there = group
                .instances
                .iter()
                .filter(|one| is_coming_or_there(one))
                .count();
            usize::try_from(group.desired)
                .unwrap_or(0)
                .saturating_sub(there)
        });
        missing.sum()
    }

    /// Instances that their group would not launch like that any more, although nothing is
    /// about to replace them.
    pub fn left_behind<'s>(&'s self) -> impl Iterator<Item = &'s Server<'a>> {
        let is_settled = matches!(self.course, Course::Settled(_));
        let is_outdated = |server: &&Server<'_>| {
            server.instance.is_some_and(|(group, instance)| {
                group.launches.is_some()
                    && instance.launched_by.is_some()
                    && group.launches != instance.launched_by
            })
        };
        self.servers
            .iter()
            .filter(move |_| is_settled)
            .filter(is_outdated)
    }

    /// The newest deployment of a project to the tenant that succeeded.
    pub fn last_success<'s>(&self, case: &'s Case<'_>, project: &ProjectId) -> Option<&'s str> {
        let deployments = case.observed.deployments.seen.present()?;
        deployments
            .iter()
            .filter(|one| one.project == *project && one.environment == self.environment)
            .filter(|one| one.task.state == TaskState::Success)
            .max_by_key(|one| one.created_at)
            .map(|one| one.version.as_str())
    }

    /// A deployment of a project that is under way: Octopus takes one at a time.
    pub fn under_way<'s>(&self, case: &'s Case<'_>, project: &ProjectId) -> Option<&'s Deployment> {
        let deployments = case.observed.deployments.seen.present()?;
        deployments.iter().find(|one| {
            one.project == *project
                && one.environment == self.environment
                && !one.task.state.is_final()
        })
    }

    fn servers(&self, case: &'a Case<'_>) -> Vec<Server<'a>> {
        let groups = case
            .observed
            .groups
            .seen
            .present()
            .map_or(&[][..], Vec::as_slice);
        let machines = case.observed.machines.seen.present();
        let machines: Vec<&Machine> = machines
            .into_iter()
            .flatten()
            .filter(|machine| machine.roles.contains(&self.desired.marker))
            .filter(|machine| machine.environments.contains(&self.environment))
            .collect();
        let mut servers: Vec<Server<'_>> = Vec::new();
        for group in groups {
            for instance in group.instances.iter().filter(|one| is_coming_or_there(one)) {
                let machine = machines
                    .iter()
                    .find(|machine| machine.instance() == Some(&instance.id))
                    .copied();
                let wanted = self.wanted(case, group, instance);
                servers.push(self.server(case, Some((group, instance)), machine, wanted));
            }
        }
        // A stack without groups has instances of its own, which its updates replace.
        if groups.is_empty() && case.observed.groups.seen.present().is_some() {
            for machine in machines {
                let wanted = self.course.release().map(str::to_owned);
                servers.push(self.server(case, None, Some(machine), wanted));
            }
        }
        servers
    }

    fn server(
        &self,
        case: &Case<'_>,
        instance: Option<(&'a Group, &'a GroupInstance)>,
        machine: Option<&'a Machine>,
        wanted: Option<String>,
    ) -> Server<'a> {
        let known = machine.and_then(|machine| case.known.machines.get(&machine.id));
        let lacks = match &wanted {
            Some(wanted) => self.lacking(known, wanted),
            None => Some(0),
        };
        Server {
            instance,
            machine,
            wanted,
            lacks,
        }
    }

    fn lacking(&self, known: Option<&KnownMachine>, wanted: &str) -> Option<usize> {
        self.projects.iter().position(|project| {
            let serves = known.and_then(|machine| machine.serves.get(project));
            serves.is_none_or(|serving| serving.version != wanted)
        })
    }

    fn wanted(&self, case: &Case<'_>, group: &Group, instance: &GroupInstance) -> Option<String> {
        match self.desired.rollout {
            Rollout::InPlace => Some(self.desired.release.clone()),
            Rollout::Immutable => case
                .known
                .launched
                .get(&launch_key(group, instance)?)
                .cloned(),
        }
    }
}

/// Names what launched an instance, within a stack.
pub fn launch_key(group: &Group, instance: &GroupInstance) -> Option<String> {
    let by = instance.launched_by.as_ref()?;
    Some(format!("{}/{by}", group.name))
}

/// Whether an instance serves, or will: those that are going are nobody's concern.
pub fn is_coming_or_there(instance: &GroupInstance) -> bool {
    let leaving = ["Terminat", "Detach", "Quarantined"];
    !leaving
        .iter()
        .any(|word| instance.lifecycle.starts_with(word))
}

/// Where the stack's instances are heading: by what the stack is doing, and by what its
/// attempts were for.
pub fn course(case: &Case<'_>, desired: &DesiredSoftware) -> Course {
    let Some(stack) = case
        .living_stack()
        .filter(|s| case.owner_of_stack(s) == Owner::Us)
    else {
        return Course::Nowhere;
    };
    if desired.rollout == Rollout::InPlace {
        let release = desired.release.clone();
        return match phase(&stack.status) {
            Phase::Busy(Operation::Creating) => Course::Forward(release),
            Phase::Busy(Operation::RollingBack | Operation::Deleting)
            | Phase::Shell
            | Phase::NeverWorked
            | Phase::DeleteFailed
            | Phase::Gone
            | Phase::Unrecognised => Course::Nowhere,
            Phase::Busy(Operation::Updating | Operation::Finishing | Operation::Deploying)
            | Phase::Good
            | Phase::UpdateFailed
            | Phase::RolledBack
            | Phase::RollbackFailed => Course::Settled(release),
        };
    }
    let begun = begun(case).unwrap_or_else(|| desired.release.clone());
    let applied = applied(case).unwrap_or_else(|| desired.release.clone());
    match phase(&stack.status) {
        Phase::Busy(Operation::Creating | Operation::Updating) => Course::Forward(begun),
        Phase::Busy(Operation::Finishing) => match stack.status {
            StackStatus::UpdateCompleteCleanupInProgress => Course::Settled(begun),
            StackStatus::UpdateRollbackInProgress
            | StackStatus::UpdateRollbackCompleteCleanupInProgress => Course::Back(applied),
            _ => Course::Settled(applied),
        },
        Phase::UpdateFailed | Phase::RollbackFailed => Course::Back(applied),
        Phase::Good | Phase::RolledBack => Course::Settled(applied),
        Phase::Busy(Operation::RollingBack | Operation::Deleting | Operation::Deploying)
        | Phase::Shell
        | Phase::NeverWorked
        | Phase::DeleteFailed
        | Phase::Gone
        | Phase::Unrecognised => Course::Nowhere,
    }
}

/// The release of the operation that was begun last.
fn begun(case: &Case<'_>) -> Option<String> {
    let attempts = case.attempts.iter().filter(|a| changes_instances(a));
    attempts
        .filter(|a| !matches!(a.settled, Some(Settled::Rejected(_) | Settled::NotApplied)))
        .max_by_key(|a| a.started_at)
        .and_then(|a| a.release.clone())
}

/// The release of the operation that succeeded last.
pub fn applied(case: &Case<'_>) -> Option<String> {
    let attempts = case.attempts.iter().filter(|a| changes_instances(a));
    attempts
        .filter(|a| matches!(a.settled, Some(Settled::Applied(_))))
        .max_by_key(|a| (a.settled_at, a.started_at))
        .and_then(|a| a.release.clone())
}

fn changes_instances(attempt: &Attempt) -> bool {
    matches!(attempt.verb.as_str(), "create-stack" | "execute-change-set")
}
