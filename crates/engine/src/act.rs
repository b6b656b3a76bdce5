//! The plan's actions, as calls to the ports. Nothing is chosen here.

use bennu_model::action::{Action, InfrastructureAction};
use bennu_model::desired::TemplateBody;
use bennu_model::ids::Digest;
use bennu_model::outcome::{Outcome, Retry};
use bennu_ports::Gate;
use bytes::Bytes;

use crate::World;

/// Carries out one action.
pub async fn act(world: &World, gate: &dyn Gate, action: &Action) -> Outcome {
    match action {
        Action::Infrastructure(target, action) => match content(world, action).await {
            Ok(content) => {
                world
                    .infrastructure
                    .begin(gate, target, action, content)
                    .await
            }
            Err(outcome) => outcome,
        },
        Action::Deployments(server, space, action) => {
            world.deployments.begin(gate, server, space, action).await
        }
    }
}

/// The bytes that an action names by digest.
async fn content(world: &World, action: &InfrastructureAction) -> Result<Option<Bytes>, Outcome> {
    let Some(digest) = named_content(action) else {
        return Ok(None);
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

fn named_content(action: &InfrastructureAction) -> Option<&Digest> {
    match action {
        InfrastructureAction::PutObject { content, .. } => Some(content),
        InfrastructureAction::CreateStack { input, .. }
        | InfrastructureAction::CreateChangeSet { input, .. } => match &input.body {
            TemplateBody::Inline(digest) => Some(digest),
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
