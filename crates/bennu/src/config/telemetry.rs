//! `[telemetry]`: where traces go.

use std::collections::BTreeMap;
use std::path::PathBuf;

use reqwest::Url;
use serde::Deserialize;

use super::{ConfigError, Secret, endpoint};

/// Where traces go; nowhere if nothing is said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[serde(default, deny_unknown_fields)]
pub struct TelemetryConfig {
    /// An OpenTelemetry collector that takes OTLP over HTTP, without `/v1/traces`.
    pub otlp_endpoint: Option<String>,
    /// The environment variable with the value of the `Authorization` header.
    pub otlp_authorization_env: Option<String>,
    /// The file with that value, and nothing else.
    pub otlp_authorization_file: Option<PathBuf>,
}

impl TelemetryConfig {
    /// What stands in the `Authorization` header; `None` if there is to be none.
    ///
    /// # Errors
    /// The variable or the file that is named holds nothing, or is not there.
    pub fn authorization(
        &self,
        variables: &BTreeMap<String, String>,
    ) -> Result<Option<Secret>, ConfigError> {
        let (text, place) = match (&self.otlp_authorization_env, &self.otlp_authorization_file) {
            (Some(name), _) => (variables.get(name).cloned(), format!("variable {name}")),
            (None, Some(path)) => {
                let file = path.display().to_string();
                let text = std::fs::read_to_string(path).map_err(|error| ConfigError::File {
                    file: file.clone(),
                    cause: error.to_string(),
                })?;
                (Some(text), format!("file {file}"))
            }
            (None, None) => return Ok(None),
        };
        let text = text.map(|text| text.trim().to_owned());
        match text.filter(|text| !text.is_empty()) {
            Some(text) => Ok(Some(Secret::new(text))),
            None => Err(ConfigError::Values(vec![format!(
                "telemetry: the {place} holds no value for the Authorization header"
            )])),
        }
    }

    pub(super) fn problems(&self) -> Vec<String> {
        let mut found = Vec::new();
        let has_secret =
            self.otlp_authorization_env.is_some() || self.otlp_authorization_file.is_some();
        match &self.otlp_endpoint {
            None if has_secret => found.push(
                "telemetry: an authorization means nothing without otlp_endpoint: give that too"
                    .to_owned(),
            ),
            None => {}
            Some(text) => {
                let problem = if has_secret {
                    endpoint::problem(text)
                } else {
                    no_url(text)
                };
                found.extend(problem.map(|why| format!("telemetry.otlp_endpoint: {why}")));
            }
        }
        if self.otlp_authorization_env.is_some() && self.otlp_authorization_file.is_some() {
            found.push(
                "telemetry.otlp_authorization_env: give this or otlp_authorization_file, and not \
                 both"
                    .to_owned(),
            );
        }
        found
    }
}

/// Without a credential it may go unencrypted: a collector often is the next container.
fn no_url(text: &str) -> Option<String> {
    let url = text.parse::<Url>().ok();
    let fits = url.is_some_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    (!fits).then(|| "this is no URL: write http://host:4318 or https://host".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn problems(text: &str) -> Result<Config, String> {
        let text = format!("[telemetry]\n{text}");
        Config::read("bennu.toml", &text, &BTreeMap::new()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_credential_travels_encrypted_and_is_never_empty() {
        assert!(problems("otlp_endpoint = \"http://otel-collector:4318\"").is_ok());
        for (text, said) in [
            (
                "otlp_endpoint = \"otel-collector:4318\"",
                "telemetry.otlp_endpoint: this is no URL",
            ),
            (
                "otlp_endpoint = \"http://collector:4318\"\notlp_authorization_env = \"X\"",
                "telemetry.otlp_endpoint: credentials would travel readable",
            ),
            (
                "otlp_authorization_env = \"X\"",
                "means nothing without otlp_endpoint",
            ),
        ] {
            let error = problems(text).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
        let named = TelemetryConfig {
            otlp_authorization_env: Some("X".to_owned()),
            ..TelemetryConfig::default()
        };
        let given = BTreeMap::from([("X".to_owned(), " Bearer abc\n".to_owned())]);
        let read = named.authorization(&given).unwrap().unwrap();
        assert_eq!(read.expose(), "Bearer abc");
        let error = named.authorization(&BTreeMap::new()).unwrap_err();
        assert!(
            error.to_string().contains("variable X holds no value"),
            "{error}"
        );
    }
}
