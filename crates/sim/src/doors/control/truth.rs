//! Everything that exists, as one document.
//!
//! `{"now",
//!   "counts": {stacks, instances, objects, tenants, machines, overrides, tenantvariables},
//!   "aws": {ACCOUNT: {REGION: {stacks, groups, instances, objects, secrets}}},
//!   "octopus": {SPACE: {…}}}`; only what is alive is counted. An instance tells the last
//! lines of its `Console`, and of secrets there are names only.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::world::World;

/// How much of each instance's console is shown.
const CONSOLE_LINES: usize = 40;

/// The truth about a world.
pub(super) fn of(world: &World) -> Value {
    let aws = aws(world);
    let count = |kind: &str| -> usize {
        let regions = aws.values().flat_map(BTreeMap::values);
        regions
            .map(|region| region[kind].as_array().map_or(0, Vec::len))
            .sum()
    };
    json!({
        "now": world.now,
        "counts": {
            "stacks": count("stacks"),
            "instances": count("instances"),
            "objects": count("objects"),
            "tenants": world.octopus.tenant_count(),
            "machines": world.octopus.machine_count(),
            "overrides": world.octopus.override_count(),
            "tenantvariables": world.octopus.variable_count(),
        },
        "aws": aws,
        "octopus": world.octopus.truth(),
    })
}

/// How many there are: stacks by status, instances by state, and what Octopus has.
pub(super) fn overview(world: &World) -> Value {
    let mut stacks: BTreeMap<&str, usize> = BTreeMap::new();
    let mut instances: BTreeMap<&str, usize> = BTreeMap::new();
    for region in world.regions.values() {
        for stack in region.stacks.values() {
            *stacks.entry(stack.status.as_str()).or_default() += 1;
        }
        for instance in region.compute.instances.values() {
            *instances.entry(instance.state.as_str()).or_default() += 1;
        }
    }
    json!({
        "stacks": stacks,
        "instances": instances,
        "tenants": world.octopus.tenant_count(),
        "machines": world.octopus.machine_count(),
        "active_tasks": world.octopus.active_task_count(),
    })
}

/// By account and region.
fn aws(world: &World) -> BTreeMap<&str, BTreeMap<&str, Value>> {
    let mut accounts: BTreeMap<&str, BTreeMap<&str, Value>> = BTreeMap::new();
    for (place, region) in &world.regions {
        let mut truth = region.truth();
        truth["objects"] = json!([]);
        for instance in truth["instances"].as_array_mut().into_iter().flatten() {
            let id = instance["InstanceId"].as_str().unwrap_or_default();
            let console = world.boots.console(place, id, CONSOLE_LINES);
            instance["Console"] = json!(console);
        }
        accounts
            .entry(&place.account)
            .or_default()
            .insert(&place.region, truth);
    }
    for (name, bucket) in world.buckets.iter() {
        let regions = accounts.entry(&bucket.account).or_default();
        let region = regions.entry(&bucket.region).or_insert_with(empty);
        let objects = bucket.objects.iter().map(|(key, object)| {
            json!({
                "Bucket": name,
                "Key": key,
                "Size": object.bytes.len(),
                "ETag": object.etag,
                "LastModified": object.modified_at,
                "Headers": object.headers,
            })
        });
        if let Some(list) = region["objects"].as_array_mut() {
            list.extend(objects);
        }
    }
    for place in world.secrets.places() {
        let regions = accounts.entry(&place.account).or_default();
        let region = regions.entry(&place.region).or_insert_with(empty);
        let names = world.secrets.at(place).map(|secret| &secret.name);
        region["secrets"] = json!(names.collect::<Vec<_>>());
    }
    accounts
}

fn empty() -> Value {
    json!({ "stacks": [], "groups": [], "instances": [], "objects": [] })
}
