//! A deployment target.

use bennu_model::ids::{IllegalId, MachineId, OctopusEnvironmentId, TenantId};
use bennu_model::tenant::Machine;
use serde::Deserialize;

/// What is read of a machine.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct MachineItem {
    id: String,
    name: String,
    #[serde(default)]
    roles: Option<Vec<String>>,
    #[serde(default)]
    tenant_ids: Option<Vec<String>>,
    #[serde(default)]
    environment_ids: Option<Vec<String>>,
    #[serde(default)]
    is_disabled: Option<bool>,
    #[serde(default)]
    health_status: Option<String>,
}

impl TryFrom<MachineItem> for Machine {
    type Error = IllegalId;

    fn try_from(item: MachineItem) -> Result<Self, IllegalId> {
        let tenants = item.tenant_ids.unwrap_or_default().into_iter();
        let environments = item.environment_ids.unwrap_or_default().into_iter();
        Ok(Self {
            id: MachineId::new(item.id)?,
            name: item.name,
            roles: item.roles.unwrap_or_default().into_iter().collect(),
            tenants: tenants.map(TenantId::new).collect::<Result<_, _>>()?,
            environments: environments
                .map(OctopusEnvironmentId::new)
                .collect::<Result<_, _>>()?,
            is_disabled: item.is_disabled.unwrap_or_default(),
            // A machine that was never checked may have none yet.
            health: item.health_status.unwrap_or_else(|| "Unknown".to_owned()),
        })
    }
}
