//! What comes after a phase: the next one, or rest.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::exports;
use super::live::Live;
use super::plan::{plan_cleanup, plan_convergence, plan_deletion, plan_release};
use crate::cloudformation::answer::OutputValue;
use crate::cloudformation::change_set;
use crate::cloudformation::definition::{Definition, OUTPUT_IS_NO_TEXT};
use crate::cloudformation::evaluate::{Scope, as_text};
use crate::cloudformation::operation::{Progress, Task, Work};
use crate::cloudformation::provision::Workshop;
use crate::cloudformation::stack::Stack;
use crate::cloudformation::status::{OnFailure, ResourceStatus, StackStatus};
use crate::compute::Compute;

/// Ends a phase before its first resource is touched. A deletion ends there and then; what
/// would make and change resources goes on as after any other failure.
pub(super) fn refuse(stack: &mut Stack, reason: String, shop: &Workshop<'_, '_, '_>) {
    let now = shop.moment.now;
    if stack.status != StackStatus::DeleteInProgress {
        if let Some(operation) = &mut stack.operation {
            operation.failure = Some(reason);
        }
        return;
    }
    let status = if shop.moment.parameters.refused_delete_is_failed {
        StackStatus::DeleteFailed
    } else {
        stack.deletion_time = None;
        exports::status_before_deletion(stack)
    };
    rest(stack, status, Some(&reason), now);
}

/// Ends the phase that the stack's status names.
pub(super) fn finish(stack: &mut Stack, shop: &mut Workshop<'_, '_, '_>) {
    let now = shop.moment.now;
    match stack.status {
        StackStatus::CreateInProgress => finish_creation(stack, shop.compute, now),
        StackStatus::UpdateInProgress => finish_update(stack, shop.compute, now),
        StackStatus::UpdateCompleteCleanupInProgress => {
            let left = stack.operation.as_ref().is_some_and(|one| one.left_behind);
            let reason = "Update successful. One or more resources could not be deleted.";
            drop_removed(stack);
            rest(
                stack,
                StackStatus::UpdateComplete,
                left.then_some(reason),
                now,
            );
        }
        StackStatus::UpdateRollbackInProgress => match failure(stack, "update") {
            Some(reason) => rest(stack, StackStatus::UpdateRollbackFailed, Some(&reason), now),
            None => {
                set_outputs(stack, shop.compute);
                let status = StackStatus::UpdateRollbackCompleteCleanupInProgress;
                let works = plan_cleanup(stack);
                enter(stack, status, None, works, now);
            }
        },
        StackStatus::UpdateRollbackCompleteCleanupInProgress => {
            drop_removed(stack);
            rest(stack, StackStatus::UpdateRollbackComplete, None, now);
        }
        StackStatus::RollbackInProgress => match failure(stack, "delete") {
            Some(reason) => rest(stack, StackStatus::RollbackFailed, Some(&reason), now),
            None => rest(stack, StackStatus::RollbackComplete, None, now),
        },
        StackStatus::DeleteInProgress => match failure(stack, "delete") {
            Some(reason) => rest(stack, StackStatus::DeleteFailed, Some(&reason), now),
            None => {
                exports::withdraw(stack, &mut shop.compute.estate);
                rest(stack, StackStatus::DeleteComplete, None, now);
                stack.gone_at = Some(now);
                stack.change_sets.clear();
            }
        },
        StackStatus::ImportInProgress => finish_import(stack, shop.compute, now),
        StackStatus::ImportRollbackInProgress => match failure(stack, "roll back") {
            Some(reason) => rest(stack, StackStatus::ImportRollbackFailed, Some(&reason), now),
            None => {
                drop_removed(stack);
                rest(stack, StackStatus::ImportRollbackComplete, None, now);
            }
        },
        // Nothing is under way in these; an operation here would be a leftover.
        StackStatus::ReviewInProgress
        | StackStatus::CreateFailed
        | StackStatus::CreateComplete
        | StackStatus::RollbackFailed
        | StackStatus::RollbackComplete
        | StackStatus::DeleteFailed
        | StackStatus::DeleteComplete
        | StackStatus::UpdateComplete
        | StackStatus::UpdateFailed
        | StackStatus::UpdateRollbackFailed
        | StackStatus::UpdateRollbackComplete
        | StackStatus::ImportComplete
        | StackStatus::ImportRollbackFailed
        | StackStatus::ImportRollbackComplete => stack.operation = None,
    }
}

