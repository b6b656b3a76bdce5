//! Which release is wanted, and which one the stack's instances are heading for.

use bennu_model::known::Course;
use bennu_ports::ledger::EnvironmentState;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The release that is declared, and the one that instances are heading for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReleaseDocument {
    /// The declared one.
    pub wanted: String,
    /// Where the stack's instances are heading; absent while there is no stack whose
    /// instances matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading: Option<HeadingDocument>,
}

/// Where the stack's instances are heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HeadingDocument {
    /// For which release.
    pub release: String,
    /// In which direction.
    pub course: CourseWord,
}

/// In which direction instances change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CourseWord {
    /// Instances of this release are coming.
    Forward,
    /// An update is being undone: instances of this release come back.
    Back,
    /// The stack is at rest.
    Settled,
}

/// The release of a state, as the last pass saw it; none where none is declared.
pub(super) fn of(state: &EnvironmentState) -> Option<ReleaseDocument> {
    let wanted = state.environment.spec.release.clone()?;
    let (course, release) = match &state.observed.known.course {
        Course::Forward(release) => (CourseWord::Forward, release),
        Course::Back(release) => (CourseWord::Back, release),
        Course::Settled(release) => (CourseWord::Settled, release),
        Course::Nowhere => {
            return Some(ReleaseDocument {
                wanted,
                heading: None,
            });
        }
    };
    let release = release.clone();
    Some(ReleaseDocument {
        wanted,
        heading: Some(HeadingDocument { release, course }),
    })
}
