//! [`Infrastructure`] on the simulated AWS.

mod actions;
pub(super) mod views;

use std::collections::BTreeMap;

use async_trait::async_trait;
use bennu_model::action::InfrastructureAction;
use bennu_model::ids::{ChangeSetName, ObjectKey, StackArn, TargetName};
use bennu_model::observed::Objects;
use bennu_model::outcome::Outcome;
use bennu_model::plan::StackRef;
use bennu_model::stack::{ChangeSet, Group, Stack, StackEvent};
use bennu_ports::{Call, Cursor, Gate, Infrastructure, Page, PortError, PortErrorKind, SecretText};
use bytes::Bytes;

use super::aws_refusal::{Effect, of_s3, spot, struck_or};
use super::crossing::{cross, failure, outcome_unwritten};
use crate::World;
use crate::autoscaling::GroupQuery;
use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::request::ChangeSetReference;
use crate::doors::serve::Sim;
use crate::ec2::Filter;
use crate::s3::List;
use crate::world::Place;

/// S3 gives at most this many keys on a page.
const KEYS_PER_PAGE: usize = 1_000;

/// The most that Auto Scaling gives on a page, which is what the adapter asks for.
const GROUPS_PER_PAGE: usize = 100;

/// The tag by which CloudFormation marks what a stack made.
const STACK_TAG: &str = "aws:cloudformation:stack-id";

/// What a target of the configuration means in the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimTarget {
    /// Its account and region.
    pub place: Place,
    /// Where its templates go.
    pub artifact_bucket: Option<String>,
}

/// The targets of a world, by the names that specs use.
pub type SimTargets = BTreeMap<TargetName, SimTarget>;

/// A world's CloudFormation, Auto Scaling and S3, as a port.
#[derive(Debug)]
pub struct SimInfrastructure {
    sim: Sim,
    targets: SimTargets,
}

/// One target, with the gate to it.
struct Inside<'a> {
    sim: &'a Sim,
    gate: &'a dyn Gate,
    target: &'a SimTarget,
}

impl SimInfrastructure {
    /// Lets specs reach the places of `targets`.
    pub fn new(sim: Sim, targets: SimTargets) -> Self {
        Self { sim, targets }
    }

    fn enter<'a>(
        &'a self,
        call: Call,
        gate: &'a dyn Gate,
        target: &TargetName,
    ) -> Result<Inside<'a>, PortError> {
        let sim = &self.sim;
        Ok(Inside {
            sim,
            gate,
            target: find(&self.targets, call, target)?,
        })
    }
}

/// The target of that name.
pub(super) fn find<'a>(
    targets: &'a SimTargets,
    call: Call,
    name: &TargetName,
) -> Result<&'a SimTarget, PortError> {
    targets.get(name).ok_or_else(|| {
        let message = format!("the configuration has no target {name}");
        failure(call, PortErrorKind::Invalid, message)
    })
}

impl SimTarget {
    /// What a key has to follow to be a URL that CloudFormation reads.
    fn base_url(&self) -> String {
        let host = format!("s3.{}.amazonaws.com", self.place.region);
        self.artifact_bucket
            .as_ref()
            .map_or_else(String::new, |bucket| format!("https://{bucket}.{host}/"))
    }
}

impl Inside<'_> {
    async fn read<T: Send>(
        &self,
        call: Call,
        act: impl FnOnce(&mut World) -> AwsResult<T> + Send,
    ) -> Result<T, PortError> {
        let spot = spot(call, &self.target.place);
        let act = |world: &mut World| struck_or(world, call, &spot, Effect::Read, act);
        cross(self.sim, self.gate, call, |_| spot.clone(), act).await
    }

    async fn write<T: Send>(
        &self,
        call: Call,
        act: impl FnOnce(&mut World) -> AwsResult<T> + Send,
    ) -> Result<T, PortError> {
        let spot = spot(call, &self.target.place);
        let act = |world: &mut World| struck_or(world, call, &spot, Effect::Write, act);
        cross(self.sim, self.gate, call, |_| spot.clone(), act).await
    }
}

/// An answer, or none where the thing is not there.
pub(super) fn if_there<T>(answer: Result<T, PortError>) -> Result<Option<T>, PortError> {
    match answer {
        Err(error) if error.kind == PortErrorKind::NotFound => Ok(None),
        answer => answer.map(Some),
    }
}

#[async_trait]
impl Infrastructure for SimInfrastructure {
    async fn account(&self, gate: &dyn Gate, target: &TargetName) -> Result<String, PortError> {
        let here = self.enter(Call::GetCallerIdentity, gate, target)?;
        here.read(Call::GetCallerIdentity, |_| {
            Ok(here.target.place.account.clone())
        })
        .await
    }

    async fn list_stacks(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        from: Option<Cursor>,
    ) -> Result<Page<Stack>, PortError> {
        let call = Call::DescribeStacks;
        let here = self.enter(call, gate, target)?;
        let token = from.map(|cursor| cursor.0);
        let page = here
            .read(call, |world| {
                let place = &here.target.place;
                world.on(place, |region, m| {
                    region.describe_stacks(None, token.as_deref(), m)
                })
            })
            .await?;
        views::page(call, page, views::stack)
    }

