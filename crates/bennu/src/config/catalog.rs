//! `[catalog]`: the templates that specs can name.

use std::path::PathBuf;

use serde::Deserialize;

/// The templates that specs can name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[serde(default, deny_unknown_fields)]
pub struct CatalogConfig {
    /// Folders with a folder for each template; relative ones from where the daemon was
    /// started. Read at the start.
    pub folders: Vec<PathBuf>,
    /// Whether the templates that are shipped can be named, too.
    pub embedded: bool,
}

impl Default for CatalogConfig {
    fn default() -> Self {
        Self {
            folders: Vec::new(),
            embedded: true,
        }
    }
}
