//! How a group keeps its number of instances.

use chrono::{DateTime, Utc};

use super::{Compute, Seat};
use crate::autoscaling::activity::moment as written;
use crate::autoscaling::{Activity, Departure, Group, LifecycleState, Member};
use crate::chance::Chance;
use crate::cloudformation::request::Tag;
use crate::ec2::LaunchSpecification;
use crate::world::Moment;

impl Compute {
    /// What a group launches from now; `None` when its launch template version or
    /// configuration is not there.
    pub fn specification_of(&self, group: &Group) -> Option<LaunchSpecification> {
        if let Some(reference) = &group.launch_template {
            let template = self.launch_templates.get(&reference.id)?;
            return template.specification(template.version_number(&reference.version)?);
        }
        let name = group.launch_configuration_name.as_ref()?;
        self.launch_configurations
            .get(name)
            .map(|found| found.specification.clone())
    }

    /// Launches or terminates until the group has what it wants. Of a group that is being
    /// deleted everything goes, whatever is suspended or protected.
    pub fn scale(&mut self, group: &str, chance: &mut Chance, moment: &mut Moment<'_>) {
        let Some(found) = self.groups.get(group) else {
            return;
        };
        let wanted = usize::try_from(found.desired_capacity).unwrap_or(0);
        let alive = found.alive().count();
        let going = found.is_going();
        let process = if wanted >= alive {
            "Launch"
        } else {
            "Terminate"
        };
        if found.suspends(process) && !going {
            return;
        }
        if let Some(missing) = wanted.checked_sub(alive) {
            for at in alive..alive + missing {
                self.launch_member(group, at, chance, moment);
            }
        } else {
            self.scale_in(group, alive - wanted, chance, moment);
        }
        if let Some(found) = self.groups.get_mut(group) {
            found.order.clear();
        }
    }

    /// Scaling in prefers what the first termination policy names, or what is out of date,
    /// then what is oldest, and passes over what is protected.
    fn scale_in(&mut self, name: &str, by: usize, chance: &mut Chance, moment: &mut Moment<'_>) {
        let Some(group) = self.groups.get(name) else {
            return;
        };
        let going = group.is_going();
        let stays = |one: &&Member| one.protected_from_scale_in && !going;
        let mut order: Vec<&Member> = group.alive().filter(|one| !stays(one)).collect();
        let policy = group.given.termination_policies.first();
        match policy.map(String::as_str) {
            Some("OldestInstance") => {}
            Some("NewestInstance") => order.reverse(),
            _ => order.sort_by_key(|member| group.is_current(member)),
        }
        let standing_by = group
            .members
            .iter()
            .filter(|one| going && one.lifecycle_state == LifecycleState::Standby);
        let surplus = order.iter().take(by).copied().chain(standing_by);
        let surplus: Vec<String> = surplus.map(|one| one.instance_id.clone()).collect();
        for id in surplus {
            self.terminate_member(name, &id, Departure::ScaleIn, chance, moment);
        }
    }

    fn launch_member(
        &mut self,
        name: &str,
        from: usize,
        chance: &mut Chance,
        moment: &mut Moment<'_>,
    ) {
        let Some(group) = self.groups.get_mut(name) else {
            return;
        };
        let at = written(moment.now);
        let replaces = group.lost > 0 && group.order.is_empty();
        group.lost = group.lost.saturating_sub(1);
        group.scaled_at = Some(moment.now);
        let cause = if replaces {
            format!(
                "At {at} an instance was launched in response to an unhealthy instance needing to \
                 be replaced."
            )
        } else {
            format!(
                "{}At {at} an instance was started in response to a difference between desired \
                 and actual capacity, increasing the capacity from {from} to {}.",
                group.order,
                from + 1
            )
        };
        let group = group.clone();
        let Some(specification) = self.specification_of(&group) else {
            let why = "The launch template or configuration does not exist. Launching EC2 instance \
                       failed.";
            let description = format!("Launching a new EC2 instance.  Status Reason: {why}");
            self.note_activity(name, "", description, cause, chance, moment.now);
            self.close_activities("", moment.now, "Failed", Some(why));
            return;
        };
        let seat = seat_in(&group);
        let member = Member {
            instance_id: String::new(),
            instance_type: Some(specification.instance_type.clone()),
            availability_zone: seat.availability_zone.clone(),
            lifecycle_state: LifecycleState::Pending,
            health_status: "Healthy",
            launch_template: specification.launch_template.clone(),
            launch_configuration_name: specification.launch_configuration_name.clone(),
            vpc_zone_identifier: group.vpc_zone_identifier.clone(),
            protected_from_scale_in: group.protects_newcomers,
        };
        let id = self.launch(specification, seat, chance, moment);
        if let Some(group) = self.groups.get_mut(name) {
            group.members.push(Member {
                instance_id: id.clone(),
                ..member
            });
        }
        let description = format!("Launching a new EC2 instance: {id}");
        self.note_activity(name, &id, description, cause, chance, moment.now);
    }

