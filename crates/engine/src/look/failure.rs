//! What went wrong first in an operation, by its events.

use bennu_model::plan::Look;
use bennu_model::stack::{Failure, StackEvent};
use bennu_ports::{Gate, PortError};

use crate::World;

/// At most this many pages of events are read for a cause: an operation on the largest
/// stack has a few thousand events, and a page has a hundred.
pub(super) const MOST_EVENT_PAGES: usize = 50;

/// The earliest failure of the last operation. Events come newest first, so the last one
/// that is found is the first that happened; those that merely say "cancelled" follow from
/// another one.
pub(super) async fn failure(
    world: &World,
    gate: &dyn Gate,
    look: &Look,
) -> Result<Option<Failure>, PortError> {
    let Look::Failure {
        target,
        stack,
        moment,
        since,
        otherwise,
    } = look
    else {
        return Ok(None);
    };
    let mut first: Option<StackEvent> = None;
    let mut instance = None;
    let mut from = None;
    'pages: for _ in 0..MOST_EVENT_PAGES {
        let page = world
            .infrastructure
            .stack_events(gate, target, stack, from)
            .await?;
        for event in page.items {
            if event.at < *since {
                break 'pages;
            }
            instance = failing_instance(&event).or(instance);
            if event.status.ends_with("_FAILED") && !is_consequence(&event) {
                first = Some(event);
            }
        }
        match page.next {
            Some(next) => from = Some(next),
            None => break,
        }
    }
    Ok(Some(match first {
        Some(event) => Failure {
            moment: moment.clone(),
            logical_id: Some(event.logical_id),
            kind: Some(event.kind),
            reason: cut(event.reason.as_deref().unwrap_or("no reason was given")),
            instance,
        },
        None => Failure {
            moment: moment.clone(),
            logical_id: None,
            kind: None,
            reason: cut(otherwise),
            instance,
        },
    }))
}

/// "Received FAILURE signal with UniqueId i-…": an instance signals under its own id.
fn failing_instance(event: &StackEvent) -> Option<String> {
    let reason = event.reason.as_deref()?;
    let (_, id) = reason.split_once("Received FAILURE signal with UniqueId ")?;
    let id = id.split_whitespace().next()?;
    id.starts_with("i-").then(|| id.to_owned())
}

fn is_consequence(event: &StackEvent) -> bool {
    event.kind == "AWS::CloudFormation::Stack"
        || event.reason.as_deref().is_some_and(|reason| {
            reason.contains("Resource creation cancelled")
                || reason.contains("Resource update cancelled")
        })
}

fn cut(text: &str) -> String {
    text.chars().take(1_000).collect()
}