    async fn stack(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        stack: &StackRef,
    ) -> Result<Option<Stack>, PortError> {
        let call = Call::DescribeStacks;
        let here = self.enter(call, gate, target)?;
        let name = stack.as_str();
        let page = here
            .read(call, |world| {
                let place = &here.target.place;
                world.on(place, |region, m| {
                    region.describe_stacks(Some(name), None, m)
                })
            })
            .await;
        let Some(page) = if_there(page)? else {
            return Ok(None);
        };
        Ok(views::page(call, page, views::stack)?
            .items
            .into_iter()
            .next())
    }

    async fn change_set(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        stack: &StackArn,
        name: &ChangeSetName,
    ) -> Result<Option<ChangeSet>, PortError> {
        let call = Call::DescribeChangeSet;
        let here = self.enter(call, gate, target)?;
        let which = ChangeSetReference {
            change_set_name: name.to_string(),
            stack_name: Some(stack.to_string()),
        };
        let mut changes = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let page = here
                .read(call, |world| {
                    let (place, token) = (&here.target.place, token.as_deref());
                    world.on(place, |region, m| {
                        region.describe_change_set(&which, false, token, m)
                    })
                })
                .await;
            let Some((mut found, next)) = if_there(page)? else {
                return Ok(None);
            };
            changes.append(&mut found.changes);
            token = next;
            if token.is_none() {
                found.changes = changes;
                return views::read(call, found, views::change_set).map(Some);
            }
        }
    }

    async fn stack_events(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        stack: &StackArn,
        from: Option<Cursor>,
    ) -> Result<Page<StackEvent>, PortError> {
        let call = Call::DescribeStackEvents;
        let here = self.enter(call, gate, target)?;
        let token = from.map(|cursor| cursor.0);
        let page = here
            .read(call, |world| {
                let (place, token) = (&here.target.place, token.as_deref());
                world.on(place, |region, m| {
                    region.describe_stack_events(stack.as_str(), token, m)
                })
            })
            .await?;
        views::page(call, page, views::event)
    }

    async fn list_groups(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        from: Option<Cursor>,
    ) -> Result<Page<Group>, PortError> {
        let call = Call::DescribeAutoScalingGroups;
        let here = self.enter(call, gate, target)?;
        let query = GroupQuery {
            max_records: Some(GROUPS_PER_PAGE),
            next_token: from.map(|cursor| cursor.0),
            ..GroupQuery::default()
        };
        let page = here
            .read(call, |world| {
                let place = &here.target.place;
                world.on(place, |region, m| {
                    region.describe_auto_scaling_groups(&query, m)
                })
            })
            .await?;
        views::page(call, page, views::group)
    }

    async fn groups_of(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        stack: &StackArn,
    ) -> Result<Vec<Group>, PortError> {
        let call = Call::DescribeAutoScalingGroups;
        let here = self.enter(call, gate, target)?;
        let mut query = GroupQuery {
            filters: vec![Filter {
                name: format!("tag:{STACK_TAG}"),
                values: vec![stack.to_string()],
            }],
            max_records: Some(GROUPS_PER_PAGE),
            ..GroupQuery::default()
        };
        let mut groups = Vec::new();
        loop {
            let page = here
                .read(call, |world| {
                    let place = &here.target.place;
                    world.on(place, |region, m| {
                        region.describe_auto_scaling_groups(&query, m)
                    })
                })
                .await?;
            let page = views::page(call, page, views::group)?;
            groups.extend(page.items);
            query.next_token = page.next.map(|cursor| cursor.0);
            if query.next_token.is_none() {
                return Ok(groups);
            }
        }
    }

    async fn objects(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        prefix: &ObjectKey,
    ) -> Result<Objects, PortError> {
        let call = Call::ListObjects;
        let here = self.enter(call, gate, target)?;
        let Some(bucket) = &here.target.artifact_bucket else {
            return Ok(Objects::default());
        };
        let mut objects = Objects {
            keys: Vec::new(),
            base_url: here.target.base_url(),
        };
        let mut list = List {
            prefix: prefix.to_string(),
            max_keys: KEYS_PER_PAGE,
            ..List::default()
        };
        loop {
            let list_one = |world: &mut World| {
                world
                    .buckets
                    .list(bucket, &list)
                    .map_err(|error| of_s3(&error))
            };
            let page = here.read(call, list_one).await?;
            for entry in &page.entries {
                let key = views::read(call, entry, |entry| ObjectKey::new(entry.name()))?;
                objects.keys.push(key);
            }
            list.after = page.next;
            if list.after.is_none() {
                return Ok(objects);
            }
        }
    }

    async fn secret(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        arn: &str,
    ) -> Result<SecretText, PortError> {
        let call = Call::GetSecretValue;
        let here = self.enter(call, gate, target)?;
        here.read(call, |world| {
            let text = world.secret(&here.target.place, arn)?;
            let text = text.ok_or_else(|| {
                let message = format!("the secret {arn} holds no text (SecretString)");
                AwsError::new("InvalidParameterException", message, 400)
            })?;
            Ok(SecretText::new(text.to_owned()))
        })
        .await
    }

    async fn begin(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        action: &InfrastructureAction,
        content: Option<Bytes>,
    ) -> Outcome {
        match self.enter(actions::call(action), gate, target) {
            Ok(here) => actions::begin(&here, action, content).await,
            Err(error) => outcome_unwritten(&error),
        }
    }
}
