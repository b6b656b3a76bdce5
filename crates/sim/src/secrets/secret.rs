//! One secret: its versions, and which of them is the current one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, Utc};

use super::SecretError;
use crate::chance::Chance;

/// The label of the version that is read unless told otherwise.
pub const CURRENT: &str = "AWSCURRENT";

/// The label of the version that was the current one before.
pub const PREVIOUS: &str = "AWSPREVIOUS";

/// What is kept secret. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub enum SecretValue {
    /// `SecretString`.
    Text(String),
    /// `SecretBinary`.
    Binary(Vec<u8>),
}

impl SecretValue {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The text; `None` for a value that is no text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Binary(_) => None,
        }
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// One version of a secret.
#[derive(Debug, Clone)]
pub struct Version {
    /// The value.
    pub value: SecretValue,
    /// Its labels; each label stands at one version of a secret at most.
    pub stages: BTreeSet<String>,
    /// World time of its creation.
    pub created_at: DateTime<Utc>,
}

/// Which version is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhichVersion {
    /// By its id.
    Id(String),
    /// By a label.
    Stage(String),
}

impl Default for WhichVersion {
    fn default() -> Self {
        Self::Stage(CURRENT.to_owned())
    }
}

/// A secret.
#[derive(Debug, Clone)]
pub struct Secret {
    /// `arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-XXXXXX`.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: Option<String>,
    /// The key that would encrypt it.
    pub kms_key_id: Option<String>,
    /// Its tags, by key.
    pub tags: BTreeMap<String, String>,
    /// World time of its creation.
    pub created_at: DateTime<Utc>,
    /// World time of the last change of any kind.
    pub changed_at: DateTime<Utc>,
    /// By version id.
    pub versions: BTreeMap<String, Version>,
    /// When a deletion that was asked for takes effect.
    pub gone_at: Option<DateTime<Utc>>,
}

impl Secret {
    /// A secret without a value.
    pub(super) fn new(arn: String, name: String, now: DateTime<Utc>) -> Self {
        Self {
            arn,
            name,
            description: None,
            kms_key_id: None,
            tags: BTreeMap::new(),
            created_at: now,
            changed_at: now,
            versions: BTreeMap::new(),
            gone_at: None,
        }
    }

    pub(super) fn is_called(&self, id: &str) -> bool {
        let partial = self.arn.rsplit_once('-').map(|(partial, _)| partial);
        id == self.name || id == self.arn || partial == Some(id)
    }

    pub(super) fn is_gone(&self, now: DateTime<Utc>) -> bool {
        self.gone_at.is_some_and(|at| at <= now)
    }

    /// A version with its id.
    pub(super) fn version(&self, which: &WhichVersion) -> Result<(&str, &Version), SecretError> {
        let (found, asked) = match which {
            WhichVersion::Id(id) => (self.versions.get_key_value(id), format!("VersionId: {id}")),
            WhichVersion::Stage(stage) => (
                self.versions
                    .iter()
                    .find(|(_, version)| version.stages.contains(stage)),
                format!("staging label: {stage}"),
            ),
        };
        let found = found.map(|(id, version)| (id.as_str(), version));
        found.ok_or(SecretError::NoVersion(asked))
    }

    /// Adds a version, which becomes the current one; the same token with the same value
    /// again changes nothing. Tells the version's id.
    pub(super) fn put(
        &mut self,
        token: Option<String>,
        value: SecretValue,
        seed: u64,
        now: DateTime<Utc>,
    ) -> Result<String, SecretError> {
        let id = token.unwrap_or_else(|| {
            let part = format!("version {} {}", self.arn, self.versions.len());
            Chance::new(seed, &part).uuid()
        });
        match self.versions.get(&id) {
            Some(there) if there.value == value => return Ok(id),
            Some(_) => return Err(SecretError::TokenInUse(id, self.arn.clone())),
            None => {}
        }
        for version in self.versions.values_mut() {
            version.stages.remove(PREVIOUS);
            if version.stages.remove(CURRENT) {
                version.stages.insert(PREVIOUS.to_owned());
            }
        }
        let version = Version {
            value,
            stages: BTreeSet::from([CURRENT.to_owned()]),
            created_at: now,
        };
        self.versions.insert(id.clone(), version);
        self.changed_at = now;
        Ok(id)
    }
}
