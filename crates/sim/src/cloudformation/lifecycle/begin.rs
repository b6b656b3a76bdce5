//! How creations and updates begin, by themselves or by a change set.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use crate::aws_error::{AwsError, AwsResult};
use crate::clock::seconds;
use crate::cloudformation::definition::Definition;
use crate::cloudformation::engine::{plan_convergence, plan_import};
use crate::cloudformation::operation::{Operation, Task, Work};
use crate::cloudformation::policy::{StackPolicy, UpdateAction};
use crate::cloudformation::request::DeploymentConfig;
use crate::cloudformation::stack::{Resource, Stack};
use crate::cloudformation::status::{DeploymentMode, OperationType, StackStatus};
use crate::parameters::Parameters;
use crate::world::Moment;

/// What a call says about the operation itself.
#[derive(Default)]
pub(crate) struct Beginning {
    pub operation_id: String,
    pub token: Option<String>,
    pub disable_rollback: bool,
    pub express: bool,
    /// In place of the stack's own policy.
    pub policy: Option<StackPolicy>,
}

/// Whether a failure leaves everything in place: `asked` is the call's own `DisableRollback`.
///
/// # Errors
///
/// The deployment configuration says the contrary.
pub(crate) fn disables_rollback(
    asked: Option<bool>,
    deployment: DeploymentConfig,
    parameters: &Parameters,
) -> AwsResult<bool> {
    match (asked, deployment.disable_rollback) {
        (Some(asked), Some(deployment)) if asked != deployment => Err(AwsError::validation(
            "DisableRollback and DeploymentConfig.DisableRollback contradict each other; give one",
        )),
        (Some(said), _) | (None, Some(said)) => Ok(said),
        (None, None) => Ok(is_express(deployment) && !parameters.express_rolls_back),
    }
}

/// Whether an operation does not wait for what it makes to be of use.
pub(crate) fn is_express(deployment: DeploymentConfig) -> bool {
    deployment.mode == Some(DeploymentMode::Express)
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
    if stack.status.is_stable() {
        stack.previous = stack.definition.take();
    }
    start(
        stack,
        definition,
        beginning,
        OperationType::UpdateStack,
        moment,
    );
    stack.last_updated_time = Some(moment.now);
    let status = StackStatus::UpdateInProgress;
    stack.set_status(status, Some("User Initiated"), moment.now);
    refuse_removals(stack);
}

/// A resource that the policy does not let go makes the update fail.
fn refuse_removals(stack: &mut Stack) {
    let Some(definition) = &stack.definition else {
        return;
    };
    let leaves = |one: &&Resource| one.exists() && !definition.has(&one.logical_id);
    let leaving = stack.resources.values().filter(leaves);
    let refused: Vec<(String, Work)> = leaving
        .filter_map(|one| {
            let mut work = Work::new(Task::Restore, BTreeSet::new());
            work.fault = Some(stack.denial(UpdateAction::Delete, &one.logical_id)?);
            Some((one.logical_id.clone(), work))
        })
        .collect();
    if let Some(operation) = &mut stack.operation {
        operation.works.extend(refused);
    }
}

/// Begins to take things that are there into the stack.
pub(crate) fn begin_import(
    stack: &mut Stack,
    definition: Definition,
    imports: &BTreeMap<String, String>,
    beginning: Beginning,
    moment: &Moment<'_>,
) {
    let works = plan_import(&definition, imports);
    stack.previous = stack.definition.take();
    let kind = OperationType::UpdateStack;
    start(stack, definition, beginning, kind, moment);
    if let Some(operation) = &mut stack.operation {
        operation.works = works;
    }
    let status = StackStatus::ImportInProgress;
    stack.set_status(status, Some("User Initiated"), moment.now);
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
    operation.express = beginning.express;
    operation.policy = beginning.policy;
    stack.definition = Some(definition);
    stack.operation = Some(operation);
}

/// When an operation that is accepted now touches its first resource.
pub(crate) fn first_event_at(moment: &Moment<'_>) -> DateTime<Utc> {
    moment.now + seconds(moment.parameters.operation_start_s)
}
