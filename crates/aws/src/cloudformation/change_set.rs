//! Change sets, all pages merged, without values.

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::operation::describe_change_set::DescribeChangeSetOutput;
use aws_sdk_cloudformation::types::{
    ChangeSetStatus, ExecutionStatus, ResourceChange, ResourceChangeDetail,
};
use bennu_model::ids::{ChangeSetArn, ChangeSetName, LogicalId, StackArn};
use bennu_model::stack::{Cause, Change, ChangeSet, ChangeSetState};
use bennu_ports::{Call, Gate};

use crate::call::{send, unreadable};
use crate::error::{Failure, cut};

const CALL: Call = Call::DescribeChangeSet;

/// How CloudFormation says that there is nothing to change; the second where a transform is
/// involved. Only the beginning is matched: the rest is advice.
const NOTHING: [&str; 2] = [
    "The submitted information didn't contain changes.",
    "No updates are to be performed.",
];

/// One change set. `None`: there is no such change set, or no such stack.
pub(crate) async fn change_set(
    client: &Client,
    gate: &dyn Gate,
    stack: &StackArn,
    name: &ChangeSetName,
) -> Result<Option<ChangeSet>, Failure> {
    let mut changes = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let request = client
            .describe_change_set()
            .stack_name(stack.as_str())
            .change_set_name(name.as_str())
            .set_next_token(token.clone())
            .send();
        let mut page = match send(gate, CALL, request).await {
            Err(failure) if failure.is_not_found() => return Ok(None),
            page => page?,
        };
        for change in page
            .changes
            .take()
            .into_iter()
            .flatten()
            .filter_map(|c| c.resource_change)
        {
            changes.push(read_change(change)?);
        }
        match page.next_token.take() {
            None => return head(page, stack, name, changes),
            Some(next) if token.as_ref() == Some(&next) => {
                return Err(unreadable(CALL, "the next page is this one"));
            }
            Some(next) => token = Some(next),
        }
    }
}

fn head(
    page: DescribeChangeSetOutput,
    stack: &StackArn,
    name: &ChangeSetName,
    changes: Vec<Change>,
) -> Result<Option<ChangeSet>, Failure> {
    let Some(state) = state(&page)? else {
        return Ok(None);
    };
    let arn = page.change_set_id.and_then(|id| ChangeSetArn::new(id).ok());
    Ok(Some(ChangeSet {
        arn: arn.ok_or_else(|| unreadable(CALL, "no ChangeSetId"))?,
        name: name.clone(),
        stack: stack.clone(),
        state,
        reason: page.status_reason.as_deref().map(cut),
        changes,
    }))
}

/// Status and execution status in one. `None`: it has been deleted.
fn state(page: &DescribeChangeSetOutput) -> Result<Option<ChangeSetState>, Failure> {
    let status = page
        .status
        .as_ref()
        .ok_or_else(|| unreadable(CALL, "no Status"))?;
    let reason = page.status_reason.as_deref().unwrap_or_default();
    Ok(Some(match status {
        ChangeSetStatus::CreatePending | ChangeSetStatus::CreateInProgress => {
            ChangeSetState::Pending
        }
        ChangeSetStatus::CreateComplete => execution(page.execution_status.as_ref()),
        ChangeSetStatus::Failed if NOTHING.iter().any(|text| reason.starts_with(text)) => {
            ChangeSetState::Empty
        }
        // One that could not be deleted is still there and of no use.
        ChangeSetStatus::Failed | ChangeSetStatus::DeleteFailed => ChangeSetState::Failed,
        ChangeSetStatus::DeletePending | ChangeSetStatus::DeleteInProgress => {
            ChangeSetState::Deleting
        }
        ChangeSetStatus::DeleteComplete => return Ok(None),
        // The SDK's enum is open: what we do not know is not ready.
        _ => ChangeSetState::Pending,
    }))
}

