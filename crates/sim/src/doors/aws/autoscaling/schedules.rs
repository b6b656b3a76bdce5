//! Scheduled actions.

use chrono::{DateTime, Utc};

use super::super::demand::{number, required};
use super::super::params::Params;
use super::super::query::Call;
use super::super::xml::Element;
use super::shapes::scheduled;
use crate::autoscaling::schedule::{NewScheduledAction, ScheduleQuery};
use crate::aws_error::{AwsError, AwsResult};
use crate::world::World;

pub(super) fn put(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let params = call.params;
    let group = required(params, "AutoScalingGroupName")?;
    if let Some(zone) = params.text("TimeZone").filter(|zone| !is_utc(zone)) {
        let text = format!("The time zone {zone} is not simulated; leave it out for UTC");
        return Err(AwsError::validation(text));
    }
    let new = NewScheduledAction {
        name: required(params, "ScheduledActionName")?,
        // `Time` is the older name of `StartTime`.
        start_time: moment(params, "StartTime")?.or(moment(params, "Time")?),
        end_time: moment(params, "EndTime")?,
        recurrence: params.owned("Recurrence"),
        min_size: number(params, "MinSize")?,
        max_size: number(params, "MaxSize")?,
        desired_capacity: number(params, "DesiredCapacity")?,
    };
    world.on(call.place, |region, m| {
        region.put_scheduled_action(&group, new, m)
    })?;
    Ok(Element::new("Result"))
}

fn is_utc(zone: &str) -> bool {
    ["UTC", "Etc/UTC", "GMT"].contains(&zone)
}

/// `2026-01-01T00:00:00Z`, the zone as an offset if not Z.
fn moment(params: &Params, name: &str) -> AwsResult<Option<DateTime<Utc>>> {
    let Some(text) = params.text(name) else {
        return Ok(None);
    };
    match DateTime::parse_from_rfc3339(text) {
        Ok(moment) => Ok(Some(moment.to_utc())),
        Err(_) => Err(AwsError::validation(format!(
            "'{text}' at '{name}' is no time"
        ))),
    }
}

pub(super) fn describe(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let params = call.params;
    let query = ScheduleQuery {
        group: params.owned("AutoScalingGroupName"),
        names: params.texts("ScheduledActionNames"),
        max_records: number(params, "MaxRecords")?,
        next_token: params.owned("NextToken"),
    };
    let page = world.on(call.place, |region, _| {
        region.describe_scheduled_actions(&query)
    })?;
    let shown = |element, (group, one)| scheduled(element, group, one);
    Ok(Element::new("Result")
        .list("ScheduledUpdateGroupActions", "member", page.items, shown)
        .optional("NextToken", page.next_token))
}

pub(super) fn delete(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let group = required(call.params, "AutoScalingGroupName")?;
    let name = required(call.params, "ScheduledActionName")?;
    world.on(call.place, |region, _| {
        region.delete_scheduled_action(&group, &name)
    })?;
    Ok(Element::new("Result"))
}
