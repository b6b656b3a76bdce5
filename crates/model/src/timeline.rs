//! What happened to an environment, for people, in order.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::Generation;

/// Something to be written into the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Whether it is worth a person's attention.
    pub level: Level,
    /// What happened, as one CamelCase word.
    pub reason: String,
    /// What happened, for people.
    pub message: String,
    /// The generation that it belongs to.
    pub generation: Generation,
}

/// Whether an entry is worth a person's attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Level {
    /// As it should be.
    Normal,
    /// Worth a look.
    Warning,
}

/// An entry as it stands in the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Its place: grows, with gaps.
    pub id: i64,
    /// When it was written, by the database's clock.
    pub at: DateTime<Utc>,
    /// What it says.
    #[serde(flatten)]
    pub entry: Entry,
}
