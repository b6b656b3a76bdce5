//! What each action does to the simulated AWS.

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::action::{InfrastructureAction, StackInput};
use bennu_model::desired::TemplateBody;
use bennu_model::ids::{ObjectKey, StackArn, Token};
use bennu_model::outcome::Outcome;
use bennu_ports::{Call, PortError, PortErrorKind};
use bytes::Bytes;

use super::super::aws_refusal::of_s3;
use super::super::crossing::{failure, outcome};
use super::{Inside, SimTarget};
use crate::World;
use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::request::{
    ChangeSetReference, ContinueUpdateRollback, CreateChangeSet, CreateStack, DeleteStack,
    ExecuteChangeSet, OnStack, ParameterInput, Tag,
};
use crate::cloudformation::status::{ChangeSetType, OnFailure};
use crate::region::Region;
use crate::s3::{Object, Precondition};
use crate::world::Moment;

/// The call by which an action is known.
pub(super) fn call(action: &InfrastructureAction) -> Call {
    match action {
        InfrastructureAction::PutObject { .. } => Call::PutObject,
        InfrastructureAction::DeleteObjects { .. } => Call::DeleteObjects,
        InfrastructureAction::CreateStack { .. } => Call::CreateStack,
        InfrastructureAction::CreateChangeSet { .. } => Call::CreateChangeSet,
        InfrastructureAction::ExecuteChangeSet { .. } => Call::ExecuteChangeSet,
        InfrastructureAction::DeleteChangeSet { .. } => Call::DeleteChangeSet,
        InfrastructureAction::CancelUpdate { .. } => Call::CancelUpdateStack,
        InfrastructureAction::ContinueRollback { .. } => Call::ContinueUpdateRollback,
        InfrastructureAction::RollBack { .. } => Call::RollbackStack,
        InfrastructureAction::DeleteStack { .. } => Call::DeleteStack,
    }
}

/// Begins an action.
pub(super) async fn begin(
    here: &Inside<'_>,
    action: &InfrastructureAction,
    content: Option<Bytes>,
) -> Outcome {
    let result = match action {
        InfrastructureAction::PutObject { key, content: _ } => put(here, key, content).await,
        InfrastructureAction::DeleteObjects { keys } => delete_objects(here, keys).await,
        InfrastructureAction::CreateStack { .. }
        | InfrastructureAction::CreateChangeSet { .. }
        | InfrastructureAction::ExecuteChangeSet { .. }
        | InfrastructureAction::DeleteChangeSet { .. }
        | InfrastructureAction::CancelUpdate { .. }
        | InfrastructureAction::ContinueRollback { .. }
        | InfrastructureAction::RollBack { .. }
        | InfrastructureAction::DeleteStack { .. } => operate(here, action, content).await,
    };
    result.unwrap_or_else(|error| outcome(&error))
}

async fn put(
    here: &Inside<'_>,
    key: &ObjectKey,
    content: Option<Bytes>,
) -> Result<Outcome, PortError> {
    let bucket = bucket(here.target, Call::PutObject)?;
    let bytes = content.ok_or_else(|| {
        failure(
            Call::PutObject,
            PortErrorKind::Invalid,
            format!("no content was given for {key}"),
        )
    })?;
    let put = |world: &mut World| {
        let object = Object::new(bytes, BTreeMap::new(), world.now);
        let put = world
            .buckets
            .put(bucket, key.as_str(), object, &Precondition::None);
        put.map_err(|error| of_s3(&error))
    };
    here.write(Call::PutObject, put).await?;
    Ok(Outcome::Done(None))
}

async fn delete_objects(here: &Inside<'_>, keys: &[ObjectKey]) -> Result<Outcome, PortError> {
    let bucket = bucket(here.target, Call::DeleteObjects)?;
    let delete = |world: &mut World| {
        let mut keys = keys.iter();
        keys.try_for_each(|key| world.buckets.remove(bucket, key.as_str()))
            .map_err(|error| of_s3(&error))
    };
    here.write(Call::DeleteObjects, delete).await?;
    Ok(Outcome::Done(None))
}

fn bucket(target: &SimTarget, call: Call) -> Result<&str, PortError> {
    target.artifact_bucket.as_deref().ok_or_else(|| {
        failure(
            call,
            PortErrorKind::Invalid,
            "the target has no artifact bucket",
        )
    })
}

/// An operation on a stack.
async fn operate(
    here: &Inside<'_>,
    action: &InfrastructureAction,
    content: Option<Bytes>,
) -> Result<Outcome, PortError> {
    let target = here.target;
    let operate = |world: &mut World| {
        let text = match action {
            InfrastructureAction::CreateStack { input, .. }
            | InfrastructureAction::CreateChangeSet { input, .. } => {
                Some(template(world, target, &input.body, content.as_ref())?)
            }
            InfrastructureAction::PutObject { .. }
            | InfrastructureAction::DeleteObjects { .. }
            | InfrastructureAction::ExecuteChangeSet { .. }
            | InfrastructureAction::DeleteChangeSet { .. }
            | InfrastructureAction::CancelUpdate { .. }
            | InfrastructureAction::ContinueRollback { .. }
            | InfrastructureAction::RollBack { .. }
            | InfrastructureAction::DeleteStack { .. } => None,
        };
        world.on(&target.place, |region, moment| {
            on_region(region, moment, action, text)
        })
    };
    here.write(call(action), operate).await
}