fn finish_creation(stack: &mut Stack, compute: &mut Compute, now: DateTime<Utc>) {
    let Some(reason) = failure(stack, "create").or_else(|| set_outputs(stack, compute)) else {
        return rest(stack, StackStatus::CreateComplete, None, now);
    };
    let disabled = stack
        .operation
        .as_ref()
        .is_some_and(|one| one.disable_rollback);
    let on_failure = if disabled {
        OnFailure::DoNothing
    } else {
        stack.on_failure
    };
    match on_failure {
        OnFailure::DoNothing => rest(stack, StackStatus::CreateFailed, Some(&reason), now),
        OnFailure::Rollback => {
            let reason = format!("{reason}Rollback requested by user.");
            let works = plan_deletion(stack);
            enter(
                stack,
                StackStatus::RollbackInProgress,
                Some(&reason),
                works,
                now,
            );
        }
        OnFailure::Delete => {
            let reason = format!("{reason}Delete requested by user.");
            let works = plan_deletion(stack);
            stack.deletion_time = Some(now);
            enter(
                stack,
                StackStatus::DeleteInProgress,
                Some(&reason),
                works,
                now,
            );
        }
    }
}

fn finish_update(stack: &mut Stack, compute: &mut Compute, now: DateTime<Utc>) {
    let Some(reason) = failure(stack, "update").or_else(|| set_outputs(stack, compute)) else {
        let works = plan_cleanup(stack);
        let status = StackStatus::UpdateCompleteCleanupInProgress;
        enter(stack, status, None, works, now);
        let nested = stack.parent_id.is_some();
        if let Some(operation) = &mut stack.operation {
            operation.held = nested;
        }
        return;
    };
    let disabled = stack
        .operation
        .as_ref()
        .is_some_and(|one| one.disable_rollback);
    match stack.previous.take() {
        Some(previous) if !disabled => {
            let works = plan_convergence(&previous);
            stack.definition = Some(previous);
            enter(
                stack,
                StackStatus::UpdateRollbackInProgress,
                Some(&reason),
                works,
                now,
            );
        }
        previous => {
            stack.previous = previous;
            rest(stack, StackStatus::UpdateFailed, Some(&reason), now);
        }
    }
}

fn finish_import(stack: &mut Stack, compute: &mut Compute, now: DateTime<Utc>) {
    let Some(reason) = failure(stack, "import").or_else(|| set_outputs(stack, compute)) else {
        return rest(stack, StackStatus::ImportComplete, None, now);
    };
    // A shell goes back to a version without anything in it.
    let before = stack.previous.take();
    let before = before.or_else(|| stack.definition.as_ref().map(Definition::emptied));
    stack.definition = before;
    let works = plan_release(stack);
    let status = StackStatus::ImportRollbackInProgress;
    enter(stack, status, Some(&reason), works, now);
}

/// Enters the next phase of the same operation.
fn enter(
    stack: &mut Stack,
    status: StackStatus,
    reason: Option<&str>,
    works: BTreeMap<String, Work>,
    now: DateTime<Utc>,
) {
    stack.set_status(status, reason, now);
    if let Some(operation) = &mut stack.operation {
        operation.works = works;
        operation.rolls_back |= status != StackStatus::UpdateCompleteCleanupInProgress;
        operation.begins = now;
        operation.ends = None;
        operation.deadline = None;
        operation.failed.clear();
        operation.failure = None;
    }
}

