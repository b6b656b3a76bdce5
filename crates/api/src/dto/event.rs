//! What happened to an environment, in order.

use bennu_model::timeline::{Event, Level};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A part of a timeline, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventList {
    /// What happened.
    pub items: Vec<EventDocument>,
    /// Send it as `after` for what follows: the last id here, or what was asked for when
    /// nothing is here.
    pub after: i64,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventDocument {
    /// Its place: grows, with gaps.
    pub id: i64,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// `Normal` or `Warning`.
    pub level: String,
    /// What happened, as one CamelCase word.
    pub reason: String,
    /// What happened, for people.
    pub message: String,
    /// The generation that it belongs to.
    pub generation: i64,
}

impl From<&Event> for EventDocument {
    fn from(event: &Event) -> Self {
        let level = match event.entry.level {
            Level::Normal => "Normal",
            Level::Warning => "Warning",
        };
        Self {
            id: event.id,
            at: event.at,
            level: level.to_owned(),
            reason: event.entry.reason.clone(),
            message: event.entry.message.clone(),
            generation: event.entry.generation.0,
        }
    }
}
