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
    #[serde(default)]
    thumbprint: Option<String>,
    #[serde(default)]
    endpoint: Option<EndpointItem>,
}

/// How the server reaches a machine. A Kubernetes agent's thumbprint stands one deeper.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EndpointItem {
    #[serde(default)]
    thumbprint: Option<String>,
    #[serde(default)]
    tentacle_endpoint_configuration: Option<InnerItem>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InnerItem {
    #[serde(default)]
    thumbprint: Option<String>,
}

impl MachineItem {
    /// The endpoint's; where that has none, the one that old clients look for.
    fn take_thumbprint(&mut self) -> Option<String> {
        let (own, inner) = self.endpoint.take().map_or((None, None), |endpoint| {
            let inner = endpoint.tentacle_endpoint_configuration;
            (
                endpoint.thumbprint,
                inner.and_then(|inner| inner.thumbprint),
            )
        });
        let mut places = [own, self.thumbprint.take(), inner].into_iter().flatten();
        places.find(|thumbprint| !thumbprint.is_empty())
    }
}

impl TryFrom<MachineItem> for Machine {
    type Error = IllegalId;

    fn try_from(mut item: MachineItem) -> Result<Self, IllegalId> {
        let thumbprint = item.take_thumbprint();
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
            thumbprint,
        })
    }
}
