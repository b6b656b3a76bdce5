//! Where releases are: by phases of their lifecycle, and on dashboards.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::documents::Document;
use super::super::kind::Kind;
use super::super::refusal::Refusal;
use super::super::request::Query;
use super::super::rules::phases::{self, Whom};
use super::super::scope::Scope;
use super::super::{Server, links};

/// Releases that a project's progression shows unless told otherwise.
const SHOWN: usize = 30;

impl Server {
    /// How far a release has come, phase by phase, to anyone.
    pub(super) fn release_progression(&self, space: &str, id: &str) -> Result<Value, Refusal> {
        let release = self.find(Kind::Release, space, id)?;
        let mut open = true;
        let mut next: Vec<String> = Vec::new();
        let mut told = Vec::new();
        for phase in phases::of(&self.documents, release, Whom::Anyone) {
            let complete = phase.is_complete();
            let progress = match (complete, open) {
                (true, _) => "Complete",
                (false, true) => "Current",
                (false, false) => "Pending",
            };
            if open {
                let missing = phase
                    .environments()
                    .filter(|id| !phase.reached.contains(*id));
                next.extend(missing.map(str::to_owned));
            }
            let deployments: Vec<Value> = self
                .documents
                .within(Kind::Deployment, space)
                .filter(|deployment| {
                    deployment.text("ReleaseId") == release.id()
                        && phase
                            .environments()
                            .any(|id| id == deployment.text("EnvironmentId"))
                })
                .map(|deployment| {
                    json!({
                        "Deployment": links::present(deployment),
                        "Task": self.task_of(deployment).map(links::present),
                    })
                })
                .collect();
            let of = |key: &str| phase.phase.get(key).cloned().unwrap_or_default();
            told.push(json!({
                "Id": of("Id"),
                "Name": phase.name,
                "Blocked": false,
                "Progress": progress,
                "Deployments": deployments,
                "AutomaticDeploymentTargets": phase.automatic,
                "OptionalDeploymentTargets": phase.optional,
                "MinimumEnvironmentsBeforePromotion": of("MinimumEnvironmentsBeforePromotion"),
                "IsOptionalPhase": phase.may_be_skipped,
                "IsPriorityPhase": of("IsPriorityPhase"),
            }));
            open = open && (complete || phase.may_be_skipped);
        }
        Ok(json!({
            "Phases": told,
            "NextDeployments": next,
            "NextDeploymentsMinimumRequired": usize::from(!next.is_empty()),
            "Links": { "Self": format!("{}/progression", links::to(release)) },
        }))
    }

    /// The newest releases of a project, and what of them is where.
    pub(super) fn project_progression(
        &self,
        space: &str,
        id: &str,
        query: &Query,
    ) -> Result<Value, Refusal> {
        let project = self.find(Kind::Project, space, id)?;
        let id = project.id();
        let shown = query
            .value("releaseHistoryCount")
            .and_then(|count| count.parse().ok())
            .unwrap_or(SHOWN);
        let in_project = |document: &&Document| document.text("ProjectId") == id;
        let releases = self.documents.within(Kind::Release, space).rev();
        let releases: Vec<&Document> = releases.filter(in_project).take(shown).collect();
        let reference = |environment: &Document| json!({ "Id": environment.id(), "Name": environment.text("Name") });
        let mut by_channel = Map::new();
        for channel in self
            .documents
            .within(Kind::Channel, space)
            .filter(in_project)
        {
            let own = channel.text("LifecycleId");
            let lifecycle = if own.is_empty() {
                project.text("LifecycleId")
            } else {
                own
            };
            let lifecycle = self.documents.by_id(Kind::Lifecycle, lifecycle);
            let environments = self.documents.within(Kind::Environment, space);
            let reached: Vec<Value> = environments
                .filter(|environment| {
                    lifecycle.is_some_and(|lifecycle| phases::admits(lifecycle, &environment.id()))
                })
                .map(reference)
                .collect();
            by_channel.insert(channel.id(), Value::Array(reached));
        }
        let current = self.current(space);
        let told = releases.into_iter().map(|release| {
            let mut deployments = Map::new();
            let own = self.documents.within(Kind::Deployment, space);
            for deployment in own.filter(|one| one.text("ReleaseId") == release.id()) {
                let list = deployments
                    .entry(deployment.text("EnvironmentId").to_owned())
                    .or_insert(json!([]));
                if let Some(list) = list.as_array_mut() {
                    let is_current = current.contains(&deployment.number);
                    list.push(self.dashboard_item(deployment, is_current));
                }
            }
            let progression = self.release_progression(space, &release.id());
            let next = progression
                .ok()
                .and_then(|told| told.get("NextDeployments").cloned());
            let channel = self
                .documents
                .by_id(Kind::Channel, release.text("ChannelId"));
            json!({
                "Release": links::present(release),
                "Channel": channel.map(links::present),
                "Deployments": deployments,
                "NextDeployments": next,
                "HasUnresolvedDefect": false,
                "ReleaseRetentionPeriod": null,
                "TentacleRetentionPeriod": null,
            })
        });
        let told: Vec<Value> = told.collect();
        let environments = self.documents.within(Kind::Environment, space);
        Ok(json!({
            "Environments": environments.map(reference).collect::<Vec<_>>(),
            "ChannelEnvironments": by_channel,
            "Releases": told,
            "Links": { "Self": format!("/api/{space}/progression/{id}") },
        }))
    }

