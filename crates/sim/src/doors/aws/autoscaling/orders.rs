//! Orders to groups and members.

use super::super::demand::{flag, number, required};
use super::super::params::Params;
use super::super::query::Call;
use super::super::xml::Element;
use super::shapes::activity;
use crate::autoscaling::scale::GroupChange;
use crate::aws_error::{AwsError, AwsResult};
use crate::world::World;

/// A number that must be there.
fn needed(params: &Params, name: &str) -> AwsResult<i64> {
    required(params, name)?;
    let wrong = || AwsError::validation(format!("{name} must be a number"));
    number(params, name)?.ok_or_else(wrong)
}

/// A truth value that must be there.
fn stated(params: &Params, name: &str) -> AwsResult<bool> {
    required(params, name)?;
    Ok(flag(params, name)?.unwrap_or_default())
}

pub(super) fn set_desired_capacity(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let params = call.params;
    let group = required(params, "AutoScalingGroupName")?;
    let desired = needed(params, "DesiredCapacity")?;
    let honours = flag(params, "HonorCooldown")?.unwrap_or_default();
    world.on(call.place, |region, m| {
        region.set_desired_capacity(&group, desired, honours, m)
    })?;
    Ok(Element::new("Result"))
}

pub(super) fn update(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let params = call.params;
    let group = required(params, "AutoScalingGroupName")?;
    let template = match params.structure("LaunchTemplate") {
        None => None,
        Some(given) => {
            let id = given.owned("LaunchTemplateId");
            let id = id.or_else(|| given.owned("LaunchTemplateName"));
            let missing =
                "Valid requests must contain either launchTemplateId or LaunchTemplateName";
            let id = id.ok_or_else(|| AwsError::validation(missing))?;
            let version = given.owned("Version");
            Some((id, version.unwrap_or_else(|| "$Default".to_owned())))
        }
    };
    let zones = params.list("AvailabilityZones");
    let change = GroupChange {
        min_size: number(params, "MinSize")?,
        max_size: number(params, "MaxSize")?,
        desired_capacity: number(params, "DesiredCapacity")?,
        default_cooldown: number(params, "DefaultCooldown")?,
        health_check_type: params.owned("HealthCheckType"),
        health_check_grace_period: number(params, "HealthCheckGracePeriod")?,
        protects_newcomers: flag(params, "NewInstancesProtectedFromScaleIn")?,
        launch_template: template,
        launch_configuration_name: params.owned("LaunchConfigurationName"),
        vpc_zone_identifier: params.owned("VPCZoneIdentifier"),
        availability_zones: zones.map(|_| params.texts("AvailabilityZones")),
    };
    world.on(call.place, |region, m| {
        region.update_auto_scaling_group(&group, change, m)
    })?;
    Ok(Element::new("Result"))
}

pub(super) fn terminate(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let params = call.params;
    let id = required(params, "InstanceId")?;
    let decrement = stated(params, "ShouldDecrementDesiredCapacity")?;
    let done = world.on(call.place, |region, m| {
        region.terminate_instance_in_auto_scaling_group(&id, decrement, m)
    })?;
    Ok(Element::new("Result").with(activity(Element::new("Activity"), done)))
}

pub(super) fn set_health(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let params = call.params;
    let id = required(params, "InstanceId")?;
    let health = required(params, "HealthStatus")?;
    let respects = flag(params, "ShouldRespectGracePeriod")?.unwrap_or(true);
    world.on(call.place, |region, m| {
        region.set_instance_health(&id, &health, respects, m)
    })?;
    Ok(Element::new("Result"))
}

pub(super) fn protect(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let params = call.params;
    let group = required(params, "AutoScalingGroupName")?;
    let is_protected = stated(params, "ProtectedFromScaleIn")?;
    let ids = params.texts("InstanceIds");
    world.on(call.place, |region, _| {
        region.set_instance_protection(&group, &ids, is_protected)
    })?;
    Ok(Element::new("Result"))
}

pub(super) fn suspend(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let group = required(call.params, "AutoScalingGroupName")?;
    let names = call.params.texts("ScalingProcesses");
    world.on(call.place, |region, m| {
        region.suspend_processes(&group, &names, m)
    })?;
    Ok(Element::new("Result"))
}

pub(super) fn resume(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let group = required(call.params, "AutoScalingGroupName")?;
    let names = call.params.texts("ScalingProcesses");
    world.on(call.place, |region, m| {
        region.resume_processes(&group, &names, m)
    })?;
    Ok(Element::new("Result"))
}

pub(super) fn enter_standby(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let params = call.params;
    let group = required(params, "AutoScalingGroupName")?;
    let decrement = stated(params, "ShouldDecrementDesiredCapacity")?;
    let ids = params.texts("InstanceIds");
    let done = world.on(call.place, |region, m| {
        region.enter_standby(&group, &ids, decrement, m)
    })?;
    Ok(Element::new("Result").list("Activities", "member", done, activity))
}

pub(super) fn exit_standby(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let group = required(call.params, "AutoScalingGroupName")?;
    let ids = call.params.texts("InstanceIds");
    let done = world.on(call.place, |region, m| region.exit_standby(&group, &ids, m))?;
    Ok(Element::new("Result").list("Activities", "member", done, activity))
}
