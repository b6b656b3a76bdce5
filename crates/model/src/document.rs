//! Documents that we share with people or among environments, and what we want of them.
//!
//! No environment's pass writes such a document: it lets a *want* stand, and one worker per
//! document merges all wants into one write. A want that is withdrawn stays on record until
//! the document was read without it.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{
    EnvironmentUid, OctopusEnvironmentId, ProjectId, ReleaseId, ServerName, SpaceName, TenantId,
};

/// A document with one writer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DocumentKey {
    /// A project of Octopus with its trigger and its overrides.
    Project(ServerName, SpaceName, ProjectId),
    /// Our machine policy in a space.
    MachinePolicy(ServerName, SpaceName),
    /// Who may boot instances in a space. Ours alone; there is nothing to be written
    /// outside.
    Slots(ServerName, SpaceName),
}

impl DocumentKey {
    /// The server and the space that it is in.
    pub fn place(&self) -> (&ServerName, &SpaceName) {
        match self {
            Self::Project(server, space, _)
            | Self::MachinePolicy(server, space)
            | Self::Slots(server, space) => (server, space),
        }
    }

    /// Reads what `Display` wrote; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once('/')?;
        let (server, rest) = rest.split_once('/')?;
        let server = ServerName::new(server).ok()?;
        // A space's name may hold anything, so it stands last.
        match kind {
            "project" => {
                let (project, space) = rest.split_once('/')?;
                let project = ProjectId::new(project).ok()?;
                Some(Self::Project(server, SpaceName::new(space).ok()?, project))
            }
            "machine-policy" => Some(Self::MachinePolicy(server, SpaceName::new(rest).ok()?)),
            "slots" => Some(Self::Slots(server, SpaceName::new(rest).ok()?)),
            _ => None,
        }
    }
}

impl fmt::Display for DocumentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Project(server, space, project) => {
                write!(f, "project/{server}/{project}/{space}")
            }
            Self::MachinePolicy(server, space) => write!(f, "machine-policy/{server}/{space}"),
            Self::Slots(server, space) => write!(f, "slots/{server}/{space}"),
        }
    }
}

impl From<DocumentKey> for String {
    fn from(key: DocumentKey) -> Self {
        key.to_string()
    }
}

impl TryFrom<String> for DocumentKey {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("{text:?} names no shared document"))
    }
}

/// What an environment wants of a shared document. An environment has at most one want of a
/// kind in a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Want {
    /// Our trigger watches this Octopus environment, for this tenant's machines among others.
    Trigger {
        /// Which.
        environment: OctopusEnvironmentId,
        /// Whose machines: as long as this stands, no override of the tenant's stays that
        /// nobody asks for.
        tenant: TenantId,
    },
    /// The next machine of this tenant gets this release.
    Override {
        /// In which environment.
        environment: OctopusEnvironmentId,
        /// Whose machines.
        tenant: TenantId,
        /// Which release.
        release: ReleaseId,
    },
    /// Our machine policy is there.
    MachinePolicy,
    /// Room to boot instances.
    Slot,
}

impl Want {
    /// Its kind in one word.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Trigger { .. } => "trigger",
            Self::Override { .. } => "override",
            Self::MachinePolicy => "machine-policy",
            Self::Slot => "slot",
        }
    }
}

/// A want that is on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Of which document.
    pub document: DocumentKey,
    /// What.
    pub want: Want,
    /// When it was asked for just so, by the database's clock; names this want among later
    /// ones of its kind.
    pub asked_at: DateTime<Utc>,
    /// Whether it stands no longer, and only waits to be taken out of the document.
    pub withdrawn: bool,
    /// When the read began that showed it fulfilled; none while none has.
    pub met_at: Option<DateTime<Utc>>,
}

/// A want with whose it is, as a document's worker sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// Whose.
    pub uid: EnvironmentUid,
    /// The want.
    #[serde(flatten)]
    pub standing: Standing,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_what_it_wrote() {
        for text in [
            "project/main/Projects-7/Team A/B",
            "machine-policy/main/Default",
            "slots/main/Team A/B",
        ] {
            let key = DocumentKey::parse(text).unwrap();
            assert_eq!(key.to_string(), text);
        }
        for bad in [
            "",
            "project/main/Projects-7",
            "slots/Main/Default",
            "tenant/main/x",
        ] {
            assert_eq!(DocumentKey::parse(bad), None, "{bad}");
        }
    }
}
