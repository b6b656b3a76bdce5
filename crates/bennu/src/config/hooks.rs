//! `[hooks]`: who may tell what was built.

use bennu_api::WebhookSecret;
use serde::Deserialize;

use super::{ConfigError, Secret};

/// Whose webhooks it takes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[serde(default, deny_unknown_fields)]
pub struct HooksConfig {
    /// `POST /v1/hooks/generic`.
    pub generic: GenericHookConfig,
}

/// The generic webhook, signed as Standard Webhooks asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[serde(default, deny_unknown_fields)]
pub struct GenericHookConfig {
    /// Any of them may have signed a delivery. None: the webhook is off.
    pub secrets: Vec<Secret>,
}

impl HooksConfig {
    /// The secrets of the generic webhook.
    ///
    /// # Errors
    /// One is not of the right form.
    pub fn generic_secrets(&self) -> Result<Vec<WebhookSecret>, ConfigError> {
        let secrets = self.generic.secrets.iter();
        let parsed: Result<_, _> = secrets
            .map(|secret| WebhookSecret::parse(secret.expose()))
            .collect();
        parsed.map_err(|_| ConfigError::Values(self.problems()))
    }

    /// Which secrets are of the wrong form; does not show them.
    pub(super) fn problems(&self) -> Vec<String> {
        let numbered = self.generic.secrets.iter().enumerate();
        numbered
            .filter_map(|(index, secret)| {
                let illegal = WebhookSecret::parse(secret.expose()).err()?;
                Some(format!("hooks.generic.secrets, entry {index}: {illegal}"))
            })
            .collect()
    }
}
