//! What a deployment would do, and where a release could go.

use serde_json::{Value, json};

use super::super::documents::Document;
use super::super::kind::Kind;
use super::super::plans::takes;
use super::super::refusal::Refusal;
use super::super::rules::phases;
use super::super::scope::{Scope, serves};
use super::super::{Server, links};

impl Server {
    /// The environments, and the tenants in them, that a release could be deployed to now.
    pub(super) fn deployment_template(&self, space: &str, id: &str) -> Result<Value, Refusal> {
        let release = self.find(Kind::Release, space, id)?;
        let project = self.find(Kind::Project, space, release.text("ProjectId"))?;
        let mode = project.text("TenantedDeploymentMode");
        let own = links::to(release);
        let goals = |tenant: Option<&Document>| -> Vec<Value> {
            let tenant_id = tenant.map(Document::id);
            let environments = self.documents.within(Kind::Environment, space);
            environments
                .filter(|environment| {
                    let id = environment.id();
                    let lifecycle = phases::lifecycle(&self.documents, release);
                    let connected = tenant.is_none_or(|tenant| {
                        let scope = Scope {
                            project: project.id(),
                            environment: id.clone(),
                            tenant: tenant_id.clone(),
                        };
                        super::super::rules::connected(tenant, &scope)
                    });
                    connected
                        && lifecycle.is_some_and(|lifecycle| phases::admits(lifecycle, &id))
                        && phases::keeping_back(&self.documents, release, tenant_id.as_deref(), &id)
                            .is_none()
                })
                .map(|environment| {
                    let id = environment.id();
                    let tenant = tenant_id.as_ref();
                    let tenant = tenant.map_or_else(String::new, |tenant| format!("/{tenant}"));
                    json!({
                        "Id": id,
                        "Name": environment.text("Name"),
                        "Links": { "Preview": format!("{own}/deployments/preview/{id}{tenant}") },
                    })
                })
                .collect()
        };
        let untenanted = match mode {
            "Tenanted" => Vec::new(),
            _ => goals(None),
        };
        let mut tenants = Vec::new();
        if mode != "Untenanted" {
            for tenant in self.documents.within(Kind::Tenant, space) {
                let promote = goals(Some(tenant));
                if !promote.is_empty() {
                    let (id, name) = (tenant.id(), tenant.text("Name"));
                    tenants.push(json!({ "Id": id, "Name": name, "PromoteTo": promote }));
                }
            }
        }
        Ok(json!({
            "PromoteTo": untenanted,
            "TenantPromotions": tenants,
            "IsDeploymentProcessModified": false,
            "IsVariableSetModified": false,
            "IsLibraryVariableSetModified": false,
            "DeploymentNotes": null,
            "Links": { "Self": format!("{own}/deployments/template") },
        }))
    }

