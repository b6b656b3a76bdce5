//! AWS: stacks, groups, instances and objects of a target.

use async_trait::async_trait;
use bennu_model::action::InfrastructureAction;
use bennu_model::ids::{ChangeSetName, ObjectKey, StackArn, TargetName};
use bennu_model::observed::Objects;
use bennu_model::outcome::Outcome;
use bennu_model::plan::StackRef;
use bennu_model::stack::{ChangeSet, Group, Instance, Stack, StackEvent};
use bytes::Bytes;

use crate::{Cursor, Gate, Page, PortError, SecretText};

/// What can be read and done in the account and region of a target.
///
/// Every method fails with `Invalid` for a target that the configuration does not have.
#[async_trait]
pub trait Infrastructure: Send + Sync {
    /// The account that the target's credentials belong to: twelve digits. The positive
    /// control of a sweep that lost too much.
    async fn account(&self, gate: &dyn Gate, target: &TargetName) -> Result<String, PortError>;

    /// All living stacks, nested ones left out.
    async fn list_stacks(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        from: Option<Cursor>,
    ) -> Result<Page<Stack>, PortError>;

    /// One stack; a deleted one is found by ARN only.
    async fn stack(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        stack: &StackRef,
    ) -> Result<Option<Stack>, PortError>;

    /// One change set, all its pages merged.
    async fn change_set(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        stack: &StackArn,
        name: &ChangeSetName,
    ) -> Result<Option<ChangeSet>, PortError>;

    /// A stack's events, newest first.
    async fn stack_events(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        stack: &StackArn,
        from: Option<Cursor>,
    ) -> Result<Page<StackEvent>, PortError>;

    /// All Auto Scaling groups with their instances.
    async fn list_groups(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        from: Option<Cursor>,
    ) -> Result<Page<Group>, PortError>;

    /// The Auto Scaling groups of one stack, all pages merged.
    async fn groups_of(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        stack: &StackArn,
    ) -> Result<Vec<Group>, PortError>;

    /// The objects under a prefix. A target without an artifact bucket has none.
    async fn objects(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        prefix: &ObjectKey,
    ) -> Result<Objects, PortError>;

    /// What a secret of Secrets Manager holds, as text. Fails with `NotFound` where there is
    /// none under the ARN.
    async fn secret(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        arn: &str,
    ) -> Result<SecretText, PortError>;

    /// Begins an action and returns when it is accepted. `content` holds the bytes that
    /// the action names or carries, if it does.
    ///
    /// Never fails: what goes wrong is an [`Outcome`].
    async fn begin(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        action: &InfrastructureAction,
        content: Option<Bytes>,
    ) -> Outcome;
}

/// EC2, which is a port of its own because its SDK is: whoever does not need it does not
/// build it.
#[async_trait]
pub trait Instances: Send + Sync {
    /// Instances that carry a tag with one of the values.
    async fn list_instances(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        tag: &str,
        values: &[String],
        from: Option<Cursor>,
    ) -> Result<Page<Instance>, PortError>;

    /// One instance by id; a terminated one is found for about an hour.
    async fn instance(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        id: &str,
    ) -> Result<Option<Instance>, PortError>;

    /// What an instance has written to its console: the newest 64 KB at most, as text.
    /// `None` when EC2 has none: not yet, or not any more.
    async fn console(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        id: &str,
    ) -> Result<Option<String>, PortError>;
}
