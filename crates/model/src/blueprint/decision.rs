//! What an event meets, and what it leads to.

use std::collections::BTreeMap;

use super::{Blueprint, BlueprintId, Order, Origin};
use crate::ids::{EnvironmentName, EnvironmentUid, TeamName};
use crate::spec::{Invalid, Spec};

/// What is stored about a branch when an event of it comes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Situation {
    /// All blueprints that name the repository, of every team, by team and name.
    pub blueprints: Vec<Blueprint>,
    /// The last event that counted, kept past the branch's deletion.
    pub last: Option<Order>,
    /// The environments of the branch that are to be, by team and name.
    pub living: Vec<Living>,
}

/// An environment of a branch that is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Living {
    /// Which life.
    pub uid: EnvironmentUid,
    /// Whose.
    pub team: TeamName,
    /// Its name.
    pub name: EnvironmentName,
    /// Where it comes from.
    pub origin: Origin,
}

/// What an event leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// An environment is declared.
    Declare(Box<Declare>),
    /// The branch is gone, and with it these; none if there were none.
    Delete(Vec<Living>),
    /// A later event has counted already.
    Stale(Order),
    /// No blueprint is for this branch, and nothing of it lives.
    NoBlueprint {
        /// Whether any blueprint names the repository.
        repository_known: bool,
    },
    /// Several blueprints are for this branch.
    Ambiguous(Vec<BlueprintId>),
    /// What the blueprint makes of the build cannot be.
    Refused(Vec<Invalid>),
}

/// A declaration that a build makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declare {
    /// Whose.
    pub team: TeamName,
    /// The name given at birth.
    pub name: EnvironmentName,
    /// Labels, filled.
    pub labels: BTreeMap<String, String>,
    /// What it should be, filled.
    pub spec: Spec,
    /// Where it comes from.
    pub origin: Origin,
    /// The life that changes; none: one begins, and no other may have the name.
    pub onto: Option<EnvironmentUid>,
    /// What `{{ version.label }}` was.
    pub label: LabelSource,
}

/// What `{{ version.label }}` was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelSource {
    /// The version's pre-release part.
    Version,
    /// The branch's slug, for the version has no part that is a legal name.
    Branch,
}
