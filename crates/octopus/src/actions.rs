//! What each action sends, and how its answer becomes an outcome.

use bennu_model::action::DeploymentsAction;
use bennu_model::ids::{EnvironmentName, TenantId};
use bennu_model::outcome::{Outcome, Retry};
use bennu_ports::Call;
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use crate::failure::{outcome, outcome_unwritten};
use crate::server::Request;
use crate::space::InSpace;
use crate::wire::tenant::{Connections, NewTenant, TenantDocument};

/// The call by which an action is known before it has sent anything.
pub(crate) fn call(action: &DeploymentsAction) -> Call {
    match action {
        DeploymentsAction::CreateTenant { .. } => Call::CreateTenant,
        DeploymentsAction::ConnectTenant { .. } => Call::UpdateTenant,
        DeploymentsAction::DeleteTenant { .. } => Call::DeleteTenant,
        DeploymentsAction::DeleteMachine { .. } => Call::DeleteMachine,
    }
}

/// Carries out an action.
pub(crate) async fn begin(here: &InSpace<'_>, action: &DeploymentsAction) -> Outcome {
    match action {
        DeploymentsAction::CreateTenant {
            name,
            description,
            connections,
        } => create(here, name, description, connections).await,
        DeploymentsAction::ConnectTenant {
            tenant,
            connections,
        } => connect(here, tenant, connections).await,
        DeploymentsAction::DeleteTenant { tenant } => {
            delete(here, Call::DeleteTenant, "tenants", tenant.as_str()).await
        }
        DeploymentsAction::DeleteMachine { machine, name: _ } => {
            delete(here, Call::DeleteMachine, "machines", machine.as_str()).await
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WithId {
    id: String,
}

async fn create(
    here: &InSpace<'_>,
    name: &EnvironmentName,
    description: &str,
    connections: &Connections,
) -> Outcome {
    let tenant = json!(NewTenant {
        name: name.as_str(),
        description,
        space_id: &here.id,
        project_environments: connections,
        tenant_tags: [],
    });
    let path = here.path(&["tenants"]);
    let request = Request::write(Call::CreateTenant, Method::POST, &path, Some(tenant));
    let read = |body: &[u8]| serde_json::from_slice::<WithId>(body);
    match here.send_to_collection(request, read).await {
        Ok(created) => Outcome::Done(Some(created.id)),
        Err(error) => outcome(&error),
    }
}

/// Reads the tenant, replaces its connections, and writes all of it back at once: Octopus
/// has no version check, so the gap between the two is all the protection there is.
async fn connect(here: &InSpace<'_>, tenant: &TenantId, wanted: &Connections) -> Outcome {
    let id = tenant.as_str();
    let document = match here
        .document::<TenantDocument>(Call::GetTenant, "tenants", id)
        .await
    {
        Ok(Some(document)) => document,
        Ok(None) => return look(format!("tenant {id} is not there any more")),
        Err(error) => return outcome_unwritten(&error),
    };
    if document.connections().is_ok_and(|now| now == *wanted) {
        return Outcome::Unchanged;
    }
    let body = json!(document.with_connections(wanted));
    let path = here.path(&["tenants", id]);
    let request = Request::write(Call::UpdateTenant, Method::PUT, &path, Some(body));
    let read = |body: &[u8]| serde_json::from_slice::<TenantDocument>(body);
    match here.send_to_document(request, read).await {
        Ok(None) => look(format!("tenant {id} is not there any more")),
        // Octopus is known to drop a change of connections now and then.
        Ok(Some(kept)) if kept.connections().is_ok_and(|now| now == *wanted) => {
            Outcome::Done(Some(id.to_owned()))
        }
        Ok(Some(_)) => look(format!(
            "Octopus did not keep the connections of tenant {id} as sent"
        )),
        Err(error) => outcome(&error),
    }
}

/// Deletes a document; one that is gone already is deleted.
async fn delete(here: &InSpace<'_>, call: Call, collection: &str, id: &str) -> Outcome {
    let path = here.path(&[collection, id]);
    let request = Request::write(call, Method::DELETE, &path, None);
    match here.send_to_document(request, deletion_task).await {
        Ok(Some(Some(task))) => Outcome::Accepted(Some(task)),
        Ok(Some(None) | None) => Outcome::Done(None),
        Err(error) => outcome(&error),
    }
}

/// The task that a deletion goes on in. The body of a deletion has no fixed form and is
/// mostly empty; only a task's document in it means anything.
fn deletion_task(body: &[u8]) -> Result<Option<String>, serde_json::Error> {
    let document = serde_json::from_slice::<WithId>(body).ok();
    Ok(document
        .map(|found| found.id)
        .filter(|id| id.starts_with("ServerTasks-")))
}

fn look(why: String) -> Outcome {
    Outcome::Rejected {
        why,
        retry: Retry::Look,
    }
}
