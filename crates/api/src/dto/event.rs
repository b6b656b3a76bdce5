//! What happened to an environment, in order.

use bennu_model::timeline::{Author, Event, Level, Writer};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A part of a timeline, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EventList {
    /// What happened.
    pub items: Vec<EventDocument>,
    /// Send it as `after` for what follows: the last id here, or what was asked for when
    /// nothing is here.
    pub after: i64,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    /// The pass that wrote it, as its lines in the log name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass: Option<String>,
    /// Who asked for it: `team checkout, token tok_…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// By which request, as its answer's `X-Request-Id` has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
}

impl From<&Event> for EventDocument {
    fn from(event: &Event) -> Self {
        let level = match event.entry.level {
            Level::Normal => "Normal",
            Level::Warning => "Warning",
        };
        let (pass, by, request) = match event.writer.clone() {
            Some(Writer::Pass { pass }) => (Some(pass), None, None),
            Some(Writer::Request(Author { by, request })) => (None, Some(by), Some(request)),
            None => (None, None, None),
        };
        Self {
            id: event.id,
            at: event.at,
            level: level.to_owned(),
            reason: event.entry.reason.clone(),
            message: event.entry.message.clone(),
            generation: event.entry.generation.0,
            pass,
            by,
            request,
        }
    }
}
