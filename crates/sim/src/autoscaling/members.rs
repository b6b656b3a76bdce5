//! Orders about single members: health, protection, standby.

use super::scale::not_found;
use super::{Activity, Departure, LifecycleState, Member};
use crate::aws_error::{AwsError, AwsResult};
use crate::region::Region;
use crate::world::Moment;

impl Region {
    /// `SetInstanceHealth`. An unhealthy member is replaced unless its group's
    /// `ReplaceUnhealthy` or `Terminate` is suspended; within the grace period of its
    /// launch that is only if the caller does not respect it.
    ///
    /// # Errors
    /// No group has this instance, or it is a word that is no health.
    pub fn set_instance_health(
        &mut self,
        instance_id: &str,
        health: &str,
        respects_grace: bool,
        moment: &mut Moment<'_>,
    ) -> AwsResult<()> {
        let health = match health {
            "Healthy" => "Healthy",
            "Unhealthy" => "Unhealthy",
            other => {
                let text = format!("Invalid health status: {other}. It is Healthy or Unhealthy");
                return Err(AwsError::validation(text));
            }
        };
        let name = self.group_of(instance_id)?;
        let launched = self
            .compute
            .instances
            .get(instance_id)
            .map(|one| one.launch_time);
        let Some(group) = self.compute.groups.get_mut(&name) else {
            return Err(not_found(&name));
        };
        let grace = chrono::TimeDelta::seconds(group.health_check_grace_period);
        let is_young = launched.is_some_and(|at| moment.now < at + grace);
        if health == "Unhealthy" && respects_grace && is_young {
            return Ok(());
        }
        for member in &mut group.members {
            if member.instance_id == instance_id {
                member.health_status = health;
            }
        }
        self.compute
            .replace_unhealthy(&name, &mut self.chance, moment);
        self.compute.scale(&name, &mut self.chance, moment);
        Ok(())
    }

    /// `SetInstanceProtection`: whether scaling in passes these members over.
    ///
    /// # Errors
    /// No such group, or it does not have one of them; nothing is changed then.
    pub fn set_instance_protection(
        &mut self,
        group: &str,
        instance_ids: &[String],
        is_protected: bool,
    ) -> AwsResult<()> {
        self.all_in(group, instance_ids, |_| true)?;
        if let Some(found) = self.compute.groups.get_mut(group) {
            for member in &mut found.members {
                if instance_ids.contains(&member.instance_id) {
                    member.protected_from_scale_in = is_protected;
                }
            }
        }
        Ok(())
    }

    /// `EnterStandby`: the group no longer counts on these members, which run on. Unless it
    /// wants fewer it launches others.
    ///
    /// # Errors
    /// No such group, one of them does not serve in it, or it would want fewer than its
    /// minimum.
    pub fn enter_standby(
        &mut self,
        group: &str,
        instance_ids: &[String],
        decrement: bool,
        moment: &mut Moment<'_>,
    ) -> AwsResult<Vec<Activity>> {
        self.all_in(group, instance_ids, |one| {
            one.lifecycle_state == LifecycleState::InService
        })?;
        for id in instance_ids {
            if decrement {
                self.want_one_less(group)?;
            }
            self.compute.move_member(group, id, LifecycleState::Standby);
            let description = format!("Moving EC2 instance to Standby: {id}");
            let cause = Departure::Standby.cause(id, "", 0, moment.now);
            (self.compute).note_activity(
                group,
                id,
                description,
                cause,
                &mut self.chance,
                moment.now,
            );
            self.compute.end_activities(id, moment.now);
        }
        self.compute.scale(group, &mut self.chance, moment);
        (instance_ids.iter())
            .map(|id| self.newest_activity(id))
            .collect()
    }

    /// `ExitStandby`: these members serve again, and the group wants so many more.
    ///
    /// # Errors
    /// No such group, one of them does not stand by, or the group's maximum is too small.
    pub fn exit_standby(
        &mut self,
        group: &str,
        instance_ids: &[String],
        moment: &mut Moment<'_>,
    ) -> AwsResult<Vec<Activity>> {
        self.all_in(group, instance_ids, |one| {
            one.lifecycle_state == LifecycleState::Standby
        })?;
        let Some(found) = self.compute.groups.get_mut(group) else {
            return Err(not_found(group));
        };
        let more = i64::try_from(instance_ids.len()).unwrap_or(i64::MAX);
        let wanted = found.desired_capacity.saturating_add(more);
        if wanted > found.max_size {
            return Err(AwsError::validation(format!(
                "AutoScalingGroup {group} has min-size={}, max-size={}, and desired-size={}. To \
                 place into service {more} instance, please update the AutoScalingGroup sizes \
                 appropriately.",
                found.min_size, found.max_size, found.desired_capacity
            )));
        }
        found.desired_capacity = wanted;
        for id in instance_ids {
            self.compute
                .move_member(group, id, LifecycleState::InService);
            let description = format!("Moving EC2 instance out of Standby: {id}");
            let at = super::activity::moment(moment.now);
            let cause = format!(
                "At {at} instance {id} was moved out of standby in response to a user request."
            );
            (self.compute).note_activity(
                group,
                id,
                description,
                cause,
                &mut self.chance,
                moment.now,
            );
            self.compute.end_activities(id, moment.now);
        }
        (instance_ids.iter())
            .map(|id| self.newest_activity(id))
            .collect()
    }

    /// Refuses ids that the group does not have in a state that `fits`.
    fn all_in(
        &self,
        group: &str,
        instance_ids: &[String],
        fits: impl Fn(&Member) -> bool,
    ) -> AwsResult<()> {
        let found = self.compute.groups.get(group);
        let members = &found.ok_or_else(|| not_found(group))?.members;
        for id in instance_ids {
            let member = members.iter().find(|one| one.instance_id == *id);
            let Some(member) = member else {
                return Err(AwsError::validation(format!(
                    "The instance {id} is not part of Auto Scaling group {group}."
                )));
            };
            if !fits(member) {
                return Err(AwsError::validation(format!(
                    "The instance {id} is in {} state, which does not allow this.",
                    member.lifecycle_state
                )));
            }
        }
        Ok(())
    }
}
