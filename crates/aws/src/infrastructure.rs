//! The port: which request each read and each action becomes.

use async_trait::async_trait;
use bennu_model::action::{Content, InfrastructureAction, StackInput};
use bennu_model::desired::TemplateBody;
use bennu_model::ids::{ChangeSetName, Digest, ObjectKey, StackArn, TargetName};
use bennu_model::names::digest_of;
use bennu_model::observed::Objects;
use bennu_model::outcome::Outcome;
use bennu_model::plan::StackRef;
use bennu_model::stack::{ChangeSet, Group, Stack, StackEvent};
use bennu_ports::{Call, Cursor, Gate, Infrastructure, Page, PortError, PortErrorKind, SecretText};
use bytes::Bytes;

use crate::autoscaling;
use crate::call::{send, unreadable};
use crate::cloudformation::{self, Body, Operations};
use crate::error::Failure;
use crate::s3;
use crate::secrets;
use crate::target::Aws;

#[async_trait]
impl Infrastructure for Aws {
    async fn account(&self, gate: &dyn Gate, target: &TargetName) -> Result<String, PortError> {
        let call = Call::GetCallerIdentity;
        let clients = self.clients(target, call).await?;
        let reply = send(gate, call, clients.sts.get_caller_identity().send()).await?;
        Ok(reply
            .account
            .ok_or_else(|| unreadable(call, "no Account"))?)
    }

    async fn list_stacks(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        from: Option<Cursor>,
    ) -> Result<Page<Stack>, PortError> {
        let clients = self.clients(target, Call::DescribeStacks).await?;
        Ok(cloudformation::list_stacks(&clients.cloudformation, gate, from).await?)
    }

    async fn stack(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        stack: &StackRef,
    ) -> Result<Option<Stack>, PortError> {
        let clients = self.clients(target, Call::DescribeStacks).await?;
        Ok(cloudformation::stack(&clients.cloudformation, gate, stack).await?)
    }

    async fn change_set(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        stack: &StackArn,
        name: &ChangeSetName,
    ) -> Result<Option<ChangeSet>, PortError> {
        let clients = self.clients(target, Call::DescribeChangeSet).await?;
        Ok(cloudformation::change_set(&clients.cloudformation, gate, stack, name).await?)
    }

    async fn stack_events(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        stack: &StackArn,
        from: Option<Cursor>,
    ) -> Result<Page<StackEvent>, PortError> {
        let clients = self.clients(target, Call::DescribeStackEvents).await?;
        Ok(cloudformation::stack_events(&clients.cloudformation, gate, stack, from).await?)
    }

    async fn list_groups(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        from: Option<Cursor>,
    ) -> Result<Page<Group>, PortError> {
        let clients = self
            .clients(target, Call::DescribeAutoScalingGroups)
            .await?;
        Ok(autoscaling::list_groups(&clients.autoscaling, gate, from).await?)
    }

    async fn groups_of(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        stack: &StackArn,
    ) -> Result<Vec<Group>, PortError> {
        let clients = self
            .clients(target, Call::DescribeAutoScalingGroups)
            .await?;
        Ok(autoscaling::groups_of(&clients.autoscaling, gate, stack).await?)
    }

    async fn objects(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        prefix: &ObjectKey,
    ) -> Result<Objects, PortError> {
        let config = self.config(target, Call::ListObjects)?;
        let Some(bucket) = &config.artifact_bucket else {
            return Ok(Objects::default());
        };
        let clients = self.clients(target, Call::ListObjects).await?;
        let keys = s3::list_objects(&clients.s3, gate, bucket, prefix).await?;
        Ok(Objects {
            keys,
            base_url: config.object_base_url(),
        })
    }

    async fn secret(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        arn: &str,
    ) -> Result<SecretText, PortError> {
        let clients = self.clients(target, Call::GetSecretValue).await?;
        secrets::secret(&clients.secrets, gate, arn).await
    }

    async fn begin(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        action: &InfrastructureAction,
        content: Option<Bytes>,
    ) -> Outcome {
        self.try_begin(gate, target, action, content)
            .await
            .unwrap_or_else(Failure::outcome)
    }
}

