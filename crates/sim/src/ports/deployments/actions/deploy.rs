//! Deploying, and stopping what runs.

use std::collections::BTreeSet;

use bennu_model::ids::{MachineId, TaskId};
use bennu_model::outcome::{Outcome, Retry};
use bennu_ports::{Call, PortErrorKind};
use serde_json::Value;

use super::super::super::crossing::outcome;
use super::super::asking::{Space, encoded};
use super::super::documents;
use super::document::{created, look};

/// Queues a deployment.
pub(super) async fn deploy(
    here: &Space<'_>,
    machines: &BTreeSet<MachineId>,
    deployment: &Value,
) -> Outcome {
    let rejected = |why, retry| Outcome::Rejected { why, retry };
    if machines.is_empty() {
        let why = "a deployment needs at least one machine".to_owned();
        return rejected(why, Retry::Never);
    }
    match created(here, Call::CreateDeployment, "deployments", deployment).await {
        Ok(id) => Outcome::Accepted(Some(id)),
        Err(error) if error.kind == PortErrorKind::Invalid => {
            rejected(error.to_string(), Retry::Backoff)
        }
        Err(error) => outcome(&error),
    }
}

/// Stops a task. One that is over or gone is stopped.
pub(super) async fn cancel(here: &Space<'_>, task: &TaskId) -> Outcome {
    let path = format!("tasks/{}/cancel", encoded(task.as_str()));
    let id = || Some(task.to_string());
    match here.server_document(Call::CancelTask, "POST", &path).await {
        Ok(Some(document)) => match documents::task(&document) {
            Some(now) if now.state.is_final() => Outcome::Done(id()),
            Some(_) | None => Outcome::Accepted(id()),
        },
        Ok(None) => Outcome::Done(None),
        Err(error) if matches!(error.kind, PortErrorKind::Invalid | PortErrorKind::Conflict) => {
            let ids = BTreeSet::from([task.to_string()]);
            let found = here.by_ids(Call::ListTasks, "tasks", ids, documents::task);
            match found.await {
                Ok(found) if found.iter().any(|now| now.state.is_final()) => Outcome::Done(id()),
                Ok(_) | Err(_) => look(error.to_string()),
            }
        }
        Err(error) => outcome(&error),
    }
}
