//! Octopus Deploy: tenants, machines, releases and their deployments, and the documents that
//! we share with people.

use async_trait::async_trait;
use bennu_model::action::DeploymentsAction;
use bennu_model::deployment::{Deployment, MachinePolicy, Override, TaskLog, Trigger};
use bennu_model::ids::{OctopusEnvironmentId, ProjectId, ServerName, SpaceName, TaskId, TenantId};
use bennu_model::outcome::Outcome;
use bennu_model::plan::TenantRef;
use bennu_model::tenant::{Machine, Release, Space, Tenant};
use bennu_model::variable::SeenVariable;

use crate::{Cursor, Gate, Page, PortError, Secrets};

/// What can be read and done in a space of an Octopus server.
///
/// Every method fails with `Invalid` for a server that the configuration does not have and
/// for a space that the server does not have.
#[async_trait]
pub trait Deployments: Send + Sync {
    /// The projects and static environments of a space, all pages merged.
    async fn space(
        &self,
        gate: &dyn Gate,
        server: &ServerName,
        space: &SpaceName,
    ) -> Result<Space, PortError>;

    /// All tenants.
    async fn list_tenants(
        &self,
        gate: &dyn Gate,
        server: &ServerName,
        space: &SpaceName,
        from: Option<Cursor>,
    ) -> Result<Page<Tenant>, PortError>;

    /// One tenant.
    async fn tenant(
        &self,
        gate: &dyn Gate,
        server: &ServerName,
        space: &SpaceName,
        tenant: &TenantRef,
    ) -> Result<Option<Tenant>, PortError>;

    /// Every variable that a tenant can have a value for through its connections, sorted by
    /// key: those of projects with their values for `environment`, and those of the library
    /// variable sets that the projects include. `None` when there is no such tenant.
    async fn variables(
        &self,
        gate: &dyn Gate,
        server: &ServerName,
        space: &SpaceName,
        tenant: &TenantId,
        environment: &OctopusEnvironmentId,
    ) -> Result<Option<Vec<SeenVariable>>, PortError>;

    /// Machines: all that serve a tenant, whoever registered them, or all with a role.
    async fn list_machines(
        &self,
        gate: &dyn Gate,
        server: &ServerName,
        space: &SpaceName,
        which: &MachineFilter,
        from: Option<Cursor>,
    ) -> Result<Page<Machine>, PortError>;

    /// A project's releases, newest first.
    async fn list_releases(
        &self,
        gate: &dyn Gate,
        server: &ServerName,
        space: &SpaceName,
        project: &ProjectId,
        from: Option<Cursor>,
    ) -> Result<Page<Release>, PortError>;

    /// A project's release of a version; `None` when the project has none.
    async fn release(
        &self,
        gate: &dyn Gate,
        server: &ServerName,
        space: &SpaceName,
        project: &ProjectId,
        version: &str,
    ) -> Result<Option<Release>, PortError>;

    /// A tenant's deployments in all projects, newest first, each with its task and its
    /// release's version.
    async fn list_deployments(
        &self,
        gate: &dyn Gate,
        server: &ServerName,
        space: &SpaceName,
        tenant: &TenantId,
        from: Option<Cursor>,
    ) -> Result<Page<Deployment>, PortError>;

    /// The end of a task's log; `None` when there is no such task any more.
    async fn task_log(
        &self,
        gate: &dyn Gate,
        server: &ServerName,
        space: &SpaceName,
        task: &TaskId,
    ) -> Result<Option<TaskLog>, PortError>;

    /// The overrides of a project, other people's too; `None` when there is no such project.
    async fn overrides(
        &self,
        gate: &dyn Gate,
        server: &ServerName,
        space: &SpaceName,
        project: &ProjectId,
    ) -> Result<Option<Vec<Override>>, PortError>;

    /// A project's trigger for machines of this name, compared without case.
    async fn trigger(
        &self,
        gate: &dyn Gate,
        server: &ServerName,
        space: &SpaceName,
        project: &ProjectId,
        name: &str,
    ) -> Result<Option<Trigger>, PortError>;

    /// The machine policy of this name, compared without case.
    async fn machine_policy(
        &self,
        gate: &dyn Gate,
        server: &ServerName,
        space: &SpaceName,
        name: &str,
    ) -> Result<Option<MachinePolicy>, PortError>;

    /// Carries out an action. Whole documents are read, changed in our own part and written
    /// back in one go: what we do not know in them is kept. `secrets` holds what the secrets
    /// hold that the action names; they go into that call and nowhere else.
    ///
    /// Never fails: what goes wrong is an [`Outcome`].
    async fn begin(
        &self,
        gate: &dyn Gate,
        server: &ServerName,
        space: &SpaceName,
        action: &DeploymentsAction,
        secrets: &Secrets,
    ) -> Outcome;
}

/// Which machines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MachineFilter {
    /// Those that serve a tenant.
    Tenant(TenantId),
    /// Those that carry a role.
    Role(String),
}
