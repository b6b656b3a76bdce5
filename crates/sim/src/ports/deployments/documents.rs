//! The server's documents as Bennu's values. `None`: a document of another form.

use std::collections::BTreeMap;

use bennu_model::ids::{MachineId, OctopusEnvironmentId, ProjectId, TenantId};
use bennu_model::tenant::{Machine, Release, Tenant};
use chrono::{DateTime, Utc};
use serde_json::Value;

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
    let texts = |key: &str| {
        let values = document[key].as_array()?;
        values
            .iter()
            .map(|value| value.as_str().map(str::to_owned))
            .collect::<Option<Vec<_>>>()
    };
    let tenants = texts("TenantIds")?
        .into_iter()
        .map(|id| TenantId::new(id).ok());
    Some(Machine {
        id: MachineId::new(text(document, "Id")?).ok()?,
        name: text(document, "Name")?,
        roles: texts("Roles")?.into_iter().collect(),
        tenants: tenants.collect::<Option<_>>()?,
        health: text(document, "HealthStatus")?,
    })
}

/// A release.
pub(super) fn release(document: &Value) -> Option<Release> {
    let assembled = document["Assembled"].as_str();
    let assembled = assembled.and_then(|at| DateTime::parse_from_rfc3339(at).ok());
    Some(Release {
        id: text(document, "Id")?,
        version: text(document, "Version")?,
        assembled_at: assembled.map(|at| at.with_timezone(&Utc)),
    })
}

fn text(document: &Value, key: &str) -> Option<String> {
    document[key].as_str().map(str::to_owned)
}
