//! A tenant's deployments, put together as the adapter does: one request for a page, one
//! for its tasks, one for the releases that were not seen before.

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::deployment::{Deployment, Task};
use bennu_model::ids::TenantId;
use bennu_ports::{Call, Cursor, Page, PortError};
use serde_json::Value;

use super::SimDeployments;
use super::asking::{Space, encoded, read};
use super::documents;

pub(super) async fn page(
    port: &SimDeployments,
    here: &Space<'_>,
    tenant: &TenantId,
    from: Option<Cursor>,
) -> Result<Page<Deployment>, PortError> {
    let call = Call::ListDeployments;
    let list = format!("deployments?tenants={}&", encoded(tenant.as_str()));
    let page = here.page(call, &list, from, documents::whole).await?;
    let found: Vec<Value> = page.items;
    let tasks: BTreeMap<String, Task> = here
        .by_ids(
            Call::ListTasks,
            "tasks",
            ids(&found, "TaskId"),
            documents::task,
        )
        .await?
        .into_iter()
        .map(|task| (task.id.to_string(), task))
        .collect();
    let versions = versions(port, here, &found).await?;
    let mut items = Vec::new();
    for document in &found {
        let id = |key: &str| document[key].as_str().unwrap_or_default();
        let release = id("ReleaseId");
        let version = versions.get(release).map_or(release, String::as_str);
        if let Some(task) = tasks.get(id("TaskId")) {
            let joined = |d: &Value| documents::deployment(d, version.to_owned(), task.clone());
            items.push(read(call, document, joined)?);
        }
    }
    Ok(Page {
        items,
        next: page.next,
    })
}

/// Versions by release id; a release keeps its version.
async fn versions(
    port: &SimDeployments,
    here: &Space<'_>,
    found: &[Value],
) -> Result<BTreeMap<String, String>, PortError> {
    let mut unknown = ids(found, "ReleaseId");
    unknown.retain(|id| !port.versions().contains_key(id));
    let releases = here
        .by_ids(Call::ReleasesById, "releases", unknown, documents::release)
        .await?;
    let mut versions = port.versions();
    versions.extend(releases.into_iter().map(|r| (r.id.into(), r.version)));
    Ok(versions.clone())
}

fn ids(found: &[Value], key: &str) -> BTreeSet<String> {
    let ids = found.iter().filter_map(|document| document[key].as_str());
    ids.map(str::to_owned).collect()
}
