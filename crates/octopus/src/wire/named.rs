//! What only its id and name are read of: spaces, projects, environments.

use serde::Deserialize;

/// A document with a name.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) name: String,
}
