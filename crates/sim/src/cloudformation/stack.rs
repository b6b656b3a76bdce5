//! A stack: what it is, what it holds, what happened to it.

mod resource;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::answer::{OperationEntry, OutputValue, StackEvent};
use super::change_set::ChangeSet;
use super::definition::Definition;
use super::drift::StackDriftStatus;
use super::evaluate::Identity;
use super::operation::Operation;
use super::policy::StackPolicy;
use super::status::{DeletionMode, DetailedStatus, OnFailure, OperationType, StackStatus};
use super::transitions::{self, is_legal};
use super::validation::Finding;
use crate::schedule::Due;

pub use resource::{Former, Resource, Settings};

/// A stack, live or deleted.
#[derive(Debug)]
pub struct Stack {
    /// The ARN.
    pub id: String,
    /// The name.
    pub name: String,
    /// Its ARN, name and place, for the template language.
    pub identity: Identity,
    /// The status.
    pub status: StackStatus,
    /// Why.
    pub status_reason: Option<String>,
    /// When the stack, or its shell, was made.
    pub creation_time: DateTime<Utc>,
    /// When an update or the execution of a change set began.
    pub last_updated_time: Option<DateTime<Utc>>,
    /// When deletion was asked for.
    pub deletion_time: Option<DateTime<Utc>>,
    /// When it was gone.
    pub gone_at: Option<DateTime<Utc>>,
    /// The ARN of the stack that this one is nested in.
    pub parent_id: Option<String>,
    /// The ARN of the outermost stack that this one is nested in.
    pub root_id: Option<String>,
    /// The version that it has or moves to; none for a shell.
    pub definition: Option<Definition>,
    /// The version that a failed update goes back to.
    pub previous: Option<Definition>,
    /// The outputs of the version that it has.
    pub outputs: Vec<OutputValue>,
    /// By logical id; deleted ones stay in the list.
    pub resources: BTreeMap<String, Resource>,
    /// What was replaced and is to be deleted in the cleanup.
    pub doomed: Vec<Former>,
    /// Oldest first.
    pub events: Vec<StackEvent>,
    /// Oldest first.
    pub change_sets: Vec<ChangeSet>,
    /// The change set that was executed last.
    pub change_set_id: Option<String>,
    /// What happens when the creation fails.
    pub on_failure: OnFailure,
    /// Whether rollbacks also delete new resources with the policy Retain.
    pub retain_except_on_create: bool,
    /// The time-out of the creation.
    pub timeout_in_minutes: Option<u32>,
    /// Whether deletion is refused.
    pub termination_protection: bool,
    /// What updates may do to which resources.
    pub policy: Option<StackPolicy>,
    /// What the newest drift detection found, and when.
    pub drift: Option<(StackDriftStatus, DateTime<Utc>)>,
    /// How the last deletion was asked for.
    pub deletion_mode: Option<DeletionMode>,
    /// The newest operation of each kind, newest first.
    pub last_operations: Vec<OperationEntry>,
    /// Every operation, oldest first.
    pub operations: Vec<OperationEntry>,
    /// What early validations found wrong, oldest first.
    pub findings: Vec<Finding>,
    /// Whether the operation under way, or the newest, failed for such findings.
    pub validation_failed: bool,
    /// What is under way.
    pub operation: Option<Operation>,
    /// How many ids the stack gave to its events.
    pub event_count: u64,
}

impl Stack {
    /// A stack of which nothing is known but its name.
    pub fn new(identity: Identity, status: StackStatus, now: DateTime<Utc>) -> Self {
        Self {
            id: identity.stack_id.clone(),
            name: identity.stack_name.clone(),
            identity,
            status,
            status_reason: None,
            creation_time: now,
            last_updated_time: None,
            deletion_time: None,
            gone_at: None,
            parent_id: None,
            root_id: None,
            definition: None,
            previous: None,
            outputs: Vec::new(),
            resources: BTreeMap::new(),
            doomed: Vec::new(),
            events: Vec::new(),
            change_sets: Vec::new(),
            change_set_id: None,
            on_failure: OnFailure::Rollback,
            retain_except_on_create: false,
            timeout_in_minutes: None,
            termination_protection: false,
            policy: None,
            drift: None,
            deletion_mode: None,
            last_operations: Vec::new(),
            operations: Vec::new(),
            findings: Vec::new(),
            validation_failed: false,
            operation: None,
            event_count: 0,
        }
    }

