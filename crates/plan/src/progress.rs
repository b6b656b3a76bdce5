//! How far an operation is, by its events. Their texts are CloudFormation's, made for people
//! and promised to nobody: what cannot be read is passed over.

use std::collections::BTreeMap;

use bennu_model::progress::{Progress, Roll};
use bennu_model::stack::StackEvent;
use chrono::{DateTime, Utc};

/// The progress of the operation that began at `since`, by its events, newest first.
pub fn read(events: &[StackEvent], since: DateTime<Utc>) -> Progress {
    let mut progress = Progress {
        since: Some(since),
        ..Progress::default()
    };
    let mut resources = BTreeMap::new();
    for event in events.iter().rev() {
        if event.kind != "AWS::CloudFormation::Stack" {
            resources.insert(&event.logical_id, event.status.as_str());
        }
        if let Some(reason) = &event.reason {
            tell(&mut progress, reason);
        }
    }
    let count = |is_done: bool| {
        let found = resources
            .values()
            .filter(|s| s.ends_with("_IN_PROGRESS") != is_done);
        u32::try_from(found.count()).unwrap_or(u32::MAX)
    };
    progress.resources_done = count(true);
    progress.resources_busy = count(false);
    progress
}

fn tell(progress: &mut Progress, reason: &str) {
    if let Some(roll) = announced(reason) {
        progress.roll = Some(roll);
        progress.signals_awaited = None;
        (progress.signals_received, progress.signals_failed) = (0, 0);
    } else if reason.starts_with("Terminating instance(s) [") {
        if let Some(roll) = &mut progress.roll {
            roll.begun += 1;
        }
    } else if let Some(count) = number_after(reason, "Waiting on ") {
        progress.signals_awaited = Some(count);
        (progress.signals_received, progress.signals_failed) = (0, 0);
    } else if reason.starts_with("Received SUCCESS signal") {
        progress.signals_received += 1;
    } else if reason.starts_with("Received FAILURE signal") {
        progress.signals_failed += 1;
    } else if let Some(missing) = number_after(reason, "Failed to receive ") {
        progress.signals_failed += missing;
    }
}

/// "Rolling update initiated. Terminating N obsolete instance(s) in batches of B, while
/// keeping at least M instance(s) in service."
fn announced(reason: &str) -> Option<Roll> {
    reason.strip_prefix("Rolling update initiated")?;
    Some(Roll {
        total: number_after(reason, "Terminating ")?,
        batch: number_after(reason, "in batches of ")?,
        in_service: number_after(reason, "at least ")?,
        begun: 0,
    })
}

fn number_after(text: &str, words: &str) -> Option<u32> {
    let (_, rest) = text.split_once(words)?;
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    rest.get(..end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use bennu_model::ids::LogicalId;

    use super::*;

    #[test]
    fn a_roll_is_told_batch_by_batch() {
        let at = DateTime::from_timestamp(0, 0).unwrap();
        let mut events: Vec<_> = [
            "Rolling update initiated. Terminating 3 obsolete instance(s) in batches of 2, while keeping at least 1 instance(s) in service. Waiting on resource signals with a timeout of PT15M when new instances are added to the autoscaling group.",
            "Terminating instance(s) [i-1,i-2]; replacing with 2 new instance(s).",
            "New instance(s) added to autoscaling group - Waiting on 2 resource signal(s) with a timeout of PT15M.",
            "Received SUCCESS signal with UniqueId i-4",
        ]
        .map(|reason| StackEvent {
            at,
            logical_id: LogicalId::new("Group").unwrap(),
            kind: "AWS::AutoScaling::AutoScalingGroup".into(),
            status: "UPDATE_IN_PROGRESS".into(),
            reason: Some(reason.into()),
        })
        .into();
        events.reverse();
        let told = read(&events, at).to_string();
        assert_eq!(told, "batch 1 of 2, signals 1 of 2, resources 0 of 1");
    }
}
