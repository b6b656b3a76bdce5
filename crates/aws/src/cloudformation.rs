//! CloudFormation's requests and replies.

mod change_set;
mod events;
mod operations;
mod stack;

pub(crate) use change_set::change_set;
pub(crate) use events::stack_events;
pub(crate) use operations::{Body, Operations};
pub(crate) use stack::{list_stacks, stack};
