//! CloudFormation's statuses, word for word.

use crate::words::words;

words! {
    /// The status of a stack.
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
        /// Things that are there already are being taken into the stack.
        ImportInProgress = "IMPORT_IN_PROGRESS",
        /// They belong to the stack.
        ImportComplete = "IMPORT_COMPLETE",
        /// One could not be taken in; the others are being let go again.
        ImportRollbackInProgress = "IMPORT_ROLLBACK_IN_PROGRESS",
        /// One could not be let go.
        ImportRollbackFailed = "IMPORT_ROLLBACK_FAILED",
        /// The stack is what it was before the import.
        ImportRollbackComplete = "IMPORT_ROLLBACK_COMPLETE",
    }
}

impl StackStatus {
    /// Whether an operation is under way. `REVIEW_IN_PROGRESS` is settled in spite of its name.
    pub fn is_busy(self) -> bool {
        self != Self::ReviewInProgress && self.as_str().ends_with("_IN_PROGRESS")
    }

    /// Whether a version of the stack is whole and live: what `RollbackStack` calls a stable
    /// state, and what any update or import may begin from.
    pub fn is_stable(self) -> bool {
        match self {
            Self::CreateComplete
            | Self::UpdateComplete
            | Self::UpdateRollbackComplete
            | Self::ImportComplete
            | Self::ImportRollbackComplete => true,
            Self::ReviewInProgress
            | Self::CreateInProgress
            | Self::CreateFailed
            | Self::RollbackInProgress
            | Self::RollbackFailed
            | Self::RollbackComplete
            | Self::DeleteInProgress
            | Self::DeleteFailed
            | Self::DeleteComplete
            | Self::UpdateInProgress
            | Self::UpdateCompleteCleanupInProgress
            | Self::UpdateFailed
            | Self::UpdateRollbackInProgress
            | Self::UpdateRollbackFailed
            | Self::UpdateRollbackCompleteCleanupInProgress
            | Self::ImportInProgress
            | Self::ImportRollbackInProgress
            | Self::ImportRollbackFailed => false,
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
        /// Being taken into the stack.
        ImportInProgress = "IMPORT_IN_PROGRESS",
        /// Not taken in.
        ImportFailed = "IMPORT_FAILED",
        /// Taken in.
        ImportComplete = "IMPORT_COMPLETE",
        /// Being let go again.
        ImportRollbackInProgress = "IMPORT_ROLLBACK_IN_PROGRESS",
        /// Not let go.
        ImportRollbackFailed = "IMPORT_ROLLBACK_FAILED",
        /// Let go; no longer part of the stack.
        ImportRollbackComplete = "IMPORT_ROLLBACK_COMPLETE",
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
        /// A stack, new or there, that takes in things which are there.
        Import = "IMPORT",
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
    /// How long an operation waits for what it makes.
    pub enum DeploymentMode {
        /// Until it is of use.
        Standard = "STANDARD",
        /// Until its configuration is applied; it becomes of use in the background.
        Express = "EXPRESS",
    }
}

words! {
    /// What a status does not tell by itself.
    pub enum DetailedStatus {
        /// Everything is applied and not yet at rest.
        ConfigurationComplete = "CONFIGURATION_COMPLETE",
        /// What was asked for was found wrong before anything began.
        ValidationFailed = "VALIDATION_FAILED",
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

words! {
    /// The kinds of events that `DescribeEvents` tells of.
    pub enum EventType {
        /// Of the stack itself.
        StackEvent = "STACK_EVENT",
        /// Of a resource that goes its way.
        ProgressEvent = "PROGRESS_EVENT",
        /// Something was found wrong before anything began.
        ValidationError = "VALIDATION_ERROR",
        /// Of a resource that failed.
        ProvisioningError = "PROVISIONING_ERROR",
    }
}

impl EventType {
    /// Whether it tells of a failure.
    pub fn is_failure(self) -> bool {
        match self {
            Self::ValidationError | Self::ProvisioningError => true,
            Self::StackEvent | Self::ProgressEvent => false,
        }
    }
}

words! {
    /// How an operation stands.
    pub enum OperationStatus {
        /// It runs.
        InProgress = "IN_PROGRESS",
        /// It ended as it was meant to.
        Success = "SUCCESS",
        /// It did not.
        Failed = "FAILED",
    }
}
