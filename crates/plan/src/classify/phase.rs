//! Every stack status that CloudFormation knows, by an explicit table.

use bennu_model::stack::StackStatus;
use bennu_model::verdict::Operation;

/// A status, reduced to what can be done with the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// CloudFormation is working on it.
    Busy(Operation),
    /// At rest, and can be updated.
    Good,
    /// Made by a change set, without resources.
    Shell,
    /// Its creation failed.
    NeverWorked,
    /// An update failed and was not rolled back.
    UpdateFailed,
    /// An update failed and was rolled back; can be updated.
    RolledBack,
    /// A roll-back failed.
    RollbackFailed,
    /// A deletion failed.
    DeleteFailed,
    /// Deleted.
    Gone,
    /// A status that we do not know: nothing is done.
    Unrecognised,
}

/// The table. No wildcard: a new status is a compile error here.
pub fn phase(status: &StackStatus) -> Phase {
    match status {
        StackStatus::ReviewInProgress => Phase::Shell,
        StackStatus::CreateInProgress => Phase::Busy(Operation::Creating),
        StackStatus::CreateFailed | StackStatus::RollbackComplete | StackStatus::RollbackFailed => {
            Phase::NeverWorked
        }
        StackStatus::RollbackInProgress => Phase::Busy(Operation::RollingBack),
        StackStatus::CreateComplete
        | StackStatus::UpdateComplete
        | StackStatus::ImportComplete
        | StackStatus::ImportRollbackComplete => Phase::Good,
        StackStatus::UpdateInProgress => Phase::Busy(Operation::Updating),
        StackStatus::UpdateCompleteCleanupInProgress
        | StackStatus::UpdateRollbackInProgress
        | StackStatus::UpdateRollbackCompleteCleanupInProgress
        | StackStatus::ImportInProgress
        | StackStatus::ImportRollbackInProgress => Phase::Busy(Operation::Finishing),
        StackStatus::UpdateFailed => Phase::UpdateFailed,
        StackStatus::UpdateRollbackComplete => Phase::RolledBack,
        StackStatus::UpdateRollbackFailed | StackStatus::ImportRollbackFailed => {
            Phase::RollbackFailed
        }
        StackStatus::DeleteInProgress => Phase::Busy(Operation::Deleting),
        StackStatus::DeleteFailed => Phase::DeleteFailed,
        StackStatus::DeleteComplete => Phase::Gone,
        StackStatus::Other(_) => Phase::Unrecognised,
    }
}
