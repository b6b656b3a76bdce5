//! The port [`Deployments`] over HTTP.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use bennu_model::action::DeploymentsAction;
use bennu_model::deployment::{Deployment, MachinePolicy, Override, TaskLog, Trigger};
use bennu_model::ids::{
    IllegalId, OctopusEnvironmentId, OctopusEnvironmentName, ProjectId, ProjectName, ServerName,
    SpaceName, TaskId, TenantId,
};
use bennu_model::outcome::Outcome;
use bennu_model::plan::TenantRef;
use bennu_model::tenant::{Machine, Release, Space, Tenant};
use bennu_model::variable::SeenVariable;
use bennu_ports::deployments::MachineFilter;
use bennu_ports::{Call, Cursor, Deployments, Gate, Page, PortError, PortErrorKind, Secrets};

use crate::actions;
use crate::config::{ConfigError, ServerConfig};
use crate::failure::{failure, outcome_unwritten};
use crate::history;
use crate::server::{REQUEST_TIMEOUT, Request, Server};
use crate::space::{InSpace, odd, same};
use crate::wire::document::Document;
use crate::wire::machine::MachineItem;
use crate::wire::machine_policy::MachinePolicyItem;
use crate::wire::named::Named;
use crate::wire::project::ProjectItem;
use crate::wire::release::ReleaseItem;
use crate::wire::task_log::{LONGEST_TAIL, TaskDetails};
use crate::wire::tenant::TenantItem;
use crate::wire::trigger::TriggerItem;
use crate::wire::variables;

/// The Octopus servers of the configuration.
///
/// Of a server it remembers the ids of spaces and the versions of releases, no more.
#[derive(Debug)]
pub struct Octopus {
    servers: BTreeMap<ServerName, Server>,
}

impl Octopus {
    /// A client for each server; nothing is sent.
    ///
    /// # Errors
    /// [`ConfigError`], naming the server.
    pub fn new(servers: Vec<ServerConfig>) -> Result<Self, ConfigError> {
        Self::with_time_limit(servers, REQUEST_TIMEOUT)
    }

    /// Like [`Octopus::new`], with another limit than [`REQUEST_TIMEOUT`] for each request:
    /// a shorter one is safe, a longer one outlives leases.
    ///
    /// # Errors
    /// [`ConfigError`], naming the server.
    pub fn with_time_limit(
        servers: Vec<ServerConfig>,
        time_limit: Duration,
    ) -> Result<Self, ConfigError> {
        let mut by_name = BTreeMap::new();
        for config in servers {
            let name = config.name.clone();
            if by_name
                .insert(name.clone(), Server::new(config, time_limit)?)
                .is_some()
            {
                return Err(ConfigError::Twice(name));
            }
        }
        Ok(Self { servers: by_name })
    }

    async fn enter<'a>(
        &'a self,
        call: Call,
        gate: &'a dyn Gate,
        server: &ServerName,
        space: &'a SpaceName,
    ) -> Result<InSpace<'a>, PortError> {
        let known = self.known(server).map_err(|error| PortError {
            call: call.as_str().to_owned(),
            ..error
        })?;
        InSpace::enter(known, gate, space).await
    }

    pub(crate) fn known(&self, server: &ServerName) -> Result<&Server, PortError> {
        self.servers.get(server).ok_or_else(|| {
            let message = format!("the configuration has no Octopus server `{server}`");
            failure(Call::ListSpaces, PortErrorKind::Invalid, &message)
        })
    }
}

#[async_trait]
impl Deployments for Octopus {
    async fn space(
        &self,
        gate: &dyn Gate,
        server: &ServerName,
        space: &SpaceName,
    ) -> Result<Space, PortError> {
        let here = self.enter(Call::ListProjects, gate, server, space).await?;
        let projects = here.all(Call::ListProjects, &["projects"], vec![]).await?;
        let environments = here
            .all(Call::ListEnvironments, &["environments"], vec![])
            .await?;
        Ok(Space {
            projects: by_name(projects, ProjectName::new, ProjectId::new),
            environments: by_name(
                environments,
                OctopusEnvironmentName::new,
                OctopusEnvironmentId::new,
            ),
        })
    }

