//! `[[octopus]]`: servers and their spaces.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use bennu_model::ids::{ServerName, SpaceName};
use serde::Deserialize;

use super::{ConfigError, Secret, endpoint};

/// An Octopus server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[serde(deny_unknown_fields)]
pub struct OctopusConfig {
    /// What specs call it.
    pub name: ServerName,
    /// Where it is, without `/api`.
    pub url: String,
    /// The environment variable that holds the API key.
    pub api_key_env: Option<String>,
    /// The file that holds the API key, and nothing else.
    pub api_key_file: Option<PathBuf>,
    /// The spaces that environments can have a place in.
    pub spaces: BTreeSet<SpaceName>,
    /// Where instances reach it, if they do not reach it at `url`.
    #[serde(default)]
    pub instance_url: Option<String>,
    /// How many environments of a space may boot instances at once.
    #[serde(default = "default_slots")]
    pub slots: usize,
}

/// Octopus's default task cap: an instance that boots waits for its deployment with a clock
/// running, so no more boot than can be deployed to.
fn default_slots() -> usize {
    5
}

/// More than any server's task cap.
const MOST_SLOTS: usize = 1_000;

impl OctopusConfig {
    /// Reads the API key from where the configuration says; the file again at each call.
    ///
    /// # Errors
    /// There is none.
    pub fn api_key(&self, variables: &BTreeMap<String, String>) -> Result<Secret, ConfigError> {
        let (text, place) = match (&self.api_key_env, &self.api_key_file) {
            (Some(name), _) => (variables.get(name).cloned(), format!("variable {name}")),
            (None, Some(path)) => {
                let file = path.display().to_string();
                let text = std::fs::read_to_string(path).map_err(|error| ConfigError::File {
                    file: file.clone(),
                    cause: error.to_string(),
                })?;
                (Some(text), format!("file {file}"))
            }
            (None, None) => (None, "configuration".to_owned()),
        };
        let key = text.map(|text| text.trim().to_owned());
        match key.filter(|key| !key.is_empty()) {
            Some(key) => Ok(Secret::new(key)),
            None => Err(ConfigError::Values(vec![format!(
                "octopus, {}: the {place} holds no API key",
                self.name
            )])),
        }
    }

    /// What instances are told to register with.
    pub fn url_of_instances(&self) -> &str {
        self.instance_url.as_deref().unwrap_or(&self.url)
    }

    /// What the API knows of it.
    pub(super) fn entry(&self) -> (ServerName, BTreeSet<SpaceName>) {
        (self.name.clone(), self.spaces.clone())
    }

    fn problems(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut say = |key: &str, what: &str| {
            found.push(format!("octopus, {}: {key}: {what}", self.name));
        };
        if let Some(why) = endpoint::problem(&self.url) {
            say("url", &why);
        }
        if self.api_key_env.is_some() == self.api_key_file.is_some() {
            say("api_key_env", "give this or api_key_file, and not both");
        }
        if self.spaces.is_empty() {
            say("spaces", "name at least one, for example \"Default\"");
        }
        if let Some(why) = self.instance_url.as_deref().and_then(endpoint::problem) {
            say("instance_url", &why);
        }
        if !(1..=MOST_SLOTS).contains(&self.slots) {
            say("slots", &format!("give a number from 1 to {MOST_SLOTS}"));
        }
        found
    }
}

pub(super) fn problems(servers: &[OctopusConfig]) -> Vec<String> {
    let mut names = BTreeSet::new();
    let twice = servers.iter().filter(|server| !names.insert(&server.name));
    let twice = twice.map(|server| {
        format!(
            "octopus, {}: there are two of this name: give each its own",
            server.name
        )
    });
    let mut found: Vec<_> = twice.collect();
    found.extend(servers.iter().flat_map(OctopusConfig::problems));
    found
}
