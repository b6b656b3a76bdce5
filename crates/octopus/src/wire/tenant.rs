//! A tenant.

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::ids::{IllegalId, OctopusEnvironmentId, ProjectId, TenantId};
use bennu_model::tenant::Tenant;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::document::Document;

/// Projects with the environments in them.
pub(crate) type Connections = BTreeMap<ProjectId, BTreeSet<OctopusEnvironmentId>>;

/// What is read of a tenant.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TenantItem {
    id: String,
    name: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    project_environments: Option<BTreeMap<String, Option<Vec<String>>>>,
}

/// A tenant to be created.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct NewTenant<'a> {
    pub(crate) name: &'a str,
    pub(crate) description: &'a str,
    pub(crate) space_id: &'a str,
    pub(crate) project_environments: &'a Connections,
    pub(crate) tenant_tags: [&'a str; 0],
}

/// What the document of a tenant says of its connections.
fn connections(document: &Document) -> Result<Connections, serde_json::Error> {
    let tenant = Tenant::try_from(document.read::<TenantItem>()?);
    Ok(tenant.map_err(serde::de::Error::custom)?.connections)
}

/// The same tenant with these connections; the rest stays as it is.
pub(crate) fn with_connections(mut tenant: Document, wanted: &Connections) -> Document {
    if connections(&tenant).is_ok_and(|now| now == *wanted) {
        return tenant;
    }
    let pairs = wanted.iter().map(|(project, environments)| {
        let ids = environments.iter().map(|id| Value::from(id.as_str()));
        (project.as_str().to_owned(), Value::Array(ids.collect()))
    });
    let map = Value::Object(pairs.collect());
    tenant.0.insert("ProjectEnvironments".to_owned(), map);
    tenant
}

impl TryFrom<TenantItem> for Tenant {
    type Error = IllegalId;

    fn try_from(item: TenantItem) -> Result<Self, IllegalId> {
        let mut connections = Connections::new();
        for (project, environments) in item.project_environments.unwrap_or_default() {
            let ids = environments.unwrap_or_default().into_iter();
            let ids = ids
                .map(OctopusEnvironmentId::new)
                .collect::<Result<_, _>>()?;
            connections.insert(ProjectId::new(project)?, ids);
        }
        Ok(Self {
            id: TenantId::new(item.id)?,
            name: item.name,
            description: item.description.unwrap_or_default(),
            connections,
        })
    }
}
