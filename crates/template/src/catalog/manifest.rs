//! `manifest.yaml`: what a template is for, in words that Bennu and people read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;

use crate::document::normalise;
use crate::error::correct_near;

/// The version of every document of ours.
const API_VERSION: &str = "bennu.dev/v1";
/// What this document is called.
const KIND: &str = "Template";

/// What a template says of itself beside what CloudFormation reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// What specs call the template: the name of its folder.
    pub name: String,
    /// What it is for, in a sentence or two.
    pub description: String,
    /// What a stack may do whose spec lists nothing, as CloudFormation's API spells it.
    pub capabilities: BTreeSet<String>,
    /// What Bennu fills by itself, and into which parameter.
    pub fills: BTreeMap<Fill, String>,
    /// What each other parameter means for whoever gives it.
    pub parameters: BTreeMap<String, String>,
    /// Resource types of which nothing is replaced or removed without a person.
    pub never_replaced: BTreeSet<String>,
    /// The shortest time that the template waits for signals, such as `PT15M`; `None` if it
    /// waits for none.
    pub signal_timeout: Option<String>,
}

/// Something that Bennu knows and a template's parameter can be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fill {
    /// The Octopus release to run.
    Release,
    /// The tenant's name.
    Tenant,
    /// The URL of the Octopus server.
    Server,
    /// The space's name.
    Space,
    /// The name of the environment in Octopus.
    Environment,
    /// The machines' roles, the marker among them, comma-separated.
    Roles,
    /// The name of the machine policy.
    Policy,
    /// The target's bucket for objects.
    Bucket,
    /// What the keys of the environment's objects there begin with, the last slash included.
    Prefix,
    /// The key of the package.
    Package,
    /// The package's SHA-256, 64 lower-case hexadecimal digits.
    PackageDigest,
    /// The key of the configuration, a JSON object.
    Configuration,
    /// The configuration's SHA-256, 64 lower-case hexadecimal digits.
    ConfigurationDigest,
    /// ARNs of the secrets that the configuration names, comma-separated; may be empty.
    Secrets,
}

impl Fill {
    /// All of them, in the order in which they are explained.
    pub const ALL: [Self; 14] = [
        Self::Release,
        Self::Tenant,
        Self::Server,
        Self::Space,
        Self::Environment,
        Self::Roles,
        Self::Policy,
        Self::Bucket,
        Self::Prefix,
        Self::Package,
        Self::PackageDigest,
        Self::Configuration,
        Self::ConfigurationDigest,
        Self::Secrets,
    ];

    /// Its key in a manifest.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Tenant => "tenant",
            Self::Server => "server",
            Self::Space => "space",
            Self::Environment => "environment",
            Self::Roles => "roles",
            Self::Policy => "policy",
            Self::Bucket => "bucket",
            Self::Prefix => "prefix",
            Self::Package => "package",
            Self::PackageDigest => "package_digest",
            Self::Configuration => "configuration",
            Self::ConfigurationDigest => "configuration_digest",
            Self::Secrets => "secrets",
        }
    }

    /// What it is, for people.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Release => "the Octopus release to run",
            Self::Tenant => "the tenant's name",
            Self::Server => "the URL of the Octopus server",
            Self::Space => "the space's name",
            Self::Environment => "the name of the environment in Octopus",
            Self::Roles => "the machines' roles, Bennu's own first, comma-separated",
            Self::Policy => "the name of the machine policy",
            Self::Bucket => "the target's artifact bucket",
            Self::Prefix => "what the keys of the environment's objects begin with",
            Self::Package => "the key of the bootstrap package",
            Self::PackageDigest => "the package's SHA-256",
            Self::Configuration => "the key of the configuration, a JSON object",
            Self::ConfigurationDigest => "the configuration's SHA-256",
            Self::Secrets => "ARNs of the secrets that the configuration names",
        }
    }
}

impl fmt::Display for Fill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a text is no manifest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{cause}{}", of_line(*line))]
pub struct ManifestError {
    /// What is wrong, and what is expected.
    pub cause: String,
    /// In which line, from 1, if that is known.
    pub line: Option<usize>,
    /// Whether the text is YAML at all, with each key once.
    pub is_yaml: bool,
}

