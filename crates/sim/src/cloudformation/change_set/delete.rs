//! `DeleteChangeSet`.

use crate::aws_error::{AwsError, AwsResult};
use crate::clock::seconds;
use crate::cloudformation::request::ChangeSetReference;
use crate::cloudformation::status::{ChangeSetStatus, ExecutionStatus};
use crate::region::Region;
use crate::world::Moment;

impl Region {
    /// `DeleteChangeSet`. A change set that is not there is deleted already; the shell of
    /// a stack stays.
    ///
    /// # Errors
    ///
    /// `InvalidChangeSetStatus` while it is being executed; `ValidationError` when its
    /// stack is missing.
    pub fn delete_change_set(
        &mut self,
        wanted: &ChangeSetReference,
        moment: &mut Moment<'_>,
    ) -> AwsResult<()> {
        let (stack_id, index) = match self.find_change_set(wanted) {
            Ok((stack, index)) => (stack.id.clone(), index),
            Err(missing) if missing.code == "ChangeSetNotFound" => return Ok(()),
            Err(refused) => return Err(refused),
        };
        let Some(stack) = self.stacks.get_mut(&stack_id) else {
            return Ok(());
        };
        let Some(one) = stack.change_sets.get_mut(index) else {
            return Ok(());
        };
        match one.execution_status {
            ExecutionStatus::ExecuteInProgress => {
                let text = format!(
                    "ChangeSet [{}] cannot be deleted in its current status of [{}]",
                    one.id, one.execution_status
                );
                return Err(AwsError::new("InvalidChangeSetStatus", text, 400));
            }
            ExecutionStatus::Unavailable
            | ExecutionStatus::Available
            | ExecutionStatus::ExecuteComplete
            | ExecutionStatus::ExecuteFailed
            | ExecutionStatus::Obsolete => {}
        }
        let span = seconds(moment.parameters.change_set_deletion_s);
        if span.is_zero() {
            stack.change_sets.remove(index);
            return Ok(());
        }
        one.execution_status = ExecutionStatus::Unavailable;
        match one.status {
            ChangeSetStatus::DeletePending | ChangeSetStatus::DeleteInProgress => {}
            ChangeSetStatus::CreatePending
            | ChangeSetStatus::CreateInProgress
            | ChangeSetStatus::CreateComplete
            | ChangeSetStatus::DeleteFailed
            | ChangeSetStatus::Failed => {
                one.status = ChangeSetStatus::DeletePending;
                one.due = Some(moment.now + span / 2);
            }
        }
        Ok(())
    }
}
