//! How far an operation on a stack is: what its events tell.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// How far an operation is. Events are the only channel for it, and their texts are meant
/// for people: what is not told is none.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Progress {
    /// Which operation, by when it began.
    pub since: Option<DateTime<Utc>>,
    /// Resources that the operation has finished.
    pub resources_done: u32,
    /// Resources that it works on.
    pub resources_busy: u32,
    /// Instances that a rolling update replaces, and in batches of how many.
    pub roll: Option<Roll>,
    /// Signals that the resource waits for now; all of them when it is being created.
    pub signals_awaited: Option<u32>,
    /// Signals of success that came since.
    pub signals_received: u32,
    /// Signals of failure, or none in time.
    pub signals_failed: u32,
}

/// A rolling update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roll {
    /// Instances to be replaced.
    pub total: u32,
    /// How many at once.
    pub batch: u32,
    /// How many stay in service at least.
    pub in_service: u32,
    /// Batches that have begun.
    pub begun: u32,
}

impl Roll {
    /// How many batches it takes: at least as many as have begun.
    pub fn batches(&self) -> u32 {
        self.total.div_ceil(self.batch.max(1)).max(self.begun)
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if let Some(roll) = &self.roll {
            parts.push(format!("batch {} of {}", roll.begun, roll.batches()));
        }
        if let Some(awaited) = self.signals_awaited {
            parts.push(format!("signals {} of {awaited}", self.signals_received));
        }
        if self.signals_failed > 0 {
            parts.push(format!("{} failed", self.signals_failed));
        }
        parts.push(format!(
            "resources {} of {}",
            self.resources_done,
            self.resources_done + self.resources_busy
        ));
        f.write_str(&parts.join(", "))
    }
}
