//! Processes of a group that can be suspended and resumed.

use super::activity::moment;
use super::scale::not_found;
use crate::aws_error::{AwsError, AwsResult};
use crate::region::Region;
use crate::world::Moment;

/// Every process. This world has no balancers, alarms, rebalancing and refreshes: those
/// processes can be suspended and do nothing.
pub const PROCESSES: [&str; 9] = [
    "AddToLoadBalancer",
    "AlarmNotification",
    "AZRebalance",
    "HealthCheck",
    "InstanceRefresh",
    "Launch",
    "ReplaceUnhealthy",
    "ScheduledActions",
    "Terminate",
];

impl Region {
    /// `SuspendProcesses`: these, or with none named all.
    ///
    /// # Errors
    /// No such group or process; nothing is changed then.
    pub fn suspend_processes(
        &mut self,
        group: &str,
        names: &[String],
        moment_: &Moment<'_>,
    ) -> AwsResult<()> {
        let names = known(names)?;
        let found = self.compute.groups.get_mut(group);
        let found = found.ok_or_else(|| not_found(group))?;
        let reason = format!("User suspended at {}", moment(moment_.now));
        for name in names {
            if !found.suspends(&name) {
                found.suspended_processes.push((name, reason.clone()));
            }
        }
        Ok(())
    }

    /// `ResumeProcesses`: these, or with none named all. What was left undone meanwhile is
    /// done now.
    ///
    /// # Errors
    /// No such group or process; nothing is changed then.
    pub fn resume_processes(
        &mut self,
        group: &str,
        names: &[String],
        moment: &mut Moment<'_>,
    ) -> AwsResult<()> {
        let names = known(names)?;
        let found = self.compute.groups.get_mut(group);
        let found = found.ok_or_else(|| not_found(group))?;
        (found.suspended_processes).retain(|(name, _)| !names.contains(name));
        self.compute.check_health(group, &mut self.chance, moment);
        self.compute.scale(group, &mut self.chance, moment);
        Ok(())
    }
}

fn known(names: &[String]) -> AwsResult<Vec<String>> {
    if names.is_empty() {
        return Ok(PROCESSES.map(str::to_owned).to_vec());
    }
    match names
        .iter()
        .find(|name| !PROCESSES.contains(&name.as_str()))
    {
        None => Ok(names.to_vec()),
        Some(unknown) => Err(AwsError::validation(format!(
            "Invalid process type: {unknown}. There are: {}",
            PROCESSES.join(", ")
        ))),
    }
}
