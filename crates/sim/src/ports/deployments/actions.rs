//! What each action does to the simulated server.

use bennu_model::action::DeploymentsAction;
use bennu_model::ids::TenantId;
use bennu_model::outcome::{Outcome, Retry};
use bennu_model::tenant::Tenant;
use bennu_ports::{Call, PortError};
use serde_json::{Value, json};

use super::super::crossing::{outcome, outcome_unwritten};
use super::asking::{Space, encoded, read};
use super::documents;

/// The call by which an action is known.
pub(super) fn call(action: &DeploymentsAction) -> Call {
    match action {
        DeploymentsAction::CreateTenant { .. } => Call::CreateTenant,
        DeploymentsAction::ConnectTenant { .. } => Call::UpdateTenant,
        DeploymentsAction::DeleteTenant { .. } => Call::DeleteTenant,
        DeploymentsAction::DeleteMachine { .. } => Call::DeleteMachine,
    }
}

/// Carries out an action.
pub(super) async fn begin(here: &Space<'_>, action: &DeploymentsAction) -> Outcome {
    let call = call(action);
    match action {
        DeploymentsAction::CreateTenant {
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
            let created = here
                .collection(call, "POST", "tenants", Some(&tenant))
                .await;
            match created.and_then(|document| read(call, &document, documents::tenant)) {
                Ok(tenant) => Outcome::Done(Some(tenant.id.to_string())),
                Err(error) => outcome(&error),
            }
        }
        DeploymentsAction::ConnectTenant {
            tenant,
            connections,
        } => connect(here, tenant, &json!(connections)).await,
        DeploymentsAction::DeleteTenant { tenant } => deleted(
            here.document(call, "DELETE", &tenant_path(tenant), None)
                .await,
        ),
        DeploymentsAction::DeleteMachine { machine, name: _ } => {
            let path = format!("machines/{}", encoded(machine.as_str()));
            deleted(here.document(call, "DELETE", &path, None).await)
        }
    }
}

/// The tenant is read, its connections replaced, and all of it written back.
async fn connect(here: &Space<'_>, id: &TenantId, connections: &Value) -> Outcome {
    let path = tenant_path(id);
    let gone = || look(format!("tenant {id} is not there any more"));
    let mut document = match here.document(Call::GetTenant, "GET", &path, None).await {
        Ok(Some(document)) => document,
        Ok(None) => return gone(),
        Err(error) => return outcome_unwritten(&error),
    };
    let wanted = connected(&json!({"Id": id, "Name": "", "ProjectEnvironments": connections}));
    if connected(&document) == wanted {
        return Outcome::Unchanged;
    }
    document["ProjectEnvironments"] = connections.clone();
    match here
        .document(Call::UpdateTenant, "PUT", &path, Some(&document))
        .await
    {
        Ok(Some(kept)) if connected(&kept) == wanted => Outcome::Done(Some(id.to_string())),
        Ok(Some(_)) => look(format!(
            "Octopus did not keep the connections of tenant {id} as sent"
        )),
        Ok(None) => gone(),
        Err(error) => outcome(&error),
    }
}

fn tenant_path(id: &TenantId) -> String {
    format!("tenants/{}", encoded(id.as_str()))
}

/// A document's connections, to be compared without order.
fn connected(document: &Value) -> Option<impl PartialEq + use<>> {
    documents::tenant(document).map(|tenant: Tenant| tenant.connections)
}

/// What is gone already is deleted.
fn deleted(answer: Result<Option<Value>, PortError>) -> Outcome {
    answer.map_or_else(|error| outcome(&error), |_| Outcome::Done(None))
}

fn look(why: String) -> Outcome {
    Outcome::Rejected {
        why,
        retry: Retry::Look,
    }
}
