//! Instances stopped, started and restarted, and what EC2's checks say of them.

use chrono::{DateTime, Utc};

use super::describe::instance_not_found;
use super::filter::{self, Filter};
use super::{Instance, InstanceState, StateChange};
use crate::aws_error::{AwsError, AwsResult};
use crate::clock::seconds;
use crate::cloudformation::answer::Page;
use crate::paging::page;
use crate::region::Region;
use crate::world::Moment;

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Power {
    /// `StopInstances`.
    Stop,
    /// `StartInstances`.
    Start,
    /// `RebootInstances`.
    Restart,
}

/// Which states to show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatusQuery {
    /// These only.
    pub instance_ids: Vec<String>,
    /// All of these have to match.
    pub filters: Vec<Filter>,
    /// Whether those count that do not run.
    pub includes_all: bool,
    /// The size of a page, 5 to 1000.
    pub max_results: Option<usize>,
    /// Where the page begins.
    pub next_token: Option<String>,
}

/// An instance as `DescribeInstanceStatus` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceStatus {
    /// Which instance.
    pub instance_id: String,
    /// Where it stands.
    pub availability_zone: String,
    /// The state.
    pub state: InstanceState,
    /// `ok`, `initializing` or `not-applicable`.
    pub checks: &'static str,
    /// When it launched.
    pub launch_time: DateTime<Utc>,
}

impl Region {
    /// Stops, starts or restarts instances: all or, when one is unknown or in a state that
    /// does not allow it, none.
    ///
    /// # Errors
    /// `InvalidInstanceID.NotFound`, `IncorrectInstanceState`.
    pub fn power(
        &mut self,
        instance_ids: &[String],
        power: Power,
        moment: &mut Moment<'_>,
    ) -> AwsResult<Vec<StateChange>> {
        let known = &self.compute.instances;
        let missing = instance_ids.iter().filter(|id| !known.contains_key(*id));
        let missing: Vec<&str> = missing.map(String::as_str).collect();
        if !missing.is_empty() {
            return Err(instance_not_found(&missing));
        }
        let refused = instance_ids.iter().filter_map(|id| known.get(id));
        let refused = refused.filter(|one| !power.is_allowed(one.state));
        if let Some(refused) = refused.into_iter().next() {
            let (id, verb) = (&refused.id, power.verb());
            let text =
                format!("The instance '{id}' is not in a state from which it can be {verb}.");
            return Err(AwsError::new("IncorrectInstanceState", text, 400));
        }
        let mut changes = Vec::new();
        for id in instance_ids {
            let state = |region: &Self| region.compute.instances.get(id).map(|one| one.state);
            let previous = state(self);
            match power {
                Power::Stop => self.compute.stop(id, moment.now, moment.parameters),
                Power::Start => self.compute.start(id, &mut self.chance, moment),
                Power::Restart => self.compute.restart(id, moment.now, moment.parameters),
            }
            let current = state(self);
            self.compute.notice_loss(id, &mut self.chance, moment);
            if let (Some(previous), Some(current)) = (previous, current) {
                changes.push(StateChange {
                    instance_id: id.clone(),
                    previous,
                    current,
                });
            }
        }
        Ok(changes)
    }

    /// `DescribeInstanceStatus`: running instances only, unless all are asked for.
    ///
    /// # Errors
    /// An instance or filter that there is not, ids together with a page's size, or a page
    /// that no list gave.
    pub fn describe_instance_status(
        &self,
        query: &StatusQuery,
        moment: &Moment<'_>,
    ) -> AwsResult<Page<InstanceStatus>> {
        if query.max_results.is_some() && !query.instance_ids.is_empty() {
            let text = "The parameter instancesSet cannot be used with the parameter maxResults";
            return Err(AwsError::new("InvalidParameterCombination", text, 400));
        }
        let known = &self.compute.instances;
        let missing = query
            .instance_ids
            .iter()
            .filter(|id| !known.contains_key(*id));
        let missing: Vec<&str> = missing.map(String::as_str).collect();
        if !missing.is_empty() {
            return Err(instance_not_found(&missing));
        }
        let wanted = known.values().filter(|one| {
            (query.instance_ids.is_empty() || query.instance_ids.contains(&one.id))
                && (query.includes_all || one.state == InstanceState::Running)
        });
        let all = wanted.map(|one| status(one, moment)).collect();
        let found = filter::select(all, &query.filters, |one, name| {
            let text = match name {
                "availability-zone" => one.availability_zone.clone(),
                "instance-state-name" => one.state.as_str().to_owned(),
                "instance-state-code" => one.state.code().to_string(),
                "instance-status.status" | "system-status.status" => one.checks.to_owned(),
                "instance-status.reachability" | "system-status.reachability" => {
                    reachability(one.checks).to_owned()
                }
                _ => return None,
            };
            Some(vec![text])
        })?;
        let size = query.max_results.unwrap_or(1000).clamp(5, 1000);
        page(found, size, query.next_token.as_deref())
    }
}

/// The word for reachability that goes with a status.
pub fn reachability(checks: &str) -> &'static str {
    match checks {
        "ok" => "passed",
        _ => "initializing",
    }
}

/// The checks begin anew when the instance boots or restarts.
fn status(instance: &Instance, moment: &Moment<'_>) -> InstanceStatus {
    let passed = instance.due + seconds(moment.parameters.instance_checks_s);
    let checks = match instance.state {
        InstanceState::Running if moment.now >= passed => "ok",
        InstanceState::Running | InstanceState::Pending => "initializing",
        InstanceState::Stopping
        | InstanceState::Stopped
        | InstanceState::ShuttingDown
        | InstanceState::Terminated => "not-applicable",
    };
    InstanceStatus {
        instance_id: instance.id.clone(),
        availability_zone: instance.availability_zone.clone(),
        state: instance.state,
        checks,
        launch_time: instance.launch_time,
    }
}

impl Power {
    fn is_allowed(self, state: InstanceState) -> bool {
        match (self, state) {
            (
                Self::Stop,
                InstanceState::Running | InstanceState::Stopping | InstanceState::Stopped,
            )
            | (
                Self::Start,
                InstanceState::Running | InstanceState::Pending | InstanceState::Stopped,
            )
            | (Self::Restart, InstanceState::Running) => true,
            (
                Self::Stop,
                InstanceState::Pending | InstanceState::ShuttingDown | InstanceState::Terminated,
            )
            | (
                Self::Start,
                InstanceState::Stopping | InstanceState::ShuttingDown | InstanceState::Terminated,
            )
            | (
                Self::Restart,
                InstanceState::Pending
                | InstanceState::Stopping
                | InstanceState::Stopped
                | InstanceState::ShuttingDown
                | InstanceState::Terminated,
            ) => false,
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Stop => "stopped",
            Self::Start => "started",
            Self::Restart => "rebooted",
        }
    }
}
