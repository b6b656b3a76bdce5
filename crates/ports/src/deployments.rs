//! Octopus Deploy: tenants, machines and the names of a space.

use async_trait::async_trait;
use bennu_model::action::DeploymentsAction;
use bennu_model::ids::{ProjectId, ServerName, SpaceName, TenantId};
use bennu_model::outcome::Outcome;
use bennu_model::plan::TenantRef;
use bennu_model::tenant::{Machine, Release, Space, Tenant};

use crate::{Cursor, Gate, Page, PortError};

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

    /// Carries out an action.
    ///
    /// Never fails: what goes wrong is an [`Outcome`].
    async fn begin(
        &self,
        gate: &dyn Gate,
        server: &ServerName,
        space: &SpaceName,
        action: &DeploymentsAction,
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
