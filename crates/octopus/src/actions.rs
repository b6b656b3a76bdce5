//! What each action sends, and how its answer becomes an outcome.

mod deploy;
mod document;
mod variables;

use bennu_model::action::{DeploymentsAction, PolicyRules};
use bennu_model::ids::EnvironmentName;
use bennu_model::outcome::Outcome;
use bennu_ports::{Call, Secrets};
use serde_json::{Value, json};

use crate::failure::outcome_unwritten;
use crate::server::Request;
use crate::space::{InSpace, odd};
use crate::wire::deployment::NewDeployment;
use crate::wire::document::Document;
use crate::wire::tenant::{Connections, NewTenant};
use crate::wire::{machine_policy, project, tenant, trigger};
use document::{MACHINE_POLICY, PROJECT, TENANT, TRIGGER, create, delete, rewrite};

/// The call by which an action is known before it has sent anything.
pub(crate) fn call(action: &DeploymentsAction) -> Call {
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

/// Carries out an action with the secrets that it names.
pub(crate) async fn begin(
    here: &InSpace<'_>,
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
            let tenant = new_tenant(here, name, description, connections);
            create(here, call, "tenants", tenant).await
        }
        A::ConnectTenant {
            tenant,
            connections,
        } => {
            let edit = |document| Ok(tenant::with_connections(document, connections));
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
            let deployment = NewDeployment {
                release,
                environment,
                tenant,
                machines,
                comments,
            };
            deploy::deploy(here, &deployment).await
        }
        A::CancelTask { task } => deploy::cancel(here, task).await,
        A::EditOverrides {
            project,
            set,
            clear,
        } => {
            let edit = |document| project::with_overrides(document, set, clear);
            rewrite(here, &PROJECT, project.as_str(), edit).await
        }
        A::CreateTrigger {
            project,
            name,
            filter,
        } => {
            let trigger = trigger::new(&here.id, project, name, filter);
            create(here, call, "projecttriggers", trigger).await
        }
        A::UpdateTrigger { trigger, filter } => {
            let edit = |document| trigger::with_filter(document, filter);
            rewrite(here, &TRIGGER, trigger.as_str(), edit).await
        }
        A::DeleteTrigger { trigger } => {
            delete(here, call, "projecttriggers", trigger.as_str()).await
        }
        A::CreateMachinePolicy { name, rules } => create_machine_policy(here, name, rules).await,
        A::UpdateMachinePolicy { policy, rules } => {
            let edit = |document| machine_policy::with_rules(document, rules);
            rewrite(here, &MACHINE_POLICY, policy.as_str(), edit).await
        }
        A::DeleteMachinePolicy { policy } => {
            delete(here, call, "machinepolicies", policy.as_str()).await
        }
    }
}

fn new_tenant(
    here: &InSpace<'_>,
    name: &EnvironmentName,
    description: &str,
    connections: &Connections,
) -> Value {
    json!(NewTenant {
        name: name.as_str(),
        description,
        space_id: &here.id,
        project_environments: connections,
        tenant_tags: [],
    })
}

/// Begins from the server's own template, so that all that we do not set is what this
/// version of the server takes for usual.
async fn create_machine_policy(here: &InSpace<'_>, name: &str, rules: &PolicyRules) -> Outcome {
    let path = here.path(&["machinepolicies", "template"]);
    let request = Request::get(Call::MachinePolicyTemplate, &path);
    let read = |body: &[u8]| serde_json::from_slice::<Document>(body);
    let template = match here.send_to_collection(request, read).await {
        Ok(template) => template,
        Err(error) => return outcome_unwritten(&error),
    };
    match machine_policy::with_rules(template, rules) {
        Ok(Document(mut policy)) => {
            policy.insert("Name".to_owned(), Value::from(name));
            let policy = Value::Object(policy);
            create(here, Call::CreateMachinePolicy, "machinepolicies", policy).await
        }
        Err(why) => outcome_unwritten(&odd(Call::MachinePolicyTemplate, &why)),
    }
}
