//! What each call needs, and whether a user has it.

use std::collections::BTreeMap;

use bennu_ports::Call;
use serde::Deserialize;

/// Whoever has it may do everything.
const EVERYTHING: &str = "AdministerSystem";

/// What a user may do (`UserPermissionSet` in Octopus's own client).
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Permissions {
    space_permissions: BTreeMap<String, Vec<Grant>>,
    system_permissions: Vec<String>,
}

/// One permission in one space; for everything in it, or only for what is listed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Grant {
    space_id: Option<String>,
    restricted_to_project_ids: Vec<String>,
    restricted_to_environment_ids: Vec<String>,
    restricted_to_tenant_ids: Vec<String>,
    restricted_to_project_group_ids: Vec<String>,
}

/// Whether a call may be made in a space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Right {
    /// For everything in the space.
    Granted,
    /// These permissions are bound to some projects, environments or tenants; tenants that are
    /// still to come are not among them.
    Restricted(Vec<&'static str>),
    /// These permissions are missing.
    Missing(Vec<&'static str>),
}

impl Permissions {
    /// Whether `call` may be made in a space; `None` for a call that is not to Octopus.
    pub fn right(&self, call: Call, space_id: &str) -> Option<Right> {
        let needs = needs(call)?;
        if self.system_permissions.iter().any(|one| one == EVERYTHING) {
            return Some(Right::Granted);
        }
        let lacks = |held: fn(&Grant) -> bool| {
            let has = |permission: &str| {
                let mut grants = self.space_permissions.get(permission).into_iter().flatten();
                grants.any(|grant| grant.is_in(space_id) && held(grant))
            };
            let lacking = needs.iter().copied().filter(|permission| !has(permission));
            lacking.collect::<Vec<_>>()
        };
        let missing = lacks(|_| true);
        if !missing.is_empty() {
            return Some(Right::Missing(missing));
        }
        let restricted = lacks(Grant::is_whole);
        Some(if restricted.is_empty() {
            Right::Granted
        } else {
            Right::Restricted(restricted)
        })
    }
}

impl Grant {
    fn is_in(&self, space_id: &str) -> bool {
        self.space_id.as_deref().is_none_or(|id| id == space_id)
    }

    fn is_whole(&self) -> bool {
        self.restricted_to_project_ids.is_empty()
            && self.restricted_to_environment_ids.is_empty()
            && self.restricted_to_tenant_ids.is_empty()
            && self.restricted_to_project_group_ids.is_empty()
    }
}

/// The permissions that a call needs in its space, none where the server asks for none; `None`
/// for a call that is not to Octopus.
pub fn needs(call: Call) -> Option<&'static [&'static str]> {
    Some(match call {
        Call::ListSpaces => &[],
        Call::ListTenants | Call::GetTenant => &["TenantView"],
        Call::CreateTenant => &["TenantCreate", "EnvironmentView", "ProjectView"],
        Call::UpdateTenant => &["TenantEdit", "EnvironmentView", "ProjectView"],
        Call::DeleteTenant => &["TenantDelete"],
        Call::TenantVariables => &[
            "TenantView",
            "VariableView",
            "VariableViewUnscoped",
            "LibraryVariableSetView",
        ],
        Call::UpdateTenantVariables => &[
            "TenantEdit",
            "VariableEdit",
            "VariableEditUnscoped",
            "LibraryVariableSetView",
        ],
        Call::ListMachines => &["MachineView"],
        Call::DeleteMachine => &["MachineDelete"],
        Call::ListProjects | Call::GetProject => &["ProjectView"],
        Call::ListEnvironments => &["EnvironmentView"],
        Call::ListReleases | Call::GetReleaseByVersion | Call::ReleasesById => {
            &["ReleaseView", "ProjectView"]
        }
        Call::ListDeployments => &["DeploymentView"],
        Call::CreateDeployment => &[
            "DeploymentCreate",
            "EnvironmentView",
            "LifecycleView",
            "MachineView",
            "ProcessView",
            "ProjectView",
            "ReleaseView",
            "TenantView",
        ],
        Call::ListTasks | Call::GetTaskDetails => &["TaskView", "InterruptionView"],
        Call::CancelTask => &["TaskCancel"],
        Call::UpdateProject => &["ProjectEdit"],
        Call::ListTriggers | Call::GetTrigger => &["TriggerView"],
        Call::CreateTrigger => &["TriggerCreate"],
        Call::UpdateTrigger => &["TriggerEdit"],
        Call::DeleteTrigger => &["TriggerDelete"],
        Call::ListMachinePolicies | Call::MachinePolicyTemplate | Call::GetMachinePolicy => {
            &["MachinePolicyView"]
        }
        Call::CreateMachinePolicy => &["MachinePolicyCreate"],
        Call::UpdateMachinePolicy => &["MachinePolicyEdit"],
        Call::DeleteMachinePolicy => &["MachinePolicyDelete"],
        Call::GetCallerIdentity
        | Call::DescribeStacks
        | Call::DescribeStackEvents
        | Call::DescribeChangeSet
        | Call::CreateStack
        | Call::CreateChangeSet
        | Call::ExecuteChangeSet
        | Call::DeleteChangeSet
        | Call::CancelUpdateStack
        | Call::ContinueUpdateRollback
        | Call::RollbackStack
        | Call::DeleteStack
        | Call::DescribeAutoScalingGroups
        | Call::DescribeInstances
        | Call::ConsoleOutput
        | Call::GetSecretValue
        | Call::ListObjects
        | Call::PutObject
        | Call::DeleteObjects => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_counts_where_it_is_given_and_for_what() {
        let permissions: Permissions = serde_json::from_str(
            r#"{"Id": "userpermissions-Users-7", "SystemPermissions": ["SpaceView"],
                "SpacePermissions": {
                    "TenantView": [{"SpaceId": "Spaces-1", "RestrictedToTenantIds": []}],
                    "TenantDelete": [{"SpaceId": "Spaces-2"}],
                    "TaskCancel": [{"SpaceId": "Spaces-1", "RestrictedToProjectIds": ["Projects-1"]}]}}"#,
        )
        .unwrap();
        let right = |call| permissions.right(call, "Spaces-1");
        assert_eq!(right(Call::ListTenants), Some(Right::Granted));
        assert_eq!(right(Call::ListSpaces), Some(Right::Granted));
        assert_eq!(
            right(Call::DeleteTenant),
            Some(Right::Missing(vec!["TenantDelete"]))
        );
        assert_eq!(
            right(Call::CancelTask),
            Some(Right::Restricted(vec!["TaskCancel"]))
        );
        assert_eq!(right(Call::CreateStack), None);
        let everything: Permissions =
            serde_json::from_str(r#"{"SystemPermissions": ["AdministerSystem"]}"#).unwrap();
        assert_eq!(
            everything.right(Call::DeleteTenant, "Spaces-1"),
            Some(Right::Granted)
        );
    }
}
