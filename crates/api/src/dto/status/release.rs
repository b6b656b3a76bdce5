//! Which release is wanted, and which one the stack's instances are heading for.

use bennu_model::attempt::{Attempt, Settled};
use bennu_model::spec::{Rollout, Spec};
use bennu_model::stack::StackStatus;
use bennu_ports::ledger::EnvironmentState;
use serde::{Deserialize, Serialize};

/// The release that is declared, and the one that instances are heading for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseDocument {
    /// The declared one.
    pub wanted: String,
    /// Where the stack's instances are heading; absent while there is no stack whose
    /// instances matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading: Option<HeadingDocument>,
}

/// Where the stack's instances are heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadingDocument {
    /// For which release.
    pub release: String,
    /// In which direction.
    pub course: CourseWord,
}

/// In which direction instances change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CourseWord {
    /// Instances of this release are coming.
    Forward,
    /// An update is being undone: instances of this release come back.
    Back,
    /// The stack is at rest.
    Settled,
}

/// The release of a state; none where none is declared.
pub(super) fn of(state: &EnvironmentState) -> Option<ReleaseDocument> {
    let spec = &state.environment.spec;
    let wanted = spec.release.clone()?;
    let stack = state.observed.stack.seen.present();
    let course = stack.and_then(|stack| course(&stack.status, spec.rollout));
    let heading = course.map(|course| HeadingDocument {
        release: release(state, spec, course).unwrap_or_else(|| wanted.clone()),
        course: course.word,
    });
    Some(ReleaseDocument { wanted, heading })
}

/// A direction, and whose release it leads to.
#[derive(Clone, Copy)]
struct Course {
    word: CourseWord,
    to: Aim,
}

/// Whose release a direction leads to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Aim {
    /// That of the operation that was begun last.
    Begun,
    /// That of the operation that succeeded last.
    Applied,
}

fn course(status: &StackStatus, rollout: Rollout) -> Option<Course> {
    let (word, to) = match status {
        StackStatus::CreateInProgress => (CourseWord::Forward, Aim::Begun),
        StackStatus::UpdateInProgress => match rollout {
            Rollout::Immutable => (CourseWord::Forward, Aim::Begun),
            Rollout::InPlace => (CourseWord::Settled, Aim::Begun),
        },
        StackStatus::UpdateCompleteCleanupInProgress => (CourseWord::Settled, Aim::Begun),
        StackStatus::UpdateFailed
        | StackStatus::UpdateRollbackInProgress
        | StackStatus::UpdateRollbackFailed
        | StackStatus::UpdateRollbackCompleteCleanupInProgress => match rollout {
            Rollout::Immutable => (CourseWord::Back, Aim::Applied),
            Rollout::InPlace => (CourseWord::Settled, Aim::Applied),
        },
        StackStatus::CreateComplete
        | StackStatus::UpdateComplete
        | StackStatus::UpdateRollbackComplete
        | StackStatus::ImportInProgress
        | StackStatus::ImportComplete
        | StackStatus::ImportRollbackInProgress
        | StackStatus::ImportRollbackFailed
        | StackStatus::ImportRollbackComplete => (CourseWord::Settled, Aim::Applied),
        StackStatus::ReviewInProgress
        | StackStatus::CreateFailed
        | StackStatus::RollbackInProgress
        | StackStatus::RollbackFailed
        | StackStatus::RollbackComplete
        | StackStatus::DeleteInProgress
        | StackStatus::DeleteFailed
        | StackStatus::DeleteComplete
        | StackStatus::Other(_) => return None,
    };
    Some(Course { word, to })
}

/// Machines that stay are always brought what is declared; those that come get what their
/// operation was begun for.
fn release(state: &EnvironmentState, spec: &Spec, course: Course) -> Option<String> {
    let attempts = state.observed.attempts.iter();
    let attempts = attempts.filter(|one| is_of_instances(one));
    match (spec.rollout, course.to) {
        (Rollout::InPlace, Aim::Begun | Aim::Applied) => spec.release.clone(),
        (Rollout::Immutable, Aim::Begun) => attempts
            .filter(|one| {
                !matches!(
                    one.settled,
                    Some(Settled::Rejected(_) | Settled::NotApplied)
                )
            })
            .max_by_key(|one| one.started_at)
            .and_then(|one| one.release.clone()),
        (Rollout::Immutable, Aim::Applied) => attempts
            .filter(|one| matches!(one.settled, Some(Settled::Applied(_))))
            .max_by_key(|one| (one.settled_at, one.started_at))
            .and_then(|one| one.release.clone()),
    }
}

fn is_of_instances(attempt: &Attempt) -> bool {
    matches!(attempt.verb.as_str(), "create-stack" | "execute-change-set")
}
