//! `[installation]`: which Bennu this is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bennu_model::ids::InstallationId;
use serde::Deserialize;

use super::{ConfigError, Secret};

/// As long as the hash that it is a key of: shorter ones could be guessed, longer ones are
/// no better.
const LEAST_KEY_BYTES: usize = 32;

/// Which Bennu this is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[serde(default, deny_unknown_fields)]
pub struct InstallationConfig {
    /// Goes into names, tags and the marker role: never change it. Must be given to serve.
    pub id: Option<InstallationId>,
    /// Tells whether a secret has changed without keeping it. Base64 of random bytes.
    pub key: Option<Secret>,
}

impl InstallationConfig {
    /// Which Bennu this is.
    ///
    /// # Errors
    /// It is not given.
    pub fn id(&self) -> Result<&InstallationId, ConfigError> {
        self.id.as_ref().ok_or(ConfigError::Missing {
            key: "installation.id",
            variable: "BENNU_INSTALLATION__ID",
        })
    }

    /// The key's bytes, 32 or more; `None` if there is none.
    ///
    /// # Errors
    /// It is not of the right form. Does not show it.
    pub fn key(&self) -> Result<Option<Vec<u8>>, ConfigError> {
        let Some(key) = &self.key else {
            return Ok(None);
        };
        match STANDARD.decode(key.expose().trim()) {
            Ok(bytes) if bytes.len() >= LEAST_KEY_BYTES => Ok(Some(bytes)),
            Ok(_) | Err(_) => Err(ConfigError::Values(vec![format!(
                "installation.key: write the base64 of {LEAST_KEY_BYTES} random bytes or more: \
                 `openssl rand -base64 {LEAST_KEY_BYTES}` makes it"
            )])),
        }
    }

    pub(super) fn problems(&self) -> Vec<String> {
        match self.key() {
            Err(ConfigError::Values(problems)) => problems,
            Err(other) => vec![other.to_string()],
            Ok(_) => Vec::new(),
        }
    }
}
