//! Scheduled actions of groups, as resources of a stack.

use chrono::{DateTime, Utc};

use super::{SCHEDULED_ACTION, Workshop, generic, refusal};
use crate::autoscaling::schedule::NewScheduledAction;
use crate::cloudformation::evaluate::as_text;
use crate::cloudformation::stack::Settings;

/// Makes one; its id is its name.
pub(super) fn create(
    workshop: &mut Workshop<'_, '_, '_>,
    logical_id: &str,
    settings: &Settings,
) -> Result<String, String> {
    let (kind, identity) = (SCHEDULED_ACTION, workshop.identity);
    let name = generic::physical_id(workshop.chance, identity, kind, logical_id, settings);
    put(workshop, &name, settings)?;
    Ok(name)
}

/// Makes or changes one of that name.
pub(super) fn put(
    workshop: &mut Workshop<'_, '_, '_>,
    name: &str,
    settings: &Settings,
) -> Result<(), String> {
    let text = |key: &str| settings.properties.get(key).and_then(as_text);
    let invalid = |text: String| refusal(&text, "InvalidRequest");
    let number = |key: &str| match text(key) {
        None => Ok(None),
        Some(text) => {
            (text.parse().map(Some)).map_err(|_| invalid(format!("{key} is no number: {text}")))
        }
    };
    let time = |key: &str| match text(key) {
        None => Ok(None),
        Some(text) => moment(&text)
            .map(Some)
            .ok_or_else(|| invalid(format!("{key} is no time: {text}"))),
    };
    let new = NewScheduledAction {
        name: name.to_owned(),
        start_time: time("StartTime")?,
        end_time: time("EndTime")?,
        recurrence: text("Recurrence"),
        min_size: number("MinSize")?,
        max_size: number("MaxSize")?,
        desired_capacity: number("DesiredCapacity")?,
    };
    let group = text("AutoScalingGroupName").unwrap_or_default();
    let now = workshop.moment.now;
    let done = (workshop.compute).schedule(&group, new, workshop.chance, now);
    done.map_err(|error| invalid(error.message))
}

/// Takes one away, if its group still has it.
pub(super) fn delete(workshop: &mut Workshop<'_, '_, '_>, name: &str) {
    for group in workshop.compute.groups.values_mut() {
        group.scheduled.remove(name);
    }
}

fn moment(text: &str) -> Option<DateTime<Utc>> {
    let moment = DateTime::parse_from_rfc3339(text).ok()?;
    Some(moment.to_utc())
}
