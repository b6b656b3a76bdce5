//! What there is: groups, members, activities, launch configurations, tags.

use super::super::demand::{flag, number, required};
use super::super::params::Params;
use super::super::query::Call;
use super::super::xml::Element;
use super::shapes::{activity, group, launch_configuration, member, tag};
use crate::autoscaling::{ActivityQuery, GroupQuery};
use crate::aws_error::AwsResult;
use crate::ec2::Filter;
use crate::world::World;

/// Groups and launch configurations that an account may have in a region (AWS's default
/// quotas).
const MOST_GROUPS: usize = 500;
const MOST_CONFIGURATIONS: usize = 200;

fn filters(params: &Params) -> AwsResult<Vec<Filter>> {
    let filters = params.list("Filters").unwrap_or_default();
    let read = |filter: &Params| {
        Ok(Filter {
            name: required(filter, "Name")?,
            values: filter.texts("Values"),
        })
    };
    filters.into_iter().map(read).collect()
}

pub(super) fn groups(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let params = call.params;
    let query = GroupQuery {
        names: params.texts("AutoScalingGroupNames"),
        filters: filters(params)?,
        max_records: number(params, "MaxRecords")?,
        next_token: params.owned("NextToken"),
    };
    let instances = flag(params, "IncludeInstances")?.unwrap_or(true);
    let page = world.on(call.place, |region, m| {
        region.describe_auto_scaling_groups(&query, m)
    })?;
    Ok(Element::new("Result")
        .list(
            "AutoScalingGroups",
            "member",
            page.items,
            |element, mut one| {
                if !instances {
                    one.members.clear();
                }
                group(element, one)
            },
        )
        .optional("NextToken", page.next_token))
}

pub(super) fn instances(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let params = call.params;
    let (ids, most) = (params.texts("InstanceIds"), number(params, "MaxRecords")?);
    let token = params.text("NextToken");
    let page = world.on(call.place, |region, m| {
        region.describe_auto_scaling_instances(&ids, most, token, m)
    })?;
    Ok(Element::new("Result")
        .list(
            "AutoScalingInstances",
            "member",
            page.items,
            |element, (group, one)| {
                // Only this action writes health in capitals.
                let health = one.health_status.to_uppercase();
                member(element.field("AutoScalingGroupName", group), one, &health)
            },
        )
        .optional("NextToken", page.next_token))
}

pub(super) fn activities(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let params = call.params;
    let query = ActivityQuery {
        group: params.owned("AutoScalingGroupName"),
        ids: params.texts("ActivityIds"),
        includes_deleted: flag(params, "IncludeDeletedGroups")?.unwrap_or_default(),
        max_records: number(params, "MaxRecords")?,
        next_token: params.owned("NextToken"),
    };
    let page = world.on(call.place, |region, _| {
        region.describe_scaling_activities(&query)
    })?;
    Ok(Element::new("Result")
        .list("Activities", "member", page.items, activity)
        .optional("NextToken", page.next_token))
}

pub(super) fn launch_configurations(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let params = call.params;
    let names = params.texts("LaunchConfigurationNames");
    let (most, token) = (number(params, "MaxRecords")?, params.text("NextToken"));
    let page = world.on(call.place, |region, _| {
        region.describe_launch_configurations(&names, most, token)
    })?;
    let result = Element::new("Result");
    let items = page.items;
    Ok(result
        .list(
            "LaunchConfigurations",
            "member",
            items,
            launch_configuration,
        )
        .optional("NextToken", page.next_token))
}

pub(super) fn tags(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let params = call.params;
    let filters = filters(params)?;
    let (most, token) = (number(params, "MaxRecords")?, params.text("NextToken"));
    let page = world.on(call.place, |region, _| {
        region.describe_group_tags(&filters, most, token)
    })?;
    let shown = |element, (group, one): (String, _)| tag(element, &group, one);
    Ok(Element::new("Result")
        .list("Tags", "member", page.items, shown)
        .optional("NextToken", page.next_token))
}

pub(super) fn limits(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let (groups, configurations) = world.on(call.place, |region, _| region.auto_scaling_counts());
    Ok(Element::new("Result")
        .field("MaxNumberOfAutoScalingGroups", MOST_GROUPS)
        .field("MaxNumberOfLaunchConfigurations", MOST_CONFIGURATIONS)
        .field("NumberOfAutoScalingGroups", groups)
        .field("NumberOfLaunchConfigurations", configurations))
}

/// Refreshes cannot be started here, so no group ever had one.
pub(super) fn refreshes(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let group = required(call.params, "AutoScalingGroupName")?;
    world.on(call.place, |region, _| region.check_group(&group))?;
    Ok(Element::new("Result").with(Element::new("InstanceRefreshes")))
}
