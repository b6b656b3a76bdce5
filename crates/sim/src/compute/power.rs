//! Instances stopped, started, restarted and lost, and what their groups make of that.

use chrono::{DateTime, Utc};

use super::{Compute, News};
use crate::autoscaling::{Departure, LifecycleState};
use crate::chance::Chance;
use crate::clock::seconds;
use crate::ec2::InstanceState;
use crate::parameters::Parameters;
use crate::world::Moment;

impl Compute {
    /// Lets a running instance go down so that it can be started again; others stay as they
    /// are.
    pub(crate) fn stop(&mut self, id: &str, now: DateTime<Utc>, parameters: &Parameters) {
        let found = self.instances.get_mut(id);
        let Some(instance) = found.filter(|one| one.state == InstanceState::Running) else {
            return;
        };
        instance.state = InstanceState::Stopping;
        instance.is_restarting = false;
        instance.due = now + seconds(parameters.instance_shutdown_s);
        let text = "Client.UserInitiatedShutdown: User initiated shutdown";
        instance.state_reason = Some(("Client.UserInitiatedShutdown".to_owned(), text.to_owned()));
        self.touched.extend(instance.group.clone());
        self.news.push(News::GoesDown(id.to_owned()));
    }

    /// Lets a stopped instance boot again; others stay as they are. Its user data is not
    /// carried out a second time.
    pub(crate) fn start(&mut self, id: &str, chance: &mut Chance, moment: &Moment<'_>) {
        let found = self.instances.get_mut(id);
        let Some(instance) = found.filter(|one| one.state == InstanceState::Stopped) else {
            return;
        };
        let boot_s = moment.parameters.instance_boot_s;
        instance.state = InstanceState::Pending;
        instance.state_reason = None;
        instance.launch_time = moment.now;
        instance.due = moment.now + moment.parameters.span(boot_s, chance.fraction());
    }

    /// Restarts a running instance: it is away for a while, and EC2 calls it running.
    pub(crate) fn restart(&mut self, id: &str, now: DateTime<Utc>, parameters: &Parameters) {
        let found = self.instances.get_mut(id);
        let Some(instance) = found.filter(|one| one.state == InstanceState::Running) else {
            return;
        };
        instance.is_restarting = true;
        instance.due = now + seconds(parameters.restart_s);
        self.touched.extend(instance.group.clone());
        self.news.push(News::GoesDown(id.to_owned()));
    }

    /// Lets the group of an instance that was taken away from it notice.
    pub(crate) fn notice_loss(&mut self, id: &str, chance: &mut Chance, moment: &mut Moment<'_>) {
        let group = self.instances.get(id).and_then(|one| one.group.clone());
        if let Some(group) = group {
            self.check_health(&group, chance, moment);
        }
    }

    /// The health check of a group: who does not run is unhealthy, and replaced unless that
    /// is suspended.
    pub(crate) fn check_health(
        &mut self,
        group: &str,
        chance: &mut Chance,
        moment: &mut Moment<'_>,
    ) {
        let instances = &self.instances;
        let runs = |id: &str| instances.get(id).is_some_and(|one| one.state.is_alive());
        let Some(found) = self.groups.get_mut(group) else {
            return;
        };
        if !found.suspends("HealthCheck") {
            let members = found.members.iter_mut();
            for member in members.filter(|one| one.lifecycle_state.is_alive()) {
                if !runs(&member.instance_id) {
                    member.health_status = "Unhealthy";
                }
            }
        }
        self.replace_unhealthy(group, chance, moment);
    }

    /// Takes unhealthy members out of a group unless that is suspended. What takes their
    /// place is launched when they are gone.
    pub(crate) fn replace_unhealthy(
        &mut self,
        group: &str,
        chance: &mut Chance,
        moment: &mut Moment<'_>,
    ) {
        let Some(found) = self.groups.get_mut(group) else {
            return;
        };
        if found.suspends("ReplaceUnhealthy") || found.suspends("Terminate") {
            return;
        }
        let unhealthy = found.alive().filter(|one| one.health_status == "Unhealthy");
        let unhealthy: Vec<String> = unhealthy.map(|one| one.instance_id.clone()).collect();
        found.lost += u32::try_from(unhealthy.len()).unwrap_or(0);
        for id in unhealthy {
            let state = self.instances.get(&id).map(|one| one.state);
            let cause = match state {
                Some(InstanceState::Pending | InstanceState::Running) => Departure::UserHealthCheck,
                Some(
                    InstanceState::Stopping
                    | InstanceState::Stopped
                    | InstanceState::ShuttingDown
                    | InstanceState::Terminated,
                )
                | None => Departure::Ec2HealthCheck,
            };
            self.terminate_member(group, &id, cause, chance, moment);
            if matches!(state, None | Some(InstanceState::Terminated)) {
                self.move_member(group, &id, LifecycleState::Terminating);
                self.member_leaves(group, &id, moment.now);
                self.scale(group, chance, moment);
            }
        }
    }
}
