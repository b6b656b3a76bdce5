//! A part of the truth, a page at a time: what a page for people can show of a world of any
//! size.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::refusal::{Refusal, number_of, only};
use crate::cloudformation::stack::Stack;
use crate::ec2::InstanceState;
use crate::region::Region;
use crate::world::{Place, World};

/// Items on a page unless asked otherwise, and the most.
const USUAL_ITEMS: u64 = 100;
const MOST_ITEMS: u64 = 1_000;

/// Newest events of a stack that are told.
const EVENTS: usize = 200;

/// The kinds of AWS; Octopus has its collections besides.
const KINDS: &[&str] = &["stacks", "stack", "groups", "instances", "queues"];

/// What is asked for.
struct Wish<'a> {
    find: String,
    from: usize,
    limit: usize,
    id: Option<&'a str>,
}

/// Things that fit, newest first, with the moment by which they are ordered.
type Found = Vec<(DateTime<Utc>, Value)>;

/// `?kind=…` with `limit`, `from`, `find` (a text that an item has), and `id` for `stack`:
/// `{"kind","total","found","items"}`.
pub(super) fn of(world: &World, query: &BTreeMap<String, String>) -> Result<Value, Refusal> {
    only(query, &["kind", "limit", "from", "find", "id"])?;
    let number = |key: &str, usual| number_of(query, key).map(|n| n.unwrap_or(usual));
    let wish = Wish {
        find: query
            .get("find")
            .map(|text| text.to_lowercase())
            .unwrap_or_default(),
        from: usize::try_from(number("from", 0)?).unwrap_or(usize::MAX),
        limit: usize::try_from(number("limit", USUAL_ITEMS)?.min(MOST_ITEMS)).unwrap_or(0),
        id: query.get("id").map(String::as_str),
    };
    let kind = query.get("kind").map(String::as_str).unwrap_or_default();
    if wish.id.is_some() != (kind == "stack") {
        let remedy = "use ?kind=stack&id=ARN, or leave `id` out";
        return Err(Refusal::new(
            "`id` is for one stack",
            "query, key 'id'",
            remedy,
        ));
    }
    match kind {
        "stack" => one_stack(world, wish.id.unwrap_or_default()),
        "stacks" => Ok(page(kind, &wish, stacks(world, &wish))),
        "groups" => Ok(page(kind, &wish, groups(world, &wish))),
        "instances" => Ok(page(kind, &wish, instances(world, &wish))),
        "queues" => Ok(page(kind, &wish, queues(world, &wish))),
        other => {
            let octopus = &world.octopus;
            let found = octopus.truth_of(other, &wish.find, wish.from, wish.limit);
            let Some((total, found, items)) = found else {
                let what = format!("there is no kind `{other}`");
                let octopus = octopus.collections().join(", ");
                let remedy = format!("use {}, {octopus}", KINDS.join(", "));
                return Err(Refusal::new(what, "query, key 'kind'", remedy));
            };
            Ok(json!({ "kind": kind, "total": total, "found": found, "items": items }))
        }
    }
}

fn page(kind: &str, wish: &Wish<'_>, (total, mut found): (usize, Found)) -> Value {
    found.sort_by(|(one, _), (other, _)| other.cmp(one));
    let count = found.len();
    let items = found.into_iter().skip(wish.from).take(wish.limit);
    let items: Vec<Value> = items.map(|(_, item)| item).collect();
    json!({ "kind": kind, "total": total, "found": count, "items": items })
}

impl Wish<'_> {
    fn fits(&self, words: &[&str]) -> bool {
        let mut words = words.iter();
        self.find.is_empty() || words.any(|word| word.to_lowercase().contains(&self.find))
    }
}

fn regions(world: &World) -> impl Iterator<Item = (&Place, &Region)> {
    world.regions.iter()
}

fn stacks(world: &World, wish: &Wish<'_>) -> (usize, Found) {
    let (mut total, mut found) = (0, Vec::new());
    for (place, region) in regions(world) {
        for stack in region.stacks.values() {
            total += 1;
            let status = stack.status.as_str();
            if wish.fits(&[&stack.name, status, &stack.id]) {
                let changed = stack.events.last().map(|event| event.timestamp);
                let changed = changed.unwrap_or(stack.creation_time);
                found.push((changed, stack_row(place, stack, changed)));
            }
        }
    }
    (total, found)
}

