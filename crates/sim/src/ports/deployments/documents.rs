//! The server's documents as Bennu's values. `None`: a document of another form.

mod history;
mod settings;

use std::collections::BTreeMap;

use bennu_model::ids::{MachineId, OctopusEnvironmentId, ProjectId, ReleaseId, TenantId};
use bennu_model::tenant::{Machine, Release, Tenant};
use chrono::{DateTime, Utc};
use serde_json::Value;

pub(super) use history::{deployment, tail, task};
pub(super) use settings::{
    edit_overrides, edit_rules, edit_trigger, machine_policy, new_trigger, overrides, trigger,
};

/// The document as it is.
#[expect(
    clippy::unnecessary_wraps,
    reason = "one of several forms, others of which may not fit"
)]
pub(super) fn whole(document: &Value) -> Option<Value> {
    Some(document.clone())
}

/// Id and name.
pub(super) fn named(document: &Value) -> Option<(String, String)> {
    Some((text(document, "Id")?, text(document, "Name")?))
}

/// A tenant.
pub(super) fn tenant(document: &Value) -> Option<Tenant> {
    let mut connections = BTreeMap::new();
    for (project, environments) in document["ProjectEnvironments"].as_object()? {
        let ids = environments.as_array()?.iter();
        let ids = ids.map(|id| OctopusEnvironmentId::new(id.as_str()?).ok());
        connections.insert(ProjectId::new(project).ok()?, ids.collect::<Option<_>>()?);
    }
    Some(Tenant {
        id: TenantId::new(text(document, "Id")?).ok()?,
        name: text(document, "Name")?,
        description: text(document, "Description").unwrap_or_default(),
        connections,
    })
}

/// A machine.
pub(super) fn machine(document: &Value) -> Option<Machine> {
    let tenants = texts(document, "TenantIds")?.into_iter();
    let environments = texts(document, "EnvironmentIds")?.into_iter();
    Some(Machine {
        id: MachineId::new(text(document, "Id")?).ok()?,
        name: text(document, "Name")?,
        roles: texts(document, "Roles")?.into_iter().collect(),
        tenants: tenants
            .map(|id| TenantId::new(id).ok())
            .collect::<Option<_>>()?,
        environments: environments
            .map(|id| OctopusEnvironmentId::new(id).ok())
            .collect::<Option<_>>()?,
        is_disabled: document["IsDisabled"] == true,
        health: text(document, "HealthStatus")?,
        thumbprint: thumbprint(document),
    })
}

fn thumbprint(machine: &Value) -> Option<String> {
    let endpoint = &machine["Endpoint"];
    let places = [
        &endpoint["Thumbprint"],
        &machine["Thumbprint"],
        &endpoint["TentacleEndpointConfiguration"]["Thumbprint"],
    ];
    let mut texts = places.into_iter().filter_map(Value::as_str);
    texts.find(|text| !text.is_empty()).map(str::to_owned)
}

/// A release.
pub(super) fn release(document: &Value) -> Option<Release> {
    let assembled = document["Assembled"].as_str();
    let assembled = assembled.and_then(|at| DateTime::parse_from_rfc3339(at).ok());
    Some(Release {
        id: ReleaseId::new(text(document, "Id")?).ok()?,
        version: text(document, "Version")?,
        assembled_at: assembled.map(|at| at.with_timezone(&Utc)),
    })
}

fn text(document: &Value, key: &str) -> Option<String> {
    document[key].as_str().map(str::to_owned)
}

fn texts(document: &Value, key: &str) -> Option<Vec<String>> {
    let values = document[key].as_array()?.iter();
    values.map(|v| v.as_str().map(str::to_owned)).collect()
}
