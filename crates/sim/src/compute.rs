//! What EC2 and Auto Scaling hold, and how time moves it.

mod group;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::autoscaling::{Activity, Group, LaunchConfiguration, LifecycleState};
use crate::chance::Chance;
use crate::clock::seconds;
use crate::cloudformation::request::Tag;
use crate::cloudformation::status::SignalStatus;
use crate::ec2::{Instance, InstanceState, LaunchSpecification, LaunchTemplate, SignalTarget};
use crate::parameters::Parameters;
use crate::world::Moment;

/// A signal that an instance sends when it has booted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceSignal {
    /// Whom it tells.
    pub target: SignalTarget,
    /// Who tells.
    pub instance_id: String,
    /// What.
    pub status: SignalStatus,
}

/// Where an instance is put.
#[derive(Debug, Clone, Default)]
pub struct Seat {
    /// For example `us-east-1a`.
    pub availability_zone: String,
    /// Its subnet.
    pub subnet_id: Option<String>,
    /// Its group.
    pub group: Option<String>,
    /// Tags beside those of its specification; they win.
    pub tags: Vec<Tag>,
    /// Whom it tells that it has booted.
    pub signals: Option<SignalTarget>,
}

/// The launch templates, configurations, groups and instances of a region.
#[derive(Debug, Default)]
pub struct Compute {
    /// By id.
    pub launch_templates: BTreeMap<String, LaunchTemplate>,
    /// By name.
    pub launch_configurations: BTreeMap<String, LaunchConfiguration>,
    /// By name.
    pub groups: BTreeMap<String, Group>,
    /// By id; terminated ones while they are visible.
    pub instances: BTreeMap<String, Instance>,
    /// Oldest first.
    pub activities: Vec<Activity>,
}

impl Compute {
    /// When an instance changes next.
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        self.instances
            .values()
            .filter(|one| one.changes_by_itself())
            .map(|one| one.due)
            .min()
    }

    /// When an instance boots or goes down next; the vanishing of a terminated one is no
    /// operation that anybody waits for.
    pub fn next_of_operations(&self) -> Option<DateTime<Utc>> {
        (self.instances.values())
            .filter(|one| one.changes_by_itself() && one.state != InstanceState::Terminated)
            .map(|one| one.due)
            .min()
    }

    /// Makes all changes that are due, and tells the signals that come of them.
    pub fn run_due(&mut self, chance: &mut Chance, moment: &mut Moment<'_>) -> Vec<InstanceSignal> {
        let due: Vec<String> = (self.instances.values())
            .filter(|one| one.changes_by_itself() && one.due <= moment.now)
            .map(|one| one.id.clone())
            .collect();
        due.iter()
            .filter_map(|id| self.change(id, chance, moment))
            .collect()
    }

    fn change(
        &mut self,
        id: &str,
        chance: &mut Chance,
        moment: &mut Moment<'_>,
    ) -> Option<InstanceSignal> {
        let instance = self.instances.get_mut(id)?;
        match instance.state {
            InstanceState::Pending => {
                instance.state = InstanceState::Running;
                let (status, target) = (instance.signal, instance.signals.clone());
                self.member_serves(id, moment.now);
                let instance_id = id.to_owned();
                status.zip(target).map(|(status, target)| InstanceSignal {
                    target,
                    instance_id,
                    status,
                })
            }
            InstanceState::Running => None,
            InstanceState::ShuttingDown => {
                instance.state = InstanceState::Terminated;
                let kept = seconds(moment.parameters.terminated_instance_kept_s);
                instance.due = moment.now + kept;
                let group = instance.group.clone();
                self.member_leaves(id, moment.now);
                if let Some(group) = group {
                    self.scale(&group, chance, moment);
                }
                None
            }
            InstanceState::Terminated => {
                self.instances.remove(id);
                None
            }
        }
    }

    /// Launches an instance and tells its id.
    pub fn launch(
        &mut self,
        specification: LaunchSpecification,
        seat: Seat,
        chance: &mut Chance,
        moment: &mut Moment<'_>,
    ) -> String {
        let id = format!("i-{}", chance.hex(17));
        let boot = moment
            .parameters
            .span(moment.parameters.instance_boot_s, chance.fraction());
        let mut tags = specification.tags.clone();
        tags.retain(|tag| seat.tags.iter().all(|other| other.key != tag.key));
        tags.extend(seat.tags);
        tags.sort();
        let host = (chance.fraction() * 65_000.0) as u32;
        let instance = Instance {
            reservation_id: format!("r-{}", chance.hex(17)),
            specification,
            availability_zone: seat.availability_zone,
            private_ip_address: format!("10.0.{}.{}", host / 250, host % 250 + 4),
            subnet_id: seat.subnet_id,
            launch_time: moment.now,
            state: InstanceState::Pending,
            state_reason: None,
            tags,
            group: seat.group,
            due: moment.now + boot,
            signal: boot_signal(seat.signals.as_ref(), moment),
            signals: seat.signals,
            id: id.clone(),
        };
        self.instances.insert(id.clone(), instance);
        id
    }

    /// Sends an instance down; one that is down or unknown stays so.
    pub fn terminate(&mut self, id: &str, now: DateTime<Utc>, parameters: &Parameters) {
        let Some(instance) = self
            .instances
            .get_mut(id)
            .filter(|one| one.state.is_alive())
        else {
            return;
        };
        instance.state = InstanceState::ShuttingDown;
        instance.due = now + seconds(parameters.instance_shutdown_s);
        let text = "Client.UserInitiatedShutdown: User initiated shutdown";
        instance.state_reason = Some(("Client.UserInitiatedShutdown".to_owned(), text.to_owned()));
        for member in self
            .groups
            .values_mut()
            .flat_map(|group| &mut group.members)
        {
            if member.instance_id == id {
                member.lifecycle_state = LifecycleState::Terminating;
                member.health_status = "Unhealthy";
            }
        }
    }
}

impl Instance {
    fn changes_by_itself(&self) -> bool {
        match self.state {
            InstanceState::Pending | InstanceState::ShuttingDown | InstanceState::Terminated => {
                true
            }
            InstanceState::Running => false,
        }
    }
}

/// What an instance will tell of its boot: success, unless a `fail_boot` fault strikes.
fn boot_signal(target: Option<&SignalTarget>, moment: &mut Moment<'_>) -> Option<SignalStatus> {
    let target = target?;
    match moment
        .faults
        .take_on("fail_boot", &target.logical_resource_id)
    {
        None => Some(SignalStatus::Success),
        Some(fault) if fault.text("signal") == Some("none") => None,
        Some(_) => Some(SignalStatus::Failure),
    }
}
