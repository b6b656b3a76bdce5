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
    /// The document, for people.
    noun: &'static str,
    /// Our part in it, for people.
    part: &'static str,
    read: Call,
    write: Call,
}

pub(super) const TENANT: Kind = Kind {
    collection: "tenants",
    noun: "tenant",
    part: "connections",
    read: Call::GetTenant,
    write: Call::UpdateTenant,
};

pub(super) const PROJECT: Kind = Kind {
    collection: "projects",
    noun: "project",
    part: "overrides",
    read: Call::GetProject,
    write: Call::UpdateProject,
};

pub(super) const TRIGGER: Kind = Kind {
    collection: "projecttriggers",
    noun: "trigger",
    part: "filter",
    read: Call::GetTrigger,
    write: Call::UpdateTrigger,
};

pub(super) const MACHINE_POLICY: Kind = Kind {
    collection: "machinepolicies",
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
    let gone = || look(format!("{} {id} is not there any more", kind.noun));
    let read = here.document::<Document>(kind.read, kind.collection, id);
    let before = match read.await {
        Ok(Some(document)) => document,
        Ok(None) => return gone(),
        Err(error) => return outcome_unwritten(&error),
    };
    let wanted = match edit(before.clone()) {
        Ok(document) => document,
        Err(why) => return outcome_unwritten(&odd(kind.read, &why)),
    };
    if wanted == before {
        return Outcome::Unchanged;
    }
    let path = here.path(&[kind.collection, id]);
    let request = Request::write(kind.write, Method::PUT, &path, Some(json!(wanted)));
    let read = |body: &[u8]| serde_json::from_slice::<Document>(body);
    match here.send_to_document(request, read).await {
        Ok(None) => gone(),
        // Octopus is known to drop a change of a tenant's connections now and then.
        Ok(Some(kept)) if edit(kept.clone()).is_ok_and(|again| again == kept) => {
            Outcome::Done(Some(id.to_owned()))
        }
        Ok(Some(_)) => look(format!(
            "Octopus did not keep the {} of {} {id} as sent",
            kind.part, kind.noun
        )),
        Err(error) => outcome(&error),
    }
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
