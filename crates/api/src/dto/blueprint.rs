//! A blueprint as it is answered. Sent back as it is, it declares the same again.

use std::collections::BTreeMap;

use bennu_model::blueprint::{Blueprint, Per};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ListMetadata, SpecDocument};
use crate::read::{API_VERSION, BLUEPRINT_KIND};

/// A blueprint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BlueprintDocument {
    /// Always `bennu.dev/v1`.
    pub api_version: String,
    /// Always `Blueprint`.
    pub kind: String,
    /// Which, and whose.
    pub metadata: BlueprintMetadata,
    /// What it says.
    pub spec: BlueprintSpecDocument,
}

/// Which blueprint, and whose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BlueprintMetadata {
    /// Whose.
    pub team: String,
    /// Its name.
    pub name: String,
    /// How often it changed; also the ETag.
    pub generation: i64,
}

/// What a blueprint says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BlueprintSpecDocument {
    /// Whose builds it is for.
    pub source: SourceDocument,
    /// `branch` or `build`.
    pub per: String,
    /// What a build declares.
    pub environment: EnvironmentTemplateDocument,
}

/// Whose builds a blueprint is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceDocument {
    /// The repository, as events name it.
    pub repository: String,
    /// Patterns of branches.
    pub branches: Vec<String>,
}

/// What a build declares, placeholders as they were written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EnvironmentTemplateDocument {
    /// Its name and labels.
    pub metadata: TemplateMetadata,
    /// What it should be; the template by its digest.
    pub spec: SpecDocument,
}

/// Name and labels of what a build declares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TemplateMetadata {
    /// The name, filled once, at birth.
    pub name: String,
    /// The labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

/// A team's blueprints, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BlueprintList {
    /// Always `bennu.dev/v1`.
    pub api_version: String,
    /// Always `BlueprintList`.
    pub kind: String,
    /// Where the next page begins.
    #[serde(default)]
    pub metadata: ListMetadata,
    /// What is on this page.
    pub items: Vec<BlueprintDocument>,
}

impl From<&Blueprint> for BlueprintDocument {
    fn from(blueprint: &Blueprint) -> Self {
        let spec = &blueprint.spec;
        let labels = spec.environment.labels.iter();
        let branches = spec.source.branches.iter();
        Self {
            api_version: API_VERSION.to_owned(),
            kind: BLUEPRINT_KIND.to_owned(),
            metadata: BlueprintMetadata {
                team: blueprint.id.team.to_string(),
                name: blueprint.id.name.to_string(),
                generation: blueprint.generation.0,
            },
            spec: BlueprintSpecDocument {
                source: SourceDocument {
                    repository: spec.source.repository.clone(),
                    branches: branches.map(|one| one.as_str().to_owned()).collect(),
                },
                per: match spec.per {
                    Per::Branch => "branch".to_owned(),
                    Per::Build => "build".to_owned(),
                },
                environment: EnvironmentTemplateDocument {
                    metadata: TemplateMetadata {
                        name: spec.environment.name.to_string(),
                        labels: labels
                            .map(|(key, text)| (key.clone(), text.to_string()))
                            .collect(),
                    },
                    spec: SpecDocument::from(&spec.environment.spec),
                },
            },
        }
    }
}

impl BlueprintList {
    /// A page.
    pub fn page(blueprints: &[Blueprint], metadata: ListMetadata) -> Self {
        Self {
            api_version: API_VERSION.to_owned(),
            kind: "BlueprintList".to_owned(),
            metadata,
            items: blueprints.iter().map(BlueprintDocument::from).collect(),
        }
    }
}
