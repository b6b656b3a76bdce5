//! Intent before effect: a row that is durable before a call that cannot simply be
//! repeated, and how it was settled.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{Digest, Generation, Token};
use crate::plan::Resource;

/// Something that we began, or were about to begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Names the attempt: the same world gives the same token, so one state of the world
    /// has one attempt.
    pub token: Token,
    /// What it changes.
    pub resource: Resource,
    /// The action's verb.
    pub verb: String,
    /// The spec's generation it was made for.
    pub generation: Generation,
    /// The retry counter it was made for.
    pub retry: i64,
    /// What it would bring about; for a stack, the digest of the desired stack.
    pub subject: Option<Digest>,
    /// The release that it brings, for the stack's creation and updates: what its instances
    /// have to run.
    pub release: Option<String>,
    /// When the row was last written before a send, by the database's clock.
    pub started_at: DateTime<Utc>,
    /// What the provider called it: a stack's ARN, a change set's ARN.
    pub reference: Option<String>,
    /// How it ended; none while that is open.
    pub settled: Option<Settled>,
    /// When that was written, by the database's clock.
    pub settled_at: Option<DateTime<Utc>>,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Settled {
    /// It did what it should; the stack version that it left, where there is one.
    Applied(Option<String>),
    /// There was nothing to change; the stack version that this was said of.
    Unchanged(Option<String>),
    /// The provider began, failed and says why; the stack version that it left.
    Failed {
        /// First failed resource and reason.
        why: String,
        /// Which state it left.
        version: Option<String>,
    },
    /// The provider refused it: nothing happened.
    Rejected(String),
    /// A look shows that it never reached the provider.
    NotApplied,
}

/// That an attempt ended, to be recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    /// Which attempt.
    pub token: Token,
    /// How.
    pub settled: Settled,
}
