//! Change sets: an update, worked out and shown before it is executed.

mod causes;
mod changes;
mod create;
mod delete;
mod describe;
mod difference;
mod execute;
mod fate;
mod import;
mod places;
mod policy;
mod values;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

pub(crate) use changes::preview;
pub(crate) use values::KNOWN_AFTER_APPLY;

use super::answer::ResourceChange;
use super::definition::Definition;
use super::evaluate::Identity;
use super::request::{ChangeSetReference, DeploymentConfig};
use super::stack::Stack;
use super::status::{ChangeSetStatus, ChangeSetType, ExecutionStatus, OnFailure, StackStatus};
use super::validation::{Finding, REASON};
use crate::aws_error::{AwsError, AwsResult};
use crate::clock::seconds;
use crate::compute::Compute;
use crate::faults::{self, Spot};
use crate::parameters::Parameters;
use crate::region::Region;
use crate::world::Moment;

/// A change set of a stack.
#[derive(Debug, Clone)]
pub struct ChangeSet {
    /// The ARN.
    pub id: String,
    /// The name, unique among the stack's.
    pub name: String,
    /// What it is for.
    pub kind: ChangeSetType,
    /// What the stack would become.
    pub definition: Definition,
    /// What its maker says of it.
    pub description: Option<String>,
    /// When it was asked for.
    pub creation_time: DateTime<Utc>,
    /// The status.
    pub status: ChangeSetStatus,
    /// Whether it can be executed.
    pub execution_status: ExecutionStatus,
    /// Why.
    pub status_reason: Option<String>,
    /// What happens when its execution fails.
    pub on_stack_failure: Option<OnFailure>,
    /// Whether it was asked to show what is within nested stacks.
    pub include_nested_stacks: bool,
    /// How its execution goes about it.
    pub deployment_config: DeploymentConfig,
    /// What an IMPORT change set takes in: physical ids by logical ids.
    pub imports: BTreeMap<String, String>,
    /// The operation that made it.
    pub operation_id: String,
    /// What it would change; empty before it is worked out.
    pub changes: Vec<ResourceChange>,
    /// Why values of its changes may be missing; shown with them only.
    pub warning: Option<String>,
    /// When its status changes by itself.
    pub due: Option<DateTime<Utc>>,
}

/// Moves the change sets that are being worked out or deleted.
pub(crate) fn run_due(stack: &mut Stack, compute: &Compute, moment: &mut Moment<'_>) {
    let now = moment.now;
    let due = |one: &ChangeSet| one.due.is_some_and(|due| due <= now);
    while let Some(index) = stack.change_sets.iter().position(due) {
        let Some(mut one) = stack.change_sets.get(index).cloned() else {
            return;
        };
        match one.status {
            ChangeSetStatus::CreatePending => {
                one.status = ChangeSetStatus::CreateInProgress;
                let rest = seconds(moment.parameters.change_set_creation_s);
                one.due = one.due.map(|due| due + rest);
            }
            ChangeSetStatus::CreateInProgress => {
                match fault(&one.name, &stack.identity, "create", moment) {
                    Some(reason) => fail(&mut one, reason),
                    None => work_out(&mut one, stack, compute, moment.parameters),
                }
            }
            ChangeSetStatus::DeletePending => {
                one.status = ChangeSetStatus::DeleteInProgress;
                let rest = seconds(moment.parameters.change_set_deletion_s / 2.0);
                one.due = one.due.map(|due| due + rest);
            }
            ChangeSetStatus::DeleteInProgress => {
                match fault(&one.name, &stack.identity, "delete", moment) {
                    Some(reason) => {
                        one.due = None;
                        one.status = ChangeSetStatus::DeleteFailed;
                        one.status_reason = Some(reason);
                    }
                    None => {
                        stack.change_sets.remove(index);
                        continue;
                    }
                }
            }
            ChangeSetStatus::CreateComplete
            | ChangeSetStatus::DeleteFailed
            | ChangeSetStatus::Failed => one.due = None,
        }
        if let Some(place) = stack.change_sets.get_mut(index) {
            *place = one;
        }
    }
}

