//! Nested stacks: resources that are stacks themselves.
//!
//! A parent's work cannot touch another stack while its own moves. It leaves an
//! [`Errand`]; the engine carries it out between two rounds and tells the parent, by a
//! [`Child`], how the other stack stands.

mod errands;

use std::collections::BTreeMap;

pub(crate) use errands::follow;

use super::stack::{Settings, Stack};
use super::status::StackStatus;

/// The type of a nested stack.
pub(crate) const NESTED: &str = "AWS::CloudFormation::Stack";

/// The nested stacks of a region, as their parents see them.
#[derive(Debug, Clone, Default)]
pub struct Nested {
    children: BTreeMap<String, Child>,
    errands: Vec<Errand>,
}

/// How a nested stack stands.
#[derive(Debug, Clone, Default, PartialEq)]
struct Child {
    /// Whether the last errand is still to be carried out.
    pending: bool,
    /// Whether the last errand began something.
    touched: bool,
    /// Why the last errand could not be carried out.
    failure: Option<String>,
    status: Option<StackStatus>,
    reason: String,
    outputs: BTreeMap<String, String>,
}

/// What a parent wants of a nested stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aim {
    /// Make it.
    Create,
    /// Make it what the settings say.
    Update,
    /// Make it what it was before the parent's update.
    RollBack,
    /// Delete it.
    Delete,
}

/// Something to be done to a nested stack.
#[derive(Debug, Clone)]
struct Errand {
    child: String,
    parent: String,
    aim: Aim,
    settings: Settings,
}

/// How far a nested stack is with what its parent wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Not there yet.
    Wait,
    /// There.
    Done,
    /// It will not get there; why.
    Failed(String),
}

impl Nested {
    /// Leaves an errand; it is carried out before time moves on.
    pub(crate) fn send(&mut self, child: &str, parent: &str, aim: Aim, settings: &Settings) {
        let view = self.children.entry(child.to_owned()).or_default();
        view.pending = true;
        view.touched = false;
        view.failure = None;
        self.errands.push(Errand {
            child: child.to_owned(),
            parent: parent.to_owned(),
            aim,
            settings: settings.clone(),
        });
    }

    /// The value of an output of a nested stack.
    pub(crate) fn output(&self, child: &str, attribute: &str) -> Option<&str> {
        let name = attribute.strip_prefix("Outputs.")?;
        self.children
            .get(child)?
            .outputs
            .get(name)
            .map(String::as_str)
    }

    /// How far a nested stack is with what was wanted of it last.
    pub(crate) fn progress(&self, id: &str, aim: Aim) -> Progress {
        let Some(child) = self.children.get(id) else {
            return match aim {
                Aim::Delete => Progress::Done,
                Aim::Create | Aim::Update | Aim::RollBack => {
                    Progress::Failed(format!("Embedded stack {id} does not exist"))
                }
            };
        };
        if child.pending {
            return Progress::Wait;
        }
        if let Some(why) = &child.failure {
            return Progress::Failed(why.clone());
        }
        match child.status.filter(|_| child.touched) {
            None => Progress::Done,
            Some(status) if is_good(status, aim) => Progress::Done,
            Some(status) if is_under_way(status, aim) => Progress::Wait,
            Some(status) => Progress::Failed(child.lament(id, status, aim)),
        }
    }
}

impl Child {
    /// What the parent says of a nested stack that failed.
    fn lament(&self, id: &str, status: StackStatus, aim: Aim) -> String {
        let reason = &self.reason;
        match aim {
            Aim::Create => format!("Embedded stack {id} was not successfully created: {reason}"),
            Aim::Update | Aim::RollBack => format!(
                "Embedded stack {id} was not successfully updated. Currently in {status} with \
                 reason: {reason}"
            ),
            Aim::Delete => format!("Embedded stack {id} was not successfully deleted: {reason}"),
        }
    }
}

/// Whether a status is where the parent wants its child.
fn is_good(status: StackStatus, aim: Aim) -> bool {
    match aim {
        Aim::Create => status == StackStatus::CreateComplete,
        // What the update replaced is deleted only once the parent's update is through.
        Aim::Update => matches!(
            status,
            StackStatus::UpdateCompleteCleanupInProgress | StackStatus::UpdateComplete
        ),
        Aim::RollBack => matches!(
            status,
            StackStatus::UpdateRollbackCompleteCleanupInProgress
                | StackStatus::UpdateRollbackComplete
        ),
        Aim::Delete => status == StackStatus::DeleteComplete,
    }
}

/// Whether a status may still lead to where the parent wants its child.
fn is_under_way(status: StackStatus, aim: Aim) -> bool {
    match aim {
        Aim::Create => status == StackStatus::CreateInProgress,
        Aim::Update => status == StackStatus::UpdateInProgress,
        Aim::RollBack => matches!(
            status,
            StackStatus::UpdateInProgress | StackStatus::UpdateRollbackInProgress
        ),
        Aim::Delete => status == StackStatus::DeleteInProgress,
    }
}

impl Stack {
    /// Whether an update of the stack, though through, may yet be rolled back with its
    /// parent's.
    pub(crate) fn is_held(&self) -> bool {
        self.operation.as_ref().is_some_and(|one| one.held)
    }
}
