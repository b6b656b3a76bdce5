//! What replicas share: keys to work on, and who works on them.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::document::DocumentKey;
use crate::ids::{EnvironmentUid, ReplicaId, ServerName, SpaceName, TargetName};

/// One thing that is worked on by one replica at a time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WorkKey {
    /// A pass over one environment.
    Environment(EnvironmentUid),
    /// A sweep of one target.
    Target(TargetName),
    /// A sweep of one space.
    Space(ServerName, SpaceName),
    /// A document that has one writer.
    Document(DocumentKey),
}

impl WorkKey {
    /// The kind, as it stands in the table, in metrics and in logs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Environment(_) => "environment",
            Self::Target(_) => "target",
            Self::Space(_, _) => "space",
            Self::Document(_) => "document",
        }
    }

    /// Reads what `Display` wrote; `None` for anything else, for example a kind that a
    /// newer replica made.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once('/')?;
        match kind {
            "environment" => EnvironmentUid::new(rest).ok().map(Self::Environment),
            "target" => TargetName::new(rest).ok().map(Self::Target),
            "space" => {
                let (server, space) = rest.split_once('/')?;
                Some(Self::Space(
                    ServerName::new(server).ok()?,
                    SpaceName::new(space).ok()?,
                ))
            }
            "document" => DocumentKey::parse(rest).map(Self::Document),
            _ => None,
        }
    }
}

impl fmt::Display for WorkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(uid) => write!(f, "environment/{uid}"),
            Self::Target(target) => write!(f, "target/{target}"),
            Self::Space(server, space) => write!(f, "space/{server}/{space}"),
            Self::Document(document) => write!(f, "document/{document}"),
        }
    }
}

/// What goes first: the lower, the sooner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Sweeps and deletions: everything else depends on them, or is paid for meanwhile.
    First,
    /// What a user waits for.
    Waited,
    /// Everything else.
    Routine,
}

impl Class {
    /// As it stands in the table.
    pub fn rank(self) -> i16 {
        match self {
            Self::First => 0,
            Self::Waited => 1,
            Self::Routine => 2,
        }
    }
}

/// The right to work on a key until a moment; every write is guarded by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// On what.
    pub key: WorkKey,
    /// Whose.
    pub owner: ReplicaId,
    /// Which claim: grows with each one, so that an older claim is told apart.
    pub epoch: i64,
    /// The wake that this claim has taken note of.
    pub wake_seq: i64,
    /// The database's time of the claim.
    pub claimed_at: DateTime<Utc>,
    /// Failed passes in a row.
    pub failures: i32,
}

impl Lease {
    /// Names the pass that this claim is for, in logs and in the timeline:
    /// `environment/<uid>.<epoch>`. No two claims have the same.
    pub fn pass_id(&self) -> String {
        format!("{}.{}", self.key, self.epoch)
    }
}
