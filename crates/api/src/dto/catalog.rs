//! The templates that specs can name.

use std::collections::BTreeSet;

use bennu_template::catalog::{Entry, Fill};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// All templates, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CatalogList {
    /// Each with all that its manifest says.
    pub items: Vec<CatalogTemplate>,
}

/// A template of the catalog as it is now. Digests are SHA-256 in lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CatalogTemplate {
    /// What specs call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The digest of the template.
    pub digest: String,
    /// The digest of the package, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package_digest: Option<String>,
    /// The package's files, by path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// What a spec has to give, or can.
    pub parameters: Vec<CatalogParameter>,
    /// What Bennu gives by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fills: Vec<CatalogFill>,
    /// What a stack may do whose spec lists nothing.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub capabilities: BTreeSet<String>,
    /// Whether a spec can have a `configuration`.
    pub takes_configuration: bool,
    /// Types of resources that are never replaced or removed without a person.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub never_replaced: BTreeSet<String>,
    /// The shortest time that it waits for signals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal_timeout: Option<String>,
}

/// A parameter that people give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CatalogParameter {
    /// Its name.
    pub name: String,
    /// CloudFormation's type.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it means.
    pub meaning: String,
    /// Its value when none is given; absent where one must be given, or where it is hidden.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Whether a value must be given.
    pub required: bool,
    /// The only values that it takes, if they are listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<String>,
}

/// A parameter that Bennu gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CatalogFill {
    /// Its name.
    pub parameter: String,
    /// With what, for people.
    pub with: String,
}

impl From<&Entry> for CatalogTemplate {
    fn from(entry: &Entry) -> Self {
        let manifest = &entry.manifest;
        let fills = manifest.fills.iter();
        Self {
            name: entry.name.clone(),
            description: manifest.description.clone(),
            digest: entry.digest(),
            package_digest: entry.package_digest(),
            files: entry.bootstrap.keys().cloned().collect(),
            parameters: parameters(entry),
            fills: fills
                .map(|(fill, parameter)| CatalogFill {
                    parameter: parameter.clone(),
                    with: fill.meaning().to_owned(),
                })
                .collect(),
            capabilities: manifest.capabilities.clone(),
            takes_configuration: manifest.fills.contains_key(&Fill::Configuration),
            never_replaced: manifest.never_replaced.clone(),
            signal_timeout: manifest.signal_timeout.clone(),
        }
    }
}

fn parameters(entry: &Entry) -> Vec<CatalogParameter> {
    let manifest = &entry.manifest;
    let declared = entry.template.parameters.iter();
    let given = declared.filter(|(name, _)| manifest.fill_of(name).is_none());
    given
        .map(|(name, parameter)| CatalogParameter {
            name: name.clone(),
            kind: parameter.kind.clone(),
            meaning: manifest.parameters.get(name).cloned().unwrap_or_default(),
            default: parameter.default.clone().filter(|_| !parameter.no_echo),
            required: parameter.default.is_none(),
            allowed: parameter.allowed_values.clone(),
        })
        .collect()
}
