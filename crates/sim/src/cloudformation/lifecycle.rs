//! What changes stacks: create, update, delete, and the ways out of trouble.

mod begin;
mod create;
mod delete;
mod recover;
mod signal;
mod update;

pub(crate) use begin::{
    Beginning, begin_creation, begin_import, begin_update, disables_rollback, first_event_at,
    is_express,
};
pub(crate) use create::{new_identity, quota};
pub(crate) use delete::begin_deletion;
pub(crate) use update::is_updatable;

use super::stack::Stack;
use crate::aws_error::AwsError;

/// The refusal of an operation that the stack's status does not allow.
pub(crate) fn cannot_be_updated(stack: &Stack) -> AwsError {
    AwsError::validation(format!(
        "Stack:{} is in {} state and can not be updated.",
        stack.id, stack.status
    ))
}