    /// What is where, of all projects or of those that the query names.
    pub(super) fn dashboard(&self, space: &str, query: &Query) -> Result<Value, Refusal> {
        let projects = query.list("projectId").or_else(|| query.list("projects"));
        let environments = query.list("environments");
        let tenants = query.list("selectedTenants");
        let tags = query.list("selectedTags");
        let release = query.value("releaseId");
        let named = |list: &Option<Vec<&str>>, id: &str| {
            let list = list.as_ref();
            list.is_none_or(|list| list.iter().any(|one| one.eq_ignore_ascii_case(id)))
        };
        let tagged = |id: &str| {
            let tenant = self.documents.by_id(Kind::Tenant, id);
            tags.as_ref().is_none_or(|tags| {
                tenant.is_some_and(|tenant| {
                    super::super::rules::tags::fit(tags.iter().copied(), tenant.texts("TenantTags"))
                })
            })
        };
        let shown = |deployment: &&Document| {
            named(&projects, deployment.text("ProjectId"))
                && named(&environments, deployment.text("EnvironmentId"))
                && named(&tenants, deployment.text("TenantId"))
                && tagged(deployment.text("TenantId"))
                && release.is_none_or(|id| deployment.text("ReleaseId").eq_ignore_ascii_case(id))
        };
        let current = self.current(space);
        let all = self.documents.within(Kind::Deployment, space).rev();
        let items: Vec<&Document> = all
            .filter(|deployment| current.contains(&deployment.number))
            .filter(shown)
            .collect();
        let succeeded = |deployment: &Document| {
            let task = self.task_of(deployment);
            task.is_some_and(|task| task.is("FinishedSuccessfully"))
        };
        let previous: Vec<Value> = items
            .iter()
            .filter(|deployment| !succeeded(deployment))
            .filter_map(|deployment| {
                let scope = Scope::of(deployment);
                self.of_scope(&scope).find(|other| succeeded(other))
            })
            .map(|deployment| self.dashboard_item(deployment, false))
            .collect();
        let list = |kind: Kind| -> Vec<Value> {
            self.documents
                .within(kind, space)
                .map(links::present)
                .collect()
        };
        let listed_projects = self.documents.within(Kind::Project, space);
        let listed_projects: Vec<Value> = listed_projects
            .filter(|project| named(&projects, &project.id()))
            .map(links::present)
            .collect();
        Ok(json!({
            "Projects": listed_projects,
            "ProjectGroups": list(Kind::ProjectGroup),
            "Environments": list(Kind::Environment),
            "Tenants": list(Kind::Tenant),
            "Items": items.iter().map(|item| self.dashboard_item(item, true)).collect::<Vec<_>>(),
            "PreviousItems": previous,
            "ProjectLimit": null,
            "IsFiltered": projects.is_some(),
            "Links": { "Self": format!("/api/{space}/dashboard") },
        }))
    }

    /// The newest deployment of each scope.
    fn current(&self, space: &str) -> BTreeSet<u64> {
        let mut scopes = BTreeSet::new();
        let all = self.documents.within(Kind::Deployment, space).rev();
        all.filter(|deployment| scopes.insert(Scope::of(deployment)))
            .map(|deployment| deployment.number)
            .collect()
    }

    fn dashboard_item(&self, deployment: &Document, is_current: bool) -> Value {
        let task = self.task_of(deployment);
        let of_task = |key: &str| {
            let value = task.and_then(|task| task.fields.get(key));
            value.cloned().unwrap_or_default()
        };
        let release = self
            .documents
            .by_id(Kind::Release, deployment.text("ReleaseId"));
        let mut item = Map::new();
        for key in [
            "ProjectId",
            "EnvironmentId",
            "TenantId",
            "ChannelId",
            "ReleaseId",
            "TaskId",
            "Created",
        ] {
            let value = deployment.fields.get(key).cloned();
            item.insert(key.to_owned(), value.unwrap_or_default());
        }
        for key in [
            "QueueTime",
            "StartTime",
            "CompletedTime",
            "State",
            "Duration",
            "ErrorMessage",
            "HasPendingInterruptions",
            "HasWarningsOrErrors",
            "IsCompleted",
        ] {
            item.insert(key.to_owned(), of_task(key));
        }
        for (key, value) in [
            ("Id", json!(deployment.id())),
            ("DeploymentId", json!(deployment.id())),
            (
                "ReleaseVersion",
                json!(release.map(|release| release.text("Version"))),
            ),
            ("IsCurrent", json!(is_current)),
            ("IsPrevious", json!(!is_current)),
            ("Links", json!({ "Self": links::to(deployment) })),
        ] {
            item.insert(key.to_owned(), value);
        }
        Value::Object(item)
    }

    /// The environments of each phase of a lifecycle, an empty lifecycle's made out.
    pub(super) fn lifecycle_preview(&self, space: &str, id: &str) -> Result<Value, Refusal> {
        let lifecycle = self.find(Kind::Lifecycle, space, id)?;
        let mut told = links::present(lifecycle);
        let no_phases = lifecycle
            .fields
            .get("Phases")
            .and_then(Value::as_array)
            .is_none_or(Vec::is_empty);
        if no_phases {
            let environments = self.documents.within(Kind::Environment, space);
            let phases: Vec<Value> = environments
                .map(|environment| {
                    json!({
                        "Name": environment.text("Name"),
                        "AutomaticDeploymentTargets": [],
                        "OptionalDeploymentTargets": [environment.id()],
                        "MinimumEnvironmentsBeforePromotion": 0,
                        "IsOptionalPhase": false,
                        "IsPriorityPhase": false,
                    })
                })
                .collect();
            told["Phases"] = Value::Array(phases);
        }
        Ok(told)
    }
}
