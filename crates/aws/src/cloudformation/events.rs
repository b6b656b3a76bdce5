//! What happened to a stack.

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::StackEvent as Described;
use bennu_model::ids::{LogicalId, StackArn};
use bennu_model::stack::StackEvent;
use bennu_ports::{Call, Cursor, Gate, Page};

use crate::call::{send, unreadable};
use crate::error::{Failure, cut};
use crate::time::date_time;

const CALL: Call = Call::DescribeStackEvents;

/// One page of a stack's events, newest first, as CloudFormation gives them.
pub(crate) async fn stack_events(
    client: &Client,
    gate: &dyn Gate,
    stack: &StackArn,
    from: Option<Cursor>,
) -> Result<Page<StackEvent>, Failure> {
    let request = client
        .describe_stack_events()
        .stack_name(stack.as_str())
        .set_next_token(from.map(|c| c.0))
        .send();
    let reply = send(gate, CALL, request).await?;
    let events = reply.stack_events.unwrap_or_default();
    let items = events.into_iter().map(read).collect::<Result<_, _>>()?;
    Ok(Page {
        items,
        next: reply.next_token.map(Cursor),
    })
}

fn read(event: Described) -> Result<StackEvent, Failure> {
    let lacks = |what: &str| unreadable(CALL, &format!("an event has no {what}"));
    let logical_id = event
        .logical_resource_id
        .and_then(|id| LogicalId::new(id).ok());
    Ok(StackEvent {
        at: event
            .timestamp
            .as_ref()
            .and_then(date_time)
            .ok_or_else(|| lacks("Timestamp"))?,
        logical_id: logical_id.ok_or_else(|| lacks("LogicalResourceId"))?,
        kind: event.resource_type.unwrap_or_default(),
        status: event
            .resource_status
            .map(|s| s.as_str().to_owned())
            .unwrap_or_default(),
        reason: event.resource_status_reason.as_deref().map(cut),
    })
}