impl Aws {
    async fn try_begin(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        action: &InfrastructureAction,
        content: Option<Bytes>,
    ) -> Result<Outcome, Failure> {
        use InfrastructureAction as A;
        let call = call_of(action);
        let clients = self.clients(target, call).await?;
        let config = self.config(target, call)?;
        let role = config.service_role_arn.as_deref();
        let stacks = Operations {
            client: &clients.cloudformation,
            gate,
            role,
        };
        let bucket = || {
            let without = || {
                invalid(
                    call,
                    format!("target {target} has no artifact_bucket; configure one"),
                )
            };
            config.artifact_bucket.as_deref().ok_or_else(without)
        };
        match action {
            A::PutObject {
                key,
                content: named,
            } => {
                let content = match named {
                    Content::Blob(digest) => expect_content(call, digest, content)?,
                    Content::Text(text) => Bytes::from(text.clone()),
                };
                s3::put_object(&clients.s3, gate, bucket()?, key, content).await
            }
            A::DeleteObjects { keys } => {
                s3::delete_objects(&clients.s3, gate, bucket()?, keys).await
            }
            A::CreateStack { name, input, token } => {
                let body = body(call, input, content)?;
                stacks.create_stack(name, input, body, token).await
            }
            A::CreateChangeSet { stack, name, input } => {
                let body = body(call, input, content)?;
                stacks.create_change_set(stack, name, input, body).await
            }
            A::ExecuteChangeSet {
                stack,
                change_set,
                token,
            } => stacks.execute_change_set(stack, change_set, token).await,
            A::DeleteChangeSet { stack, change_set } => {
                stacks.delete_change_set(stack, change_set).await
            }
            A::CancelUpdate { stack, token } => stacks.cancel_update(stack, token).await,
            A::ContinueRollback { stack, token } => stacks.continue_rollback(stack, token).await,
            A::RollBack { stack, token } => stacks.roll_back(stack, token).await,
            A::DeleteStack { stack, token } => stacks.delete_stack(stack, token).await,
        }
    }
}

/// The request that an action becomes.
fn call_of(action: &InfrastructureAction) -> Call {
    use InfrastructureAction as A;
    match action {
        A::PutObject { .. } => Call::PutObject,
        A::DeleteObjects { .. } => Call::DeleteObjects,
        A::CreateStack { .. } => Call::CreateStack,
        A::CreateChangeSet { .. } => Call::CreateChangeSet,
        A::ExecuteChangeSet { .. } => Call::ExecuteChangeSet,
        A::DeleteChangeSet { .. } => Call::DeleteChangeSet,
        A::CancelUpdate { .. } => Call::CancelUpdateStack,
        A::ContinueRollback { .. } => Call::ContinueUpdateRollback,
        A::RollBack { .. } => Call::RollbackStack,
        A::DeleteStack { .. } => Call::DeleteStack,
    }
}

fn body(call: Call, input: &StackInput, content: Option<Bytes>) -> Result<Body, Failure> {
    match &input.body {
        TemplateBody::Url(url) => Ok(Body::Url(url.clone())),
        TemplateBody::Inline(digest) => {
            let content = expect_content(call, digest, content)?;
            let text = String::from_utf8(content.into())
                .map_err(|_| invalid(call, format!("template {digest} is not UTF-8")))?;
            Ok(Body::Text(text))
        }
    }
}

/// The bytes that the action names by digest, and no others.
fn expect_content(call: Call, digest: &Digest, content: Option<Bytes>) -> Result<Bytes, Failure> {
    let content =
        content.ok_or_else(|| invalid(call, format!("the bytes of {digest} are missing")))?;
    let found = digest_of(&content);
    if found == *digest {
        Ok(content)
    } else {
        Err(invalid(
            call,
            format!("{digest} was asked for and {found} was given"),
        ))
    }
}

fn invalid(call: Call, message: String) -> Failure {
    let call = call.as_str().to_owned();
    Failure::not_sent(PortError {
        kind: PortErrorKind::Invalid,
        call,
        message,
    })
}
