//! The scope of a deployment — project, environment, tenant — within which deployments
//! follow each other, and which machines belong to it.

use std::collections::BTreeMap;

use super::documents::{Document, Documents};
use super::rules::tags;

/// What a deployment is to. In one scope no two deployments execute at once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Scope {
    pub(super) project: String,
    pub(super) environment: String,
    /// `None` for an untenanted deployment.
    pub(super) tenant: Option<String>,
}

impl Scope {
    /// The scope of a stored deployment.
    pub(super) fn of(deployment: &Document) -> Self {
        Self {
            project: deployment.text("ProjectId").to_owned(),
            environment: deployment.text("EnvironmentId").to_owned(),
            tenant: Some(deployment.text("TenantId").to_owned()).filter(|id| !id.is_empty()),
        }
    }
}

/// Whether deployments of that scope may go to the machine, were it enabled. A machine serves
/// the tenants that it names, and those whose tags fit its own.
pub(super) fn serves(documents: &Documents, machine: &Document, scope: &Scope) -> bool {
    let placed = machine
        .texts("EnvironmentIds")
        .any(|id| id == scope.environment);
    let participation = machine.text("TenantedDeploymentParticipation");
    placed
        && match &scope.tenant {
            Some(tenant) => {
                participation != "Untenanted"
                    && (machine.texts("TenantIds").any(|id| id == tenant)
                        || tags::fit(
                            machine.texts("TenantTags"),
                            tags::of_tenant(documents, tenant),
                        ))
            }
            None => participation != "Tenanted",
        }
}

/// The deployments of each scope by number, oldest first; some may be deleted.
#[derive(Debug, Clone, Default)]
pub(super) struct History(BTreeMap<Scope, Vec<u64>>);

impl History {
    pub(super) fn add(&mut self, scope: Scope, deployment: u64) {
        self.0.entry(scope).or_default().push(deployment);
    }

    /// The numbers of a scope's deployments, newest first.
    pub(super) fn newest(&self, scope: &Scope) -> impl Iterator<Item = u64> + '_ {
        self.0.get(scope).into_iter().flatten().rev().copied()
    }
}
