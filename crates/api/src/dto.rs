//! What answers look like, version 1. These types are the wire format: they can be added
//! to, and no key changes its meaning. Clients read them too, and pass over keys that they
//! do not know.
//!
//! Keys that people write are in snake case, as in the documents they send; keys that only
//! we write are in camel case, as Kubernetes' clients expect of a status.

pub mod asked;
pub mod blueprint;
pub mod blueprint_declaration;
pub mod catalog;
pub mod changes;
pub mod declaration;
pub mod delivery;
pub mod dry_run;
pub mod environment;
pub mod event;
pub mod explain;
pub mod plan;
pub mod space;
pub mod status;
pub mod target;
pub mod token;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use blueprint::{BlueprintDocument, BlueprintList};
pub use catalog::{CatalogFill, CatalogList, CatalogParameter, CatalogTemplate};
pub use changes::ChangesDocument;
pub use delivery::DeliveryDocument;
pub use dry_run::DryRunDocument;
pub use environment::{EnvironmentDocument, Metadata, SpecDocument};
pub use event::{EventDocument, EventList};
pub use explain::ExplainDocument;
pub use plan::{LineDocument, PlanDocument, StepDocument};
pub use space::{SpaceDocument, SpaceList};
pub use status::{ConditionDocument, StatusDocument};
pub use target::{TargetDocument, TargetList};
pub use token::{TokenDocument, TokenList};

/// One page of environments, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentList {
    /// Always `bennu.dev/v1`.
    pub api_version: String,
    /// Always `EnvironmentList`.
    pub kind: String,
    /// Where the next page begins.
    pub metadata: ListMetadata,
    /// What is on this page.
    pub items: Vec<EnvironmentDocument>,
}

/// Where the next page begins.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct ListMetadata {
    /// Send it as `continue` for the next page; absent on the last one.
    #[serde(rename = "continue", default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}
