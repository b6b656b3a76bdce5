//! Finding stacks by name or ARN, and the different words for not finding them.

use super::stack::Stack;
use crate::aws_error::{AwsError, AwsResult};
use crate::region::Region;

impl Region {
    /// A live stack by name, or any stack by ARN.
    pub(crate) fn find_stack(&self, name_or_id: &str) -> Option<&Stack> {
        if name_or_id.starts_with("arn:") {
            return self.stacks.get(name_or_id);
        }
        let stack = self.stacks.get(self.names.get(name_or_id)?)?;
        Some(stack).filter(|stack| !stack.is_deleted())
    }

    /// As [`Region::find_stack`], to change it.
    pub(crate) fn find_stack_mut(&mut self, name_or_id: &str) -> Option<&mut Stack> {
        if name_or_id.starts_with("arn:") {
            return self.stacks.get_mut(name_or_id);
        }
        let stack = self.stacks.get_mut(self.names.get(name_or_id)?)?;
        Some(stack).filter(|stack| !stack.is_deleted())
    }

    /// Takes a new stack in, under its ARN and its name.
    pub(crate) fn admit(&mut self, stack: Stack) {
        self.names.insert(stack.name.clone(), stack.id.clone());
        self.stacks.insert(stack.id.clone(), stack);
    }

    /// A stack, or the refusal that most reads give.
    pub(crate) fn stack(&self, name_or_id: &str) -> AwsResult<&Stack> {
        self.find_stack(name_or_id)
            .ok_or_else(|| no_stack_with_id(name_or_id))
    }
}

/// The wording of DescribeStacks and GetTemplate.
pub(crate) fn no_stack_with_id(name_or_id: &str) -> AwsError {
    AwsError::validation(format!("Stack with id {name_or_id} does not exist"))
}

/// The wording of DescribeStackEvents, of updates and of change sets.
pub(crate) fn no_stack(name_or_id: &str) -> AwsError {
    AwsError::validation(format!("Stack [{name_or_id}] does not exist"))
}

/// A name of a stack or change set has to be one.
pub(crate) fn check_name(name: &str, field: &str) -> AwsResult<()> {
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic());
    let legal = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let constraint = if name.len() > 128 {
        "Member must have length less than or equal to 128"
    } else if !starts || !legal {
        "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
    } else {
        return Ok(());
    };
    Err(AwsError::validation(format!(
        "1 validation error detected: Value '{name}' at '{field}' failed to \
            satisfy constraint: {constraint}"
    )))
}
