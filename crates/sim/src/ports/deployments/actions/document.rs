//! What can be done to any document: create it, write it back changed, delete it.

use bennu_model::outcome::{Outcome, Retry};
use bennu_ports::{Call, PortError, PortErrorKind};
use serde_json::Value;

use super::super::super::crossing::{failure, outcome, outcome_unwritten};
use super::super::asking::{Space, encoded, read};

/// A kind of document of which a part is changed.
pub(super) struct Kind {
    collection: &'static str,
    /// Where it stands below a document of the collection, if it is not that itself.
    below: &'static str,
    noun: &'static str,
    part: &'static str,
    read: Call,
    write: Call,
}

pub(super) const TENANT: Kind = Kind {
    collection: "tenants",
    below: "",
    noun: "tenant",
    part: "connections",
    read: Call::GetTenant,
    write: Call::UpdateTenant,
};

pub(super) const VARIABLES: Kind = Kind {
    collection: "tenants",
    below: "/variables",
    noun: "tenant",
    part: "variables",
    read: Call::TenantVariables,
    write: Call::UpdateTenantVariables,
};

pub(super) const PROJECT: Kind = Kind {
    collection: "projects",
    below: "",
    noun: "project",
    part: "overrides",
    read: Call::GetProject,
    write: Call::UpdateProject,
};

pub(super) const TRIGGER: Kind = Kind {
    collection: "projecttriggers",
    below: "",
    noun: "trigger",
    part: "filter",
    read: Call::GetTrigger,
    write: Call::UpdateTrigger,
};

pub(super) const MACHINE_POLICY: Kind = Kind {
    collection: "machinepolicies",
    below: "",
    noun: "machine policy",
    part: "rules",
    read: Call::GetMachinePolicy,
    write: Call::UpdateMachinePolicy,
};

/// Creates a document.
pub(super) async fn create(
    here: &Space<'_>,
    call: Call,
    collection: &str,
    document: &Value,
) -> Outcome {
    match created(here, call, collection, document).await {
        Ok(id) => Outcome::Done(Some(id)),
        Err(error) => outcome(&error),
    }
}

/// The id of what was created.
pub(super) async fn created(
    here: &Space<'_>,
    call: Call,
    collection: &str,
    document: &Value,
) -> Result<String, PortError> {
    let created = here
        .collection(call, "POST", collection, Some(document))
        .await?;
    read(call, &created, |document| {
        document["Id"].as_str().map(str::to_owned)
    })
}

/// Reads a document, edits it, and writes all of it back. `edit` changes nothing in a
/// document that is as it should be.
pub(super) async fn rewrite(
    here: &Space<'_>,
    kind: &Kind,
    id: &str,
    edit: impl Fn(&mut Value),
) -> Outcome {
    let is_kept = |kept: &Value| {
        let mut again = kept.clone();
        edit(&mut again);
        again == *kept
    };
    let edit = |document: &mut Value| {
        edit(document);
        Ok(())
    };
    rewrite_with(here, kind, id, edit, is_kept).await
}

/// The same with an edit that may refuse, and that need not change nothing in what was
/// kept: `is_kept` tells.
pub(super) async fn rewrite_with(
    here: &Space<'_>,
    kind: &Kind,
    id: &str,
    edit: impl Fn(&mut Value) -> Result<(), Outcome>,
    is_kept: impl Fn(&Value) -> bool,
) -> Outcome {
    let path = path(kind.collection, id) + kind.below;
    let gone = || look(format!("{} {id} is not there any more", kind.noun));
    let before = match here.document(kind.read, "GET", &path, None).await {
        Ok(Some(document)) if document.is_object() => document,
        Ok(Some(_)) => {
            let odd = failure(kind.read, PortErrorKind::Unavailable, "not a document");
            return outcome_unwritten(&odd);
        }
        Ok(None) => return gone(),
        Err(error) => return outcome_unwritten(&error),
    };
    let mut wanted = before.clone();
    if let Err(refused) = edit(&mut wanted) {
        return refused;
    }
    if wanted == before {
        return Outcome::Unchanged;
    }
    match here.document(kind.write, "PUT", &path, Some(&wanted)).await {
        Ok(Some(kept)) if kept.is_object() && is_kept(&kept) => Outcome::Done(Some(id.to_owned())),
        Ok(Some(_)) => look(format!(
            "Octopus did not keep the {} of {} {id} as sent",
            kind.part, kind.noun
        )),
        Ok(None) => gone(),
        Err(error) => outcome(&error),
    }
}

/// Deletes a document; what is gone already is deleted.
pub(super) async fn delete(here: &Space<'_>, call: Call, collection: &str, id: &str) -> Outcome {
    let path = path(collection, id);
    let answer = here.document(call, "DELETE", &path, None).await;
    answer.map_or_else(|error| outcome(&error), |_| Outcome::Done(None))
}

fn path(collection: &str, id: &str) -> String {
    format!("{collection}/{}", encoded(id))
}

/// The world has moved.
pub(super) fn look(why: String) -> Outcome {
    Outcome::Rejected {
        why,
        retry: Retry::Look,
    }
}
