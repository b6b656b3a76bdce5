//! `DescribeInstances` and `TerminateInstances`.

use super::filter::{self, Filter};
use super::{Instance, InstanceState};
use crate::aws_error::{AwsError, AwsResult};
use crate::clock::seconds;
use crate::cloudformation::answer::Page;
use crate::paging::page;
use crate::region::Region;
use crate::world::Moment;

/// Which instances to show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InstanceQuery {
    /// These only; exclusive with `max_results`.
    pub instance_ids: Vec<String>,
    /// All of these have to match.
    pub filters: Vec<Filter>,
    /// The size of a page, 5 to 1000.
    pub max_results: Option<usize>,
    /// Where the page begins.
    pub next_token: Option<String>,
}

/// What became of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateChange {
    /// Which instance.
    pub instance_id: String,
    /// Before.
    pub previous: InstanceState,
    /// After.
    pub current: InstanceState,
}

impl Region {
    /// `DescribeInstances`: terminated instances included while they are visible, fresh
    /// ones only after the read lag.
    pub fn describe_instances(
        &self,
        query: &InstanceQuery,
        moment: &Moment<'_>,
    ) -> AwsResult<Page<Instance>> {
        if query.max_results.is_some() && !query.instance_ids.is_empty() {
            let text = "The parameter instancesSet cannot be used with the parameter maxResults";
            return Err(AwsError::new("InvalidParameterCombination", text, 400));
        }
        let lag = seconds(moment.parameters.instance_read_lag_s);
        let visible = |one: &&Instance| one.launch_time + lag <= moment.now;
        let missing: Vec<&str> = (query.instance_ids.iter())
            .filter(|id| {
                !self
                    .compute
                    .instances
                    .get(*id)
                    .as_ref()
                    .is_some_and(visible)
            })
            .map(String::as_str)
            .collect();
        if !missing.is_empty() {
            return Err(instance_not_found(&missing));
        }
        let found = (self.compute.instances.values())
            .filter(visible)
            .filter(|one| query.instance_ids.is_empty() || query.instance_ids.contains(&one.id))
            .map(|one| self.in_its_network(one))
            .collect();
        let found = filter::select(found, &query.filters, fields)?;
        let size = query.max_results.unwrap_or(1000).clamp(5, 1000);
        page(found, size, query.next_token.as_deref())
    }

    /// `TerminateInstances`: all or, when one is unknown, none.
    pub fn terminate_instances(
        &mut self,
        instance_ids: &[String],
        moment: &mut Moment<'_>,
    ) -> AwsResult<Vec<StateChange>> {
        let known = &self.compute.instances;
        let missing: Vec<&str> = (instance_ids.iter())
            .filter(|id| !known.contains_key(*id))
            .map(String::as_str)
            .collect();
        if !missing.is_empty() {
            return Err(instance_not_found(&missing));
        }
        let changes = instance_ids.iter().filter_map(|id| {
            let previous = self.compute.instances.get(id)?.state;
            self.compute.terminate(id, moment.now, moment.parameters);
            (self.compute).notice_loss(id, &mut self.chance, moment);
            let current = self.compute.instances.get(id)?.state;
            Some(StateChange {
                instance_id: id.clone(),
                previous,
                current,
            })
        });
        Ok(changes.collect())
    }
}

pub(super) fn instance_not_found(ids: &[&str]) -> AwsError {
    let text = match ids {
        [one] => format!("The instance ID '{one}' does not exist"),
        several => format!("The instance IDs '{}' do not exist", several.join(", ")),
    };
    AwsError::new("InvalidInstanceID.NotFound", text, 400)
}

/// The values that a filter of this name looks at; `None` for a name that there is not.
fn fields(instance: &Instance, name: &str) -> Option<Vec<String>> {
    let launched = &instance.specification;
    let one = |text: &str| Some(vec![text.to_owned()]);
    let maybe = |text: &Option<String>| Some(text.iter().cloned().collect());
    match name {
        "architecture" => one("x86_64"),
        "availability-zone" => one(&instance.availability_zone),
        "dns-name" => Some(Vec::new()),
        "iam-instance-profile.arn" => maybe(&launched.instance_profile),
        "image-id" => one(&launched.image_id),
        "instance-id" => one(&instance.id),
        "instance-lifecycle" => Some(Vec::new()),
        "instance-state-code" => one(&instance.state.code().to_string()),
        "instance-state-name" => one(instance.state.as_str()),
        "instance-type" => one(&launched.instance_type),
        "instance.group-id" | "instance.group-name" | "group-id" | "group-name" => {
            Some(launched.security_groups.clone())
        }
        "key-name" => maybe(&launched.key_name),
        "launch-time" => {
            let at = instance.launch_time;
            one(&at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
        }
        "network-interface.addresses.private-ip-address" | "private-ip-address" => {
            one(&instance.private_ip_address)
        }
        "reservation-id" => one(&instance.reservation_id),
        "state-reason-code" => {
            let code = instance.state_reason.as_ref();
            Some(code.map(|(code, _)| code.clone()).into_iter().collect())
        }
        "subnet-id" | "network-interface.subnet-id" => maybe(&instance.subnet_id),
        "tenancy" => one("default"),
        "vpc-id" | "network-interface.vpc-id" => maybe(&instance.vpc_id),
        name => filter::tag_values(name, &instance.tags),
    }
}
