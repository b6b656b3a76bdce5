//! Orders to a group: other sizes, one instance less.

use super::{Activity, Departure};
use crate::aws_error::{AwsError, AwsResult};
use crate::ec2::LaunchTemplateReference;
use crate::region::Region;
use crate::world::Moment;

/// What `UpdateAutoScalingGroup` changes; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupChange {
    /// Fewest instances.
    pub min_size: Option<i64>,
    /// Most instances.
    pub max_size: Option<i64>,
    /// Instances it keeps; moved into the bounds if it is absent.
    pub desired_capacity: Option<i64>,
    /// Seconds.
    pub default_cooldown: Option<i64>,
    /// `EC2` or `ELB`.
    pub health_check_type: Option<String>,
    /// Seconds.
    pub health_check_grace_period: Option<i64>,
    /// Whether scaling in passes over newcomers.
    pub protects_newcomers: Option<bool>,
    /// Id or name, and version.
    pub launch_template: Option<(String, String)>,
    /// The name.
    pub launch_configuration_name: Option<String>,
    /// Subnets, comma-separated.
    pub vpc_zone_identifier: Option<String>,
    /// Where it launches.
    pub availability_zones: Option<Vec<String>>,
}

impl Region {
    /// `SetDesiredCapacity`, within the group's bounds.
    ///
    /// # Errors
    /// No such group, a number outside of its bounds, or, if the cooldown is to be
    /// honoured, one that is not over.
    pub fn set_desired_capacity(
        &mut self,
        group: &str,
        desired: i64,
        honours_cooldown: bool,
        moment: &mut Moment<'_>,
    ) -> AwsResult<()> {
        let found = self.compute.groups.get_mut(group);
        let found = found.ok_or_else(|| not_found(group))?;
        let cooldown = chrono::TimeDelta::seconds(found.default_cooldown);
        let cools = found.scaled_at.is_some_and(|at| moment.now < at + cooldown);
        if honours_cooldown && cools {
            let newest = self.compute.activities.iter().rev();
            let newest = newest.clone().find(|one| one.group == group);
            let id = newest.map_or("none", |one| one.id.as_str());
            let text = format!("Scaling activity {id} is in progress and blocks this action");
            return Err(AwsError::new("ScalingActivityInProgress", text, 400));
        }
        let (least, most) = (found.min_size, found.max_size);
        let side = match desired {
            few if few < least => format!("below min value {least}"),
            many if many > most => format!("above max value {most}"),
            _ => {
                let before = std::mem::replace(&mut found.desired_capacity, desired);
                let what = "a user request explicitly set group desired capacity";
                found.was_ordered(what, before, moment.now);
                self.compute.scale(group, &mut self.chance, moment);
                return Ok(());
            }
        };
        let text =
            format!("New SetDesiredCapacity value {desired} is {side} for the AutoScalingGroup.");
        Err(AwsError::validation(text))
    }

    /// `UpdateAutoScalingGroup`. Members stay what they were launched from.
    ///
    /// # Errors
    /// No such group, bounds that do not fit, or nothing of that name to launch from;
    /// nothing is changed then.
    pub fn update_auto_scaling_group(
        &mut self,
        group: &str,
        change: GroupChange,
        moment: &mut Moment<'_>,
    ) -> AwsResult<()> {
        let found = self.compute.groups.get(group);
        let mut new = found.cloned().ok_or_else(|| not_found(group))?;
        let before = new.desired_capacity;
        new.min_size = change.min_size.unwrap_or(new.min_size);
        new.max_size = change.max_size.unwrap_or(new.max_size);
        if new.min_size > new.max_size {
            let text = "Max bound, must be greater than or equal to min bound.";
            return Err(AwsError::validation(text));
        }
        let moved = before.clamp(new.min_size, new.max_size);
        new.desired_capacity = change.desired_capacity.unwrap_or(moved);
        check_desired(new.desired_capacity, new.min_size, new.max_size)?;
        new.default_cooldown = change.default_cooldown.unwrap_or(new.default_cooldown);
        new.health_check_type = change.health_check_type.unwrap_or(new.health_check_type);
        let grace = change.health_check_grace_period;
        new.health_check_grace_period = grace.unwrap_or(new.health_check_grace_period);
        new.protects_newcomers = change.protects_newcomers.unwrap_or(new.protects_newcomers);
        if let Some((template, version)) = change.launch_template {
            new.launch_template = Some(self.template_reference(&template, &version)?);
            new.launch_configuration_name = None;
        }
        if let Some(name) = change.launch_configuration_name {
            new.launch_configuration_name = Some(name);
            new.launch_template = None;
        }
        if self.compute.specification_of(&new).is_none() {
            let text = "Launch configuration name not found - null";
            return Err(AwsError::validation(text));
        }
        new.vpc_zone_identifier = change.vpc_zone_identifier.or(new.vpc_zone_identifier);
        new.availability_zones = change.availability_zones.unwrap_or(new.availability_zones);
        new.was_constrained("a user request", before, moment.now);
        self.compute.groups.insert(group.to_owned(), new);
        self.compute.scale(group, &mut self.chance, moment);
        Ok(())
    }

