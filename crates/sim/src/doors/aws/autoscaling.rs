//! Auto Scaling's door.

use super::action::{self, Action};
use super::demand::{flag, number, required};
use super::query::Call;
use super::xml::{Element, time};
use crate::autoscaling::{Activity, Group, GroupQuery, GroupTag, Member};
use crate::aws_error::{AwsError, AwsResult};
use crate::ec2::{Filter, LaunchTemplateReference};
use crate::world::World;

/// Carries a call out.
pub(super) fn answer(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    action::perform(ACTIONS, call, world)
}

/// Every action, with what it takes.
pub(crate) const ACTIONS: &[Action] = &[
    Action {
        name: "DescribeAutoScalingGroups",
        takes: &[
            "AutoScalingGroupNames",
            "Filters",
            "MaxRecords",
            "NextToken",
            "IncludeInstances",
        ],
        answer: groups,
    },
    Action {
        name: "DescribeAutoScalingInstances",
        takes: &["InstanceIds", "MaxRecords", "NextToken"],
        answer: instances,
    },
    Action {
        name: "DescribeScalingActivities",
        takes: &["AutoScalingGroupName", "MaxRecords", "NextToken"],
        answer: activities,
    },
    Action {
        name: "SetDesiredCapacity",
        takes: &["AutoScalingGroupName", "DesiredCapacity"],
        answer: set_desired_capacity,
    },
    Action {
        name: "TerminateInstanceInAutoScalingGroup",
        takes: &["InstanceId", "ShouldDecrementDesiredCapacity"],
        answer: terminate,
    },
];

fn groups(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let params = call.params;
    let filters = params.list("Filters").unwrap_or_default();
    let read = |filter: &super::params::Params| {
        Ok(Filter {
            name: required(filter, "Name")?,
            values: filter.texts("Values"),
        })
    };
    let query = GroupQuery {
        names: params.texts("AutoScalingGroupNames"),
        filters: filters.into_iter().map(read).collect::<AwsResult<_>>()?,
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

fn instances(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
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

fn activities(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let params = call.params;
    let (group, token) = (
        params.text("AutoScalingGroupName"),
        params.text("NextToken"),
    );
    let most = number(params, "MaxRecords")?;
    let page = world.on(call.place, |region, m| {
        region.describe_scaling_activities(group, most, token, m)
    })?;
    Ok(Element::new("Result")
        .list("Activities", "member", page.items, activity)
        .optional("NextToken", page.next_token))
}

fn set_desired_capacity(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let params = call.params;
    let group = required(params, "AutoScalingGroupName")?;
    required(params, "DesiredCapacity")?;
    let desired = number(params, "DesiredCapacity")?
        .ok_or_else(|| AwsError::validation("DesiredCapacity must be a number"))?;
    world.on(call.place, |region, m| {
        region.set_desired_capacity(&group, desired, m)
    })?;
    Ok(Element::new("Result"))
}

fn terminate(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let params = call.params;
    let id = required(params, "InstanceId")?;
    required(params, "ShouldDecrementDesiredCapacity")?;
    let decrement = flag(params, "ShouldDecrementDesiredCapacity")?.unwrap_or_default();
    let done = world.on(call.place, |region, m| {
        region.terminate_instance_in_auto_scaling_group(&id, decrement, m)
    })?;
    Ok(Element::new("Result").with(activity(Element::new("Activity"), done)))
}

fn group(element: Element, group: Group) -> Element {
    let name = group.name.clone();
    element
        .field("AutoScalingGroupName", group.name)
        .field("AutoScalingGroupARN", group.arn)
        .optional("LaunchConfigurationName", group.launch_configuration_name)
        .with_all(group.launch_template.map(launch_template))
        .field("MinSize", group.min_size)
        .field("MaxSize", group.max_size)
        .field("DesiredCapacity", group.desired_capacity)
        .field("DefaultCooldown", group.default_cooldown)
        .texts("AvailabilityZones", "member", group.availability_zones)
        .field("HealthCheckType", group.health_check_type)
        .field("HealthCheckGracePeriod", group.health_check_grace_period)
        .list("Instances", "member", group.members, |element, one| {
            let health = one.health_status;
            member(element, one, health)
        })
        .field("CreatedTime", time(group.created_time))
        .list(
            "SuspendedProcesses",
            "member",
            group.suspended_processes,
            |element, (name, reason)| {
                element
                    .field("ProcessName", name)
                    .field("SuspensionReason", reason)
            },
        )
        .optional("VPCZoneIdentifier", group.vpc_zone_identifier)
        .optional("Status", group.status)
        .list("Tags", "member", group.tags, |element, one| {
            tag(element, &name, one)
        })
}

fn member(element: Element, member: Member, health: &str) -> Element {
    element
        .field("InstanceId", member.instance_id)
        .optional("InstanceType", member.instance_type)
        .field("AvailabilityZone", member.availability_zone)
        .field("LifecycleState", member.lifecycle_state)
        .field("HealthStatus", health)
        .optional("LaunchConfigurationName", member.launch_configuration_name)
        .with_all(member.launch_template.map(launch_template))
        .field("ProtectedFromScaleIn", member.protected_from_scale_in)
}

fn launch_template(reference: LaunchTemplateReference) -> Element {
    Element::new("LaunchTemplate")
        .field("LaunchTemplateId", reference.id)
        .field("LaunchTemplateName", reference.name)
        .field("Version", reference.version)
}

fn tag(element: Element, group: &str, tag: GroupTag) -> Element {
    element
        .field("ResourceId", group)
        .field("ResourceType", "auto-scaling-group")
        .field("Key", tag.key)
        .field("Value", tag.value)
        .field("PropagateAtLaunch", tag.propagate_at_launch)
}

fn activity(element: Element, activity: Activity) -> Element {
    element
        .field("ActivityId", activity.id)
        .field("AutoScalingGroupName", activity.group)
        .field("Description", activity.description)
        .field("Cause", activity.cause)
        .field("StartTime", time(activity.start_time))
        .optional("EndTime", activity.end_time.map(time))
        .field("StatusCode", activity.status_code)
        .field("Progress", activity.progress)
        .field("Details", "{}")
}
