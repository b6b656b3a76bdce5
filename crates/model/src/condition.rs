//! What people and programs are told, in the form of Kubernetes' conditions.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::Generation;

/// One statement about an environment. Computed, never edited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    /// What it is about.
    #[serde(rename = "type")]
    pub kind: ConditionKind,
    /// Whether it holds.
    pub status: Status,
    /// Why, as one CamelCase word.
    pub reason: String,
    /// Why, for people.
    pub message: String,
    /// The generation that it speaks of.
    pub observed_generation: Generation,
    /// When `status` last changed.
    pub last_transition_time: DateTime<Utc>,
}

/// What a condition is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ConditionKind {
    /// Everything is as declared. Derived from the others.
    Ready,
    /// The stack is as declared.
    StackReady,
    /// The tenant and its connections are as declared.
    TenantReady,
    /// The tenant's variables are as declared. Only where there are any.
    VariablesReady,
    /// Every machine runs the release that it should. Only where a release is declared.
    SoftwareReady,
    /// No machine in Octopus is left over. Present when it is false: somebody has to decide
    /// about machines that are not ours to remove.
    MachinesClean,
    /// Something is being done. Present when true.
    Reconciling,
    /// Nothing more will happen without a person. Present when true.
    Stalled,
}

/// Whether a condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// It holds.
    True,
    /// It does not.
    False,
    /// We do not know.
    Unknown,
}

impl fmt::Display for ConditionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
