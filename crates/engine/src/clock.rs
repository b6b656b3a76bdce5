//! Time: the database's, as well as it can be known, and our own, for deadlines.

use chrono::{DateTime, Utc};
use tokio::time::Instant;

/// Our own monotonic time.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place of the engine that reads a clock"
)]
pub fn monotonic() -> Instant {
    Instant::now()
}

/// The database's time within a claim: what the claim said, plus what has passed since its
/// answer came. It is never ahead of the database, so a read is never dated too late.
#[derive(Debug, Clone, Copy)]
pub struct DatabaseClock {
    said: DateTime<Utc>,
    heard: Option<Instant>,
}

impl DatabaseClock {
    /// The database said `said`, and we heard it at `heard`.
    pub fn new(said: DateTime<Utc>, heard: Instant) -> Self {
        Self {
            said,
            heard: Some(heard),
        }
    }

    /// A clock that stands: whoever steps time in a test moves it between passes.
    pub fn standing(at: DateTime<Utc>) -> Self {
        Self {
            said: at,
            heard: None,
        }
    }

    /// The database's time now, or a little earlier.
    pub fn now(&self) -> DateTime<Utc> {
        let Some(heard) = self.heard else {
            return self.said;
        };
        let passed = monotonic().duration_since(heard);
        self.said + chrono::Duration::from_std(passed).unwrap_or(chrono::Duration::zero())
    }
}
