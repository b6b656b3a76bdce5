//! What each action does to the simulated server.

mod deploy;
mod document;
mod variables;

use bennu_model::action::{DeploymentsAction, PolicyRules};
use bennu_model::outcome::Outcome;
use bennu_ports::{Call, Secrets};
use serde_json::{Value, json};

use super::super::crossing::outcome_unwritten;
use super::asking::Space;
use super::documents;
use document::{MACHINE_POLICY, PROJECT, TENANT, TRIGGER, create, delete, rewrite};

/// The call by which an action is known.
pub(super) fn call(action: &DeploymentsAction) -> Call {
    match action {
        DeploymentsAction::CreateTenant { .. } => Call::CreateTenant,
        DeploymentsAction::ConnectTenant { .. } => Call::UpdateTenant,
        DeploymentsAction::SetVariables { .. } | DeploymentsAction::ClearVariables { .. } => {
            Call::UpdateTenantVariables
        }
        DeploymentsAction::DeleteTenant { .. } => Call::DeleteTenant,
        DeploymentsAction::DeleteMachine { .. } => Call::DeleteMachine,
        DeploymentsAction::Deploy { .. } => Call::CreateDeployment,
        DeploymentsAction::CancelTask { .. } => Call::CancelTask,
        DeploymentsAction::EditOverrides { .. } => Call::UpdateProject,
        DeploymentsAction::CreateTrigger { .. } => Call::CreateTrigger,
        DeploymentsAction::UpdateTrigger { .. } => Call::UpdateTrigger,
        DeploymentsAction::DeleteTrigger { .. } => Call::DeleteTrigger,
        DeploymentsAction::CreateMachinePolicy { .. } => Call::CreateMachinePolicy,
        DeploymentsAction::UpdateMachinePolicy { .. } => Call::UpdateMachinePolicy,
        DeploymentsAction::DeleteMachinePolicy { .. } => Call::DeleteMachinePolicy,
    }
}

/// Carries out an action.
pub(super) async fn begin(
    here: &Space<'_>,
    action: &DeploymentsAction,
    secrets: &Secrets,
) -> Outcome {
    use DeploymentsAction as A;
    let call = call(action);
    match action {
        A::CreateTenant {
            name,
            description,
            connections,
        } => {
            let tenant = json!({
                "Name": name,
                "Description": description,
                "SpaceId": here.id,
                "ProjectEnvironments": connections,
                "TenantTags": [],
            });
            create(here, call, "tenants", &tenant).await
        }
        A::ConnectTenant {
            tenant,
            connections,
        } => {
            let edit = |document: &mut Value| {
                if documents::tenant(document).is_none_or(|now| now.connections != *connections) {
                    document["ProjectEnvironments"] = json!(connections);
                }
            };
            rewrite(here, &TENANT, tenant.as_str(), edit).await
        }
        A::SetVariables {
            tenant,
            environment,
            set,
            clear,
            secrets_in: _,
            token: _,
        } => variables::set(here, tenant, environment, set, clear, secrets).await,
        A::ClearVariables { tenant } => variables::clear(here, tenant).await,
        A::DeleteTenant { tenant } => delete(here, call, "tenants", tenant.as_str()).await,
        A::DeleteMachine { machine, name: _ } => {
            delete(here, call, "machines", machine.as_str()).await
        }
        A::Deploy {
            project: _,
            project_name: _,
            release,
            version: _,
            environment,
            tenant,
            machines,
            comments,
            token: _,
        } => {
            let deployment = json!({
                "ReleaseId": release,
                "EnvironmentId": environment,
                "TenantId": tenant,
                "SpecificMachineIds": machines,
                "ExcludedMachineIds": [],
                "SkipActions": [],
                "Comments": comments,
            });
            deploy::deploy(here, machines, &deployment).await
        }
        A::CancelTask { task } => deploy::cancel(here, task).await,
        A::EditOverrides {
            project,
            set,
            clear,
        } => {
            let edit = |document: &mut Value| documents::edit_overrides(document, set, clear);
            rewrite(here, &PROJECT, project.as_str(), edit).await
        }
        A::CreateTrigger {
            project,
            name,
            filter,
        } => {
            let trigger = documents::new_trigger(&here.id, project, name, filter);
            create(here, call, "projecttriggers", &trigger).await
        }
        A::UpdateTrigger { trigger, filter } => {
            let edit = |document: &mut Value| documents::edit_trigger(document, filter);
            rewrite(here, &TRIGGER, trigger.as_str(), edit).await
        }
        A::DeleteTrigger { trigger } => {
            delete(here, call, "projecttriggers", trigger.as_str()).await
        }
        A::CreateMachinePolicy { name, rules } => create_machine_policy(here, name, rules).await,
        A::UpdateMachinePolicy { policy, rules } => {
            let edit = |document: &mut Value| documents::edit_rules(document, rules);
            rewrite(here, &MACHINE_POLICY, policy.as_str(), edit).await
        }
        A::DeleteMachinePolicy { policy } => {
            delete(here, call, "machinepolicies", policy.as_str()).await
        }
    }
}

/// Begins from the server's own template.
async fn create_machine_policy(here: &Space<'_>, name: &str, rules: &PolicyRules) -> Outcome {
    let call = Call::MachinePolicyTemplate;
    let template = here
        .collection(call, "GET", "machinepolicies/template", None)
        .await;
    match template {
        Ok(mut policy) => {
            documents::edit_rules(&mut policy, rules);
            policy["Name"] = json!(name);
            create(here, Call::CreateMachinePolicy, "machinepolicies", &policy).await
        }
        Err(error) => outcome_unwritten(&error),
    }
}