    async fn list_tenants(
        &self,
        gate: &dyn Gate,
        server: &ServerName,
        space: &SpaceName,
        from: Option<Cursor>,
    ) -> Result<Page<Tenant>, PortError> {
        let here = self.enter(Call::ListTenants, gate, server, space).await?;
        here.page::<TenantItem, _>(Call::ListTenants, &["tenants"], vec![], from)
            .await
    }

    async fn tenant(
        &self,
        gate: &dyn Gate,
        server: &ServerName,
        space: &SpaceName,
        tenant: &TenantRef,
    ) -> Result<Option<Tenant>, PortError> {
        match tenant {
            TenantRef::Id(id) => {
                let here = self.enter(Call::GetTenant, gate, server, space).await?;
                let item = here
                    .document::<TenantItem>(Call::GetTenant, "tenants", id.as_str())
                    .await?;
                let tenant = item.map(Tenant::try_from).transpose();
                tenant.map_err(|error| odd(Call::GetTenant, &error))
            }
            TenantRef::Name(name) => {
                let here = self.enter(Call::ListTenants, gate, server, space).await?;
                tenant_by_name(&here, name).await
            }
        }
    }

    async fn variables(
        &self,
        gate: &dyn Gate,
        server: &ServerName,
        space: &SpaceName,
        tenant: &TenantId,
        environment: &OctopusEnvironmentId,
    ) -> Result<Option<Vec<SeenVariable>>, PortError> {
        let call = Call::TenantVariables;
        let here = self.enter(call, gate, server, space).await?;
        let path = ["tenants", tenant.as_str(), "variables"];
        let found = here.document_at::<Document>(call, &path).await?;
        let seen = found.map(|document| variables::seen(&document, environment));
        seen.transpose().map_err(|why| odd(call, &why))
    }

    async fn list_machines(
        &self,
        gate: &dyn Gate,
        server: &ServerName,
        space: &SpaceName,
        which: &MachineFilter,
        from: Option<Cursor>,
    ) -> Result<Page<Machine>, PortError> {
        let here = self.enter(Call::ListMachines, gate, server, space).await?;
        let query = match which {
            MachineFilter::Tenant(id) => vec![("tenantIds", id.to_string())],
            MachineFilter::Role(role) => vec![("roles", role.clone())],
        };
        let mut page = here
            .page::<MachineItem, Machine>(Call::ListMachines, &["machines"], query, from)
            .await?;
        // The server may add machines that match by tenant tag only.
        page.items.retain(|machine| match which {
            MachineFilter::Tenant(id) => machine.tenants.contains(id),
            MachineFilter::Role(role) => machine.roles.iter().any(|other| same(other, role)),
        });
        Ok(page)
    }

    async fn list_releases(
        &self,
        gate: &dyn Gate,
        server: &ServerName,
        space: &SpaceName,
        project: &ProjectId,
        from: Option<Cursor>,
    ) -> Result<Page<Release>, PortError> {
        let here = self.enter(Call::ListReleases, gate, server, space).await?;
        let collection = ["projects", project.as_str(), "releases"];
        here.page::<ReleaseItem, _>(Call::ListReleases, &collection, vec![], from)
            .await
    }

    async fn release(
        &self,
        gate: &dyn Gate,
        server: &ServerName,
        space: &SpaceName,
        project: &ProjectId,
        version: &str,
    ) -> Result<Option<Release>, PortError> {
        let call = Call::GetReleaseByVersion;
        let here = self.enter(call, gate, server, space).await?;
        let path = here.path(&["projects", project.as_str(), "releases"]);
        let mut request = Request::get(call, &path);
        request.text = Some(version);
        let read = |body: &[u8]| serde_json::from_slice::<ReleaseItem>(body);
        let found = here.send_to_document(request, read).await?;
        let release = found.map(Release::try_from).transpose();
        release.map_err(|error| odd(call, &error))
    }

    async fn list_deployments(
        &self,
        gate: &dyn Gate,
        server: &ServerName,
        space: &SpaceName,
        tenant: &TenantId,
        from: Option<Cursor>,
    ) -> Result<Page<Deployment>, PortError> {
        let here = self
            .enter(Call::ListDeployments, gate, server, space)
            .await?;
        history::page(&here, tenant, from).await
    }

