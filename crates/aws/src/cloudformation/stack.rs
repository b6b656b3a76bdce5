//! Stacks, as described.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{OperationType, Stack as Described};
use bennu_model::ids::{ChangeSetArn, OperationId, StackArn, StackName};
use bennu_model::plan::StackRef;
use bennu_model::stack::{Stack, StackStatus};
use bennu_ports::{Call, Cursor, Gate, Page};

use crate::call::{send, unreadable};
use crate::error::{Failure, cut};
use crate::time::date_time;

const CALL: Call = Call::DescribeStacks;

/// One page of all stacks that are not deleted. Nested ones are left out: they are their
/// root's business.
pub(crate) async fn list_stacks(
    client: &Client,
    gate: &dyn Gate,
    from: Option<Cursor>,
) -> Result<Page<Stack>, Failure> {
    let request = client
        .describe_stacks()
        .set_next_token(from.map(|c| c.0))
        .send();
    let reply = send(gate, CALL, request).await?;
    let items = reply
        .stacks
        .unwrap_or_default()
        .into_iter()
        .filter(|stack| stack.root_id.is_none() && stack.parent_id.is_none())
        .map(read)
        .collect::<Result<_, _>>()?;
    Ok(Page {
        items,
        next: reply.next_token.map(Cursor),
    })
}

/// One stack; a deleted one only by ARN.
pub(crate) async fn stack(
    client: &Client,
    gate: &dyn Gate,
    which: &StackRef,
) -> Result<Option<Stack>, Failure> {
    let request = client.describe_stacks().stack_name(which.as_str()).send();
    let reply = match send(gate, CALL, request).await {
        Err(failure) if failure.is_not_found() => return Ok(None),
        reply => reply?,
    };
    // A stack that is not there is an error on the wire, so an empty answer is none.
    let found = reply.stacks.unwrap_or_default().into_iter().next();
    let found = found.ok_or_else(|| unreadable(CALL, "it names no stack and no error"))?;
    read(found).map(Some)
}

fn read(stack: Described) -> Result<Stack, Failure> {
    let lacks = |what: &str| {
        let name = stack.stack_name.as_deref().unwrap_or("without a name");
        unreadable(CALL, &format!("stack {name} has no legal {what}"))
    };
    Ok(Stack {
        arn: legal(stack.stack_id.clone(), StackArn::new).ok_or_else(|| lacks("StackId"))?,
        name: legal(stack.stack_name.clone(), StackName::new).ok_or_else(|| lacks("StackName"))?,
        status: status(&stack).ok_or_else(|| lacks("StackStatus"))?,
        reason: stack.stack_status_reason.as_deref().map(cut),
        tags: pairs(
            stack
                .tags
                .iter()
                .flatten()
                .map(|t| (t.key.as_ref(), t.value.as_ref())),
        ),
        outputs: pairs(
            stack
                .outputs
                .iter()
                .flatten()
                .map(|o| (o.output_key.as_ref(), o.output_value.as_ref())),
        ),
        change_set: legal(stack.change_set_id.clone(), ChangeSetArn::new),
        operation: last_operation(&stack),
        created_at: stack
            .creation_time
            .as_ref()
            .and_then(date_time)
            .ok_or_else(|| lacks("CreationTime"))?,
        updated_at: stack.last_updated_time.as_ref().and_then(date_time),
        termination_protection: stack.enable_termination_protection.unwrap_or(false),
    })
}

fn status(stack: &Described) -> Option<StackStatus> {
    stack
        .stack_status
        .as_ref()
        .map(|status| StackStatus::from(status.as_str().to_owned()))
}

/// A change set that is only computed changes nothing, so it is no operation on the stack.
fn last_operation(stack: &Described) -> Option<OperationId> {
    let operations = stack.last_operations.as_deref().unwrap_or_default();
    let last = operations
        .iter()
        .find(|o| o.operation_type != Some(OperationType::CreateChangeset))?;
    legal(last.operation_id.clone(), OperationId::new)
}

fn legal<T, E>(text: Option<String>, new: impl FnOnce(String) -> Result<T, E>) -> Option<T> {
    text.and_then(|text| new(text).ok())
}

fn pairs<'a>(
    entries: impl Iterator<Item = (Option<&'a String>, Option<&'a String>)>,
) -> BTreeMap<String, String> {
    entries
        .filter_map(|(key, value)| Some((key?.clone(), value?.clone())))
        .collect()
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudformation::types::StackStatus as SdkStatus;

    use super::*;

    #[test]
    fn every_status_of_the_sdk_is_one_of_ours_and_back() {
        for text in SdkStatus::values() {
            let ours = StackStatus::from((*text).to_owned());
            assert!(
                !matches!(ours, StackStatus::Other(_)),
                "{text} is new: give it a meaning"
            );
            assert_eq!(ours.as_str(), *text);
        }
        for ours in StackStatus::ALL {
            assert!(
                SdkStatus::values().contains(&ours.as_str()),
                "{ours} is none of the SDK's"
            );
        }
    }

    #[test]
    fn a_status_that_nobody_knows_keeps_its_text() {
        let described = Described::builder()
            .stack_status(SdkStatus::from("CREATE_PENDING"))
            .build();
        assert_eq!(
            status(&described),
            Some(StackStatus::Other("CREATE_PENDING".into()))
        );
    }
}
