//! What a daemon keeps for a team.

/// What a team declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noun {
    /// Environments.
    Environment,
    /// Blueprints.
    Blueprint,
}

impl Noun {
    /// As people write it: `environment`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::Blueprint => "blueprint",
        }
    }

    /// The part of a path below which they are.
    pub(super) fn segment(self) -> &'static str {
        match self {
            Self::Environment => "environments",
            Self::Blueprint => "blueprints",
        }
    }
}
