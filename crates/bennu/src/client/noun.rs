//! What a daemon can be asked about.

/// A kind of thing that a daemon lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noun {
    /// Environments.
    Environment,
    /// Blueprints.
    Blueprint,
    /// Accounts and regions of the daemon's configuration.
    Target,
    /// Octopus spaces of the daemon's configuration.
    Space,
    /// Templates of the daemon's catalog.
    Template,
    /// Tokens of the API.
    Token,
}

impl Noun {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Environment,
        Self::Blueprint,
        Self::Target,
        Self::Space,
        Self::Template,
        Self::Token,
    ];

    /// As people write it: `environment`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::Blueprint => "blueprint",
            Self::Target => "target",
            Self::Space => "space",
            Self::Template => "template",
            Self::Token => "token",
        }
    }

    /// Many of them; also the part of a path below which they are.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Environment => "environments",
            Self::Blueprint => "blueprints",
            Self::Target => "targets",
            Self::Space => "spaces",
            Self::Template => "templates",
            Self::Token => "tokens",
        }
    }

    /// Whether each belongs to a team, and has a path of its own below it.
    pub fn is_of_a_team(self) -> bool {
        match self {
            Self::Environment | Self::Blueprint => true,
            Self::Target | Self::Space | Self::Template | Self::Token => false,
        }
    }
}
