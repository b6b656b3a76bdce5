//! A release.

use bennu_model::tenant::Release;
use chrono::{DateTime, Utc};
use serde::Deserialize;

/// What is read of a release.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ReleaseItem {
    id: String,
    version: String,
    #[serde(default)]
    assembled: Option<String>,
}

impl From<ReleaseItem> for Release {
    fn from(item: ReleaseItem) -> Self {
        let assembled = item.assembled.as_deref();
        Self {
            id: item.id,
            version: item.version,
            assembled_at: assembled
                .and_then(|text| DateTime::parse_from_rfc3339(text).ok())
                .map(|at| at.with_timezone(&Utc)),
        }
    }
}
