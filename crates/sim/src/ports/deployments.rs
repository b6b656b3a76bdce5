//! [`Deployments`] on the simulated Octopus.

mod actions;
mod asking;
mod documents;
mod history;
mod variables;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bennu_model::action::DeploymentsAction;
use bennu_model::deployment::{Deployment, MachinePolicy, Override, TaskLog, Trigger};
use bennu_model::ids::{
    OctopusEnvironmentId, OctopusEnvironmentName, ProjectId, ProjectName, ServerName, SpaceName,
    TaskId, TenantId,
};
use bennu_model::outcome::Outcome;
use bennu_model::plan::TenantRef;
use bennu_model::tenant::{Machine, Release, Space, Tenant};
use bennu_model::variable::SeenVariable;
use bennu_ports::deployments::MachineFilter;
use bennu_ports::{Call, Cursor, Deployments, Gate, Page, PortError, PortErrorKind, Secrets};

use super::crossing::{failure, outcome_unwritten};
use crate::doors::serve::Sim;
use asking::{Space as Inside, encoded};

/// The one Octopus server of a world, as a port.
#[derive(Debug)]
pub struct SimDeployments {
    sim: Sim,
    server: ServerName,
    /// Space ids by lower-case name, remembered as the adapter does.
    spaces: Mutex<BTreeMap<String, String>>,
    /// Versions by release id, remembered too.
    versions: Mutex<BTreeMap<String, String>>,
}

impl SimDeployments {
    /// Lets specs call the world's Octopus `server`.
    pub fn new(sim: Sim, server: ServerName) -> Self {
        Self {
            sim,
            server,
            spaces: Mutex::default(),
            versions: Mutex::default(),
        }
    }
}

#[async_trait]
impl Deployments for SimDeployments {
    async fn space(
        &self,
        gate: &dyn Gate,
        server: &ServerName,
        space: &SpaceName,
    ) -> Result<Space, PortError> {
        let here = self.enter(Call::ListProjects, gate, server, space).await?;
        let projects = here
            .all(Call::ListProjects, "projects?", documents::named)
            .await?;
        let environments = here
            .all(Call::ListEnvironments, "environments?", documents::named)
            .await?;
        let named = |(id, name): (String, String)| {
            Some((ProjectName::new(name).ok()?, ProjectId::new(id).ok()?))
        };
        let placed = |(id, name): (String, String)| {
            let name = OctopusEnvironmentName::new(name).ok()?;
            Some((name, OctopusEnvironmentId::new(id).ok()?))
        };
        Ok(Space {
            projects: projects.into_iter().filter_map(named).collect(),
            environments: environments.into_iter().filter_map(placed).collect(),
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
        here.page(Call::ListTenants, "tenants?", from, documents::tenant)
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
                let path = format!("tenants/{}", encoded(id.as_str()));
                let found = here.document(Call::GetTenant, "GET", &path, None).await?;
                found
                    .as_ref()
                    .map(|d| asking::read(Call::GetTenant, d, documents::tenant))
                    .transpose()
            }
            TenantRef::Name(name) => {
                let here = self.enter(Call::ListTenants, gate, server, space).await?;
                let list = format!("tenants?name={}&", encoded(name));
                let page = here
                    .page(Call::ListTenants, &list, None, documents::tenant)
                    .await?;
                let is_meant = |tenant: &Tenant| tenant.name.to_lowercase() == name.to_lowercase();
                Ok(page.items.into_iter().find(is_meant))
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
        let path = format!("tenants/{}/variables", encoded(tenant.as_str()));
        let found = here.document(call, "GET", &path, None).await?;
        let seen = found.map(|document| {
            variables::seen(&document, environment)
                .ok_or_else(|| failure(call, PortErrorKind::Unavailable, "not a document"))
        });
        seen.transpose()
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
        let list = match which {
            MachineFilter::Tenant(id) => format!("machines?tenantIds={}&", encoded(id.as_str())),
            MachineFilter::Role(role) => format!("machines?roles={}&", encoded(role)),
        };
        here.page(Call::ListMachines, &list, from, documents::machine)
            .await
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
        let list = format!("projects/{}/releases?", encoded(project.as_str()));
        here.page(Call::ListReleases, &list, from, documents::release)
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
        if matches!(version, "" | "." | "..") || version.contains(char::is_control) {
            let message = format!("{version:?} cannot stand in a path: write a version");
            return Err(failure(call, PortErrorKind::Invalid, message));
        }
        let (project, version) = (encoded(project.as_str()), encoded(version));
        let path = format!("projects/{project}/releases/{version}");
        let found = here.document(call, "GET", &path, None).await?;
        found
            .map(|d| asking::read(call, &d, documents::release))
            .transpose()
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
        history::page(self, &here, tenant, from).await
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
        let id = encoded(task.as_str());
        let path = format!("tasks/{id}/details?verbose=false&tail=20");
        let found = here.server_document(call, "GET", &path).await?;
        Ok(found.map(|details| TaskLog {
            task: task.clone(),
            tail: documents::tail(&details),
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
        let path = format!("projects/{}", encoded(project.as_str()));
        let found = here.document(call, "GET", &path, None).await?;
        found
            .map(|d| asking::read(call, &d, documents::overrides))
            .transpose()
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
        let list = format!("projects/{}/triggers?", encoded(project.as_str()));
        let all = here.all(call, &list, documents::trigger).await?;
        let mut machine_triggers = all.into_iter().flatten();
        Ok(machine_triggers.find(|trigger| trigger.name.to_lowercase() == name.to_lowercase()))
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
        let list = format!("machinepolicies?partialName={}&", encoded(name));
        let all = here.all(call, &list, documents::machine_policy).await?;
        let is_meant = |policy: &MachinePolicy| policy.name.to_lowercase() == name.to_lowercase();
        Ok(all.into_iter().find(is_meant))
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

impl SimDeployments {
    fn versions(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.versions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn enter<'a>(
        &'a self,
        call: Call,
        gate: &'a dyn Gate,
        server: &ServerName,
        space: &SpaceName,
    ) -> Result<Inside<'a>, PortError> {
        if *server != self.server {
            let message = format!("the configuration has no Octopus server `{server}`");
            return Err(failure(call, PortErrorKind::Invalid, message));
        }
        Inside::enter(&self.sim, &self.spaces, gate, server, space).await
    }
}
