//! Deploying, and stopping what runs.

use bennu_model::ids::TaskId;
use bennu_model::outcome::{Outcome, Retry};
use bennu_ports::{Call, PortErrorKind};
use reqwest::Method;

use super::document::{created, look};
use crate::failure::outcome;
use crate::server::Request;
use crate::space::InSpace;
use crate::wire::deployment::NewDeployment;
use crate::wire::task::TaskItem;

/// Queues a deployment. There is no token for it: when the reply is lost, only a look at
/// the tenant's deployments tells whether there is one with these comments.
pub(super) async fn deploy(here: &InSpace<'_>, deployment: &NewDeployment<'_>) -> Outcome {
    if deployment.machines.is_empty() {
        // To Octopus, none named means all.
        return Outcome::Rejected {
            why: "a deployment needs at least one machine".to_owned(),
            retry: Retry::Never,
        };
    }
    let call = Call::CreateDeployment;
    match created(here, call, "deployments", deployment.body()).await {
        Ok(id) => Outcome::Accepted(Some(id)),
        // What Octopus refuses here goes by the state of the world: a machine that is gone
        // by now, a tenant that is not connected yet, a freeze. It passes without a new spec.
        Err(error) if error.kind == PortErrorKind::Invalid => Outcome::Rejected {
            why: error.to_string(),
            retry: Retry::Backoff,
        },
        Err(error) => outcome(&error),
    }
}

/// Stops a task. One that is over or gone is stopped.
pub(super) async fn cancel(here: &InSpace<'_>, task: &TaskId) -> Outcome {
    // Tasks are the server's, not a space's: their own links name no space.
    let path = ["tasks", task.as_str(), "cancel"];
    let request = Request::write(Call::CancelTask, Method::POST, &path, None);
    let read = |body: &[u8]| Ok(serde_json::from_slice::<TaskItem>(body).ok());
    match here.send_to_document(request, read).await {
        Ok(Some(Some(now))) if now.state().is_final() => Outcome::Done(Some(task.to_string())),
        Ok(Some(_)) => Outcome::Accepted(Some(task.to_string())),
        Ok(None) => Outcome::Done(None),
        Err(error) if matches!(error.kind, PortErrorKind::Invalid | PortErrorKind::Conflict) => {
            if_over(here, task, error.to_string()).await
        }
        Err(error) => outcome(&error),
    }
}

/// What a refusal to cancel means: nothing where the task is over, else a look.
async fn if_over(here: &InSpace<'_>, task: &TaskId, why: String) -> Outcome {
    let found: Result<Vec<TaskItem>, _> = here
        .by_ids(Call::ListTasks, "tasks", [task.as_str()].into())
        .await;
    match found {
        Ok(found) if found.iter().any(|now| now.state().is_final()) => {
            Outcome::Done(Some(task.to_string()))
        }
        Ok(_) | Err(_) => look(why),
    }
}
