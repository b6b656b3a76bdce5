//! How a group keeps its number of instances.

use chrono::{DateTime, Utc};

use super::{Compute, Seat};
use crate::autoscaling::{Activity, Group, LifecycleState, Member};
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

    /// Launches or terminates until the group has what it wants.
    pub fn scale(&mut self, group: &str, chance: &mut Chance, moment: &mut Moment<'_>) {
        let Some(found) = self.groups.get(group) else {
            return;
        };
        let wanted = usize::try_from(found.desired_capacity).unwrap_or(0);
        let alive = found.alive().count();
        let process = if wanted >= alive {
            "Launch"
        } else {
            "Terminate"
        };
        if found.suspends(process) {
            return;
        }
        if let Some(missing) = wanted.checked_sub(alive) {
            for _ in 0..missing {
                self.launch_member(group, chance, moment);
            }
            return;
        }
        // Scaling in prefers what is out of date, then what is oldest.
        let mut order: Vec<&Member> = found.alive().collect();
        order.sort_by_key(|member| found.is_current(member));
        let surplus: Vec<String> = order
            .iter()
            .take(alive - wanted)
            .map(|one| one.instance_id.clone())
            .collect();
        let cause = "an instance was taken out of service in response to a difference between \
                     desired and actual capacity";
        for id in surplus {
            self.terminate_member(group, &id, cause, chance, moment);
        }
    }

    fn launch_member(&mut self, name: &str, chance: &mut Chance, moment: &mut Moment<'_>) {
        let Some(group) = self.groups.get(name) else {
            return;
        };
        let Some(specification) = self.specification_of(group) else {
            return;
        };
        let seat = seat_in(group);
        let member = Member {
            instance_id: String::new(),
            instance_type: Some(specification.instance_type.clone()),
            availability_zone: seat.availability_zone.clone(),
            lifecycle_state: LifecycleState::Pending,
            health_status: "Healthy",
            launch_template: specification.launch_template.clone(),
            launch_configuration_name: specification.launch_configuration_name.clone(),
            vpc_zone_identifier: group.vpc_zone_identifier.clone(),
            protected_from_scale_in: false,
        };
        let desired = group.desired_capacity;
        let id = self.launch(specification, seat, chance, moment);
        if let Some(group) = self.groups.get_mut(name) {
            group.members.push(Member {
                instance_id: id.clone(),
                ..member
            });
        }
        self.activities.push(Activity {
            id: chance.uuid(),
            group: name.to_owned(),
            description: format!("Launching a new EC2 instance: {id}"),
            cause: format!(
                "an instance was started in response to a difference between desired and actual \
                 capacity, increasing the capacity to {desired}"
            ),
            instance_id: id,
            start_time: moment.now,
            end_time: None,
            status_code: "InProgress",
            progress: 30,
        });
    }

    /// Takes one instance out of a group, without regard to the desired capacity.
    pub fn terminate_member(
        &mut self,
        group: &str,
        id: &str,
        cause: &str,
        chance: &mut Chance,
        moment: &mut Moment<'_>,
    ) {
        self.terminate(id, moment.now, moment.parameters);
        self.activities.push(Activity {
            id: chance.uuid(),
            group: group.to_owned(),
            instance_id: id.to_owned(),
            description: format!("Terminating EC2 instance: {id}"),
            cause: cause.to_owned(),
            start_time: moment.now,
            end_time: None,
            status_code: "InProgress",
            progress: 0,
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

    pub(super) fn member_leaves(&mut self, id: &str, now: DateTime<Utc>) {
        let group = self.instances.get(id).and_then(|one| one.group.clone());
        if let Some(group) = group.and_then(|name| self.groups.get_mut(&name)) {
            group.members.retain(|member| member.instance_id != id);
        }
        self.end_activities(id, now);
    }

    fn end_activities(&mut self, id: &str, now: DateTime<Utc>) {
        let open = self
            .activities
            .iter_mut()
            .filter(|one| one.end_time.is_none());
        for activity in open.filter(|one| one.instance_id == id) {
            activity.end_time = Some(now);
            activity.status_code = "Successful";
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
