//! Deployments from their creation on: what comes with one, and what is known of a scope.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Server;
use super::documents::Document;
use super::events::{Actor, Happened};
use super::kind::Kind;
use super::scope::Scope;
use super::tasks::{Job, Waiting};
use super::triggers::is_of;

impl Server {
    /// A new deployment uses up the override of its scope, and queues its task.
    pub(super) fn deployment_created(&mut self, id: &str, now: DateTime<Utc>) {
        let Some(deployment) = self.documents.by_id(Kind::Deployment, id).cloned() else {
            return;
        };
        let scope = Scope::of(&deployment);
        self.use_up_override(&scope);
        let own = [
            ("Description", json!(self.description(&deployment))),
            ("Arguments", json!({ "DeploymentId": id })),
            ("ProjectId", json!(scope.project)),
        ];
        let read = |key: &str| {
            let moment = DateTime::parse_from_rfc3339(deployment.text(key)).ok();
            moment.map(|moment| moment.to_utc())
        };
        self.history.add(scope.clone(), deployment.number);
        let waiting = Waiting {
            job: Job::Deploy {
                deployment: deployment.number,
                scope,
            },
            not_before: read("QueueTime"),
            expiry: read("QueueTimeExpiry"),
        };
        let space = deployment.text("SpaceId");
        let task = self.queue_task(space, "Deploy", &own, waiting, now);
        if let Some(deployment) = self
            .documents
            .numbered_mut(Kind::Deployment, deployment.number)
        {
            let task = Kind::Task.id(task);
            deployment.fields.insert("TaskId".to_owned(), json!(task));
        }
        self.deployment_happened(
            Happened::DeploymentQueued,
            deployment.number,
            "was queued",
            now,
        );
    }

    /// An event of a deployment, by its number.
    pub(super) fn deployment_happened(
        &mut self,
        what: Happened,
        deployment: u64,
        verb: &str,
        now: DateTime<Utc>,
    ) {
        let found = self.documents.by_number(Kind::Deployment, deployment);
        if let Some(deployment) = found.cloned() {
            let actor = match deployment.text("DeployedById") {
                "users-system" => Actor::System,
                _ => Actor::User,
            };
            self.happened(what, &deployment, verb, actor, now);
        }
    }

    fn description(&self, deployment: &Document) -> String {
        let name = |kind: Kind, key: &str| {
            let found = self.documents.by_id(kind, deployment.text(key));
            found.map_or("", |found| found.text(kind.name_key()))
        };
        let tenant = match name(Kind::Tenant, "TenantId") {
            "" => String::new(),
            tenant => format!(" for {tenant}"),
        };
        format!(
            "Deploy {} release {} to {}{tenant}",
            name(Kind::Project, "ProjectId"),
            name(Kind::Release, "ReleaseId"),
            name(Kind::Environment, "EnvironmentId"),
        )
    }

    fn use_up_override(&mut self, scope: &Scope) {
        let Some(number) = Kind::Project.number(&scope.project) else {
            return;
        };
        if let Some(project) = self.documents.numbered_mut(Kind::Project, number)
            && let Some(overrides) = project.fields.get_mut("AutoDeployReleaseOverrides")
            && let Some(overrides) = overrides.as_array_mut()
        {
            overrides.retain(|entry| !is_of(entry, scope));
        }
    }

    /// The task of a deployment.
    pub(super) fn task_of(&self, deployment: &Document) -> Option<&Document> {
        self.documents.by_id(Kind::Task, deployment.text("TaskId"))
    }

    /// Whether a deployment of that scope is queued or executing.
    pub(super) fn is_open(&self, scope: &Scope) -> bool {
        let mut deployments = self.of_scope(scope);
        deployments.any(|deployment| {
            let task = self.task_of(deployment);
            task.is_some_and(|task| !task.is("IsCompleted"))
        })
    }

    /// The release of the last deployment of that scope that succeeded.
    pub(super) fn last_success(&self, scope: &Scope) -> Option<String> {
        let succeeded = |deployment: &&Document| {
            let task = self.task_of(deployment);
            task.is_some_and(|task| task.is("FinishedSuccessfully"))
        };
        let last = self.of_scope(scope).find(succeeded)?;
        Some(last.text("ReleaseId").to_owned())
    }

    pub(super) fn of_scope(&self, scope: &Scope) -> impl Iterator<Item = &Document> {
        let numbers = self.history.newest(scope);
        numbers.filter_map(|number| self.documents.by_number(Kind::Deployment, number))
    }

    /// Whether the task of a deployment is in one of those states; any if none is named.
    pub(super) fn is_in_state(&self, deployment: &Document, states: Option<&[&str]>) -> bool {
        let state = self
            .task_of(deployment)
            .map_or("", |task| task.text("State"));
        states.is_none_or(|states| states.iter().any(|named| named.eq_ignore_ascii_case(state)))
    }

    /// A deployment with what its release and task say, for those who check.
    pub(super) fn told(&self, deployment: &Document) -> Value {
        let mut fields = deployment.fields.clone();
        let release = self
            .documents
            .by_id(Kind::Release, deployment.text("ReleaseId"));
        let version = release.map(|release| release.text("Version"));
        let state = self.task_of(deployment).map(|task| task.text("State"));
        fields.insert("ReleaseVersion".to_owned(), json!(version));
        fields.insert("TaskState".to_owned(), json!(state));
        Value::Object(fields)
    }
}