    /// Takes one instance out of a group, without regard to the desired capacity.
    pub fn terminate_member(
        &mut self,
        group: &str,
        id: &str,
        cause: Departure,
        chance: &mut Chance,
        moment: &mut Moment<'_>,
    ) {
        let Some(found) = self.groups.get_mut(group) else {
            return;
        };
        let from = found.alive().count();
        let cause = cause.cause(id, &found.order, from, moment.now);
        found.scaled_at = Some(moment.now);
        for member in &mut found.members {
            if member.instance_id == id {
                member.lifecycle_state = LifecycleState::Terminating;
            }
        }
        self.terminate(id, moment.now, moment.parameters);
        self.close_activities(id, moment.now, "Cancelled", None);
        let description = format!("Terminating EC2 instance: {id}");
        self.note_activity(group, id, description, cause, chance, moment.now);
    }

    /// Puts a member into another state of its life.
    pub(crate) fn move_member(&mut self, group: &str, id: &str, to: LifecycleState) {
        let members = self.groups.get_mut(group).map(|group| &mut group.members);
        for member in members.into_iter().flatten() {
            if member.instance_id == id {
                member.lifecycle_state = to;
            }
        }
        self.touched.insert(group.to_owned());
        self.changed = true;
    }

    /// Writes down what a group begins to do.
    pub(crate) fn note_activity(
        &mut self,
        group: &str,
        instance_id: &str,
        description: String,
        cause: String,
        chance: &mut Chance,
        now: DateTime<Utc>,
    ) {
        let instance = self.instances.get(instance_id);
        let mut details = serde_json::Map::new();
        if let Some(instance) = instance {
            let zone = instance.availability_zone.clone();
            details.insert("Availability Zone".to_owned(), zone.into());
            if let Some(subnet) = instance.subnet_id.clone() {
                details.insert("Subnet ID".to_owned(), subnet.into());
            }
        }
        let launches = description.starts_with("Launching");
        let arn = self.groups.get(group).map(|group| group.arn.clone());
        self.activities.push(Activity {
            id: chance.uuid(),
            group: group.to_owned(),
            group_arn: arn.unwrap_or_default(),
            instance_id: instance_id.to_owned(),
            description,
            cause,
            start_time: now,
            end_time: None,
            status_code: "InProgress",
            status_message: None,
            progress: if launches { 30 } else { 0 },
            details: serde_json::Value::Object(details).to_string(),
        });
    }

    pub(super) fn member_serves(&mut self, id: &str, now: DateTime<Utc>) {
        let group = self.instances.get(id).and_then(|one| one.group.clone());
        let members = group.as_ref().and_then(|name| self.groups.get_mut(name));
        for member in members.into_iter().flat_map(|group| &mut group.members) {
            if member.instance_id == id && member.lifecycle_state == LifecycleState::Pending {
                member.lifecycle_state = LifecycleState::InService;
            }
        }
        self.touched.extend(group);
        self.end_activities(id, now);
    }

    /// A terminated instance leaves its group, if that has noticed; tells whether it has.
    pub(super) fn member_leaves(&mut self, group: &str, id: &str, now: DateTime<Utc>) -> bool {
        let is_it = |one: &Member| {
            one.instance_id == id && one.lifecycle_state == LifecycleState::Terminating
        };
        let Some(group) = self.groups.get_mut(group) else {
            return false;
        };
        let before = group.members.len();
        group.members.retain(|member| !is_it(member));
        if group.members.len() == before {
            return false;
        }
        self.end_activities(id, now);
        true
    }

    pub(crate) fn end_activities(&mut self, id: &str, now: DateTime<Utc>) {
        self.close_activities(id, now, "Successful", None);
    }

    fn close_activities(
        &mut self,
        id: &str,
        now: DateTime<Utc>,
        status: &'static str,
        message: Option<&str>,
    ) {
        let open = self
            .activities
            .iter_mut()
            .filter(|one| one.end_time.is_none());
        for activity in open.filter(|one| one.instance_id == id) {
            activity.end_time = Some(now);
            activity.status_code = status;
            activity.status_message = message.map(str::to_owned);
            activity.progress = 100;
        }
    }
}

/// The emptiest of the group's zones or subnets, and the tags of a newcomer.
fn seat_in(group: &Group) -> Seat {
    let subnets: Vec<&str> = group
        .vpc_zone_identifier
        .iter()
        .flat_map(|list| list.split(','))
        .collect();
    let zones = &group.availability_zones;
    let held = |zone: &String| {
        group
            .alive()
            .filter(|one| one.availability_zone == *zone)
            .count()
    };
    let index = (0..zones.len())
        .min_by_key(|index| zones.get(*index).map(held))
        .unwrap_or(0);
    let propagated = group.tags.iter().filter(|tag| tag.propagate_at_launch);
    let mut tags: Vec<Tag> = propagated
        .map(|tag| Tag {
            key: tag.key.clone(),
            value: tag.value.clone(),
        })
        .collect();
    tags.push(Tag {
        key: "aws:autoscaling:groupName".to_owned(),
        value: group.name.clone(),
    });
    Seat {
        availability_zone: zones.get(index).cloned().unwrap_or_default(),
        subnet_id: subnets
            .get(index)
            .or(subnets.first())
            .map(|one| one.trim().to_owned()),
        group: Some(group.name.clone()),
        tags,
        logical_id: (group.tag("aws:cloudformation:logical-id")).map(str::to_owned),
    }
}
