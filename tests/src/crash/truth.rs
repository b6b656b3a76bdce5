//! What the world holds, in lines that two runs can be compared by, and what must never be in
//! it. Nothing here asks Bennu: only the simulated providers.

use std::collections::BTreeMap;

use bennu_sim::World;
use serde_json::Value;

/// The installation of the stories, as it marks its things.
const MARK: &str = "bennu test/";
/// The name of our shared things.
const SHARED: &str = "bennu-test";

/// Kinds of documents of which the end state is made. Releases are CI's; tasks, deployments
/// and interruptions are history, which is counted instead.
const KINDS: [&str; 5] = [
    "tenants",
    "machines",
    "machinepolicies",
    "projects",
    "projecttriggers",
];

/// Fields that differ from run to run although the same was done: numbers given in order,
/// moments, what health checks last said, and names of instances.
const VOLATILE: [&str; 14] = [
    "Id",
    "Links",
    "Slug",
    "Thumbprint",
    "Uri",
    "LastModifiedOn",
    "LastModifiedBy",
    "StatusSummary",
    "HealthStatus",
    "Status",
    "IsInProcess",
    "HasLatestCalamari",
    "MachineCleanupPolicyLastRun",
    "TaskId",
];

/// The state of the world, in sorted lines.
pub fn end_state(world: &mut World) -> Vec<String> {
    let mut lines = Vec::new();
    for (place, region) in &world.regions {
        let truth = region.truth();
        for stack in list(&truth, "stacks") {
            lines.push(format!("{} {}", place.region, stack_line(stack)));
        }
        for group in list(&truth, "groups") {
            let sizes = ["MinSize", "MaxSize", "DesiredCapacity"].map(|key| group[key].to_string());
            let members = list(group, "Instances");
            let members: Vec<_> = members.map(|one| text(one, "LifecycleState")).collect();
            lines.push(format!("group {} {}", sizes.join("/"), members.join(" ")));
        }
        for instance in list(&truth, "instances") {
            let kind = text(instance, "InstanceType");
            lines.push(format!("instance {kind} {}", text(instance, "State")));
        }
    }
    for (bucket, content) in world.buckets.iter() {
        lines.extend(content.objects.keys().map(|key| format!("{bucket}/{key}")));
    }
    let octopus = world.octopus.truth();
    for space in octopus.as_object().into_iter().flat_map(|all| all.values()) {
        let names = names(space);
        for kind in KINDS {
            let documents = list(space, kind);
            lines.extend(documents.map(|one| format!("{kind} {}", plain(one, &names))));
        }
        lines.push(format!(
            "variables {}",
            plain(&space["tenantvariables"], &names)
        ));
    }
    lines.sort();
    lines
}

fn stack_line(stack: &Value) -> String {
    let resources = list(stack, "Resources").map(|one| {
        let parts = ["LogicalResourceId", "ResourceType", "ResourceStatus"];
        parts.map(|part| text(one, part)).join(" ")
    });
    let resources: Vec<_> = resources.collect();
    let (name, status) = (text(stack, "StackName"), text(stack, "StackStatus"));
    format!("stack {name} {status}: {}", resources.join(", "))
}

/// What ids that are given in order stand for.
fn names(space: &Value) -> BTreeMap<String, String> {
    let kinds = [
        ("tenants", "Name"),
        ("releases", "Version"),
        ("machinepolicies", "Name"),
        ("projecttriggers", "Name"),
    ];
    let named = kinds.iter().flat_map(|(kind, name)| {
        let documents = list(space, kind);
        documents.map(move |one| (text(one, "Id"), format!("{kind}:{}", text(one, name))))
    });
    let machines = list(space, "machines").map(|one| (text(one, "Id"), "machine".to_owned()));
    named.chain(machines).collect()
}

/// A document without what is volatile, ids replaced by what they stand for, and instances by
/// `i-…`.
fn plain(document: &Value, names: &BTreeMap<String, String>) -> String {
    let cleaned = cleaned(document, names);
    instances_taken_out(&cleaned.to_string())
}

fn cleaned(value: &Value, names: &BTreeMap<String, String>) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(key, _)| !VOLATILE.contains(&key.as_str()))
            .map(|(key, value)| {
                let key = names.get(key).unwrap_or(key);
                (key.clone(), cleaned(value, names))
            })
            .collect(),
        Value::Array(all) => {
            let mut all: Vec<_> = all.iter().map(|one| cleaned(one, names)).collect();
            all.sort_by_key(Value::to_string);
            Value::Array(all)
        }
        Value::String(id) => names
            .get(id)
            .map_or_else(|| value.clone(), |name| Value::from(name.as_str())),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

fn instances_taken_out(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split("i-");
    out.extend(parts.next());
    for part in parts {
        let id = part.chars().take_while(char::is_ascii_hexdigit).count();
        if id == 17 {
            out.push_str("i-…");
            out.push_str(&part[id..]);
        } else {
            out.push_str("i-");
            out.push_str(part);
        }
    }
    out
}

