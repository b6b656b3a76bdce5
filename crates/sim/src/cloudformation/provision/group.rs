//! Auto Scaling groups as resources of a stack.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{GROUP, Workshop, generic, refusal};
use crate::autoscaling::{Given, Group, GroupTag};
use crate::cloudformation::evaluate::as_text;
use crate::cloudformation::rolling::check_creation;
use crate::cloudformation::stack::Settings;
use crate::ec2::LaunchTemplateReference;

/// Makes a group and launches its instances.
pub(super) fn create(
    workshop: &mut Workshop<'_, '_, '_>,
    logical_id: &str,
    settings: &Settings,
) -> Result<String, String> {
    check_creation(settings)?;
    let name = generic::physical_id(
        workshop.chance,
        workshop.identity,
        GROUP,
        logical_id,
        settings,
    );
    if workshop.compute.groups.contains_key(&name) {
        let text = format!(
            "AutoScalingGroup by this name already exists - A group with the name \
                {name} already exists"
        );
        return Err(refusal(&text, "AlreadyExists"));
    }
    let place = &workshop.identity.place;
    let arn = format!(
        "arn:aws:autoscaling:{}:{}:autoScalingGroup:{}:autoScalingGroupName/{name}",
        place.region,
        place.account,
        workshop.chance.uuid()
    );
    let mut group = Group {
        arn,
        created_time: workshop.moment.now,
        min_size: 0,
        max_size: 0,
        desired_capacity: 0,
        default_cooldown: 300,
        availability_zones: Vec::new(),
        vpc_zone_identifier: None,
        launch_template: None,
        launch_configuration_name: None,
        health_check_type: "EC2".to_owned(),
        health_check_grace_period: 0,
        members: Vec::new(),
        tags: Vec::new(),
        given: Given::default(),
        status: None,
        suspended_processes: Vec::new(),
        protects_newcomers: false,
        scheduled: BTreeMap::new(),
        order: String::new(),
        lost: 0,
        scaled_at: None,
        name: name.clone(),
    };
    apply(workshop, &mut group, settings, logical_id)?;
    let least = whole(&settings.properties, "MinSize")?.unwrap_or(0);
    resize(&mut group, settings, least)?;
    let created = "a user request created an AutoScalingGroup";
    group.was_ordered(created, 0, workshop.moment.now);
    workshop.compute.groups.insert(name.clone(), group);
    workshop
        .compute
        .scale(&name, workshop.chance, workshop.moment);
    Ok(name)
}

/// Changes a group and its size; its instances stay what they are.
pub(super) fn update(
    workshop: &mut Workshop<'_, '_, '_>,
    name: &str,
    old: &Settings,
    new: &Settings,
    logical_id: &str,
) -> Result<(), String> {
    let Some(mut group) = workshop.compute.groups.get(name).cloned() else {
        return Err(refusal(
            "AutoScalingGroup name not found - null",
            "NotFound",
        ));
    };
    apply(workshop, &mut group, new, logical_id)?;
    if !keeps_sizes(old, new) {
        // A template without a desired capacity leaves what it has become.
        let before = group.desired_capacity;
        resize(&mut group, new, before)?;
        group.was_constrained("a user request", before, workshop.moment.now);
    }
    workshop.compute.groups.insert(name.to_owned(), group);
    workshop
        .compute
        .scale(name, workshop.chance, workshop.moment);
    Ok(())
}

/// Sends all instances down; the group goes when they are gone.
pub(super) fn begin_deletion(workshop: &mut Workshop<'_, '_, '_>, name: &str) {
    if let Some(group) = workshop.compute.groups.get_mut(name) {
        (group.min_size, group.max_size, group.desired_capacity) = (0, 0, 0);
        group.status = Some("Delete in progress".to_owned());
    }
    workshop
        .compute
        .scale(name, workshop.chance, workshop.moment);
}

/// `UpdatePolicy.AutoScalingScheduledAction`: sizes that the template did not change stay
/// what a schedule made them.
fn keeps_sizes(old: &Settings, new: &Settings) -> bool {
    let wanted = (new.update_policy.as_ref()).and_then(|policy| {
        policy.pointer("/AutoScalingScheduledAction/IgnoreUnmodifiedGroupSizeProperties")
    });
    let same = |key: &str| old.properties.get(key) == new.properties.get(key);
    wanted.and_then(as_text).as_deref() == Some("true")
        && ["MinSize", "MaxSize", "DesiredCapacity"]
            .into_iter()
            .all(same)
}

/// Gives a group the template's sizes; `usual` is the desired capacity of a template that says
/// none, moved into the bounds.
fn resize(group: &mut Group, settings: &Settings, usual: i64) -> Result<(), String> {
    let number = |key: &str| whole(&settings.properties, key);
    let (least, most) = (
        number("MinSize")?.unwrap_or(0),
        number("MaxSize")?.unwrap_or(0),
    );
    let desired = number("DesiredCapacity")?;
    if least > most {
        return Err(refusal(
            "Max bound, must be greater than or equal to min bound.",
            "InvalidRequest",
        ));
    }
    let desired = desired.unwrap_or(usual.clamp(least, most));
    if !(least..=most).contains(&desired) {
        let text = format!(
            "Desired capacity:{desired} must be between the specified min \
                size:{least} and max size:{most}"
        );
        return Err(refusal(&text, "InvalidRequest"));
    }
    (group.min_size, group.max_size, group.desired_capacity) = (least, most, desired);
    Ok(())
}

