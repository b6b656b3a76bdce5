//! The small documents that callers send, for the OpenAPI document: approvals, tokens,
//! events. Each is read beside its route.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An empty document, where there is nothing to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Which change set is approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Approval {
    /// Its name, as `status.changeSet.name` shows it.
    pub change_set: String,
}

impl Approval {
    /// A real one.
    pub const EXAMPLE: &str = r#"{ "changeSet": "bennu-25d1bbd97b1ea6b0d1ab" }"#;
}

/// The token that is wanted: a team's, or operators'.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenWanted {
    /// Whose; a team's token may leave it out.
    #[schemars(regex(pattern = "^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$"))]
    pub team: Option<String>,
    /// Operators'.
    pub operator: Option<bool>,
    /// What it is for.
    #[schemars(
        length(max = 200),
        regex(pattern = "^[^\\u0000-\\u001f\\u007f-\\u009f]*$")
    )]
    pub note: Option<String>,
    /// How long it is valid, in hours or days, or until when; if left out, as long as the
    /// token that makes it.
    #[schemars(example = "90d", example = "2027-01-31T00:00:00Z")]
    pub expires: Option<String>,
}

impl TokenWanted {
    /// A real one.
    pub const EXAMPLE: &str = r#"{ "team": "checkout", "note": "CI", "expires": "90d" }"#;
}

/// What CI tells of a branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventSent {
    /// What happened.
    pub event: Happening,
    /// When, with its zone.
    #[schemars(extend("format" = "date-time"))]
    pub at: String,
    /// The repository.
    #[schemars(length(min = 1, max = 200))]
    pub repository: String,
    /// The branch.
    #[schemars(length(min = 1, max = 200))]
    pub branch: String,
    /// The commit that was built; of a build only, as all that follows.
    pub commit: Option<String>,
    /// The version that was built.
    pub version: Option<String>,
    /// The build.
    pub build: Option<BuildSent>,
}

/// What happened to a branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Happening {
    /// It was built.
    #[serde(rename = "branch.built")]
    Built,
    /// It is gone.
    #[serde(rename = "branch.deleted")]
    Deleted,
}

/// A build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BuildSent {
    /// Of two builds at one time, the higher number counts.
    #[schemars(range(min = 0))]
    pub number: i64,
    /// Where people find it.
    pub url: Option<String>,
}

impl EventSent {
    /// A real one.
    pub const EXAMPLE: &str = r#"{
  "event": "branch.built", "at": "2026-11-23T10:00:00Z",
  "repository": "acme/checkout", "branch": "feature/ryan", "commit": "c0ffee",
  "version": "1.0.0-ryan0001", "build": { "number": 1 }
}"#;
}
