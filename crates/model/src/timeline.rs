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
    /// What wrote it; none for what was written before this was kept.
    #[serde(flatten)]
    pub writer: Option<Writer>,
}

/// What wrote an entry: ties it to the lines of the log that have the same id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Writer {
    /// A request to the API.
    Request(Author),
    /// A pass of the engine.
    Pass {
        /// Which: [`crate::work::Lease::pass_id`].
        pass: String,
    },
}

/// Who asked for something, and by which request.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Author {
    /// Who, for people: `team checkout, token tok_…`, `delivery generic/…`.
    pub by: String,
    /// The id of the request, as its answer's `X-Request-Id` has it.
    pub request: String,
}

/// What users ask for, as it is told. The words are here, for every ledger writes the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked<'a> {
    /// The first generation.
    Declared,
    /// Another spec or other labels.
    Changed,
    /// An end.
    Deleted,
    /// A change set may go.
    Approved(&'a crate::ids::ChangeSetName),
    /// What was given up is to be tried again.
    Retried,
}

impl Asked<'_> {
    /// As it stands in the timeline.
    pub fn entry(&self, generation: Generation) -> Entry {
        Entry {
            level: Level::Normal,
            reason: self.reason().to_owned(),
            message: self.message(),
            generation,
        }
    }

    /// One CamelCase word.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Declared => "Declared",
            Self::Changed => "Changed",
            Self::Deleted => "Deleted",
            Self::Approved(_) => "Approved",
            Self::Retried => "Retried",
        }
    }

    /// For people.
    pub fn message(&self) -> String {
        match self {
            Self::Declared => "declared".to_owned(),
            Self::Changed => "declared otherwise".to_owned(),
            Self::Deleted => "its deletion was asked for".to_owned(),
            Self::Approved(name) => format!("change set {name} was approved"),
            Self::Retried => "a retry was asked for".to_owned(),
        }
    }
}
