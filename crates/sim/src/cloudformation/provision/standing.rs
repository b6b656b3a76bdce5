//! How the real things behind resources stand.

use serde_json::Value;

use super::{GROUP, INSTANCE, LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE, QUEUE, RULE};
use super::{generic::attribute_of, messaging};
use crate::cloudformation::wait;
use crate::compute::Compute;
use crate::ec2::InstanceState;
use crate::world::Place;

/// Why the thing has not come to rest; `None` when it has. Groups and instances take the time
/// that their instances take.
pub fn unrest(compute: &Compute, kind: &str, physical_id: &str) -> Option<String> {
    match kind {
        GROUP => {
            let group = compute.groups.get(physical_id)?;
            (!group.is_stable()).then(|| {
                format!(
                    "Group did not stabilize. {{current/minSize/maxSize group size}} = \
                     {{{}/{}/{}}}.",
                    group.in_service(),
                    group.min_size,
                    group.max_size
                )
            })
        }
        INSTANCE => {
            let state = compute.instances.get(physical_id)?.state;
            (state == InstanceState::Pending)
                .then(|| format!("Instance {physical_id} did not stabilize."))
        }
        _ => None,
    }
}

/// Whether there is such a thing, whoever made it. Of a type without behaviour any id is
/// taken to stand for one.
pub fn is_there(compute: &Compute, kind: &str, physical_id: &str) -> bool {
    match kind {
        LAUNCH_TEMPLATE => compute.launch_templates.contains_key(physical_id),
        LAUNCH_CONFIGURATION => compute.launch_configurations.contains_key(physical_id),
        GROUP => compute.groups.contains_key(physical_id),
        INSTANCE => (compute.instances.get(physical_id))
            .is_some_and(|one| one.state != InstanceState::Terminated),
        _ => true,
    }
}

/// Whether the thing is gone; the last traces of a group go with this question.
pub fn is_gone(compute: &mut Compute, kind: &str, physical_id: &str) -> bool {
    match kind {
        GROUP => {
            let empty = compute
                .groups
                .get(physical_id)
                .is_none_or(|group| group.members.is_empty());
            if empty {
                compute.groups.remove(physical_id);
            }
            empty
        }
        INSTANCE => (compute.instances.get(physical_id))
            .is_none_or(|one| one.state == InstanceState::Terminated),
        _ => true,
    }
}

/// What `Fn::GetAtt` gives for a real thing.
pub fn attribute(
    compute: &Compute,
    kind: &str,
    physical_id: &str,
    attribute: &str,
    place: &Place,
) -> Value {
    let text =
        match (kind, attribute) {
            (LAUNCH_TEMPLATE, "LatestVersionNumber") => (compute.launch_templates.get(physical_id))
                .map(|template| template.latest().to_string()),
            (wait::CONDITION, "Data") => compute.estate.waits.data(physical_id),
            (INSTANCE, "PrivateIp") => (compute.instances.get(physical_id))
                .map(|instance| instance.private_ip_address.clone()),
            (INSTANCE, "AvailabilityZone") => (compute.instances.get(physical_id))
                .map(|instance| instance.availability_zone.clone()),
            (QUEUE | RULE, _) => messaging::attribute(kind, physical_id, attribute, place),
            _ => None,
        };
    match text {
        Some(text) => Value::String(text),
        None => attribute_of(kind, physical_id, attribute, place),
    }
}
