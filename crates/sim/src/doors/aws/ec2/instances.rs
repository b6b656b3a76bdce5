//! Instances: shown, stopped, started, restarted, terminated, listened to.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::super::demand::{flag, number};
use super::super::params::Params;
use super::super::query::Call;
use super::super::xml::{Element, time};
use super::{filters, missing, tag_set};
use crate::aws_error::AwsResult;
use crate::ec2::network::SecurityGroup;
use crate::ec2::power::{InstanceStatus, Power, StatusQuery, reachability};
use crate::ec2::{Instance, InstanceQuery, InstanceState, StateChange};
use crate::s3::DEFAULT_REGION;
use crate::world::{Place, World};

pub(super) fn describe(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let params = call.params;
    let query = InstanceQuery {
        instance_ids: params.texts("InstanceId"),
        filters: filters(params)?,
        max_results: number(params, "MaxResults")?,
        next_token: params.owned("NextToken"),
    };
    let place = call.place;
    let page = world.on(call.place, |region, m| region.describe_instances(&query, m))?;
    let groups = world.on(call.place, |region, _| region.security_groups());
    Ok(Element::new("Result")
        .list("reservationSet", "item", page.items, |element, one| {
            element
                .field("reservationId", &one.reservation_id)
                .field("ownerId", &place.account)
                .with(Element::new("groupSet"))
                .list("instancesSet", "item", [one], |element, one| {
                    instance(element, one, place, &groups)
                })
        })
        .optional("nextToken", page.next_token))
}

/// `Latest` may be asked for: the simulator's answer always is the latest.
pub(super) fn console(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let id = call.params.owned("InstanceId");
    let id = id.ok_or_else(|| missing("InstanceId"))?;
    let found = world.console_output(call.place, &id)?;
    Ok(Element::new("Result")
        .field("instanceId", id)
        .field("timestamp", time(found.at))
        .optional("output", found.text.map(|text| STANDARD.encode(text))))
}

pub(super) fn terminate(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let ids = call.params.texts("InstanceId");
    if ids.is_empty() {
        return Err(missing("InstanceId"));
    }
    let changes = world.on(call.place, |region, m| region.terminate_instances(&ids, m))?;
    Ok(Element::new("Result").list("instancesSet", "item", changes, state_change))
}

fn instance(
    element: Element,
    instance: Instance,
    place: &Place,
    groups: &[SecurityGroup],
) -> Element {
    let groups = groups_of(&instance, groups);
    let launched_from = instance.specification;
    let reason = instance.state_reason;
    element
        .field("instanceId", instance.id)
        .field("imageId", launched_from.image_id)
        .with(state("instanceState", instance.state))
        .field(
            "privateDnsName",
            private_name(&instance.private_ip_address, &place.region),
        )
        // It has no public name: there is no address outside.
        .field("dnsName", "")
        .field(
            "reason",
            reason.as_ref().map_or("", |(_, message)| message.as_str()),
        )
        .optional("keyName", launched_from.key_name)
        .field("amiLaunchIndex", 0)
        .field("instanceType", launched_from.instance_type)
        .field("launchTime", time(instance.launch_time))
        .with(
            Element::new("placement")
                .field("availabilityZone", instance.availability_zone)
                .field("groupName", "")
                .field("tenancy", "default"),
        )
        .with(Element::new("monitoring").field("state", "disabled"))
        .optional("subnetId", instance.subnet_id)
        .optional("vpcId", instance.vpc_id)
        .field("privateIpAddress", instance.private_ip_address)
        .field("architecture", "x86_64")
        .field("rootDeviceType", "ebs")
        .field("virtualizationType", "hvm")
        // The model's word for Nitro, too.
        .field("hypervisor", "xen")
        .with(Element::new("blockDeviceMapping"))
        .with(Element::new("productCodes"))
        .field("sourceDestCheck", true)
        .list("groupSet", "item", groups, |element, (id, name)| {
            element.optional("groupId", id).optional("groupName", name)
        })
        .with_all(
            launched_from
                .instance_profile
                .map(|profile| profile_arn(&profile, &place.account))
                .map(|arn| Element::new("iamInstanceProfile").field("arn", arn)),
        )
        .with_all(reason.map(|(code, message)| {
            Element::new("stateReason")
                .field("code", code)
                .field("message", message)
        }))
        .with(tag_set(instance.tags))
}

