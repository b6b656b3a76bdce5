//! Which status of a stack may follow which.
//!
//! Every change of a stack's status passes [`is_legal`], in
//! [`Stack::set_status`](super::stack::Stack::set_status).

use super::status::StackStatus::{
    self, CreateComplete, CreateFailed, CreateInProgress, DeleteComplete, DeleteFailed,
    DeleteInProgress, ImportComplete, ImportInProgress, ImportRollbackComplete,
    ImportRollbackFailed, ImportRollbackInProgress, ReviewInProgress, RollbackComplete,
    RollbackFailed, RollbackInProgress, UpdateComplete, UpdateCompleteCleanupInProgress,
    UpdateFailed, UpdateInProgress, UpdateRollbackComplete,
    UpdateRollbackCompleteCleanupInProgress, UpdateRollbackFailed, UpdateRollbackInProgress,
};

/// A change of status; `None` stands for a stack that is not there yet.
pub type Transition = (Option<StackStatus>, StackStatus);

/// Every change that CloudFormation makes.
pub const LEGAL: &[Transition] = &[
    (None, CreateInProgress),
    (None, ReviewInProgress),
    (Some(ReviewInProgress), CreateInProgress),
    (Some(ReviewInProgress), ImportInProgress),
    (Some(ReviewInProgress), DeleteInProgress),
    (Some(CreateInProgress), CreateComplete),
    (Some(CreateInProgress), CreateFailed),
    (Some(CreateInProgress), RollbackInProgress),
    (Some(CreateInProgress), DeleteInProgress),
    (Some(RollbackInProgress), RollbackComplete),
    (Some(RollbackInProgress), RollbackFailed),
    // Only where `deletion_interrupts_rollback` says so.
    (Some(RollbackInProgress), DeleteInProgress),
    (Some(CreateComplete), UpdateInProgress),
    (Some(CreateComplete), ImportInProgress),
    (Some(CreateComplete), DeleteInProgress),
    (Some(CreateFailed), UpdateInProgress),
    // Only where `rollback_deletes_failed_creation` says no.
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
    (Some(UpdateComplete), ImportInProgress),
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
    (Some(UpdateRollbackComplete), ImportInProgress),
    (Some(UpdateRollbackComplete), DeleteInProgress),
    (Some(UpdateRollbackFailed), UpdateRollbackInProgress),
    (Some(UpdateRollbackFailed), DeleteInProgress),
    (Some(DeleteInProgress), DeleteComplete),
    (Some(DeleteInProgress), DeleteFailed),
    (Some(DeleteFailed), DeleteInProgress),
    (Some(ImportInProgress), ImportComplete),
    (Some(ImportInProgress), ImportRollbackInProgress),
    (Some(ImportComplete), UpdateInProgress),
    (Some(ImportComplete), ImportInProgress),
    (Some(ImportComplete), DeleteInProgress),
    (Some(ImportRollbackInProgress), ImportRollbackComplete),
    (Some(ImportRollbackInProgress), ImportRollbackFailed),
    (Some(ImportRollbackComplete), UpdateInProgress),
    (Some(ImportRollbackComplete), ImportInProgress),
    (Some(ImportRollbackComplete), DeleteInProgress),
    (Some(ImportRollbackFailed), DeleteInProgress),
];

/// Whether a stack in `from` may turn to `to`; `None` is a stack that is not there yet.
pub fn is_legal(from: Option<StackStatus>, to: StackStatus) -> bool {
    // Where the parameters say so, a deletion refused for an export in use leaves the stack as
    // it was: sources differ, so that is no row of its own.
    let spared = from == Some(DeleteInProgress) && !to.is_busy();
    spared || LEGAL.contains(&(from, to))
}

/// A transition as people write it.
pub fn name(transition: &Transition) -> String {
    let (from, to) = transition;
    let from = from.map_or("(none)", StackStatus::as_str);
    format!("{from} -> {to}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_status_can_be_reached_and_only_the_end_of_a_deletion_is_an_end() {
        let after = |from| LEGAL.iter().filter(move |(one, _)| *one == from);
        let mut reached = BTreeSet::new();
        let mut open = vec![None];
        while let Some(from) = open.pop() {
            for (_, to) in after(from) {
                if reached.insert(*to) {
                    open.push(Some(*to));
                }
            }
        }
        assert_eq!(reached, StackStatus::ALL.iter().copied().collect());
        for one in StackStatus::ALL {
            let is_end = after(Some(*one)).next().is_none();
            assert_eq!(is_end, *one == DeleteComplete, "{one}");
        }
        let once: BTreeSet<_> = LEGAL.iter().collect();
        assert_eq!(once.len(), LEGAL.len());
    }
}