    fn template_reference(&self, given: &str, version: &str) -> AwsResult<LaunchTemplateReference> {
        let mut known = self.compute.launch_templates.values();
        let found = known.find(|one| one.id == given || one.name == given);
        let number = found.and_then(|one| one.version_number(version));
        match (found, number) {
            (Some(found), Some(number)) => Ok(LaunchTemplateReference {
                id: found.id.clone(),
                name: found.name.clone(),
                version: number.to_string(),
            }),
            (Some(_) | None, _) => Err(AwsError::validation(
                "You must use a valid fully-formed launch template. The specified launch template \
                 or version does not exist.",
            )),
        }
    }

    /// `TerminateInstanceInAutoScalingGroup`; unless the desired capacity is decremented
    /// the group launches another.
    ///
    /// # Errors
    /// No group has this instance, or the group would want fewer than its minimum.
    pub fn terminate_instance_in_auto_scaling_group(
        &mut self,
        instance_id: &str,
        decrement: bool,
        moment: &mut Moment<'_>,
    ) -> AwsResult<Activity> {
        let name = self.group_of(instance_id)?;
        if decrement {
            self.want_one_less(&name)?;
        }
        let cause = if decrement {
            Departure::UserRequestShrinking
        } else {
            Departure::UserRequest
        };
        self.compute
            .terminate_member(&name, instance_id, cause, &mut self.chance, moment);
        self.compute.scale(&name, &mut self.chance, moment);
        self.newest_activity(instance_id)
    }

    /// The group that has an instance, whatever its state there but going down.
    pub(super) fn group_of(&self, instance_id: &str) -> AwsResult<String> {
        let mut groups = self.compute.groups.values();
        let group = groups.find(|group| {
            let mut members = group.members.iter();
            members.any(|one| {
                one.instance_id == instance_id
                    && one.lifecycle_state != super::LifecycleState::Terminating
            })
        });
        group.map(|group| group.name.clone()).ok_or_else(|| {
            AwsError::validation(format!(
                "Instance Id not found - No managed instance found for instance ID: {instance_id}"
            ))
        })
    }

    pub(super) fn want_one_less(&mut self, group: &str) -> AwsResult<()> {
        let found = self.compute.groups.get_mut(group);
        let found = found.ok_or_else(|| not_found(group))?;
        if found.desired_capacity <= found.min_size {
            return Err(AwsError::validation(format!(
                "Currently, desiredSize equals minSize ({}). Terminating instance without \
                 replacement will violate group's min size constraint. Either set \
                 shouldDecrementDesiredCapacity flag to false or lower group's min size.",
                found.min_size
            )));
        }
        found.desired_capacity -= 1;
        Ok(())
    }

    pub(super) fn newest_activity(&self, instance_id: &str) -> AwsResult<Activity> {
        let mut begun = self.compute.activities.iter().rev();
        let found = begun.find(|one| one.instance_id == instance_id);
        (found.cloned()).ok_or_else(|| AwsError::new("InternalFailure", "no activity", 500))
    }
}

/// Auto Scaling's words for a desired capacity outside of the bounds.
pub(super) fn check_desired(desired: i64, least: i64, most: i64) -> AwsResult<()> {
    if (least..=most).contains(&desired) {
        return Ok(());
    }
    Err(AwsError::validation(format!(
        "Desired capacity:{desired} must be between the specified min size:{least} and max \
         size:{most}"
    )))
}

/// Auto Scaling's words for a group that is not there.
pub(super) fn not_found(group: &str) -> AwsError {
    AwsError::validation(format!(
        "AutoScalingGroup name not found - AutoScalingGroup {group} not found"
    ))
}