    async fn task_log(
        &self,
        gate: &dyn Gate,
        server: &ServerName,
        space: &SpaceName,
        task: &TaskId,
    ) -> Result<Option<TaskLog>, PortError> {
        let call = Call::GetTaskDetails;
        let here = self.enter(call, gate, server, space).await?;
        // Tasks are the server's, not a space's: their own links name no space.
        let mut request = Request::get(call, &["tasks", task.as_str(), "details"]);
        request.query = vec![
            ("verbose", "false".to_owned()),
            ("tail", LONGEST_TAIL.to_string()),
        ];
        let read = |body: &[u8]| serde_json::from_slice::<TaskDetails>(body);
        let details = here.send_to_document(request, read).await?;
        Ok(details.map(|details| TaskLog {
            task: task.clone(),
            tail: details.tail(|text| here.server.struck_from(text)),
        }))
    }

    async fn overrides(
        &self,
        gate: &dyn Gate,
        server: &ServerName,
        space: &SpaceName,
        project: &ProjectId,
    ) -> Result<Option<Vec<Override>>, PortError> {
        let call = Call::GetProject;
        let here = self.enter(call, gate, server, space).await?;
        let found = here
            .document::<ProjectItem>(call, "projects", project.as_str())
            .await?;
        let overrides = found.map(ProjectItem::overrides).transpose();
        overrides.map_err(|error| odd(call, &error))
    }

    async fn trigger(
        &self,
        gate: &dyn Gate,
        server: &ServerName,
        space: &SpaceName,
        project: &ProjectId,
        name: &str,
    ) -> Result<Option<Trigger>, PortError> {
        let call = Call::ListTriggers;
        let here = self.enter(call, gate, server, space).await?;
        let collection = ["projects", project.as_str(), "triggers"];
        let all: Vec<TriggerItem> = here.all(call, &collection, vec![]).await?;
        let is_meant = |item: &TriggerItem| item.is_for_machines() && same(&item.name, name);
        let found = all.into_iter().find(is_meant).map(TriggerItem::read);
        found.transpose().map_err(|why| odd(call, &why))
    }

    async fn machine_policy(
        &self,
        gate: &dyn Gate,
        server: &ServerName,
        space: &SpaceName,
        name: &str,
    ) -> Result<Option<MachinePolicy>, PortError> {
        let call = Call::ListMachinePolicies;
        let here = self.enter(call, gate, server, space).await?;
        let query = vec![("partialName", name.to_owned())];
        let all: Vec<MachinePolicyItem> = here.all(call, &["machinepolicies"], query).await?;
        let found = all.into_iter().find(|item| same(&item.name, name));
        let policy = found.map(MachinePolicyItem::read).transpose();
        policy.map_err(|why| odd(call, &why))
    }

    async fn begin(
        &self,
        gate: &dyn Gate,
        server: &ServerName,
        space: &SpaceName,
        action: &DeploymentsAction,
        secrets: &Secrets,
    ) -> Outcome {
        match self.enter(actions::call(action), gate, server, space).await {
            Ok(here) => actions::begin(&here, action, secrets).await,
            Err(error) => outcome_unwritten(&error),
        }
    }
}

/// Looks through all pages: old servers pass the filter by.
async fn tenant_by_name(here: &InSpace<'_>, name: &str) -> Result<Option<Tenant>, PortError> {
    let mut from = None;
    loop {
        let query = vec![("name", name.to_owned())];
        let page = here
            .page::<TenantItem, Tenant>(Call::ListTenants, &["tenants"], query, from)
            .await?;
        if let Some(found) = page
            .items
            .into_iter()
            .find(|tenant| same(&tenant.name, name))
        {
            return Ok(Some(found));
        }
        from = page.next;
        if from.is_none() {
            return Ok(None);
        }
    }
}

/// Ids by name. What has no legal name cannot be meant by any spec, and is left out.
fn by_name<N: Ord, I>(
    documents: Vec<Named>,
    name: fn(String) -> Result<N, IllegalId>,
    id: fn(String) -> Result<I, IllegalId>,
) -> BTreeMap<N, I> {
    let pairs = documents.into_iter();
    pairs
        .filter_map(|document| Some((name(document.name).ok()?, id(document.id).ok()?)))
        .collect()
}
