//! CloudFormation's statuses, word for word.

use crate::words::words;

words! {
    /// The status of a stack (those that IMPORT change sets lead to are not simulated).
    pub enum StackStatus {
        /// A shell made by a CREATE change set.
        ReviewInProgress = "REVIEW_IN_PROGRESS",
        /// Resources are being made.
        CreateInProgress = "CREATE_IN_PROGRESS",
        /// Creation failed and nothing was rolled back.
        CreateFailed = "CREATE_FAILED",
        /// Everything was made.
        CreateComplete = "CREATE_COMPLETE",
        /// Creation failed; what was made is being deleted.
        RollbackInProgress = "ROLLBACK_IN_PROGRESS",
        /// Creation failed and something could not be deleted.
        RollbackFailed = "ROLLBACK_FAILED",
        /// Creation failed and everything made was deleted: only good for deletion.
        RollbackComplete = "ROLLBACK_COMPLETE",
        /// Deletion is under way.
        DeleteInProgress = "DELETE_IN_PROGRESS",
        /// Something could not be deleted.
        DeleteFailed = "DELETE_FAILED",
        /// Gone; visible by ARN only.
        DeleteComplete = "DELETE_COMPLETE",
        /// Resources are being changed.
        UpdateInProgress = "UPDATE_IN_PROGRESS",
        /// The new version is live; what it replaced is being deleted.
        UpdateCompleteCleanupInProgress = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        /// The new version is live.
        UpdateComplete = "UPDATE_COMPLETE",
        /// The update failed and nothing was rolled back.
        UpdateFailed = "UPDATE_FAILED",
        /// The update failed; the old version is being restored.
        UpdateRollbackInProgress = "UPDATE_ROLLBACK_IN_PROGRESS",
        /// The old version could not be restored.
        UpdateRollbackFailed = "UPDATE_ROLLBACK_FAILED",
        /// The old version is live again; what the update made is being deleted.
        UpdateRollbackCompleteCleanupInProgress = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        /// The old version is live again.
        UpdateRollbackComplete = "UPDATE_ROLLBACK_COMPLETE",
    }
}

impl StackStatus {
    /// Whether an operation is under way. `REVIEW_IN_PROGRESS` is settled in spite of its name.
    pub fn is_busy(self) -> bool {
        match self {
            Self::CreateInProgress
            | Self::RollbackInProgress
            | Self::DeleteInProgress
            | Self::UpdateInProgress
            | Self::UpdateCompleteCleanupInProgress
            | Self::UpdateRollbackInProgress
            | Self::UpdateRollbackCompleteCleanupInProgress => true,
            Self::ReviewInProgress
            | Self::CreateFailed
            | Self::CreateComplete
            | Self::RollbackFailed
            | Self::RollbackComplete
            | Self::DeleteFailed
            | Self::DeleteComplete
            | Self::UpdateComplete
            | Self::UpdateFailed
            | Self::UpdateRollbackFailed
            | Self::UpdateRollbackComplete => false,
        }
    }
}

words! {
    /// The status of one resource of a stack.
    pub enum ResourceStatus {
        /// Being made.
        CreateInProgress = "CREATE_IN_PROGRESS",
        /// Not made.
        CreateFailed = "CREATE_FAILED",
        /// Made.
        CreateComplete = "CREATE_COMPLETE",
        /// Being deleted.
        DeleteInProgress = "DELETE_IN_PROGRESS",
        /// Not deleted.
        DeleteFailed = "DELETE_FAILED",
        /// Gone.
        DeleteComplete = "DELETE_COMPLETE",
        /// Left in place on purpose; no longer part of the stack.
        DeleteSkipped = "DELETE_SKIPPED",
        /// Being changed.
        UpdateInProgress = "UPDATE_IN_PROGRESS",
        /// Not changed.
        UpdateFailed = "UPDATE_FAILED",
        /// Changed.
        UpdateComplete = "UPDATE_COMPLETE",
    }
}

words! {
    /// The status of a change set.
    pub enum ChangeSetStatus {
        /// Asked for.
        CreatePending = "CREATE_PENDING",
        /// Being computed.
        CreateInProgress = "CREATE_IN_PROGRESS",
        /// Computed.
        CreateComplete = "CREATE_COMPLETE",
        /// Its deletion was asked for (shows where that takes time).
        DeletePending = "DELETE_PENDING",
        /// Being deleted.
        DeleteInProgress = "DELETE_IN_PROGRESS",
        /// It could not be deleted.
        DeleteFailed = "DELETE_FAILED",
        /// There is nothing to change, or it could not be computed; the reason tells.
        Failed = "FAILED",
    }
}

words! {
    /// Whether a change set can be executed.
    pub enum ExecutionStatus {
        /// Not, or not yet.
        Unavailable = "UNAVAILABLE",
        /// It can.
        Available = "AVAILABLE",
        /// It is being executed.
        ExecuteInProgress = "EXECUTE_IN_PROGRESS",
        /// It was executed.
        ExecuteComplete = "EXECUTE_COMPLETE",
        /// Its execution failed.
        ExecuteFailed = "EXECUTE_FAILED",
        /// The stack moved on without it.
        Obsolete = "OBSOLETE",
    }
}

words! {
    /// What a change set is for.
    pub enum ChangeSetType {
        /// A new stack.
        Create = "CREATE",
        /// A stack that is there.
        Update = "UPDATE",
    }
}

words! {
    /// What happens when a creation fails.
    pub enum OnFailure {
        /// Leave everything as it is.
        DoNothing = "DO_NOTHING",
        /// Delete what was made, keep the stack as `ROLLBACK_COMPLETE`.
        Rollback = "ROLLBACK",
        /// Delete the stack.
        Delete = "DELETE",
    }
}

words! {
    /// How a stack is deleted.
    pub enum DeletionMode {
        /// Stop at what cannot be deleted.
        Standard = "STANDARD",
        /// Leave behind what cannot be deleted.
        ForceDeleteStack = "FORCE_DELETE_STACK",
    }
}

words! {
    /// The kinds of operations that `LastOperations` names.
    pub enum OperationType {
        /// CreateStack, or the execution of a CREATE change set.
        CreateStack = "CREATE_STACK",
        /// UpdateStack, or the execution of an UPDATE change set.
        UpdateStack = "UPDATE_STACK",
        /// DeleteStack.
        DeleteStack = "DELETE_STACK",
        /// RollbackStack.
        Rollback = "ROLLBACK",
        /// ContinueUpdateRollback.
        ContinueRollback = "CONTINUE_ROLLBACK",
        /// CreateChangeSet.
        CreateChangeSet = "CREATE_CHANGESET",
    }
}

words! {
    /// What an instance or a person reports for a resource that waits.
    pub enum SignalStatus {
        /// It is ready.
        Success = "SUCCESS",
        /// It never will be.
        Failure = "FAILURE",
    }
}
