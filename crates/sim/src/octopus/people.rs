//! Who the server is and who talks to it: the root document, the one user, and the
//! certificate that Tentacles are told to trust.

use serde_json::{Value, json};

use super::links;
use crate::chance::Chance;

/// The version that the server says it is: the first with rate limits.
const VERSION: &str = "2026.3.1024";

/// The id of the one user.
pub(super) const USER: &str = "Users-1";

/// The id of the server's own certificate.
pub(super) const CERTIFICATE: &str = "certificate-global";

/// What tells this installation from another.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    pub(super) api_key: String,
    installation: String,
    thumbprint: String,
}

impl Identity {
    pub(super) fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed, "octopus identity");
        Self {
            api_key: format!("API-{}", chance.suffix(32)),
            installation: chance.uuid(),
            thumbprint: chance.hex(40).to_uppercase(),
        }
    }

    /// The document at `/api`, which needs no credentials.
    pub(super) fn root(&self, default_space: &str) -> Value {
        json!({
            "Application": "Octopus Deploy",
            "Version": VERSION,
            "ApiVersion": "3.0.0",
            "InstallationId": self.installation,
            "IsEarlyAccessProgram": false,
            "HasLongTermSupport": false,
            "Links": links::root(default_space),
        })
    }

    /// The server's certificate, without its secret part.
    pub(super) fn certificate(&self) -> Value {
        json!({
            "Id": CERTIFICATE,
            "Name": "Octopus Server",
            "Thumbprint": self.thumbprint,
            "Links": { "Self": format!("/api/configuration/certificates/{CERTIFICATE}") },
        })
    }
}

/// What the one user may do: everything that a space knows, in each space.
const SPACE_PERMISSIONS: [&str; 31] = [
    "DeploymentCreate",
    "DeploymentView",
    "EnvironmentView",
    "InterruptionView",
    "LibraryVariableSetView",
    "LifecycleView",
    "MachineCreate",
    "MachineDelete",
    "MachinePolicyCreate",
    "MachinePolicyDelete",
    "MachinePolicyEdit",
    "MachinePolicyView",
    "MachineView",
    "ProcessView",
    "ProjectEdit",
    "ProjectView",
    "ReleaseView",
    "TaskCancel",
    "TaskView",
    "TenantCreate",
    "TenantDelete",
    "TenantEdit",
    "TenantView",
    "TriggerCreate",
    "TriggerDelete",
    "TriggerEdit",
    "TriggerView",
    "VariableEdit",
    "VariableEditUnscoped",
    "VariableView",
    "VariableViewUnscoped",
];

/// The user's permissions, each in every space and for everything in it.
pub(super) fn permissions<S: Into<String>>(spaces: impl Iterator<Item = S>) -> Value {
    let grant = |space: S| {
        json!({
            "SpaceId": space.into(),
            "RestrictedToProjectIds": [],
            "RestrictedToEnvironmentIds": [],
            "RestrictedToTenantIds": [],
            "RestrictedToProjectGroupIds": [],
        })
    };
    let everywhere: Vec<Value> = spaces.map(grant).collect();
    let granted = SPACE_PERMISSIONS.map(|name| (name.to_owned(), json!(everywhere)));
    json!({
        "Id": format!("userpermissions-{USER}"),
        "SpacePermissions": Value::Object(granted.into_iter().collect()),
        "SystemPermissions": [],
        "IsPermissionsComplete": true,
    })
}

/// The named features by which clients choose between old and new calls.
///
/// Each is the name of a request or command that the server handles.
pub(super) fn capabilities() -> Value {
    json!({ "Capabilities": CAPABILITIES })
}

const CAPABILITIES: [&str; 4] = [
    "GetAllSpacesRequest",
    "CreateReleaseCommandV1",
    "CreateDeploymentTenantedCommandV1",
    "CreateDeploymentUntenantedCommandV1",
];

/// How the one node does: well, for a simulated node has nothing to ail.
pub(super) fn health() -> Value {
    json!({
        "Id": null,
        "IsOperatingNormally": true,
        "Description": "The node is operating normally.",
        "IsEntireClusterReadOnly": false,
        "IsEntireClusterDrainingTasks": false,
        "IsCompliantWithLicense": true,
        "Links": { "Self": "/api/serverstatus/health" },
    })
}

/// The service account that the key belongs to.
pub(super) fn user() -> Value {
    json!({
        "Id": USER,
        "Username": "automation",
        "DisplayName": "Automation",
        "IsActive": true,
        "IsService": true,
        "Links": {
            "Self": format!("/api/users/{USER}"),
            "Spaces": format!("/api/users/{USER}/spaces"),
        },
    })
}
