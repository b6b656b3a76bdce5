//! What each action does to the simulated AWS.

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::action::{Content, InfrastructureAction, StackInput};
use bennu_model::desired::TemplateBody;
use bennu_model::ids::{Digest, ObjectKey, StackArn, Token};
use bennu_model::names::digest_of;
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
    ExecuteChangeSet, OnStack, ParameterInput, RollbackStack, Tag,
};
use crate::cloudformation::status::{ChangeSetType, OnFailure};
use crate::region::Region;
use crate::s3::{Object, Precondition};
use crate::world::Moment;

/// Bytes of a template that a request can carry (CloudFormation user guide, limits).
const LARGEST_BODY: usize = 51_200;

/// Bytes of a template that S3 can hand over (the same).
const LARGEST_OBJECT: usize = 1_000_000;

/// The most keys that one DeleteObjects takes.
const KEYS_PER_DELETION: usize = 1_000;

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
        InfrastructureAction::PutObject { key, content: what } => {
            put(here, key, what, content).await
        }
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
    what: &Content,
    content: Option<Bytes>,
) -> Result<Outcome, PortError> {
    let bytes = match what {
        Content::Blob(digest) => expect_content(Call::PutObject, digest, content)?,
        Content::Text(text) => Bytes::from(text.clone()),
    };
    let bucket = bucket(here, Call::PutObject)?;
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
    let bucket = bucket(here, Call::DeleteObjects)?;
    for some in keys.chunks(KEYS_PER_DELETION) {
        let delete = |world: &mut World| {
            let mut keys = some.iter();
            keys.try_for_each(|key| world.buckets.remove(bucket, key.as_str()))
                .map_err(|error| of_s3(&error))
        };
        here.write(Call::DeleteObjects, delete).await?;
    }
    Ok(if keys.is_empty() {
        Outcome::Unchanged
    } else {
        Outcome::Done(None)
    })
}

fn bucket<'a>(here: &Inside<'a>, call: Call) -> Result<&'a str, PortError> {
    here.target.artifact_bucket.as_deref().ok_or_else(|| {
        let message = "the target has no artifact_bucket; configure one";
        failure(call, PortErrorKind::Invalid, message)
    })
}

/// The bytes that the action names by digest, and no others.
fn expect_content(call: Call, digest: &Digest, content: Option<Bytes>) -> Result<Bytes, PortError> {
    let invalid = |message: String| failure(call, PortErrorKind::Invalid, message);
    let content = content.ok_or_else(|| invalid(format!("the bytes of {digest} are missing")))?;
    let found = digest_of(&content);
    if found == *digest {
        Ok(content)
    } else {
        Err(invalid(format!(
            "{digest} was asked for and {found} was given"
        )))
    }
}

/// An operation on a stack.
async fn operate(
    here: &Inside<'_>,
    action: &InfrastructureAction,
    content: Option<Bytes>,
) -> Result<Outcome, PortError> {
    let body = body(action);
    let inline = match body {
        Some(TemplateBody::Inline(digest)) => Some(expect_content(call(action), digest, content)?),
        Some(TemplateBody::Url(_)) | None => None,
    };
    let operate = |world: &mut World| {
        let text = match (inline, body) {
            (Some(bytes), _) => Some(text_of(&bytes, LARGEST_BODY)?),
            (None, Some(TemplateBody::Url(url))) => Some(fetched(world, here.target, url)?),
            (None, Some(TemplateBody::Inline(_)) | None) => None,
        };
        world.on(&here.target.place, |region, moment| {
            on_region(region, moment, action, text)
        })
    };
    here.write(call(action), operate).await
}

/// How the template travels, for the actions that bring one.
fn body(action: &InfrastructureAction) -> Option<&TemplateBody> {
    match action {
        InfrastructureAction::CreateStack { input, .. }
        | InfrastructureAction::CreateChangeSet { input, .. } => Some(&input.body),
        InfrastructureAction::PutObject { .. }
        | InfrastructureAction::DeleteObjects { .. }
        | InfrastructureAction::ExecuteChangeSet { .. }
        | InfrastructureAction::DeleteChangeSet { .. }
        | InfrastructureAction::CancelUpdate { .. }
        | InfrastructureAction::ContinueRollback { .. }
        | InfrastructureAction::RollBack { .. }
        | InfrastructureAction::DeleteStack { .. } => None,
    }
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
                client_request_token: Some(token.to_string()),
                ..ContinueUpdateRollback::default()
            };
            region.continue_update_rollback(request, m)?;
            accepted(stack)
        }
        InfrastructureAction::RollBack { stack, token } => {
            let request = RollbackStack {
                stack_name: stack.to_string(),
                client_request_token: Some(token.to_string()),
                ..RollbackStack::default()
            };
            region.rollback_stack(request, m)?;
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

/// The template that the world's S3 holds under a URL.
fn fetched(world: &World, target: &SimTarget, url: &str) -> AwsResult<String> {
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
    let object = object.map_err(|error| AwsError::validation(format!("S3 error: {error}")))?;
    text_of(&object.bytes, LARGEST_OBJECT)
}

fn text_of(bytes: &Bytes, limit: usize) -> AwsResult<String> {
    if bytes.len() > limit {
        return Err(AwsError::validation(format!(
            "1 validation error detected: Value '…' at 'templateBody' failed to satisfy \
             constraint: Member must have length less than or equal to {limit}"
        )));
    }
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