impl ManifestError {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self.line {
            Some(line) if !self.is_yaml => correct_near(line),
            Some(_) | None => "docs/templates.md shows every key".to_owned(),
        }
    }
}

fn of_line(line: Option<usize>) -> String {
    line.map_or_else(String::new, |line| format!(" (line {line})"))
}

impl Manifest {
    /// Reads a manifest. A key that nobody knows is refused.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        // It refuses what serde passes over: a key that stands there twice.
        normalise(text).map_err(|error| ManifestError {
            line: error.line,
            cause: without_prefix(&error.message),
            is_yaml: false,
        })?;
        let document: Document = yaml_serde::from_str(text).map_err(|error| ManifestError {
            line: error.location().map(|location| location.line()),
            cause: without_place(&error.to_string()),
            is_yaml: true,
        })?;
        for (key, said, value) in [
            ("apiVersion", &document.api_version, API_VERSION),
            ("kind", &document.kind, KIND),
        ] {
            if said != value {
                let cause = format!("{key} is {said:?}: write {value}");
                return Err(ManifestError {
                    cause,
                    line: None,
                    is_yaml: true,
                });
            }
        }
        let Spec {
            description,
            capabilities,
            fills,
            parameters,
            never_replaced,
            signal_timeout,
        } = document.spec;
        Ok(Self {
            name: document.metadata.name,
            description: description.trim().to_owned(),
            capabilities,
            fills,
            parameters,
            never_replaced,
            signal_timeout,
        })
    }

    /// What a parameter is filled with, if Bennu fills it.
    #[must_use]
    pub fn fill_of(&self, parameter: &str) -> Option<Fill> {
        let mut fills = self.fills.iter();
        let found = fills.find(|(_, filled)| filled.as_str() == parameter);
        found.map(|(fill, _)| *fill)
    }
}

/// The reader speaks of templates, which this is not.
fn without_prefix(message: &str) -> String {
    let rest = message.strip_prefix("Template format error: ");
    rest.unwrap_or(message).to_owned()
}

/// The parser's words end with the place, which has a field of its own.
fn without_place(message: &str) -> String {
    let end = message.rfind(" at line ").unwrap_or(message.len());
    message.get(..end).unwrap_or(message).to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(rename = "apiVersion")]
    api_version: String,
    kind: String,
    metadata: Metadata,
    spec: Spec,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Metadata {
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    description: String,
    #[serde(default)]
    capabilities: BTreeSet<String>,
    #[serde(default)]
    fills: BTreeMap<Fill, String>,
    #[serde(default)]
    parameters: BTreeMap<String, String>,
    #[serde(default)]
    never_replaced: BTreeSet<String>,
    #[serde(default)]
    signal_timeout: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "
apiVersion: bennu.dev/v1
kind: Template
metadata: { name: web }
spec:
  description: Web servers.
  fills: { release: AppVersion, package_digest: BennuPackageDigest }
";

    #[test]
    fn every_fill_has_the_key_that_it_is_read_by() {
        for fill in Fill::ALL {
            let text = GOOD.replace("release:", &format!("{fill}:"));
            let manifest =
                Manifest::parse(&text.replace(", package_digest: BennuPackageDigest", ""));
            assert_eq!(manifest.unwrap().fill_of("AppVersion"), Some(fill));
        }
    }

    #[test]
    fn a_mistake_says_where_and_what_is_expected() {
        let said = |of: &str, with: &str| {
            assert!(GOOD.contains(of), "{of}");
            let refused = Manifest::parse(&GOOD.replace(of, with)).unwrap_err();
            refused.to_string()
        };
        assert_eq!(
            said("v1", "v2"),
            "apiVersion is \"bennu.dev/v2\": write bennu.dev/v1"
        );
        assert_eq!(
            said("Template", "Stack"),
            "kind is \"Stack\": write Template"
        );
        let unknown = said("release:", "version:");
        assert!(unknown.contains("unknown variant `version`, expected one of `release`"));
        assert!(unknown.ends_with("(line 7)"), "{unknown}");
        let key = said("description:", "descriptions:");
        assert!(key.contains("unknown field `descriptions`"), "{key}");
        let twice = said("package_digest:", "release:");
        assert!(twice.contains("release"), "{twice}");
    }
}
