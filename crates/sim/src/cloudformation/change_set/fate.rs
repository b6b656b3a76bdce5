//! What becomes of a resource.

use crate::cloudformation::answer::ChangeDetail;
use crate::cloudformation::provision::LAUNCH_TEMPLATE;

/// What becomes of a resource, as far as its dependants see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// Its id and all its attributes will be new.
    New,
    /// It stays, and these of its attributes will be new.
    Modified(&'static [&'static str]),
}

impl Fate {
    /// Of a resource of this type that these details modify in place.
    pub fn of_modified(kind: &str, details: &[ChangeDetail]) -> Self {
        let is_data = |detail: &ChangeDetail| detail.name.as_deref() == Some("LaunchTemplateData");
        if kind == LAUNCH_TEMPLATE && details.iter().any(is_data) {
            return Self::Modified(&["LatestVersionNumber"]);
        }
        Self::Modified(&[])
    }

    /// Whether an attribute will surely have another value.
    pub fn moves(&self, attribute: &str) -> bool {
        match self {
            Self::New => true,
            Self::Modified(moved) => moved.contains(&attribute),
        }
    }
}
