//! Deployments as scripts ask for them: several at once, by names.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::Server;
use super::super::command::{Command, named};
use super::super::documents::Document;
use super::super::kind::Kind;
use super::super::refusal::Refusal;
use super::super::request::Reply;
use super::super::rules::tags;

/// Where one of the deployments goes.
struct Goal {
    environment: String,
    tenant: Option<String>,
}

impl Server {
    /// Deploys a release to one environment for each tenant that is named, or whose tags
    /// are.
    pub(super) fn deploy_tenanted(
        &mut self,
        space: &str,
        body: Value,
        now: DateTime<Utc>,
    ) -> Result<Reply, Refusal> {
        let command = Command::read(body)?;
        let environment = command.needed("environmentName")?;
        let environment = named(&self.documents, Kind::Environment, space, environment)?.id();
        let mut tenants = Vec::new();
        for name in command.texts("tenants") {
            tenants.push(named(&self.documents, Kind::Tenant, space, name)?.id());
        }
        let wanted = command.texts("tenantTags");
        for tag in &wanted {
            tags::known(&self.documents, space, "Tenant", tag)
                .map_err(|line| Refusal::invalid(format!("tenantTags: {line}")))?;
        }
        let project = command.needed("projectName")?;
        let project = named(&self.documents, Kind::Project, space, project)?.id();
        for tenant in self.documents.within(Kind::Tenant, space) {
            let connected = tenant
                .fields
                .get("ProjectEnvironments")
                .and_then(|map| map.get(&project))
                .and_then(Value::as_array)
                .is_some_and(|ids| ids.contains(&json!(environment)));
            if connected && tags::fit(wanted.iter().copied(), tenant.texts("TenantTags")) {
                tenants.push(tenant.id());
            }
        }
        let mut seen = std::collections::BTreeSet::new();
        tenants.retain(|tenant| seen.insert(tenant.clone()));
        if tenants.is_empty() {
            return Err(Refusal::invalid(
                "Please provide tenants, or tenantTags that fit a tenant that is connected to the project in \
                 that environment.",
            ));
        }
        let goals = tenants.into_iter().map(|tenant| Goal {
            environment: environment.clone(),
            tenant: Some(tenant),
        });
        self.deploy(space, &command, goals.collect(), now)
    }

    /// Deploys a release to each environment that is named, for no tenant.
    pub(super) fn deploy_untenanted(
        &mut self,
        space: &str,
        body: Value,
        now: DateTime<Utc>,
    ) -> Result<Reply, Refusal> {
        let command = Command::read(body)?;
        let mut goals = Vec::new();
        for name in command.texts("environmentNames") {
            let environment = named(&self.documents, Kind::Environment, space, name)?;
            goals.push(Goal {
                environment: environment.id(),
                tenant: None,
            });
        }
        if goals.is_empty() {
            return Err(Refusal::invalid("Please provide the environmentNames."));
        }
        self.deploy(space, &command, goals, now)
    }

    /// All of the deployments come to be, or none.
    fn deploy(
        &mut self,
        space: &str,
        command: &Command,
        goals: Vec<Goal>,
        now: DateTime<Utc>,
    ) -> Result<Reply, Refusal> {
        self.expect_space(space, command)?;
        let project = command.needed("projectName")?;
        let project = named(&self.documents, Kind::Project, space, project)?.clone();
        let version = command.needed("releaseVersion")?;
        let release = self.release_of(&project, version).ok_or_else(|| {
            let name = project.text("Name");
            Refusal::invalid(format!(
                "The project '{name}' has no release with the version '{version}'."
            ))
        })?;
        let release = release.id();
        if let Some(freeze) = command.texts("deploymentFreezeNames").first() {
            return Err(Refusal::invalid(format!(
                "There is no deployment freeze '{freeze}'."
            )));
        }
        let mut bodies = Vec::new();
        for goal in goals {
            bodies.push(self.wish(space, command, &project, &release, &goal)?);
        }
        let mut lines = Vec::new();
        for body in &bodies {
            if let Err(Refusal::Invalid(own)) = self.check(Kind::Deployment, space, body, now) {
                lines.extend(own);
            }
        }
        if !lines.is_empty() {
            return Err(Refusal::Invalid(lines));
        }
        if command.flag("updateVariableSnapshot") == Some(true) {
            self.snapshot_variables(space, &release)?;
        }
        let mut tasks = Vec::new();
        for body in bodies {
            let id = self.store(Kind::Deployment, space, body, now)?;
            let task = self.find(Kind::Deployment, space, &id)?.text("TaskId");
            tasks.push(json!({ "DeploymentId": id, "ServerTaskId": task }));
        }
        Ok(Reply::json(201, json!({ "DeploymentServerTasks": tasks })))
    }

    /// The document of one of the deployments.
    fn wish(
        &self,
        space: &str,
        command: &Command,
        project: &Document,
        release: &str,
        goal: &Goal,
    ) -> Result<Value, Refusal> {
        let machines = |key: &str| -> Result<Vec<String>, Refusal> {
            let names = command.texts(key).into_iter();
            let found = names.map(|name| named(&self.documents, Kind::Machine, space, name));
            found.map(|machine| machine.map(Document::id)).collect()
        };
        let actions = self.actions_of(&project.id());
        let mut skipped = Vec::new();
        for name in command.texts("skipStepNames") {
            let action = actions
                .iter()
                .find(|action| action.name.eq_ignore_ascii_case(name));
            let action = action.ok_or_else(|| {
                Refusal::invalid(format!("The deployment process has no step '{name}'."))
            })?;
            skipped.push(action.id.clone());
        }
        let flag = |key: &str| command.flag(key).unwrap_or(false);
        let guided = command
            .flag("useGuidedFailure")
            .unwrap_or_else(|| self.guides(project, &goal.environment));
        Ok(json!({
            "ReleaseId": release,
            "EnvironmentId": goal.environment,
            "TenantId": goal.tenant,
            "ForcePackageDownload": flag("forcePackageDownload"),
            "ForcePackageRedeployment": flag("forcePackageRedeployment"),
            "SpecificMachineIds": machines("specificMachineNames")?,
            "ExcludedMachineIds": machines("excludedMachineNames")?,
            "SkipActions": skipped,
            "UseGuidedFailure": guided,
            "Priority": command.value("priority"),
            "QueueTime": command.value("runAt"),
            "QueueTimeExpiry": command.value("noRunAfter"),
            "FormValues": command.value("variables"),
        }))
    }

    /// Whether a failure in that environment asks a person what to do, unless a deployment
    /// says otherwise.
    pub(super) fn guides(&self, project: &Document, environment: &str) -> bool {
        match project.text("DefaultGuidedFailureMode") {
            "On" => true,
            "Off" => false,
            _ => self
                .documents
                .by_id(Kind::Environment, environment)
                .is_some_and(|environment| environment.is("UseGuidedFailure")),
        }
    }
}