/// The security groups by id and name, as far as they are known: templates name them either
/// way. Launched with none, an instance has its network's default one.
fn groups_of(
    instance: &Instance,
    known: &[SecurityGroup],
) -> Vec<(Option<String>, Option<String>)> {
    let both = |one: &SecurityGroup| (Some(one.id.clone()), Some(one.name.clone()));
    let wanted = &instance.specification.security_groups;
    if wanted.is_empty() {
        let mut known = known.iter();
        let own = known
            .find(|one| one.name == "default" && Some(&one.vpc_id) == instance.vpc_id.as_ref());
        return own.map(both).into_iter().collect();
    }
    let find = |wanted: &String| {
        let mut known = known.iter();
        let found = known.find(|one| one.id == *wanted || one.name == *wanted);
        found.map(both).unwrap_or_else(|| {
            let text = Some(wanted.clone());
            if wanted.starts_with("sg-") {
                (text, None)
            } else {
                (None, text)
            }
        })
    };
    wanted.iter().map(find).collect()
}

/// Templates name a profile either way.
fn profile_arn(profile: &str, account: &str) -> String {
    if profile.starts_with("arn:") {
        return profile.to_owned();
    }
    format!("arn:aws:iam::{account}:instance-profile/{profile}")
}

fn state_change(element: Element, change: StateChange) -> Element {
    element
        .field("instanceId", change.instance_id)
        .with(state("currentState", change.current))
        .with(state("previousState", change.previous))
}

fn state(name: &str, state: InstanceState) -> Element {
    Element::new(name)
        .field("code", state.code())
        .field("name", state.as_str())
}

/// The oldest region has a domain of its own.
fn private_name(address: &str, region: &str) -> String {
    let host = address.replace('.', "-");
    if region == DEFAULT_REGION {
        format!("ip-{host}.ec2.internal")
    } else {
        format!("ip-{host}.{region}.compute.internal")
    }
}

fn ids(params: &Params) -> AwsResult<Vec<String>> {
    let ids = params.texts("InstanceId");
    if ids.is_empty() {
        return Err(missing("InstanceId"));
    }
    Ok(ids)
}

pub(super) fn stop(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    power(call, world, Power::Stop)
}

pub(super) fn start(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    power(call, world, Power::Start)
}

pub(super) fn restart(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    power(call, world, Power::Restart)?;
    Ok(Element::new("Result").field("return", true))
}

fn power(call: &Call<'_>, world: &mut World, power: Power) -> AwsResult<Element> {
    let ids = ids(call.params)?;
    let changes = world.on(call.place, |region, m| region.power(&ids, power, m))?;
    Ok(Element::new("Result").list("instancesSet", "item", changes, state_change))
}

pub(super) fn statuses(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let params = call.params;
    let query = StatusQuery {
        instance_ids: params.texts("InstanceId"),
        filters: filters(params)?,
        includes_all: flag(params, "IncludeAllInstances")?.unwrap_or_default(),
        max_results: number(params, "MaxResults")?,
        next_token: params.owned("NextToken"),
    };
    let page = world.on(call.place, |region, m| {
        region.describe_instance_status(&query, m)
    })?;
    Ok(Element::new("Result")
        .list("instanceStatusSet", "item", page.items, status)
        .optional("nextToken", page.next_token))
}

fn status(element: Element, one: InstanceStatus) -> Element {
    let checks = |name: &str| {
        let status = Element::new(name).field("status", one.checks);
        if one.checks == "not-applicable" {
            return status;
        }
        status.list("details", "item", [()], |detail, ()| {
            let detail = detail.field("name", "reachability");
            detail.field("status", reachability(one.checks))
        })
    };
    element
        .field("instanceId", &one.instance_id)
        .field("availabilityZone", &one.availability_zone)
        .with(state("instanceState", one.state))
        .with(checks("systemStatus"))
        .with(checks("instanceStatus"))
}
