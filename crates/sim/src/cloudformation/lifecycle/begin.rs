//! How creations and updates begin, by themselves or by a change set.

use chrono::{DateTime, TimeDelta, Utc};

use crate::clock::seconds;
use crate::cloudformation::definition::Definition;
use crate::cloudformation::engine::plan_convergence;
use crate::cloudformation::operation::Operation;
use crate::cloudformation::stack::Stack;
use crate::cloudformation::status::{OperationType, StackStatus};
use crate::world::Moment;

/// What a call says about the operation itself.
pub(crate) struct Beginning {
    pub operation_id: String,
    pub token: Option<String>,
    pub disable_rollback: bool,
}

/// Begins to make what the definition declares.
pub(crate) fn begin_creation(
    stack: &mut Stack,
    definition: Definition,
    beginning: Beginning,
    moment: &Moment<'_>,
) {
    let timeout = stack
        .timeout_in_minutes
        .map(|minutes| TimeDelta::minutes(i64::from(minutes)));
    let deadline = timeout.map(|timeout| moment.now + timeout);
    let kind = OperationType::CreateStack;
    start(stack, definition, beginning, kind, moment);
    stack.set_status(
        StackStatus::CreateInProgress,
        Some("User Initiated"),
        moment.now,
    );
    if let Some(operation) = &mut stack.operation {
        operation.deadline = deadline;
    }
}

/// Begins to turn the stack into what the definition declares.
pub(crate) fn begin_update(
    stack: &mut Stack,
    definition: Definition,
    beginning: Beginning,
    moment: &Moment<'_>,
) {
    // What an update that failed before wanted is nothing to go back to.
    match stack.status {
        StackStatus::UpdateFailed | StackStatus::CreateFailed => {}
        StackStatus::ReviewInProgress
        | StackStatus::CreateInProgress
        | StackStatus::CreateComplete
        | StackStatus::RollbackInProgress
        | StackStatus::RollbackFailed
        | StackStatus::RollbackComplete
        | StackStatus::DeleteInProgress
        | StackStatus::DeleteFailed
        | StackStatus::DeleteComplete
        | StackStatus::UpdateInProgress
        | StackStatus::UpdateCompleteCleanupInProgress
        | StackStatus::UpdateComplete
        | StackStatus::UpdateRollbackInProgress
        | StackStatus::UpdateRollbackFailed
        | StackStatus::UpdateRollbackCompleteCleanupInProgress
        | StackStatus::UpdateRollbackComplete => stack.previous = stack.definition.take(),
    }
    start(
        stack,
        definition,
        beginning,
        OperationType::UpdateStack,
        moment,
    );
    stack.last_updated_time = Some(moment.now);
    stack.set_status(
        StackStatus::UpdateInProgress,
        Some("User Initiated"),
        moment.now,
    );
}

fn start(
    stack: &mut Stack,
    definition: Definition,
    beginning: Beginning,
    kind: OperationType,
    moment: &Moment<'_>,
) {
    stack.note_operation(kind, &beginning.operation_id);
    let begins = first_event_at(moment);
    let mut operation = Operation::new(beginning.operation_id, beginning.token, begins);
    operation.works = plan_convergence(&definition);
    operation.disable_rollback = beginning.disable_rollback;
    stack.definition = Some(definition);
    stack.operation = Some(operation);
}

/// When an operation that is accepted now touches its first resource.
pub(crate) fn first_event_at(moment: &Moment<'_>) -> DateTime<Utc> {
    moment.now + seconds(moment.parameters.operation_start_s)
}