fn on_region(
    region: &mut Region,
    m: &mut Moment<'_>,
    action: &InfrastructureAction,
    text: Option<String>,
) -> AwsResult<Outcome> {
    let accepted = |stack: &StackArn| Outcome::Accepted(Some(stack.to_string()));
    Ok(match action {
        // Objects are not a region's.
        InfrastructureAction::PutObject { .. } | InfrastructureAction::DeleteObjects { .. } => {
            Outcome::Unchanged
        }
        InfrastructureAction::CreateStack { name, input, token } => {
            let request = creation(name.as_str(), input, token, text);
            Outcome::Accepted(Some(region.create_stack(request, m)?.stack_id))
        }
        InfrastructureAction::CreateChangeSet { stack, name, input } => {
            let request = change(stack, name.as_str(), input, text);
            Outcome::Accepted(Some(region.create_change_set(request, m)?.id))
        }
        InfrastructureAction::ExecuteChangeSet {
            stack,
            change_set,
            token,
        } => {
            let request = ExecuteChangeSet {
                change_set: reference(stack, change_set.as_str()),
                disable_rollback: None,
                retain_except_on_create: true,
                client_request_token: Some(token.to_string()),
            };
            region.execute_change_set(request, m)?;
            Outcome::Accepted(Some(change_set.to_string()))
        }
        InfrastructureAction::DeleteChangeSet { stack, change_set } => {
            region.delete_change_set(&reference(stack, change_set.as_str()), m)?;
            Outcome::Done(None)
        }
        InfrastructureAction::CancelUpdate { stack, token } => {
            region.cancel_update_stack(on_stack(stack, token), m)?;
            accepted(stack)
        }
        InfrastructureAction::ContinueRollback { stack, token } => {
            let request = ContinueUpdateRollback {
                stack_name: stack.to_string(),
                resources_to_skip: Vec::new(),
                client_request_token: Some(token.to_string()),
            };
            region.continue_update_rollback(request, m)?;
            accepted(stack)
        }
        InfrastructureAction::RollBack { stack, token } => {
            region.rollback_stack(on_stack(stack, token), m)?;
            accepted(stack)
        }
        InfrastructureAction::DeleteStack { stack, token } => {
            let request = DeleteStack {
                stack_name: stack.to_string(),
                client_request_token: Some(token.to_string()),
                ..DeleteStack::default()
            };
            region.delete_stack(request, m)?;
            accepted(stack)
        }
    })
}

/// The template's text: what was given, or what the world's S3 holds under its URL.
fn template(
    world: &World,
    target: &SimTarget,
    body: &TemplateBody,
    content: Option<&Bytes>,
) -> AwsResult<String> {
    let bytes = match body {
        TemplateBody::Inline(digest) => content.cloned().ok_or_else(|| {
            AwsError::validation(format!("no content was given for template {digest}"))
        })?,
        TemplateBody::Url(url) => {
            let bucket = target.artifact_bucket.as_deref().unwrap_or_default();
            let key = url
                .strip_prefix(&target.base_url())
                .filter(|_| !bucket.is_empty());
            let key = key.ok_or_else(|| {
                AwsError::validation(
                    "TemplateURL must reference a valid S3 object to which you have access.",
                )
            })?;
            let object = world.buckets.object(bucket, key);
            object
                .map_err(|e| AwsError::validation(format!("S3 error: {e}")))?
                .bytes
                .clone()
        }
    };
    String::from_utf8(bytes.to_vec()).map_err(|_| {
        AwsError::validation("Template format error: the template is not encoded in UTF-8")
    })
}

fn creation(name: &str, input: &StackInput, token: &Token, text: Option<String>) -> CreateStack {
    CreateStack {
        stack_name: name.to_owned(),
        template_body: text,
        parameters: parameters(&input.parameters),
        capabilities: capabilities(&input.capabilities),
        tags: tags(&input.tags),
        on_failure: Some(OnFailure::Rollback),
        retain_except_on_create: true,
        client_request_token: Some(token.to_string()),
        ..CreateStack::default()
    }
}

fn change(
    stack: &StackArn,
    name: &str,
    input: &StackInput,
    text: Option<String>,
) -> CreateChangeSet {
    CreateChangeSet {
        stack_name: stack.to_string(),
        change_set_name: name.to_owned(),
        change_set_type: Some(ChangeSetType::Update),
        template_body: text,
        parameters: parameters(&input.parameters),
        capabilities: capabilities(&input.capabilities),
        tags: Some(tags(&input.tags)),
        on_stack_failure: Some(OnFailure::Rollback),
        ..CreateChangeSet::default()
    }
}

fn reference(stack: &StackArn, change_set: &str) -> ChangeSetReference {
    ChangeSetReference {
        change_set_name: change_set.to_owned(),
        stack_name: Some(stack.to_string()),
    }
}

fn on_stack(stack: &StackArn, token: &Token) -> OnStack {
    OnStack {
        stack_name: stack.to_string(),
        client_request_token: Some(token.to_string()),
    }
}

fn parameters(values: &BTreeMap<String, String>) -> Vec<ParameterInput> {
    let input = |(key, value): (&String, &String)| ParameterInput {
        key: key.clone(),
        value: Some(value.clone()),
        use_previous_value: false,
    };
    values.iter().map(input).collect()
}

fn capabilities(names: &BTreeSet<String>) -> Vec<String> {
    names.iter().cloned().collect()
}

fn tags(values: &BTreeMap<String, String>) -> Vec<Tag> {
    let tag = |(key, value): (&String, &String)| Tag {
        key: key.clone(),
        value: value.clone(),
    };
    values.iter().map(tag).collect()
}
