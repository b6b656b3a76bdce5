//! An environment as it is declared and kept.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::blueprint::Origin;
use crate::ids::{ChangeSetName, EnvironmentName, EnvironmentUid, Generation, TeamName};
use crate::spec::Spec;

/// One life of a declared environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// Which life.
    pub uid: EnvironmentUid,
    /// Whose.
    pub team: TeamName,
    /// Its name, unique among the team's living environments.
    pub name: EnvironmentName,
    /// For people and selectors; they change nothing in the world.
    pub labels: BTreeMap<String, String>,
    /// How often the spec changed; a deletion counts.
    pub generation: Generation,
    /// How often a person asked to try again.
    pub retry: i64,
    /// Whether it should be.
    pub presence: Presence,
    /// What it should be.
    pub spec: Spec,
    /// The earlier life of this name whose tombstone this one waits for.
    pub predecessor: Option<EnvironmentUid>,
    /// The build that declared it; none for what a person declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// The change set that a person has approved last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<ChangeSetName>,
    /// When its spec was first declared or last changed; none for what was stored before this
    /// was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared_at: Option<DateTime<Utc>>,
    /// When somebody last asked for a fresh look at everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_at: Option<DateTime<Utc>>,
    /// When it was first declared.
    pub created_at: DateTime<Utc>,
    /// When its deletion was asked for.
    pub deleted_at: Option<DateTime<Utc>>,
}

/// Whether an environment should be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// It should be as its spec says.
    Present,
    /// Nothing of it should be left.
    Absent,
}

/// How a life ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tombstone {
    /// Nothing is left; whatever turns up with this uid may be removed.
    Deleted,
    /// What there was stays, and is never touched again.
    Released,
}
