//! Which status of a stack may follow which.

use super::status::StackStatus::{
    self, CreateComplete, CreateFailed, CreateInProgress, DeleteComplete, DeleteFailed,
    DeleteInProgress, ReviewInProgress, RollbackComplete, RollbackFailed, RollbackInProgress,
    UpdateComplete, UpdateCompleteCleanupInProgress, UpdateFailed, UpdateInProgress,
    UpdateRollbackComplete, UpdateRollbackCompleteCleanupInProgress, UpdateRollbackFailed,
    UpdateRollbackInProgress,
};

/// A change of status; `None` stands for a stack that is not there yet.
pub type Transition = (Option<StackStatus>, StackStatus);

/// Every change that CloudFormation makes.
pub const LEGAL: &[Transition] = &[
    (None, CreateInProgress),
    (None, ReviewInProgress),
    (Some(ReviewInProgress), CreateInProgress),
    (Some(ReviewInProgress), DeleteInProgress),
    (Some(CreateInProgress), CreateComplete),
    (Some(CreateInProgress), CreateFailed),
    (Some(CreateInProgress), RollbackInProgress),
    (Some(CreateInProgress), DeleteInProgress),
    (Some(RollbackInProgress), RollbackComplete),
    (Some(RollbackInProgress), RollbackFailed),
    (Some(CreateComplete), UpdateInProgress),
    (Some(CreateComplete), DeleteInProgress),
    (Some(CreateFailed), UpdateInProgress),
    (Some(CreateFailed), RollbackInProgress),
    (Some(CreateFailed), DeleteInProgress),
    (Some(RollbackComplete), DeleteInProgress),
    (Some(RollbackFailed), DeleteInProgress),
    (Some(UpdateInProgress), UpdateCompleteCleanupInProgress),
    (Some(UpdateInProgress), UpdateFailed),
    (Some(UpdateInProgress), UpdateRollbackInProgress),
    (Some(UpdateCompleteCleanupInProgress), UpdateComplete),
    // A nested stack whose parent's update fails after its own.
    (
        Some(UpdateCompleteCleanupInProgress),
        UpdateRollbackInProgress,
    ),
    (Some(UpdateComplete), UpdateInProgress),
    (Some(UpdateComplete), DeleteInProgress),
    (Some(UpdateFailed), UpdateInProgress),
    (Some(UpdateFailed), UpdateRollbackInProgress),
    (Some(UpdateFailed), DeleteInProgress),
    (
        Some(UpdateRollbackInProgress),
        UpdateRollbackCompleteCleanupInProgress,
    ),
    (Some(UpdateRollbackInProgress), UpdateRollbackFailed),
    (
        Some(UpdateRollbackCompleteCleanupInProgress),
        UpdateRollbackComplete,
    ),
    (Some(UpdateRollbackComplete), UpdateInProgress),
    (Some(UpdateRollbackComplete), DeleteInProgress),
    (Some(UpdateRollbackFailed), UpdateRollbackInProgress),
    (Some(UpdateRollbackFailed), DeleteInProgress),
    (Some(DeleteInProgress), DeleteComplete),
    (Some(DeleteInProgress), DeleteFailed),
    (Some(DeleteFailed), DeleteInProgress),
];

/// A transition as people write it.
pub fn name(transition: &Transition) -> String {
    let (from, to) = transition;
    let from = from.map_or("(none)", StackStatus::as_str);
    format!("{from} -> {to}")
}
