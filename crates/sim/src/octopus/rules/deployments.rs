//! What may be deployed where, and to whom.

use chrono::DateTime;
use serde_json::Value;

use super::super::documents::texts;
use super::super::scope::{Scope, serves};
use super::{Document, Draft, Kind, phases, places, tags};

/// A deployment brings a release of a project into an environment that a lifecycle
/// admits, for a tenant that is connected there or for none, to machines that serve it.
pub(super) fn deployment(draft: &mut Draft<'_>) {
    for key in ["QueueTime", "QueueTimeExpiry"] {
        let moment = draft.text(key);
        if !moment.is_empty() && DateTime::parse_from_rfc3339(&moment).is_err() {
            draft.complain(format!("{key} must be a date and time with an offset."));
        }
    }
    let release = wanted(draft, "ReleaseId", Kind::Release);
    let environment = wanted(draft, "EnvironmentId", Kind::Environment);
    let (Some(release), Some(environment)) = (release, environment) else {
        return;
    };
    let Some(project) = draft.known(Kind::Project, release.text("ProjectId")) else {
        return;
    };
    let scope = Scope {
        project: project.id(),
        environment: environment.id(),
        tenant: Some(draft.text("TenantId")).filter(|tenant| !tenant.is_empty()),
    };
    place(draft, project, release, environment);
    tenancy(draft, project, &scope);
    progress(draft, release, environment, &scope);
    machines(draft, &scope);
    let name = format!("Deploy to {}", environment.text("Name"));
    let process = release.text("ProjectDeploymentProcessSnapshotId");
    let own = Kind::Deployment.id(draft.documents.next_number(Kind::Deployment));
    for (key, value) in [
        ("ProjectId", scope.project.as_str()),
        ("ChannelId", release.text("ChannelId")),
        ("DeploymentProcessId", process),
        ("Name", &name),
        ("Created", &draft.moment()),
        ("ManifestVariableSetId", &format!("variableset-{own}")),
    ] {
        draft.set(key, value);
    }
}

/// The document that a required key names.
fn wanted<'a>(draft: &mut Draft<'a>, key: &str, kind: Kind) -> Option<&'a Document> {
    let id = draft.text(key);
    let found = draft.known(kind, &id);
    if id.is_empty() {
        draft.complain(format!("Please provide the {key}."));
    } else if found.is_none() {
        draft.want_known(key, kind, &[id]);
    }
    found
}

/// The project is open, and the release may go into that environment.
fn place(draft: &mut Draft<'_>, project: &Document, release: &Document, environment: &Document) {
    let name = project.text("Name");
    if project.is("IsDisabled") {
        draft.complain(format!("The project '{name}' is disabled."));
    }
    let channel = draft.known(Kind::Channel, release.text("ChannelId"));
    let lifecycle = channel
        .map(|channel| channel.text("LifecycleId"))
        .filter(|id| !id.is_empty())
        .unwrap_or(project.text("LifecycleId"));
    let admitted = draft
        .known(Kind::Lifecycle, lifecycle)
        .is_some_and(|lifecycle| places::admits(lifecycle, &environment.id()));
    if !admitted {
        draft.complain(format!(
            "The release '{}' of the project '{name}' cannot be deployed to the environment '{}' because \
             its lifecycle does not include that environment.",
            release.text("Version"),
            environment.text("Name")
        ));
    }
}

/// Tenant and project fit each other and the environment.
fn tenancy(draft: &mut Draft<'_>, project: &Document, scope: &Scope) {
    let name = project.text("Name");
    let mode = project.text("TenantedDeploymentMode");
    let Some(id) = &scope.tenant else {
        if mode == "Tenanted" {
            draft.complain(format!(
                "The project '{name}' requires a tenant for each deployment: give a TenantId."
            ));
        }
        return;
    };
    draft.want_known("TenantId", Kind::Tenant, std::slice::from_ref(id));
    let Some(tenant) = draft.known(Kind::Tenant, id) else {
        return;
    };
    if mode == "Untenanted" {
        draft.complain(format!(
            "The project '{name}' does not allow tenanted deployments."
        ));
    }
    if !connected(tenant, scope) {
        draft.complain(format!(
            "The tenant '{}' is not connected to the project '{name}' in that environment.",
            tenant.text("Name")
        ));
    }
}

/// The release has passed the phases before that of the environment, and its channel lets
/// it go to the tenant.
fn progress(draft: &mut Draft<'_>, release: &Document, environment: &Document, scope: &Scope) {
    let tenant = scope.tenant.as_deref();
    let phase = phases::keeping_back(draft.documents, release, tenant, &scope.environment);
    if let Some(phase) = phase {
        draft.complain(format!(
            "The release '{}' cannot be deployed to the environment '{}' because it has not been deployed to \
             enough environments of the phase '{phase}' of its lifecycle.",
            release.text("Version"),
            environment.text("Name")
        ));
    }
    let channel = draft.known(Kind::Channel, release.text("ChannelId"));
    let (Some(channel), Some(tenant)) = (channel, tenant) else {
        return;
    };
    let narrow = channel.texts("TenantTags").next().is_some();
    let own = tags::of_tenant(draft.documents, tenant);
    if narrow && !tags::fit(channel.texts("TenantTags"), own) {
        draft.complain(format!(
            "The tags of the tenant do not fit the channel '{}' of the release.",
            channel.text("Name")
        ));
    }
}

/// Whether a tenant may be deployed to in that project and environment.
pub(in super::super) fn connected(tenant: &Document, scope: &Scope) -> bool {
    let projects = tenant.fields.get("ProjectEnvironments");
    let environments = projects.and_then(|map| map.get(&scope.project));
    !tenant.is("IsDisabled") && texts(environments).any(|id| id == scope.environment)
}

/// Machines that are named exist, and serve that environment and tenant.
fn machines(draft: &mut Draft<'_>, scope: &Scope) {
    for key in ["SpecificMachineIds", "ExcludedMachineIds"] {
        let ids = draft.texts(key);
        draft.want_known(key, Kind::Machine, &ids);
        let strangers: Vec<Value> = ids
            .iter()
            .filter_map(|id| draft.known(Kind::Machine, id))
            .filter(|machine| {
                key == "SpecificMachineIds" && !serves(draft.documents, machine, scope)
            })
            .map(|machine| Value::from(machine.text("Name")))
            .collect();
        for name in strangers {
            draft.complain(format!(
                "The machine {name} is not in the environment of this deployment or does not serve its tenant."
            ));
        }
    }
}