    /// Whether only its ARN finds it.
    pub fn is_deleted(&self) -> bool {
        self.status == StackStatus::DeleteComplete
    }

    /// Puts an operation at the head of `LastOperations`, and on record.
    pub fn note_operation(&mut self, kind: OperationType, id: &str) {
        self.last_operations
            .retain(|entry| entry.operation_type != kind);
        let entry = OperationEntry {
            operation_type: kind,
            operation_id: id.to_owned(),
        };
        self.operations.push(entry.clone());
        self.validation_failed = false;
        self.last_operations.insert(0, entry);
    }

    /// Gives the stack a status, with its event.
    ///
    /// A status that may not follow the one before is a defect of the simulator: the log
    /// tells of it, and a build for tests stops.
    pub fn set_status(&mut self, status: StackStatus, reason: Option<&str>, now: DateTime<Utc>) {
        let before = (!self.events.is_empty()).then_some(self.status);
        if !is_legal(before, status) {
            let error = format!("{}: {}", self.id, transitions::name(&(before, status)));
            tracing::error!(%error, "an illegal change of a stack's status");
            debug_assert!(false, "{error}");
        }
        self.status = status;
        self.status_reason = reason.map(str::to_owned);
        let (logical_id, id) = (self.name.clone(), self.id.clone());
        self.record(Happening {
            logical_id: &logical_id,
            physical_id: Some(&id),
            kind: "AWS::CloudFormation::Stack",
            status: status.as_str(),
            detail: self
                .validation_failed
                .then_some(DetailedStatus::ValidationFailed),
            reason,
            properties: None,
            now,
        });
    }

    pub(crate) fn record(&mut self, happening: Happening<'_>) {
        self.event_count += 1;
        let event_id = match happening.kind {
            "AWS::CloudFormation::Stack" => {
                let tail = self.id.rsplit('-').next().unwrap_or_default();
                format!("{:08x}-0000-4000-8000-{tail}", self.event_count)
            }
            _ => format!(
                "{}-{}-{:06}",
                happening.logical_id, happening.status, self.event_count
            ),
        };
        self.events.push(StackEvent {
            event_id,
            stack_id: self.id.clone(),
            stack_name: self.name.clone(),
            logical_resource_id: happening.logical_id.to_owned(),
            physical_resource_id: happening.physical_id.map(str::to_owned),
            resource_type: happening.kind.to_owned(),
            timestamp: happening.now,
            resource_status: happening.status,
            resource_status_reason: happening.reason.map(str::to_owned),
            detailed_status: happening.detail,
            resource_properties: happening.properties,
            client_request_token: self.operation.as_ref().and_then(|one| one.token.clone()),
            operation_id: self.operation.as_ref().map(|one| one.id.clone()),
        });
    }
}

/// Something that an event tells.
pub(crate) struct Happening<'a> {
    pub logical_id: &'a str,
    pub physical_id: Option<&'a str>,
    pub kind: &'a str,
    pub status: &'static str,
    pub detail: Option<DetailedStatus>,
    pub reason: Option<&'a str>,
    pub properties: Option<String>,
    pub now: DateTime<Utc>,
}

impl Due for Stack {
    /// When the stack's operation or one of its change sets moves on by itself.
    fn due(&self) -> Option<DateTime<Utc>> {
        let operation = self.operation.as_ref().and_then(Operation::next_due);
        self.change_sets
            .iter()
            .filter_map(|one| one.due)
            .chain(operation)
            .min()
    }

    fn waits(&self) -> bool {
        self.operation.as_ref().is_some_and(Operation::waits)
    }
}
