//! What CI tells of a branch.

use std::fmt;

use chrono::{DateTime, SubsecRound as _, Utc};
use serde::{Deserialize, Serialize};

/// A word about a branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When it happened, by the sender's clock.
    pub at: DateTime<Utc>,
    /// Which repository: `acme/checkout`.
    pub repository: String,
    /// Which branch: `feature/ryan`.
    pub branch: String,
    /// What happened to it.
    pub happened: Happened,
}

/// What happened to a branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Happened {
    /// It was built.
    Built(Build),
    /// It is gone.
    Deleted,
}

/// A build that is ready to be deployed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Build {
    /// Also the Octopus release: `1.0.0-ryan0001`.
    pub version: String,
    /// The commit that was built.
    pub commit: String,
    /// Counts the branch's builds, or all builds; grows with time. At most
    /// [`Build::MAX_NUMBER`].
    pub number: i64,
    /// Where people can look at it.
    pub url: Option<String>,
}

impl Build {
    /// One below what stands for a deletion in an [`Order`].
    pub const MAX_NUMBER: i64 = i64::MAX - 1;
}

impl Event {
    /// Its place among all events of its branch.
    pub fn order(&self) -> Order {
        let build = match &self.happened {
            Happened::Built(build) => build.number,
            Happened::Deleted => i64::MAX,
        };
        // What Postgres keeps, so that a stored order equals the one that was stored.
        let at = self.at.trunc_subsecs(6);
        Order { at, build }
    }
}

/// The place of an event among all of its branch: by time, then by the build's number;
/// never by arrival. A deletion comes after the builds of its instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Order {
    /// When it happened, in whole microseconds.
    pub at: DateTime<Utc>,
    /// The build's number; `i64::MAX` for a deletion.
    pub build: i64,
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
        match self.build {
            i64::MAX => write!(f, "the deletion at {at}"),
            number => write!(f, "build {number} at {at}"),
        }
    }
}
