//! What declares a blueprint, for the OpenAPI document; [`crate::read`] reads it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::blueprint::{SourceDocument, TemplateMetadata};
use super::declaration::DeclaredSpec;

/// Sent to a blueprint's path.
pub const EXAMPLE: &str = r#"{
  "apiVersion": "bennu.dev/v1",
  "kind": "Blueprint",
  "spec": {
    "source": { "repository": "acme/checkout", "branches": ["feature/**"] },
    "per": "branch",
    "environment": {
      "metadata": { "name": "{{ version.label }}" },
      "spec": {
        "target": "dev-sydney",
        "stack": { "template": { "inline": "Resources: {Topic: {Type: AWS::SNS::Topic}}" } }
      }
    }
  }
}"#;

/// A blueprint as it is declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BlueprintDeclaration {
    /// The version of this form.
    #[schemars(extend("const" = "bennu.dev/v1"))]
    pub api_version: String,
    /// What it is.
    #[schemars(extend("const" = "Blueprint"))]
    pub kind: String,
    /// Which, and whose, if the path does not say so.
    pub metadata: Option<BlueprintPlace>,
    /// What it says.
    pub spec: BlueprintSpecDeclared,
}

/// Which blueprint, and whose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BlueprintPlace {
    /// Whose.
    pub team: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Passed over.
    pub generation: Option<serde_json::Value>,
}

/// What a blueprint says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BlueprintSpecDeclared {
    /// Whose builds it is for.
    pub source: SourceDocument,
    /// Whether a build replaces the last one's environment or has its own.
    pub per: PerDeclared,
    /// What a build declares; texts may hold `{{ version.label }}` and its like.
    pub environment: BlueprintEnvironment,
}

/// Whether a build replaces the last one's environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PerDeclared {
    /// One environment for the branch.
    Branch,
    /// One for each build; the last one's goes when the new one is ready.
    Build,
}

/// What a build declares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BlueprintEnvironment {
    /// Its name and labels.
    pub metadata: TemplateMetadata,
    /// What it should be.
    pub spec: DeclaredSpec,
}
