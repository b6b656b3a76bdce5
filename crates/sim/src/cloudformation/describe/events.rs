//! `DescribeEvents`: operations with what happened in them.
//!
//! Events of the stack itself are `STACK_EVENT`s, those of resources `PROGRESS_EVENT`s or,
//! of what failed, `PROVISIONING_ERROR`s; findings of the early validation are
//! `VALIDATION_ERROR`s. That assignment is an assumption: the names are published.

use chrono::{DateTime, Utc};

use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::answer::{OperationEntry, OperationEvent, Page, StackEvent};
use crate::cloudformation::lookup::no_stack;
use crate::cloudformation::request::{ChangeSetReference, DescribeEvents};
use crate::cloudformation::stack::Stack;
use crate::cloudformation::status::{EventType, OperationStatus, OperationType};
use crate::cloudformation::validation::{Finding, NAME_CONFLICT};
use crate::paging::page;
use crate::region::Region;
use crate::world::Moment;

impl Region {
    /// `DescribeEvents` of a stack, of a change set's making, or of an operation; newest first.
    ///
    /// # Errors
    ///
    /// `ValidationError` when none of them is named, for a stack or an operation that is
    /// missing and for a token that no page gave; `ChangeSetNotFound`.
    pub fn describe_events(
        &self,
        request: &DescribeEvents,
        moment: &Moment<'_>,
    ) -> AwsResult<Page<OperationEvent>> {
        let (stack, operation) = self.told_of(request)?;
        let events = stack
            .events
            .iter()
            .enumerate()
            .map(|(index, event)| of_stack(stack, index, event));
        let findings = stack.findings.iter().map(|one| of_finding(stack, one));
        let mut all: Vec<OperationEvent> = events.chain(findings).collect();
        all.sort_by_key(|one| one.timestamp);
        all.retain(|one| {
            (operation.is_none() || one.operation_id == operation)
                && (!request.failed_events || one.event_type.is_failure())
        });
        all.reverse();
        let token = request.next_token.as_deref();
        page(all, moment.parameters.event_page, token)
    }

    /// The stack that is asked for, and the operation if it is about one.
    fn told_of(&self, request: &DescribeEvents) -> AwsResult<(&Stack, Option<String>)> {
        if let Some(id) = &request.operation_id {
            let has = |stack: &&Stack| stack.operations.iter().any(|one| one.operation_id == *id);
            let stack = self.stacks.values().find(has).ok_or_else(|| {
                AwsError::validation(format!("Operation with id {id} does not exist"))
            })?;
            return Ok((stack, Some(id.clone())));
        }
        if let Some(change_set_name) = &request.change_set_name {
            let wanted = ChangeSetReference {
                change_set_name: change_set_name.clone(),
                stack_name: request.stack_name.clone(),
            };
            let (stack, one) = self.change_set(&wanted)?;
            return Ok((stack, Some(one.operation_id.clone())));
        }
        let name = request.stack_name.as_deref().ok_or_else(|| {
            AwsError::validation(
                "One of StackName, ChangeSetName and OperationId must be specified",
            )
        })?;
        let stack = self.find_stack(name).ok_or_else(|| no_stack(name))?;
        Ok((stack, None))
    }
}

fn of_stack(stack: &Stack, index: usize, event: &StackEvent) -> OperationEvent {
    let id = event.operation_id.clone();
    let is_own = event.physical_resource_id.as_ref() == Some(&stack.id);
    let same = |one: &&StackEvent| one.operation_id == event.operation_id;
    let is_last = !stack.events.iter().skip(index + 1).any(|one| same(&one));
    let running = stack.operation.as_ref().map(|one| one.id.clone()) == id;
    let ends = is_own && is_last && !running;
    let event_type = if is_own {
        EventType::StackEvent
    } else if event.resource_status.ends_with("_FAILED") {
        EventType::ProvisioningError
    } else {
        EventType::ProgressEvent
    };
    let operation_status = match (is_own, ends) {
        (false, _) => None,
        (true, false) => Some(OperationStatus::InProgress),
        (true, true) if is_success(kind_of(stack, id.as_deref()), event.resource_status) => {
            Some(OperationStatus::Success)
        }
        (true, true) => Some(OperationStatus::Failed),
    };
    let begins = stack.events.iter().find(same).map(|one| one.timestamp);
    OperationEvent {
        event_id: event.event_id.clone(),
        operation_type: kind_of(stack, id.as_deref()),
        operation_id: id,
        operation_status,
        event_type,
        start_time: begins.filter(|_| is_own),
        end_time: ends.then_some(event.timestamp),
        stack: Some(event.clone()),
        finding: None,
        timestamp: event.timestamp,
        stack_id: stack.id.clone(),
    }
}

/// Whether an operation of this kind was to end in this status.
fn is_success(kind: Option<OperationType>, status: &str) -> bool {
    let wanted: &[&str] = match kind {
        Some(OperationType::CreateStack) => &["CREATE_COMPLETE"],
        Some(OperationType::UpdateStack) => &["UPDATE_COMPLETE", "IMPORT_COMPLETE"],
        Some(OperationType::DeleteStack) => &["DELETE_COMPLETE"],
        Some(OperationType::Rollback | OperationType::ContinueRollback) => &[
            "UPDATE_ROLLBACK_COMPLETE",
            "ROLLBACK_COMPLETE",
            "DELETE_COMPLETE",
        ],
        Some(OperationType::CreateChangeSet) | None => &["REVIEW_IN_PROGRESS"],
    };
    wanted.contains(&status)
}

fn kind_of(stack: &Stack, operation_id: Option<&str>) -> Option<OperationType> {
    let is_it = |one: &&OperationEntry| Some(one.operation_id.as_str()) == operation_id;
    let found = stack.operations.iter().find(is_it);
    found.map(|one| one.operation_type)
}

fn of_finding(stack: &Stack, one: &Finding) -> OperationEvent {
    let timestamp: DateTime<Utc> = one.at;
    OperationEvent {
        event_id: format!("{}-{NAME_CONFLICT}-{}", one.logical_id, one.operation_id),
        operation_id: Some(one.operation_id.clone()),
        operation_type: kind_of(stack, Some(&one.operation_id)),
        operation_status: None,
        event_type: EventType::ValidationError,
        start_time: None,
        end_time: None,
        stack: None,
        finding: Some(one.clone()),
        timestamp,
        stack_id: stack.id.clone(),
    }
}
