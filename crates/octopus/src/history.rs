//! A tenant's deployments: each is put together from its own document, its task's, and its
//! release's.

use std::collections::{BTreeSet, HashMap};

use bennu_model::deployment::{Deployment, Task};
use bennu_model::ids::TenantId;
use bennu_ports::{Call, Cursor, Page, PortError};

use crate::space::{InSpace, odd};
use crate::wire::deployment::DeploymentItem;
use crate::wire::release::ReleaseItem;
use crate::wire::task::TaskItem;

/// One page of a tenant's deployments, newest first.
///
/// A deployment whose task the server does not know any more is left out: how it went is not
/// known, and nothing of it is under way. Where only the release is gone, the release's id
/// stands for its version.
pub(crate) async fn page(
    here: &InSpace<'_>,
    tenant: &TenantId,
    from: Option<Cursor>,
) -> Result<Page<Deployment>, PortError> {
    let query = vec![("tenants", tenant.to_string())];
    let mut page = here
        .page::<DeploymentItem, DeploymentItem>(
            Call::ListDeployments,
            &["deployments"],
            query,
            from,
        )
        .await?;
    let is_theirs = |item: &DeploymentItem| item.tenant_id.as_deref() == Some(tenant.as_str());
    page.items.retain(is_theirs);
    let mut tasks = tasks(here, &page.items).await?;
    let versions = versions(here, &page.items).await?;
    let joined = page.items.into_iter().filter_map(|item| {
        let task = tasks.remove(&item.task_id)?;
        let version = versions.get(&item.release_id).unwrap_or(&item.release_id);
        let version = version.clone();
        Some(item.joined(version, task))
    });
    let joined: Result<_, _> = joined.collect();
    Ok(Page {
        items: joined.map_err(|error| odd(Call::ListDeployments, &error))?,
        next: page.next,
    })
}

async fn tasks(
    here: &InSpace<'_>,
    deployments: &[DeploymentItem],
) -> Result<HashMap<String, Task>, PortError> {
    let ids = deployments.iter().map(|item| item.task_id.as_str());
    let items: Vec<TaskItem> = here.by_ids(Call::ListTasks, "tasks", ids.collect()).await?;
    let read = |item: TaskItem| {
        let id = item.id.clone();
        let task = item.read(|text| here.server.struck_from(text));
        Ok((id, task.map_err(|error| odd(Call::ListTasks, &error))?))
    };
    items.into_iter().map(read).collect()
}

/// Versions by release id. A release keeps its version, so each is asked for once.
async fn versions(
    here: &InSpace<'_>,
    deployments: &[DeploymentItem],
) -> Result<HashMap<String, String>, PortError> {
    let memory = &here.server.memory;
    let ids: BTreeSet<&str> = deployments
        .iter()
        .map(|item| item.release_id.as_str())
        .collect();
    let mut versions = HashMap::new();
    let mut unknown = BTreeSet::new();
    for id in ids {
        match memory.version(id) {
            Some(version) => {
                versions.insert(id.to_owned(), version);
            }
            None => {
                unknown.insert(id);
            }
        }
    }
    let found: Vec<ReleaseItem> = here.by_ids(Call::ReleasesById, "releases", unknown).await?;
    for release in found {
        memory.keep_version(release.id.clone(), release.version.clone());
        versions.insert(release.id, release.version);
    }
    Ok(versions)
}
