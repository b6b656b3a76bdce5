//! What EC2 and Auto Scaling hold, and how time moves it.

mod group;
mod power;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::autoscaling::{Activity, Group, LaunchConfiguration};
use crate::chance::Chance;
use crate::clock::seconds;
use crate::cloudformation::estate::Estate;
use crate::cloudformation::request::Tag;
use crate::ec2::{Instance, InstanceState, LaunchSpecification, LaunchTemplate};
use crate::faults::{Scope, Spot};
use crate::parameters::Parameters;
use crate::schedule::{Due, Scheduled};
use crate::world::{Moment, Place};

/// The tag by which CloudFormation tells whose a resource is.
const STACK_ID: &str = "aws:cloudformation:stack-id";

/// What became of an instance, by its id: for those who follow instances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum News {
    /// It got to `running`.
    Runs(String),
    /// It was sent down.
    GoesDown(String),
    /// It runs again after it was stopped or restarted.
    Returns(String),
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
    /// Where all of this is; none for a region of nowhere.
    pub(crate) place: Option<Place>,
    /// By id.
    pub launch_templates: BTreeMap<String, LaunchTemplate>,
    /// By name.
    pub launch_configurations: BTreeMap<String, LaunchConfiguration>,
    /// By name.
    pub groups: BTreeMap<String, Group>,
    /// By id; terminated ones while they are visible.
    pub instances: Scheduled<String, Instance>,
    /// Names of groups that may have scheduled actions; others have none.
    pub(crate) scheduled: BTreeSet<String>,
    /// Oldest first.
    pub activities: Vec<Activity>,
    /// What stacks share and make beside these.
    pub(crate) estate: Estate,
    /// Tags that somebody gave to networks, by their ids.
    pub network_tags: BTreeMap<String, Vec<Tag>>,
    /// What nobody has heard of yet, oldest first.
    pub(crate) news: Vec<News>,
    /// Groups whose members in service may have changed since somebody looked.
    pub(crate) touched: BTreeSet<String>,
    /// Whether something has changed that any stack may wait for.
    pub(crate) changed: bool,
    /// ARNs of stacks whose instances have changed.
    pub(crate) woken: BTreeSet<String>,
}

impl Compute {
    /// When an instance or, by its schedule, a group changes next.
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        (self.instances.next_due().into_iter())
            .chain(self.next_scheduled())
            .min()
    }

    /// When an instance boots or goes down next; the vanishing of a terminated one is no
    /// operation that anybody waits for.
    pub fn next_of_operations(&self) -> Option<DateTime<Utc>> {
        self.instances
            .next_by(|one| one.due().filter(|_| one.state != InstanceState::Terminated))
    }

    /// Makes all changes that are due.
    pub fn run_due(&mut self, chance: &mut Chance, moment: &mut Moment<'_>) {
        for id in self.instances.take_due(moment.now, false) {
            let due = self.instances.get(&id).and_then(Due::due);
            if due.is_some_and(|due| due <= moment.now) {
                self.wake_stack_of(&id);
                self.change(&id, chance, moment);
            }
        }
        self.run_scheduled(chance, moment);
    }

    /// Whoever made an instance may wait for what becomes of it.
    fn wake_stack_of(&mut self, id: &str) {
        let Some(instance) = self.instances.get(id) else {
            return;
        };
        let group = instance.group.as_ref();
        let group = group.and_then(|name| self.groups.get(name));
        let by_group = group.and_then(|group| group.tag(STACK_ID));
        let mut own = instance.tags.iter().filter(|tag| tag.key == STACK_ID);
        match by_group.or_else(|| own.next().map(|tag| tag.value.as_str())) {
            Some(stack) => {
                self.woken.insert(stack.to_owned());
            }
            None => self.changed = true,
        }
    }

    fn change(&mut self, id: &str, chance: &mut Chance, moment: &mut Moment<'_>) {
        let Some(instance) = self.instances.get_mut(id) else {
            return;
        };
        match instance.state {
            InstanceState::Pending => {
                instance.state = InstanceState::Running;
                self.news.push(if instance.has_booted {
                    News::Returns(id.to_owned())
                } else {
                    News::Runs(id.to_owned())
                });
                instance.has_booted = true;
                self.member_serves(id, moment.now);
            }
            InstanceState::Running => {
                instance.is_restarting = false;
                self.news.push(News::Returns(id.to_owned()));
            }
            InstanceState::Stopping => instance.state = InstanceState::Stopped,
            InstanceState::Stopped => {}
            InstanceState::ShuttingDown => {
                instance.state = InstanceState::Terminated;
                let kept = seconds(moment.parameters.terminated_instance_kept_s);
                instance.due = moment.now + kept;
                if let Some(group) = instance.group.clone()
                    && self.member_leaves(&group, id, moment.now)
                {
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
        let mut instance = Instance {
            reservation_id: format!("r-{}", chance.hex(17)),
            specification,
            availability_zone: seat.availability_zone,
            private_ip_address: format!("10.0.{}.{}", host / 250, host % 250 + 4),
            subnet_id: seat.subnet_id,
            vpc_id: None,
            launch_time: moment.now,
            state: InstanceState::Pending,
            state_reason: None,
            tags,
            group: seat.group,
            due: moment.now + boot,
            is_stuck: false,
            has_booted: false,
            is_restarting: false,
            logical_id: seat.logical_id,
            id: id.clone(),
        };
        if moment.faults.is_on("never_boots") {
            let spot = instance.spot(self.place.as_ref());
            instance.is_stuck = moment.faults.take_at("never_boots", &spot).is_some();
        }
        self.instances.insert(id.clone(), instance);
        id
    }

    /// Sends an instance down; one that is down or unknown stays so.
    pub fn terminate(&mut self, id: &str, now: DateTime<Utc>, parameters: &Parameters) {
        let Some(instance) = self
            .instances
            .get_mut(id)
            .filter(|one| !one.state.is_over())
        else {
            return;
        };
        instance.is_restarting = false;
        instance.state = InstanceState::ShuttingDown;
        instance.due = now + seconds(parameters.instance_shutdown_s);
        self.news.push(News::GoesDown(id.to_owned()));
        self.touched.extend(instance.group.clone());
        let text = "Client.UserInitiatedShutdown: User initiated shutdown";
        instance.state_reason = Some(("Client.UserInitiatedShutdown".to_owned(), text.to_owned()));
    }
}

impl Due for Instance {
    fn due(&self) -> Option<DateTime<Utc>> {
        match self.state {
            InstanceState::Pending => Some(self.due).filter(|_| !self.is_stuck),
            InstanceState::Stopping | InstanceState::ShuttingDown | InstanceState::Terminated => {
                Some(self.due)
            }
            InstanceState::Running => Some(self.due).filter(|_| self.is_restarting),
            InstanceState::Stopped => None,
        }
    }
}

impl Instance {
    /// Where it is, for faults.
    pub(crate) fn spot(&self, place: Option<&Place>) -> Spot {
        let resource = self.logical_id.as_deref().unwrap_or_default();
        let stack = (self.tags.iter()).find(|tag| tag.key == "aws:cloudformation:stack-name");
        let spot = Spot::named(&self.id)
            .or_named(resource)
            .within(Scope::Stack, stack.map_or("", |tag| tag.value.as_str()))
            .within(Scope::Resource, resource);
        match place {
            Some(place) => spot
                .within(Scope::Account, &place.account)
                .within(Scope::Region, &place.region),
            None => spot,
        }
    }
}