/// Things of ours of which there are two where there may be one.
pub fn duplicates(world: &mut World) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut count = |what: String| *counts.entry(what).or_default() += 1;
    for region in world.regions.values() {
        for stack in list(&region.truth(), "stacks") {
            let name = text(stack, "StackName");
            if let (true, Some((_, uid))) = (name.starts_with(SHARED), name.rsplit_once('-')) {
                count(format!("stack of {uid}"));
            }
        }
    }
    let octopus = world.octopus.truth();
    for space in octopus.as_object().into_iter().flat_map(|all| all.values()) {
        for tenant in list(space, "tenants") {
            if let Some(uid) = owner(tenant) {
                count(format!("tenant of {uid}"));
            }
        }
        for trigger in list(space, "projecttriggers").filter(|one| one["Name"] == SHARED) {
            count(format!("trigger of {}", text(trigger, "ProjectId")));
        }
        for _ in list(space, "machinepolicies").filter(|one| one["Name"] == SHARED) {
            count("machine policy".to_owned());
        }
        for project in list(space, "projects") {
            for one in list(project, "AutoDeployReleaseOverrides") {
                let place = ["EnvironmentId", "TenantId"].map(|key| text(one, key));
                let project = text(project, "Name");
                count(format!("override in {project} for {}", place.join(" ")));
            }
        }
    }
    let several = counts.into_iter().filter(|(_, count)| *count > 1);
    several
        .map(|(what, count)| format!("{count} times: {what}"))
        .collect()
}

/// How often each release was deployed to the machine to which it was deployed most often, by
/// project; and how many stacks there ever were. Whoever does a thing twice shows here.
pub fn done(world: &mut World) -> BTreeMap<String, usize> {
    let mut most: BTreeMap<String, usize> = BTreeMap::new();
    let octopus = world.octopus.truth();
    for space in octopus.as_object().into_iter().flat_map(|all| all.values()) {
        let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
        for deployment in list(space, "deployments") {
            let what = ["ProjectId", "ReleaseVersion"].map(|key| text(deployment, key));
            let what = format!("deployments of {} to one machine", what.join(" "));
            for machine in list(deployment, "DeployedToMachineIds") {
                let machine = machine.as_str().unwrap_or_default().to_owned();
                *counts.entry((what.clone(), machine)).or_default() += 1;
            }
        }
        for ((what, _), count) in counts {
            let slot = most.entry(what).or_default();
            *slot = count.max(*slot);
        }
    }
    let places: Vec<_> = world.regions.keys().cloned().collect();
    let ours = places.iter().map(|place| {
        let listed = world.on(place, |region, moment| {
            region.list_stacks(&[], None, moment)
        });
        let all = listed.map(|page| page.items).unwrap_or_default();
        all.iter()
            .filter(|one| one.stack_name.starts_with(SHARED))
            .count()
    });
    most.insert("stacks ever made".to_owned(), ours.sum());
    most
}

/// Things of ours whose owner is not among the living.
pub fn ownerless(world: &mut World, is_living: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for region in world.regions.values() {
        for stack in list(&region.truth(), "stacks") {
            let name = text(stack, "StackName");
            let uid = name.rsplit_once('-').map(|(_, uid)| uid);
            if name.starts_with(SHARED) && uid.is_none_or(|uid| !is_living(uid)) {
                found.push(format!("stack {name}"));
            }
        }
    }
    for (bucket, content) in world.buckets.iter() {
        let keys = content.objects.keys();
        let left = keys.filter(|key| !key.split('/').any(&is_living));
        found.extend(left.map(|key| format!("object {bucket}/{key}")));
    }
    let octopus = world.octopus.truth();
    for space in octopus.as_object().into_iter().flat_map(|all| all.values()) {
        let mut tenants = Vec::new();
        for tenant in list(space, "tenants") {
            match owner(tenant) {
                Some(uid) if !is_living(&uid) => {
                    found.push(format!("tenant {}", text(tenant, "Name")));
                }
                Some(_) | None => tenants.push(text(tenant, "Id")),
            }
        }
        for machine in list(space, "machines") {
            let marked = list(machine, "Roles").any(|role| role == SHARED);
            let owned = list(machine, "TenantIds").any(|id| {
                let id = id.as_str().unwrap_or_default();
                tenants.iter().any(|tenant| tenant == id)
            });
            if marked && !owned {
                found.push(format!("machine {}", text(machine, "Name")));
            }
        }
        for project in list(space, "projects") {
            for one in list(project, "AutoDeployReleaseOverrides") {
                let tenant = text(one, "TenantId");
                if !tenant.is_empty() && !tenants.contains(&tenant) {
                    found.push(format!("override for {tenant}"));
                }
            }
        }
        if tenants.len()
            == list(space, "tenants")
                .filter(|one| owner(one).is_none())
                .count()
        {
            let shared = ["projecttriggers", "machinepolicies"];
            let shared = shared.iter().flat_map(|kind| list(space, kind));
            let left = shared.filter(|one| one["Name"] == SHARED);
            found.extend(left.map(|one| format!("shared {}", text(one, "Id"))));
        }
    }
    found
}

fn owner(tenant: &Value) -> Option<String> {
    let description = tenant["Description"].as_str()?;
    let (_, rest) = description.split_once(MARK)?;
    Some(rest.chars().take_while(char::is_ascii_hexdigit).collect())
}

fn list<'a>(value: &'a Value, key: &str) -> std::slice::Iter<'a, Value> {
    value[key]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}
