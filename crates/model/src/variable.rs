//! Variables of a tenant: what Octopus puts into deployments for this tenant alone.
//!
//! A project, or a library variable set that a project includes, declares templates; a tenant
//! gives them values. They are not part of a release: a change acts on the next deployment.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{Digest, OctopusEnvironmentId, ProjectName, VariableSetName};
use crate::names::Canonical;

/// Where a variable's template is declared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VariableScope {
    /// In a project: its value belongs to the tenant's environment there.
    Project(ProjectName),
    /// In a library variable set: its value is common to all projects that include the set.
    Common(VariableSetName),
}

/// Names one variable of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct VariableKey {
    /// Where its template is declared.
    pub scope: VariableScope,
    /// The template's name.
    pub name: String,
}

impl fmt::Display for VariableKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.scope {
            VariableScope::Project(project) => write!(f, "{} of {project}", self.name),
            VariableScope::Common(set) => write!(f, "{} of {set}", self.name),
        }
    }
}

/// A variable as Octopus tells it: its template, and the tenant's value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenVariable {
    /// Which.
    pub key: VariableKey,
    /// Whether the template keeps its values secret.
    pub is_sensitive: bool,
    /// The tenant's value; none while it has none of its own.
    pub value: Option<SeenValue>,
}

/// A tenant's value, as far as Octopus tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeenValue {
    /// As it stands there.
    Literal(String),
    /// There is one, and nobody reads it back.
    Sensitive,
}

/// A variable to be set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariableSetting {
    /// Which.
    pub key: VariableKey,
    /// To what.
    pub value: SettingValue,
}

/// What a variable is set to. A secret's value is fetched at the moment of the call and is
/// never part of an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SettingValue {
    /// As written.
    Literal(String),
    /// What a secret holds.
    Secret {
        /// Which secret.
        arn: String,
        /// What it held when this was decided: another value then is not sent.
        fingerprint: Fingerprint,
    },
}

/// The HMAC-SHA-256 of a secret's value under the installation's key, as 64 lower-case
/// hexadecimal digits: tells whether a secret has changed, and nothing else about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(pub String);

/// What settings come to: two equal digests mean that the same values were meant, those of
/// projects for the same environment.
pub fn digest_of_settings(
    environment: &OctopusEnvironmentId,
    settings: &[VariableSetting],
) -> Digest {
    let mut fields = vec![environment.as_str()];
    for setting in settings {
        let (scope, place) = match &setting.key.scope {
            VariableScope::Project(name) => ("project", name.as_str()),
            VariableScope::Common(name) => ("common", name.as_str()),
        };
        let (kind, value) = match &setting.value {
            SettingValue::Literal(text) => ("literal", text.as_str()),
            SettingValue::Secret { fingerprint, .. } => ("secret", fingerprint.0.as_str()),
        };
        fields.extend([scope, place, setting.key.name.as_str(), kind, value]);
    }
    Canonical::new("variables/1")
        .list(fields.into_iter())
        .digest()
}