/// Ends the operation.
fn rest(stack: &mut Stack, status: StackStatus, reason: Option<&str>, now: DateTime<Utc>) {
    stack.set_status(status, reason, now);
    change_set::operation_ended(stack);
    stack.operation = None;
    if status.is_stable() {
        stack.previous = None;
        for resource in stack.resources.values_mut() {
            resource.fresh = false;
        }
    }
}

/// Why the phase failed, with a blank at the end as CloudFormation writes it; `None` when
/// it did not.
fn failure(stack: &Stack, verb: &str) -> Option<String> {
    let operation = stack.operation.as_ref()?;
    if let Some(failure) = &operation.failure {
        return Some(failure.clone());
    }
    let failed = operation.failed.join(", ");
    (!operation.failed.is_empty())
        .then(|| format!("The following resource(s) failed to {verb}: [{failed}]. "))
}

/// Stops what is under way, because something else failed: tells whether anything was.
pub(super) fn cancel_running(
    stack: &mut Stack,
    works: &mut BTreeMap<String, Work>,
    now: DateTime<Utc>,
) -> bool {
    let mut cancelled = false;
    for (key, work) in works.iter_mut().filter(|(_, work)| work.is_running()) {
        let (status, reason) = match &work.task {
            Task::Create | Task::Converge => {
                (ResourceStatus::CreateFailed, "Resource creation cancelled")
            }
            Task::Update(_) | Task::Replace(_) | Task::Restore => {
                (ResourceStatus::UpdateFailed, "Resource update cancelled")
            }
            Task::Import(_) => (ResourceStatus::ImportFailed, "Resource import cancelled"),
            Task::Delete | Task::DeleteFormer(_) | Task::Release => continue,
        };
        work.progress = Progress::Failed;
        stack.set_resource_status(key, status, Some(reason), now);
        if let Some(operation) = &mut stack.operation {
            operation.failed.push(key.clone());
        }
        cancelled = true;
    }
    cancelled
}

/// Stops the operation under way, because another takes its place.
pub(crate) fn fail_running(stack: &mut Stack, now: DateTime<Utc>) {
    let Some(operation) = &mut stack.operation else {
        return;
    };
    let mut works = std::mem::take(&mut operation.works);
    cancel_running(stack, &mut works, now);
    change_set::operation_ended(stack);
    stack.operation = None;
}

/// Resources that left the stack are no longer listed.
fn drop_removed(stack: &mut Stack) {
    let Some(definition) = &stack.definition else {
        return;
    };
    stack.resources.retain(|name, _| definition.has(name));
}

/// Works the outputs out; tells why it cannot.
fn set_outputs(stack: &mut Stack, compute: &mut Compute) -> Option<String> {
    let definition = stack.definition.as_ref()?;
    let place = &stack.identity.place;
    let live = Live {
        resources: &stack.resources,
        compute,
        place,
    };
    let scope = Scope {
        definition,
        identity: &stack.identity,
        resources: &live,
    };
    let declared = definition.template.outputs.iter();
    let held = declared.filter(|(_, output)| definition.holds(output.condition.as_ref()));
    let outputs: Result<Vec<OutputValue>, String> = held
        .map(|(name, output)| {
            let export_name = output.export_name.as_ref().map(|name| scope.text(name));
            let value = scope.evaluate(&output.value)?.as_ref().and_then(as_text);
            Ok(OutputValue {
                output_key: name.clone(),
                output_value: value.ok_or(OUTPUT_IS_NO_TEXT)?,
                description: output.description.clone(),
                export_name: export_name.transpose()?,
            })
        })
        .collect();
    let settled = outputs.and_then(|outputs| {
        exports::put(stack, &outputs, &mut compute.estate)?;
        Ok(outputs)
    });
    match settled {
        Ok(outputs) => {
            stack.outputs = outputs;
            None
        }
        Err(reason) => Some(format!("{reason}. ")),
    }
}
