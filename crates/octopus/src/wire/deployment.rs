//! A deployment, which is one document, its task another, its release a third.

use std::collections::BTreeSet;

use bennu_model::deployment::{Deployment, Task};
use bennu_model::ids::{
    DeploymentId, IllegalId, MachineId, OctopusEnvironmentId, ProjectId, ReleaseId, TenantId,
};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

/// What is read of a deployment.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DeploymentItem {
    id: String,
    project_id: String,
    environment_id: String,
    #[serde(default)]
    pub(crate) tenant_id: Option<String>,
    pub(crate) release_id: String,
    pub(crate) task_id: String,
    #[serde(default)]
    specific_machine_ids: Option<Vec<String>>,
    #[serde(default)]
    deployed_to_machine_ids: Option<Vec<String>>,
    #[serde(default)]
    comments: Option<String>,
    created: DateTime<Utc>,
}

/// What a deployment of ours is made of.
pub(crate) struct NewDeployment<'a> {
    pub(crate) release: &'a ReleaseId,
    pub(crate) environment: &'a OctopusEnvironmentId,
    pub(crate) tenant: &'a TenantId,
    pub(crate) machines: &'a BTreeSet<MachineId>,
    pub(crate) comments: &'a str,
}

impl DeploymentItem {
    /// The deployment with what its other documents tell.
    pub(crate) fn joined(self, version: String, task: Task) -> Result<Deployment, IllegalId> {
        Ok(Deployment {
            id: DeploymentId::new(self.id)?,
            project: ProjectId::new(self.project_id)?,
            environment: OctopusEnvironmentId::new(self.environment_id)?,
            release: ReleaseId::new(self.release_id)?,
            version,
            machines: machines(self.specific_machine_ids)?,
            deployed_to: machines(self.deployed_to_machine_ids)?,
            comments: self.comments.unwrap_or_default(),
            created_at: self.created,
            task,
        })
    }
}

impl NewDeployment<'_> {
    pub(crate) fn body(&self) -> Value {
        json!({
            "ReleaseId": self.release,
            "EnvironmentId": self.environment,
            "TenantId": self.tenant,
            "SpecificMachineIds": self.machines,
            "ExcludedMachineIds": [],
            "SkipActions": [],
            "Comments": self.comments,
        })
    }
}

fn machines(ids: Option<Vec<String>>) -> Result<BTreeSet<MachineId>, IllegalId> {
    let ids = ids.unwrap_or_default().into_iter();
    ids.map(MachineId::new).collect()
}
