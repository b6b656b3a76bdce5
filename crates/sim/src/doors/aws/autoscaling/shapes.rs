//! What Auto Scaling shows, as elements.

use super::super::xml::{Element, time};
use crate::autoscaling::{Activity, Group, GroupTag, LaunchConfiguration, Member, ScheduledAction};
use crate::ec2::LaunchTemplateReference;

pub(super) fn group(element: Element, group: Group) -> Element {
    let (name, given) = (group.name.clone(), group.given);
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
        .texts("LoadBalancerNames", "member", given.load_balancer_names)
        .texts("TargetGroupARNs", "member", given.target_group_arns)
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
        .list(
            "EnabledMetrics",
            "member",
            given.enabled_metrics,
            |element, (metric, granularity)| {
                element
                    .field("Metric", metric)
                    .field("Granularity", granularity)
            },
        )
        .texts("TerminationPolicies", "member", given.termination_policies)
        .optional("CapacityRebalance", given.capacity_rebalance)
        .field("ServiceLinkedRoleARN", given.service_linked_role_arn)
        .field("NewInstancesProtectedFromScaleIn", group.protects_newcomers)
        .optional("Status", group.status)
        .list("Tags", "member", group.tags, |element, one| {
            tag(element, &name, one)
        })
}

pub(super) fn member(element: Element, member: Member, health: &str) -> Element {
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

pub(super) fn tag(element: Element, group: &str, tag: GroupTag) -> Element {
    element
        .field("ResourceId", group)
        .field("ResourceType", "auto-scaling-group")
        .field("Key", tag.key)
        .field("Value", tag.value)
        .field("PropagateAtLaunch", tag.propagate_at_launch)
}

pub(super) fn activity(element: Element, activity: Activity) -> Element {
    element
        .field("ActivityId", activity.id)
        .field("AutoScalingGroupName", activity.group)
        .field("Description", activity.description)
        .field("Cause", activity.cause)
        .field("StartTime", time(activity.start_time))
        .optional("EndTime", activity.end_time.map(time))
        .field("StatusCode", activity.status_code)
        .optional("StatusMessage", activity.status_message)
        .field("Progress", activity.progress)
        .field("Details", activity.details)
        .field("AutoScalingGroupARN", activity.group_arn)
}

pub(super) fn launch_configuration(element: Element, one: LaunchConfiguration) -> Element {
    let launches = one.specification;
    element
        .field("LaunchConfigurationName", one.name)
        .field("LaunchConfigurationARN", one.arn)
        .field("ImageId", launches.image_id)
        .optional("KeyName", launches.key_name)
        .texts("SecurityGroups", "member", launches.security_groups)
        .field("UserData", launches.user_data.unwrap_or_default())
        .field("InstanceType", launches.instance_type)
        .with(Element::new("BlockDeviceMappings"))
        .optional("IamInstanceProfile", launches.instance_profile)
        .field("CreatedTime", time(one.created_time))
}

pub(super) fn scheduled(element: Element, group: String, one: ScheduledAction) -> Element {
    element
        .field("AutoScalingGroupName", group)
        .field("ScheduledActionName", one.name)
        .field("ScheduledActionARN", one.arn)
        .optional("Time", one.start_time.map(time))
        .optional("StartTime", one.start_time.map(time))
        .optional("EndTime", one.end_time.map(time))
        .optional(
            "Recurrence",
            one.recurrence.as_ref().map(|cron| cron.text()),
        )
        .optional("MinSize", one.min_size)
        .optional("MaxSize", one.max_size)
        .optional("DesiredCapacity", one.desired_capacity)
}