/// The reason that a `fail_change_set` fault gives, if one strikes.
fn fault(name: &str, identity: &Identity, action: &str, moment: &mut Moment<'_>) -> Option<String> {
    let place = &identity.place;
    let spot = Spot::named(name)
        .within(faults::Scope::Account, &place.account)
        .within(faults::Scope::Region, &place.region)
        .within(faults::Scope::Stack, &identity.stack_name);
    let fault = moment
        .faults
        .take_where("fail_change_set", &spot, |fault| {
            fault.text("action").is_none_or(|wanted| wanted == action)
        })?;
    Some(
        fault
            .text("reason")
            .unwrap_or("Internal Failure")
            .to_owned(),
    )
}

fn work_out(one: &mut ChangeSet, stack: &Stack, compute: &Compute, parameters: &Parameters) {
    one.due = None;
    let is_of_this = |found: &Finding| found.operation_id == one.operation_id;
    if stack.findings.iter().any(is_of_this) {
        return fail(one, REASON.trim_end().to_owned());
    }
    let reason = match preview(stack, &one.definition, compute, parameters) {
        Ok(preview) if !preview.is_empty() || one.kind != ChangeSetType::Update => {
            one.status = ChangeSetStatus::CreateComplete;
            one.execution_status = ExecutionStatus::Available;
            one.changes = preview.changes;
            one.warning = preview.warning;
            import::show(one);
            return;
        }
        Ok(_) => "The submitted information didn't contain changes. Submit different information \
                  to create a change set."
            .to_owned(),
        Err(reason) => reason,
    };
    fail(one, reason);
}

fn fail(one: &mut ChangeSet, reason: String) {
    one.due = None;
    one.status = ChangeSetStatus::Failed;
    one.execution_status = ExecutionStatus::Unavailable;
    one.status_reason = Some(reason);
}

/// The stack moves on by another way: what its change sets show is no longer so.
pub(crate) fn make_obsolete(stack: &mut Stack) {
    for one in &mut stack.change_sets {
        if one.execution_status == ExecutionStatus::Available {
            one.execution_status = ExecutionStatus::Obsolete;
        }
    }
}

/// Marks the executed change set when its operation is at its end.
pub(crate) fn operation_ended(stack: &mut Stack) {
    let succeeded = matches!(
        stack.status,
        StackStatus::CreateComplete | StackStatus::UpdateComplete | StackStatus::ImportComplete
    );
    let executed = if succeeded {
        ExecutionStatus::ExecuteComplete
    } else {
        ExecutionStatus::ExecuteFailed
    };
    for one in &mut stack.change_sets {
        if one.execution_status == ExecutionStatus::ExecuteInProgress {
            one.execution_status = executed;
        }
    }
}

impl Region {
    /// The stack and the place in its list of a change set.
    fn find_change_set(&self, wanted: &ChangeSetReference) -> AwsResult<(&Stack, usize)> {
        let name = wanted.change_set_name.as_str();
        let missing = || {
            AwsError::new(
                "ChangeSetNotFound",
                format!("ChangeSet [{name}] does not exist"),
                404,
            )
        };
        if name.starts_with("arn:") {
            let mut all = self.stacks.values().flat_map(|stack| {
                stack
                    .change_sets
                    .iter()
                    .enumerate()
                    .map(move |(index, one)| (stack, index, one))
            });
            let found = all.find(|(_, _, one)| one.id == name);
            return found
                .map(|(stack, index, _)| (stack, index))
                .ok_or_else(missing);
        }
        let Some(stack_name) = &wanted.stack_name else {
            let text = "StackName must be specified if ChangeSetName is not specified as an ARN.";
            return Err(AwsError::validation(text));
        };
        let stack = self
            .find_stack(stack_name)
            .ok_or_else(|| super::lookup::no_stack(stack_name))?;
        let index = stack.change_sets.iter().position(|one| one.name == name);
        Ok((stack, index.ok_or_else(missing)?))
    }

    /// A change set by name or ARN.
    pub(crate) fn change_set(
        &self,
        wanted: &ChangeSetReference,
    ) -> AwsResult<(&Stack, &ChangeSet)> {
        let (stack, index) = self.find_change_set(wanted)?;
        let one = stack.change_sets.get(index);
        one.map(|one| (stack, one)).ok_or_else(|| {
            let text = format!("ChangeSet [{}] does not exist", wanted.change_set_name);
            AwsError::new("ChangeSetNotFound", text, 404)
        })
    }

    /// The template of a change set.
    pub(crate) fn change_set_template(&self, wanted: &ChangeSetReference) -> AwsResult<String> {
        self.change_set(wanted)
            .map(|(_, one)| one.definition.template_body.to_string())
    }
}