fn apply(
    workshop: &Workshop<'_, '_, '_>,
    group: &mut Group,
    settings: &Settings,
    logical_id: &str,
) -> Result<(), String> {
    let properties = &settings.properties;
    let text = |key: &str| properties.get(key).and_then(as_text);
    let list = |key: &str| {
        let items = properties.get(key).and_then(Value::as_array);
        items.map(|items| items.iter().filter_map(as_text).collect::<Vec<_>>())
    };
    group.launch_template = match properties.get("LaunchTemplate") {
        Some(given) => Some(launch_template(workshop, given)?),
        None => mixed(properties)
            .map(|given| launch_template(workshop, given))
            .transpose()?,
    };
    group.launch_configuration_name = text("LaunchConfigurationName");
    if workshop.compute.specification_of(group).is_none() {
        let text = "Launch configuration name not found - null";
        return Err(refusal(text, "NotFound"));
    }
    group.vpc_zone_identifier = list("VPCZoneIdentifier").map(|subnets| subnets.join(","));
    let region = &workshop.identity.place.region;
    group.availability_zones = list("AvailabilityZones")
        .filter(|zones| !zones.is_empty())
        .unwrap_or_else(|| {
            ["a", "b", "c"]
                .map(|zone| format!("{region}{zone}"))
                .to_vec()
        });
    group.health_check_type = text("HealthCheckType").unwrap_or_else(|| "EC2".to_owned());
    group.health_check_grace_period = whole(properties, "HealthCheckGracePeriod")?.unwrap_or(0);
    group.default_cooldown = whole(properties, "Cooldown")?.unwrap_or(300);
    let protects = text("NewInstancesProtectedFromScaleIn");
    group.protects_newcomers = protects.as_deref() == Some("true");
    group.given = Given::of(properties, &workshop.identity.place.account);
    group.tags = tags(workshop, settings, logical_id);
    Ok(())
}

/// The launch template inside of a mixed instances policy.
fn mixed(properties: &Map<String, Value>) -> Option<&Value> {
    let policy = properties.get("MixedInstancesPolicy")?;
    policy.pointer("/LaunchTemplate/LaunchTemplateSpecification")
}

fn launch_template(
    workshop: &Workshop<'_, '_, '_>,
    given: &Value,
) -> Result<LaunchTemplateReference, String> {
    let text = |key: &str| given.get(key).and_then(as_text);
    let (id, name) = (text("LaunchTemplateId"), text("LaunchTemplateName"));
    let mut known = workshop.compute.launch_templates.values();
    let found = known.find(|one| id.as_ref() == Some(&one.id) || name.as_ref() == Some(&one.name));
    let found = found.ok_or_else(|| {
        refusal(
            "You must use a valid fully-formed launch template. The specified launch \
            template does not exist.",
            "InvalidRequest",
        )
    })?;
    let version = text("Version").unwrap_or_else(|| "$Default".to_owned());
    let number = found.version_number(&version).ok_or_else(|| {
        let text = format!(
            "You must use a valid fully-formed launch template. Could not find \
            launch template version {version}"
        );
        refusal(&text, "InvalidRequest")
    })?;
    Ok(LaunchTemplateReference {
        id: found.id.clone(),
        name: found.name.clone(),
        version: number.to_string(),
    })
}

/// The template's tags, the stack's and CloudFormation's own; the first of a key wins.
fn tags(workshop: &Workshop<'_, '_, '_>, settings: &Settings, logical_id: &str) -> Vec<GroupTag> {
    let own = settings
        .properties
        .get("Tags")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let own = own.filter_map(|tag| {
        let text = |key: &str| tag.get(key).and_then(as_text);
        let propagate_at_launch = text("PropagateAtLaunch").as_deref() == Some("true");
        Some(GroupTag {
            key: text("Key")?,
            value: text("Value")?,
            propagate_at_launch,
        })
    });
    let stack = settings.tags.iter().map(|tag| GroupTag {
        key: tag.key.clone(),
        value: tag.value.clone(),
        propagate_at_launch: true,
    });
    let reach = workshop.moment.parameters.stack_tags_reach_instances;
    let identity = workshop.identity;
    let cloudformation = [
        ("stack-name", identity.stack_name.as_str()),
        ("stack-id", &identity.stack_id),
        ("logical-id", logical_id),
    ]
    .map(|(key, value)| GroupTag {
        key: format!("aws:cloudformation:{key}"),
        value: value.to_owned(),
        propagate_at_launch: reach,
    });
    let mut tags: Vec<GroupTag> = Vec::new();
    for tag in own.chain(stack).chain(cloudformation) {
        if tags.iter().all(|known| known.key != tag.key) {
            tags.push(tag);
        }
    }
    tags
}

/// A whole number that may be written as text.
fn whole(properties: &Map<String, Value>, key: &str) -> Result<Option<i64>, String> {
    let Some(text) = properties.get(key).and_then(as_text) else {
        return Ok(None);
    };
    let number = text
        .parse::<i64>()
        .ok()
        .filter(|number| (0..=10_000).contains(number));
    number.map(Some).ok_or_else(|| {
        refusal(
            &format!("{key} is no number from 0 to 10000: {text}"),
            "InvalidRequest",
        )
    })
}
