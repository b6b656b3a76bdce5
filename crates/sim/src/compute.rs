//! What EC2 and Auto Scaling hold, and how time moves it.

mod group;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::autoscaling::{Activity, Group, LaunchConfiguration, LifecycleState};
use crate::chance::Chance;
use crate::clock::seconds;
use crate::cloudformation::request::Tag;
use crate::ec2::{Instance, InstanceState, LaunchSpecification, LaunchTemplate};
use crate::parameters::Parameters;
use crate::world::Moment;

/// What became of an instance, by its id: for those who follow instances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum News {
    /// It got to `running`.
    Runs(String),
    /// It was sent down.
    GoesDown(String),
    /// It is no longer visible.
    Vanished(String),
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
    /// The stack resource that it comes from: its group's, or its own.
    pub logical_id: Option<String>,
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
    /// What nobody has heard of yet, oldest first.
    pub(crate) news: Vec<News>,
    /// Groups whose members in service may have changed since somebody looked.
    pub(crate) touched: BTreeSet<String>,
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

    /// Makes all changes that are due.
    pub fn run_due(&mut self, chance: &mut Chance, moment: &mut Moment<'_>) {
        let due: Vec<String> = (self.instances.values())
            .filter(|one| one.changes_by_itself() && one.due <= moment.now)
            .map(|one| one.id.clone())
            .collect();
        for id in due {
            self.change(&id, chance, moment);
        }
    }

    fn change(&mut self, id: &str, chance: &mut Chance, moment: &mut Moment<'_>) {
        let Some(instance) = self.instances.get_mut(id) else {
            return;
        };
        match instance.state {
            InstanceState::Pending => {
                instance.state = InstanceState::Running;
                self.news.push(News::Runs(id.to_owned()));
                self.member_serves(id, moment.now);
            }
            InstanceState::Running => {}
            InstanceState::ShuttingDown => {
                instance.state = InstanceState::Terminated;
                let kept = seconds(moment.parameters.terminated_instance_kept_s);
                instance.due = moment.now + kept;
                let group = instance.group.clone();
                self.member_leaves(id, moment.now);
                if let Some(group) = group {
                    self.scale(&group, chance, moment);
                }
            }
            InstanceState::Terminated => {
                self.instances.remove(id);
                self.news.push(News::Vanished(id.to_owned()));
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
            is_stuck: never_boots(seat.logical_id.as_deref(), moment),
            logical_id: seat.logical_id,
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
        self.news.push(News::GoesDown(id.to_owned()));
        self.touched.extend(instance.group.clone());
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
            InstanceState::Pending => !self.is_stuck,
            InstanceState::ShuttingDown | InstanceState::Terminated => true,
            InstanceState::Running => false,
        }
    }
}

/// Whether a fault keeps the instance from ever getting to `running`.
fn never_boots(logical_id: Option<&str>, moment: &mut Moment<'_>) -> bool {
    let strikes = |on: &str| moment.faults.take_on("never_boots", on).is_some();
    logical_id.is_some_and(strikes)
}
