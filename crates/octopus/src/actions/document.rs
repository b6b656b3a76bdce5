//! What can be done to any document: create it, write it back changed, delete it.

use bennu_model::outcome::{Outcome, Retry};
use bennu_ports::Call;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::failure::{outcome, outcome_unwritten};
use crate::server::Request;
use crate::space::{InSpace, odd};
use crate::wire::document::Document;

/// A kind of document of which we change a part.
pub(super) struct Kind {
    collection: &'static str,
    /// Where it stands below a document of the collection, if it is not that itself.
    below: Option<&'static str>,
    /// The document, for people.
    noun: &'static str,
    /// Our part in it, for people.
    part: &'static str,
    read: Call,
    write: Call,
}

pub(super) const TENANT: Kind = Kind {
    collection: "tenants",
    below: None,
    noun: "tenant",
    part: "connections",
    read: Call::GetTenant,
    write: Call::UpdateTenant,
};

/// All of a tenant's values in one document: the form that servers of every age have. The
/// newer lists, one for projects and one for sets, came in 2025 and have no token against
/// overlapping writes. (Octopus's C# client, `Model/TenantVariableResource.cs`.)
pub(super) const VARIABLES: Kind = Kind {
    collection: "tenants",
    below: Some("variables"),
    noun: "tenant",
    part: "variables",
    read: Call::TenantVariables,
    write: Call::UpdateTenantVariables,
};

pub(super) const PROJECT: Kind = Kind {
    collection: "projects",
    below: None,
    noun: "project",
    part: "overrides",
    read: Call::GetProject,
    write: Call::UpdateProject,
};

pub(super) const TRIGGER: Kind = Kind {
    collection: "projecttriggers",
    below: None,
    noun: "trigger",
    part: "filter",
    read: Call::GetTrigger,
    write: Call::UpdateTrigger,
};

pub(super) const MACHINE_POLICY: Kind = Kind {
    collection: "machinepolicies",
    below: None,
    noun: "machine policy",
    part: "rules",
    read: Call::GetMachinePolicy,
    write: Call::UpdateMachinePolicy,
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WithId {
    id: String,
}

/// Creates a document.
pub(super) async fn create(
    here: &InSpace<'_>,
    call: Call,
    collection: &str,
    document: Value,
) -> Outcome {
    match created(here, call, collection, document).await {
        Ok(id) => Outcome::Done(Some(id)),
        Err(error) => outcome(&error),
    }
}

/// The id of what was created.
pub(super) async fn created(
    here: &InSpace<'_>,
    call: Call,
    collection: &str,
    document: Value,
) -> Result<String, bennu_ports::PortError> {
    let path = here.path(&[collection]);
    let request = Request::write(call, Method::POST, &path, Some(document));
    let read = |body: &[u8]| serde_json::from_slice::<WithId>(body);
    Ok(here.send_to_collection(request, read).await?.id)
}

/// Reads a document, edits it, and writes all of it back at once: Octopus has no version
/// check, so the gap between the two is all the protection there is. `edit` changes nothing
/// in a document that is as it should be.
pub(super) async fn rewrite(
    here: &InSpace<'_>,
    kind: &Kind,
    id: &str,
    edit: impl Fn(Document) -> Result<Document, String>,
) -> Outcome {
    let edited = |document| edit(document).map_err(|why| unreadable(kind, &why));
    let kept = |kept: &Document| edit(kept.clone()).is_ok_and(|again| again == *kept);
    rewrite_with(here, kind, id, &[], edited, kept).await
}

/// The same where a second edit of what was kept does not show whether it was: `is_kept`
/// does. What `edit` writes may hold `secrets`, and it may refuse with an outcome.
pub(super) async fn rewrite_with(
    here: &InSpace<'_>,
    kind: &Kind,
    id: &str,
    secrets: &[&str],
    edit: impl Fn(Document) -> Result<Document, Outcome>,
    is_kept: impl Fn(&Document) -> bool,
) -> Outcome {
    let path: Vec<&str> = [kind.collection, id]
        .into_iter()
        .chain(kind.below)
        .collect();
    let gone = || look(format!("{} {id} is not there any more", kind.noun));
    let before = match here.document_at::<Document>(kind.read, &path).await {
        Ok(Some(document)) => document,
        Ok(None) => return gone(),
        Err(error) => return outcome_unwritten(&error),
    };
    let wanted = match edit(before.clone()) {
        Ok(document) => document,
        Err(refused) => return refused,
    };
    if wanted == before {
        return Outcome::Unchanged;
    }
    let path = here.path(&path);
    let mut request = Request::write(kind.write, Method::PUT, &path, Some(json!(wanted)));
    request.secrets = secrets.to_vec();
    let read = |body: &[u8]| serde_json::from_slice::<Document>(body);
    match here.send_to_document(request, read).await {
        Ok(None) => gone(),
        // Octopus is known to drop a change of a tenant's connections now and then.
        Ok(Some(kept)) if is_kept(&kept) => Outcome::Done(Some(id.to_owned())),
        Ok(Some(_)) => look(format!(
            "Octopus did not keep the {} of {} {id} as sent",
            kind.part, kind.noun
        )),
        Err(error) => outcome(&error),
    }
}

/// A document that was read, and is of another form.
pub(super) fn unreadable(kind: &Kind, why: &str) -> Outcome {
    outcome_unwritten(&odd(kind.read, &why))
}

/// Deletes a document; one that is gone already is deleted.
pub(super) async fn delete(here: &InSpace<'_>, call: Call, collection: &str, id: &str) -> Outcome {
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

/// The world has moved.
pub(super) fn look(why: String) -> Outcome {
    Outcome::Rejected {
        why,
        retry: Retry::Look,
    }
}
