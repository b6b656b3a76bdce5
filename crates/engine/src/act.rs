//! The plan's actions, as calls to the ports. Nothing is chosen here.

use bennu_model::action::{Action, Content, DeploymentsAction, InfrastructureAction};
use bennu_model::desired::TemplateBody;
use bennu_model::ids::Digest;
use bennu_model::outcome::{Outcome, Retry};
use bennu_model::variable::SettingValue;
use bennu_ports::{PortErrorKind, Secrets};
use bytes::Bytes;

use crate::World;
use crate::gate::LeaseGate;

/// Carries out one action.
pub async fn act(world: &World, gate: &LeaseGate, action: &Action) -> Outcome {
    match action {
        Action::Infrastructure(target, action) => match content(world, action).await {
            Ok(content) => {
                world
                    .infrastructure
                    .begin(&gate.to_target(target), target, action, content)
                    .await
            }
            Err(outcome) => outcome,
        },
        Action::Deployments(server, space, action) => match secrets(world, gate, action).await {
            Ok(secrets) => {
                let deployments = &world.deployments;
                deployments
                    .begin(&gate.to_server(server), server, space, action, &secrets)
                    .await
            }
            Err(outcome) => outcome,
        },
    }
}

/// What the secrets hold that an action names, fetched now and kept no longer than the call.
/// One that has changed since the action was decided is not sent: the next look sees it.
async fn secrets(
    world: &World,
    gate: &LeaseGate,
    action: &DeploymentsAction,
) -> Result<Secrets, Outcome> {
    let DeploymentsAction::SetVariables {
        set,
        secrets_in: target,
        ..
    } = action
    else {
        return Ok(Secrets::none());
    };
    let gate = gate.to_target(target);
    let mut found = Vec::new();
    for setting in set {
        let SettingValue::Secret { arn, fingerprint } = &setting.value else {
            continue;
        };
        let read = world.infrastructure.secret(&gate, target, arn).await;
        let secret = read.map_err(|error| unread(&error.to_string(), &error.kind))?;
        let now = world.key.as_ref().map(|key| key.fingerprint(&secret));
        if now.as_ref() != Some(fingerprint) {
            return Err(Outcome::Rejected {
                why: format!("the secret {arn} has changed meanwhile"),
                retry: Retry::Look,
            });
        }
        found.push((arn.clone(), secret));
    }
    Ok(found.into_iter().collect())
}

/// Nothing was sent to Octopus.
fn unread(why: &str, kind: &PortErrorKind) -> Outcome {
    let retry = match kind {
        PortErrorKind::Throttled(_)
        | PortErrorKind::Conflict
        | PortErrorKind::NoChange
        | PortErrorKind::Quota
        | PortErrorKind::Denied
        | PortErrorKind::NotFound
        | PortErrorKind::Invalid
        | PortErrorKind::NoAnswer
        | PortErrorKind::Unavailable => Retry::Backoff,
        PortErrorKind::Closed => return Outcome::NotSent(why.to_owned()),
    };
    Outcome::Rejected {
        why: why.to_owned(),
        retry,
    }
}

/// The bytes that an action names by digest, or carries.
async fn content(world: &World, action: &InfrastructureAction) -> Result<Option<Bytes>, Outcome> {
    let digest = match named_content(action) {
        Some(Named::Text(text)) => return Ok(Some(Bytes::copy_from_slice(text.as_bytes()))),
        Some(Named::Blob(digest)) => digest,
        None => return Ok(None),
    };
    match world.ledger.blob(digest).await {
        Ok(Some(bytes)) => Ok(Some(bytes)),
        Ok(None) => Err(Outcome::Rejected {
            why: format!("the content {digest} is not in the database; declare it again"),
            retry: Retry::Never,
        }),
        Err(error) => Err(Outcome::NotSent(error.to_string())),
    }
}

enum Named<'a> {
    Blob(&'a Digest),
    Text(&'a str),
}

fn named_content(action: &InfrastructureAction) -> Option<Named<'_>> {
    match action {
        InfrastructureAction::PutObject { content, .. } => Some(match content {
            Content::Blob(digest) => Named::Blob(digest),
            Content::Text(text) => Named::Text(text),
        }),
        InfrastructureAction::CreateStack { input, .. }
        | InfrastructureAction::CreateChangeSet { input, .. } => match &input.body {
            TemplateBody::Inline(digest) => Some(Named::Blob(digest)),
            TemplateBody::Url(_) => None,
        },
        InfrastructureAction::DeleteObjects { .. }
        | InfrastructureAction::ExecuteChangeSet { .. }
        | InfrastructureAction::DeleteChangeSet { .. }
        | InfrastructureAction::CancelUpdate { .. }
        | InfrastructureAction::ContinueRollback { .. }
        | InfrastructureAction::RollBack { .. }
        | InfrastructureAction::DeleteStack { .. } => None,
    }
}
