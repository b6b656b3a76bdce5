//! What the daemon is told: a TOML file, and environment variables over it.
//!
//! `config/bennu.toml` shows every key with its default and is tested against the types
//! here. A variable is `BENNU_`, the section, two underscores, the key:
//! `BENNU_DATABASE__URL`; in lists with a number between, from 0:
//! `BENNU_TARGETS__0__REGION`. A key that nobody knows is refused wherever it stands.

mod budgets;
mod catalog;
mod endpoint;
mod engine;
mod environment;
mod hooks;
mod installation;
mod octopus;
mod problem;
mod secret;
mod targets;
mod telemetry;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use bennu_api::Catalog;
use bennu_model::ids::InstallationId;
use serde::Deserialize;

use crate::catalog::Templates;

pub use budgets::BudgetsConfig;
pub use catalog::CatalogConfig;
pub(crate) use endpoint::is_loopback;
pub use engine::EngineConfig;
pub use hooks::HooksConfig;
pub use installation::InstallationConfig;
pub use octopus::OctopusConfig;
pub use problem::ConfigError;
pub use secret::Secret;
pub use targets::TargetConfig;
pub use telemetry::TelemetryConfig;

/// Everything that the daemon is told.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Which Bennu this is.
    pub installation: InstallationConfig,
    /// Where everything is kept.
    pub database: DatabaseConfig,
    /// Where it listens.
    pub api: ApiConfig,
    /// The templates that specs can name.
    pub catalog: CatalogConfig,
    /// How fast it works.
    pub engine: EngineConfig,
    /// How many calls it makes.
    pub budgets: BudgetsConfig,
    /// Whose webhooks it takes.
    pub hooks: HooksConfig,
    /// What it tells of itself.
    pub log: LogConfig,
    /// Where its traces go.
    pub telemetry: TelemetryConfig,
    /// The AWS accounts and regions that environments can live in.
    pub targets: Vec<TargetConfig>,
    /// The Octopus servers that environments can have a place in.
    pub octopus: Vec<OctopusConfig>,
}

/// Where everything is kept.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseConfig {
    /// A `postgres://` URL. Must be given.
    pub url: Option<Secret>,
    /// Connections of one replica, at most.
    pub max_connections: u32,
}

/// Where it listens.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[serde(default, deny_unknown_fields)]
pub struct ApiConfig {
    /// For the API; every request needs a token.
    pub listen: SocketAddr,
    /// For `/metrics`, `/livez` and `/readyz`, which need none.
    pub metrics_listen: SocketAddr,
}

/// What it tells of itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// For people or for machines.
    pub format: LogFormat,
    /// What is told, in the form of `tracing-subscriber`'s `EnvFilter`: `info,sqlx=warn`.
    pub filter: String,
}

/// For people or for machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// Lines.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        // Postgres has 100 by default: room for a few replicas and for people.
        let max_connections = 20;
        Self {
            url: None,
            max_connections,
        }
    }
}

impl Default for ApiConfig {
    fn default() -> Self {
        // This machine only, until somebody decides otherwise.
        let here = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Self {
            listen: here(8080),
            metrics_listen: here(9090),
        }
    }
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            format: LogFormat::default(),
            filter: "info".to_owned(),
        }
    }
}

impl Config {
    /// Reads a file, if one is given, puts the variables over it, and checks everything.
    ///
    /// # Errors
    /// What is wrong, in which file and line or variable, and what would be right. No text
    /// of it shows a secret.
    pub fn load(
        file: Option<&Path>,
        variables: &BTreeMap<String, String>,
    ) -> Result<Self, ConfigError> {
        let name = file.map_or_else(String::new, |path| path.display().to_string());
        let text = match file {
            Some(path) => std::fs::read_to_string(path).map_err(|error| ConfigError::File {
                file: name.clone(),
                cause: error.to_string(),
            })?,
            None => String::new(),
        };
        Self::read(&name, &text, variables)
    }

    /// As [`Config::load`], of a text; `file` is only its name in errors.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn read(
        file: &str,
        text: &str,
        variables: &BTreeMap<String, String>,
    ) -> Result<Self, ConfigError> {
        let _: Self = toml::from_str(text).map_err(|e| problem::in_file(file, text, &e))?;
        let table = toml::from_str(text).map_err(|e| problem::in_file(file, text, &e))?;
        let config = environment::apply(table, variables)?;
        let problems = config.problems();
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(ConfigError::Values(problems))
        }
    }

    /// Everything that is wrong although each value by itself is legal.
    fn problems(&self) -> Vec<String> {
        let mut found = targets::problems(&self.targets);
        found.extend(octopus::problems(&self.octopus));
        found.extend(self.hooks.problems());
        found.extend(self.telemetry.problems());
        found.extend(self.installation.problems());
        found.extend(self.engine.problems(&self.targets));
        found.extend(self.budgets.problems());
        if self.database.max_connections == 0 {
            found.push("database.max_connections is 0: use at least 1".to_owned());
        }
        found
    }

    /// Which Bennu this is.
    ///
    /// # Errors
    /// It is not given.
    pub fn installation_id(&self) -> Result<&InstallationId, ConfigError> {
        self.installation.id()
    }

    /// What tells whether a secret has changed: 32 bytes or more, if it is given.
    ///
    /// # Errors
    /// It is not of the right form.
    pub fn installation_key(&self) -> Result<Option<Vec<u8>>, ConfigError> {
        self.installation.key()
    }

    /// The database's URL.
    ///
    /// # Errors
    /// It is not given.
    pub fn database_url(&self) -> Result<&Secret, ConfigError> {
        let url = self.database.url.as_ref();
        url.ok_or(ConfigError::Missing {
            key: "database.url",
            variable: "BENNU_DATABASE__URL",
        })
    }

    /// What the API offers to specs, these templates among it.
    pub fn offers(&self, templates: Templates) -> Catalog {
        let targets = self.targets.iter().map(TargetConfig::entry);
        let servers = self.octopus.iter().map(OctopusConfig::entry);
        Catalog {
            targets: targets.collect(),
            servers: servers.collect(),
            templates,
            has_installation_key: self.installation.key.is_some(),
        }
    }
}

/// The process's environment variables; one that is not Unicode cannot be one of ours.
pub fn variables() -> BTreeMap<String, String> {
    let unicode = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    std::env::vars_os().filter_map(unicode).collect()
}

#[cfg(test)]
mod tests;
