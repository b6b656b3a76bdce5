//! Tenants and what they may be connected to.

use serde_json::Value;

use super::super::documents::texts;
use super::{Draft, Kind, places};

/// A tenant can be connected to projects that allow tenants, in environments that one
/// of the project's lifecycles admits.
pub(super) fn tenant(draft: &mut Draft<'_>) {
    draft.want_tags("TenantTags", "Tenant");
    let connections = draft
        .fields
        .get("ProjectEnvironments")
        .and_then(Value::as_object)
        .cloned();
    for (project, environments) in connections.unwrap_or_default() {
        let environments: Vec<String> = texts(Some(&environments)).map(str::to_owned).collect();
        connection(draft, &project, &environments);
    }
}

fn connection(draft: &mut Draft<'_>, project: &str, environments: &[String]) {
    draft.want_known("ProjectEnvironments", Kind::Project, &[project.to_owned()]);
    draft.want_known("ProjectEnvironments", Kind::Environment, environments);
    let Some(found) = draft.known(Kind::Project, project) else {
        return;
    };
    let name = found.text("Name");
    if found.text("TenantedDeploymentMode") == "Untenanted" {
        draft.complain(format!(
            "Tenants cannot be connected to the project '{name}' because it does not allow tenanted deployments."
        ));
    }
    let lifecycles = places::lifecycles(draft.documents, found);
    for environment in environments {
        let admitted = lifecycles
            .iter()
            .any(|lifecycle| places::admits(lifecycle, environment));
        if let Some(found) = draft.known(Kind::Environment, environment)
            && !admitted
        {
            draft.complain(format!(
                "Tenants cannot be connected to the project '{name}' in the environment '{}' because no \
                 lifecycle of the project includes that environment.",
                found.text("Name")
            ));
        }
    }
}
