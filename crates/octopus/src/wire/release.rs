//! A release.

use bennu_model::ids::{IllegalId, ReleaseId};
use bennu_model::tenant::Release;
use chrono::{DateTime, Utc};
use serde::Deserialize;

/// What is read of a release.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ReleaseItem {
    pub(crate) id: String,
    pub(crate) version: String,
    #[serde(default)]
    assembled: Option<String>,
}

impl TryFrom<ReleaseItem> for Release {
    type Error = IllegalId;

    fn try_from(item: ReleaseItem) -> Result<Self, IllegalId> {
        let assembled = item.assembled.as_deref();
        Ok(Self {
            id: ReleaseId::new(item.id)?,
            version: item.version,
            assembled_at: assembled
                .and_then(|text| DateTime::parse_from_rfc3339(text).ok())
                .map(|at| at.with_timezone(&Utc)),
        })
    }
}
