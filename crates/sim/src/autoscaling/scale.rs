//! Orders to a group: other sizes, one instance less.

use super::Activity;
use crate::aws_error::{AwsError, AwsResult};
use crate::region::Region;
use crate::world::Moment;

impl Region {
    /// `SetDesiredCapacity`, within the group's bounds.
    pub fn set_desired_capacity(
        &mut self,
        group: &str,
        desired: i64,
        moment: &mut Moment<'_>,
    ) -> AwsResult<()> {
        let found = self
            .compute
            .groups
            .get_mut(group)
            .ok_or_else(|| not_found(group))?;
        let (least, most) = (found.min_size, found.max_size);
        let side = match desired {
            few if few < least => format!("below min value {least}"),
            many if many > most => format!("above max value {most}"),
            _ => {
                found.desired_capacity = desired;
                self.compute.scale(group, &mut self.chance, moment);
                return Ok(());
            }
        };
        let text =
            format!("New SetDesiredCapacity value {desired} is {side} for the AutoScalingGroup.");
        Err(AwsError::validation(text))
    }

    /// `TerminateInstanceInAutoScalingGroup`; unless the desired capacity is decremented
    /// the group launches another.
    pub fn terminate_instance_in_auto_scaling_group(
        &mut self,
        instance_id: &str,
        decrement: bool,
        moment: &mut Moment<'_>,
    ) -> AwsResult<Activity> {
        let mut groups = self.compute.groups.values_mut();
        let group = groups
            .find(|group| group.alive().any(|one| one.instance_id == instance_id))
            .ok_or_else(|| {
                AwsError::validation(format!(
                    "Instance Id not found - No managed instance found for instance ID: \
                    {instance_id}"
                ))
            })?;
        if decrement {
            if group.desired_capacity <= group.min_size {
                return Err(AwsError::validation(format!(
                    "Currently, desiredSize equals minSize ({}). Terminating instance without \
                     replacement will violate group's min size constraint. Either set \
                     shouldDecrementDesiredCapacity flag to false or lower group's min size.",
                    group.min_size
                )));
            }
            group.desired_capacity -= 1;
        }
        let name = group.name.clone();
        let cause = "instance was taken out of service in response to a user request";
        self.compute
            .terminate_member(&name, instance_id, cause, &mut self.chance, moment);
        self.compute.scale(&name, &mut self.chance, moment);
        let begun = self.compute.activities.iter().rev();
        let mut begun = begun.filter(|one| one.instance_id == instance_id);
        begun
            .next()
            .cloned()
            .ok_or_else(|| AwsError::new("InternalFailure", "no activity", 500))
    }
}

fn not_found(group: &str) -> AwsError {
    AwsError::validation(format!(
        "AutoScalingGroup name not found - AutoScalingGroup {group} not found"
    ))
}