fn stack_row(place: &Place, stack: &Stack, changed: DateTime<Utc>) -> Value {
    let done = |one: &&crate::cloudformation::stack::Resource| {
        one.status.as_str().ends_with("_COMPLETE") || one.status.as_str().ends_with("_SKIPPED")
    };
    json!({
        "Account": place.account,
        "Region": place.region,
        "StackName": stack.name,
        "StackId": stack.id,
        "StackStatus": stack.status,
        "StackStatusReason": stack.status_reason,
        "Resources": stack.resources.len(),
        "Done": stack.resources.values().filter(done).count(),
        "Changed": changed,
    })
}

fn one_stack(world: &World, id: &str) -> Result<Value, Refusal> {
    let found = regions(world).find_map(|(place, region)| Some((place, region.stacks.get(id)?)));
    let Some((place, stack)) = found else {
        let remedy = "use the StackId that ?kind=stacks tells";
        let what = format!("there is no stack {id}");
        return Err(Refusal::new(what, "query, key 'id'", remedy));
    };
    let changed = stack
        .events
        .last()
        .map_or(stack.creation_time, |one| one.timestamp);
    let mut row = stack_row(place, stack, changed);
    let resources = stack.resources.values().map(|one| {
        json!({
            "LogicalResourceId": one.logical_id,
            "PhysicalResourceId": one.physical_id,
            "ResourceType": one.kind,
            "ResourceStatus": one.status,
            "ResourceStatusReason": one.reason,
        })
    });
    row["Items"] = resources.collect();
    let events = stack.events.iter().rev().take(EVENTS).map(|event| {
        json!({
            "At": event.timestamp,
            "LogicalResourceId": event.logical_resource_id,
            "ResourceType": event.resource_type,
            "ResourceStatus": event.resource_status,
            "ResourceStatusReason": event.resource_status_reason,
        })
    });
    row["Events"] = events.collect();
    Ok(row)
}

fn groups(world: &World, wish: &Wish<'_>) -> (usize, Found) {
    let (mut total, mut found) = (0, Vec::new());
    for (place, region) in regions(world) {
        for group in region.compute.groups.values() {
            total += 1;
            let stack = group
                .tag("aws:cloudformation:stack-name")
                .unwrap_or_default();
            if wish.fits(&[&group.name, stack]) {
                let row = json!({
                    "Account": place.account,
                    "Region": place.region,
                    "Name": group.name,
                    "Stack": stack,
                    "Min": group.min_size,
                    "Desired": group.desired_capacity,
                    "Max": group.max_size,
                    "InService": group.in_service(),
                });
                found.push((group.created_time, row));
            }
        }
    }
    (total, found)
}

fn instances(world: &World, wish: &Wish<'_>) -> (usize, Found) {
    let (mut total, mut found) = (0, Vec::new());
    for (place, region) in regions(world) {
        let alive = region.compute.instances.values();
        for one in alive.filter(|one| one.state != InstanceState::Terminated) {
            total += 1;
            let group = one.group.as_deref().unwrap_or_default();
            let groups = &region.compute.groups;
            let members = groups
                .get(group)
                .into_iter()
                .flat_map(|group| &group.members);
            let mut members = members.filter(|member| member.instance_id == one.id);
            let member = members.next();
            if wish.fits(&[&one.id, group, one.state.as_str()]) {
                let row = json!({
                    "Account": place.account,
                    "Region": place.region,
                    "InstanceId": one.id,
                    "State": one.state,
                    "Group": group,
                    "LifecycleState": member.map(|member| member.lifecycle_state),
                    "Health": member.map(|member| member.health_status),
                    "Boot": world.boots.told(place, &one.id),
                    "Launched": one.launch_time,
                });
                found.push((one.launch_time, row));
            }
        }
    }
    (total, found)
}

/// Messages are counted as `GetQueueAttributes` counts them; what they say is not told.
fn queues(world: &World, wish: &Wish<'_>) -> (usize, Found) {
    let (mut total, mut found) = (0, Vec::new());
    for (place, region) in regions(world) {
        for queue in region.queues.iter() {
            total += 1;
            if wish.fits(&[&queue.name, &queue.arn]) {
                let attributes = queue.attributes(world.now);
                let count = |name: &str| -> u64 {
                    let told = attributes.get(name);
                    told.and_then(|text| text.parse().ok()).unwrap_or_default()
                };
                let row = json!({
                    "Account": place.account,
                    "Region": place.region,
                    "Name": queue.name,
                    "Arn": queue.arn,
                    "Visible": count("ApproximateNumberOfMessages"),
                    "InFlight": count("ApproximateNumberOfMessagesNotVisible"),
                    "Delayed": count("ApproximateNumberOfMessagesDelayed"),
                    "Created": queue.created_at,
                });
                found.push((queue.created_at, row));
            }
        }
    }
    (total, found)
}
