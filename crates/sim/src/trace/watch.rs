//! How lines come about: after each step, the world is asked what is new in it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Subject, Trace};
use crate::autoscaling::Activity;
use crate::cloudformation::answer::StackEvent;
use crate::ec2::InstanceState;
use crate::faults::Fault;
use crate::region::Region;
use crate::world::Place;

/// How far each part of a region has been told.
#[derive(Debug, Default)]
pub(crate) struct Positions {
    /// By ARN: the events.
    stacks: BTreeMap<String, usize>,
    activities: usize,
    instances: BTreeMap<String, InstanceState>,
}

impl Trace {
    /// Tells what is new in a region.
    pub(crate) fn watch(
        &mut self,
        now: DateTime<Utc>,
        place: &Place,
        region: &mut Region,
        positions: &mut Positions,
    ) {
        let there = format!("{}/{}", place.account, place.region);
        for id in region.stacks.take_changed() {
            let Some(stack) = region.stacks.get(&id) else {
                positions.stacks.remove(&id);
                continue;
            };
            let told = positions.stacks.entry(id).or_default();
            for event in stack.events.iter().skip(*told) {
                self.write(event.timestamp, Subject::Stack, event_text(&there, event));
            }
            *told = stack.events.len();
        }
        let activities = &region.compute.activities;
        for activity in activities.iter().skip(positions.activities) {
            let text = activity_text(&there, activity);
            self.write(activity.start_time, Subject::Activity, text);
        }
        positions.activities = activities.len();
        for id in region.compute.instances.take_changed() {
            let state = region.compute.instances.get(&id).map(|one| one.state);
            let told = positions.instances.get(&id).copied();
            if state == told {
                continue;
            }
            let word = state.map_or("forgotten", InstanceState::as_str);
            self.write(now, Subject::Instance, format!("{there} {id} {word}"));
            match state {
                Some(state) => positions.instances.insert(id, state),
                None => positions.instances.remove(&id),
            };
        }
    }

    /// Tells of faults that struck.
    pub(crate) fn watch_faults(&mut self, struck: Vec<(DateTime<Utc>, Fault)>) {
        for (at, fault) in struck {
            let text = format!("{} {} on {}", fault.id, fault.name, fault.on);
            self.write(at, Subject::Fault, text);
        }
    }
}

fn event_text(there: &str, event: &StackEvent) -> String {
    let mut text = format!(
        "{there} {} {} {} {}",
        event.stack_name, event.logical_resource_id, event.resource_type, event.resource_status
    );
    if let Some(reason) = &event.resource_status_reason {
        text.push_str(": ");
        text.push_str(reason);
    }
    text
}

fn activity_text(there: &str, activity: &Activity) -> String {
    let (group, what) = (&activity.group, &activity.description);
    format!("{there} {group} {what}: {}", activity.cause)
}
