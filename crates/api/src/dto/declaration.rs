//! What callers send, for the OpenAPI document. The readers in [`crate::read`] are what a
//! document is held against; these types say the same as a schema, and a test holds them to
//! the examples.
//!
//! A key with the value `null` counts as left out. Keys of answers may be sent back and are
//! passed over.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Sent to an environment's path.
pub const EXAMPLE: &str = r#"{
  "apiVersion": "bennu.dev/v1",
  "kind": "Environment",
  "metadata": { "labels": { "branch": "feature-ryan" } },
  "spec": {
    "target": "dev-sydney",
    "stack": {
      "template": { "inline": "Resources: {Topic: {Type: AWS::SNS::Topic}}" },
      "tags": { "cost-centre": "4711" }
    }
  }
}"#;
/// Sent where no path says which environment it is.
pub const PLACED_EXAMPLE: &str = r#"{
  "apiVersion": "bennu.dev/v1",
  "kind": "Environment",
  "metadata": { "team": "checkout", "name": "ryan0001" },
  "spec": {
    "target": "dev-sydney",
    "stack": { "template": { "inline": "Resources: {Topic: {Type: AWS::SNS::Topic}}" } }
  }
}"#;

/// An environment as it is declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeclarationDocument {
    /// The version of this form.
    #[schemars(extend("const" = "bennu.dev/v1"))]
    pub api_version: String,
    /// What it is.
    #[schemars(extend("const" = "Environment"))]
    pub kind: String,
    /// Which, and whose, if the path does not say so.
    pub metadata: Option<DeclaredMetadata>,
    /// What it should be.
    pub spec: DeclaredSpec,
    /// Passed over: what an answer had.
    pub status: Option<serde_json::Value>,
}

/// Which environment, and whose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeclaredMetadata {
    /// Whose.
    #[schemars(regex(pattern = "^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$"))]
    pub team: Option<String>,
    /// Its name.
    #[schemars(regex(pattern = "^[a-z]([-a-z0-9]{0,48}[a-z0-9])?$"))]
    pub name: Option<String>,
    /// For people and selectors.
    pub labels: Option<BTreeMap<String, Scalar>>,
    /// Passed over.
    pub uid: Option<serde_json::Value>,
    /// Passed over.
    pub generation: Option<serde_json::Value>,
    /// Passed over.
    pub created_at: Option<serde_json::Value>,
    /// Passed over.
    pub deleted_at: Option<serde_json::Value>,
}

/// A text, or what is taken for one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Scalar {
    /// As written.
    Text(String),
    /// A whole number; a fraction has to be in quotes.
    Number(i64),
    /// `true` or `false`.
    Truth(bool),
}

/// A value, or the ARN of a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum DeclaredValue {
    /// As written.
    Literal(Scalar),
    /// The ARN of a secret, whose value is never here.
    Secret {
        /// The ARN.
        secret: String,
    },
}

/// What an environment should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclaredSpec {
    /// Account and region, by the configuration's name: GET /v1/targets lists them.
    pub target: String,
    /// The Octopus release to run.
    pub release: Option<String>,
    /// Whether a new release replaces instances; `immutable` if left out.
    pub rollout: Option<DeclaredRollout>,
    /// Which change sets wait for a person; `never` if left out.
    pub approve: Option<DeclaredApprove>,
    /// The CloudFormation stack.
    pub stack: DeclaredStack,
    /// Its place in Octopus.
    pub octopus: Option<DeclaredOctopus>,
    /// What a deletion leaves; `delete` if left out.
    pub deletion_policy: Option<DeclaredDeletion>,
}

/// Whether a new release replaces instances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeclaredRollout {
    /// Every instance is replaced.
    Immutable,
    /// It is deployed to the instances that there are.
    InPlace,
}

/// Which change sets wait for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeclaredApprove {
    /// None.
    Never,
    /// Those that replace or remove what is not made to be thrown away.
    Replacements,
    /// All.
    Always,
}

/// What a deletion leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeclaredDeletion {
    /// Nothing.
    Delete,
    /// Everything: it is only no longer looked at.
    Retain,
}

/// The stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclaredStack {
    /// What it is made of.
    pub template: DeclaredTemplate,
    /// Values of the template's parameters.
    pub parameters: Option<BTreeMap<String, DeclaredValue>>,
    /// What instances are told, as one object.
    pub configuration: Option<BTreeMap<String, DeclaredValue>>,
    /// The parameter that is given the release.
    pub release_parameter: Option<String>,
    /// What the stack may do.
    pub capabilities: Option<BTreeSet<String>>,
    /// Tags of the stack.
    pub tags: Option<BTreeMap<String, Scalar>>,
}

/// A template: one of the three.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclaredTemplate {
    /// What the catalog calls it: GET /v1/templates lists them.
    pub name: Option<String>,
    /// The SHA-256 of one that was declared before.
    pub digest: Option<String>,
    /// Its text, in JSON or YAML.
    pub inline: Option<String>,
}

/// A place in Octopus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclaredOctopus {
    /// Which server: GET /v1/spaces lists them with their spaces.
    pub server: String,
    /// Which space.
    pub space: String,
    /// The environment of Octopus.
    pub environment: String,
    /// The projects, in the order in which they are deployed.
    pub projects: Vec<String>,
    /// Roles of the machines.
    pub roles: Option<BTreeSet<String>>,
    /// Values of the tenant's variables, by project.
    pub variables: Option<BTreeMap<String, BTreeMap<String, DeclaredValue>>>,
    /// Values of the tenant's variables, by library variable set.
    pub common_variables: Option<BTreeMap<String, BTreeMap<String, DeclaredValue>>>,
}