    /// What a deployment of a release would do in one place.
    pub(super) fn preview(
        &self,
        space: &str,
        release: &str,
        environment: &str,
        tenant: &str,
    ) -> Result<Value, Refusal> {
        let release = self.find(Kind::Release, space, release)?;
        let project = self.find(Kind::Project, space, release.text("ProjectId"))?;
        let environment = self.find(Kind::Environment, space, environment)?;
        let tenant = match tenant {
            "" => None,
            tenant => Some(self.find(Kind::Tenant, space, tenant)?.id()),
        };
        let scope = Scope {
            project: project.id(),
            environment: environment.id(),
            tenant,
        };
        let machines: Vec<&Document> = self
            .documents
            .within(Kind::Machine, space)
            .filter(|machine| serves(&self.documents, machine, &scope))
            .collect();
        let named = |machine: &&Document| {
            json!({
                "Id": machine.id(),
                "Name": machine.text("Name"),
                "HealthStatus": machine.text("HealthStatus"),
                "HasLatestCalamari": machine.is("HasLatestCalamari"),
            })
        };
        let steps: Vec<Value> = self
            .actions_of(&project.id())
            .iter()
            .map(|action| {
                let own = machines.iter().filter(|machine| {
                    !action.on_server && (action.roles.is_empty() || takes(action, machine))
                });
                let (off, on): (Vec<_>, Vec<_>) = own.partition(|machine| machine.is("IsDisabled"));
                let nobody = on.is_empty() && !action.on_server;
                json!({
                    "ActionId": action.id,
                    "ActionName": action.name,
                    "ActionNumber": action.number,
                    "Roles": action.roles,
                    "Machines": on.into_iter().map(named).collect::<Vec<_>>(),
                    "UnavailableMachines": off.into_iter().map(named).collect::<Vec<_>>(),
                    "ExcludedMachines": [],
                    "IsDisabled": action.is_disabled,
                    "CanBeSkipped": true,
                    "HasNoApplicableMachines": nobody,
                })
            })
            .collect();
        let place = scope
            .tenant
            .map_or_else(String::new, |tenant| format!("/{tenant}"));
        Ok(json!({
            "StepsToExecute": steps,
            "Form": { "Values": {}, "Elements": [] },
            "UseGuidedFailureModeByDefault": self.guides(project, &scope.environment),
            "ReleaseNotes": release.fields.get("ReleaseNotes"),
            "Changes": [],
            "Links": {
                "Self": format!("{}/deployments/preview/{}{place}", links::to(release), scope.environment),
            },
        }))
    }

    /// Several previews at once.
    pub(super) fn previews(
        &self,
        space: &str,
        release: &str,
        body: &Value,
    ) -> Result<Value, Refusal> {
        let wanted = body.get("DeploymentPreviews").and_then(Value::as_array);
        let Some(wanted) = wanted else {
            return Err(Refusal::invalid(
                "DeploymentPreviews must be a list of objects with EnvironmentId and TenantId.",
            ));
        };
        let previews = wanted.iter().map(|goal| {
            let text = |key: &str| goal.get(key).and_then(Value::as_str).unwrap_or_default();
            self.preview(space, release, text("EnvironmentId"), text("TenantId"))
        });
        previews.collect()
    }

    /// What a new release of a project has to say: its packages and its next version.
    pub(super) fn release_template(&self, space: &str, process: &str) -> Result<Value, Refusal> {
        let process = self.process(space, process)?;
        let project = process["ProjectId"].as_str().unwrap_or_default();
        let project = self.find(Kind::Project, space, project)?;
        let id = project.id();
        let last = self
            .documents
            .within(Kind::Release, space)
            .rfind(|release| release.text("ProjectId") == id);
        let mut packages = Vec::new();
        for action in self.actions_of(&id) {
            for package in &action.packages {
                let (name, package, feed) = super::super::plans::reference(package);
                packages.push(json!({
                    "StepName": action.name,
                    "ActionName": action.name,
                    "PackageReferenceName": name,
                    "PackageId": package,
                    "FeedId": feed,
                    "FeedName": "Octopus Server (built-in)",
                    "VersionSelectedLastRelease": last.and_then(|last| chosen_before(last, &action.name, name)),
                    "IsResolvable": true,
                    "ProjectName": project.text("Name"),
                }));
            }
        }
        Ok(json!({
            "DeploymentProcessId": process["Id"],
            "LastReleaseVersion": last.map(|last| last.text("Version")),
            "NextVersionIncrement": self.next_version(project, &[]),
            "VersioningPackageStepName": null,
            "Packages": packages,
            "Links": { "Self": format!("/api/{space}/deploymentprocesses/{}/template", process["Id"].as_str().unwrap_or_default()) },
        }))
    }
}

fn chosen_before(release: &Document, action: &str, reference: &str) -> Option<Value> {
    let selected = release.fields.get("SelectedPackages")?.as_array()?;
    let own = selected.iter().find(|package| {
        package.get("ActionName") == Some(&json!(action))
            && package.get("PackageReferenceName") == Some(&json!(reference))
    })?;
    own.get("Version").cloned()
}