fn execution(status: Option<&ExecutionStatus>) -> ChangeSetState {
    match status {
        Some(ExecutionStatus::Available) => ChangeSetState::Available,
        Some(ExecutionStatus::ExecuteInProgress) => ChangeSetState::Executing,
        Some(ExecutionStatus::ExecuteComplete | ExecutionStatus::ExecuteFailed) => {
            ChangeSetState::Executed
        }
        Some(ExecutionStatus::Obsolete) => ChangeSetState::Obsolete,
        // Unavailable, none yet, or one that we do not know: not ready.
        Some(_) | None => ChangeSetState::Pending,
    }
}

fn read_change(change: ResourceChange) -> Result<Change, Failure> {
    let logical_id = change
        .logical_resource_id
        .and_then(|id| LogicalId::new(id).ok());
    Ok(Change {
        action: change
            .action
            .map(|a| a.as_str().to_owned())
            .unwrap_or_default(),
        logical_id: logical_id
            .ok_or_else(|| unreadable(CALL, "a change has no LogicalResourceId"))?,
        kind: change.resource_type.unwrap_or_default(),
        replacement: change.replacement.map(|r| r.as_str().to_owned()),
        policy_action: change.policy_action.map(|p| p.as_str().to_owned()),
        scope: change
            .scope
            .into_iter()
            .flatten()
            .map(|s| s.as_str().to_owned())
            .collect(),
        causes: change
            .details
            .into_iter()
            .flatten()
            .map(read_cause)
            .collect(),
    })
}

fn read_cause(detail: ResourceChangeDetail) -> Cause {
    let target = detail.target.as_ref();
    let attribute = target
        .and_then(|t| t.attribute.as_ref())
        .map(|a| a.as_str().to_owned());
    Cause {
        property: target
            .and_then(|t| t.name.clone())
            .or(attribute)
            .unwrap_or_default(),
        source: detail
            .change_source
            .map(|s| s.as_str().to_owned())
            .unwrap_or_default(),
        entity: detail.causing_entity,
        recreation: target
            .and_then(|t| t.requires_recreation.as_ref())
            .map(|r| r.as_str().to_owned())
            .unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(
        status: ChangeSetStatus,
        execution: ExecutionStatus,
        reason: &str,
    ) -> Option<ChangeSetState> {
        let page = DescribeChangeSetOutput::builder()
            .status(status)
            .execution_status(execution)
            .status_reason(reason)
            .build();
        state(&page).unwrap()
    }

    #[test]
    fn nothing_to_change_is_told_from_failure_by_both_texts() {
        let failed = |reason| {
            judged(
                ChangeSetStatus::Failed,
                ExecutionStatus::Unavailable,
                reason,
            )
        };
        let advice = "The submitted information didn't contain changes. Submit different information to create a change set.";
        assert_eq!(failed(advice), Some(ChangeSetState::Empty));
        assert_eq!(
            failed("No updates are to be performed."),
            Some(ChangeSetState::Empty)
        );
        assert_eq!(
            failed("Transform AWS::Include failed"),
            Some(ChangeSetState::Failed)
        );
    }

    #[test]
    fn a_warning_is_no_failure() {
        let reason = "[WARN] --include-property-values option can return incomplete ChangeSet data";
        let state = judged(
            ChangeSetStatus::CreateComplete,
            ExecutionStatus::Available,
            reason,
        );
        assert_eq!(state, Some(ChangeSetState::Available));
    }

    #[test]
    fn what_is_deleted_or_not_known_is_never_ready() {
        let unknown = ChangeSetStatus::from("CREATE_PONDERING");
        assert_eq!(
            judged(unknown, ExecutionStatus::Available, ""),
            Some(ChangeSetState::Pending)
        );
        assert_eq!(
            judged(
                ChangeSetStatus::DeleteComplete,
                ExecutionStatus::Available,
                ""
            ),
            None
        );
        let unknown = ExecutionStatus::from("READY_ISH");
        assert_eq!(
            judged(ChangeSetStatus::CreateComplete, unknown, ""),
            Some(ChangeSetState::Pending)
        );
    }
}
