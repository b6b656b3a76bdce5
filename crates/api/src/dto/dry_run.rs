//! What a write would lead to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EnvironmentDocument, PlanDocument};

/// An environment as it would be, and what would be done first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DryRunDocument {
    /// As it would be.
    #[serde(flatten)]
    pub environment: EnvironmentDocument,
    /// `created`, `changed` or `same`; `deleted` where its deletion would be asked for.
    pub declared: String,
    /// What the plan takes for granted; absent where it rests on what is seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assumes: Option<String>,
    /// What the first pass would do.
    pub plan: PlanDocument,
}
