//! AWS at one place: the stacks, and what they are made of.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::chance::Chance;
use crate::cloudformation::drift::Detections;
use crate::cloudformation::engine;
use crate::cloudformation::stack::Stack;
use crate::cloudformation::tokens::Tokens;
use crate::compute::Compute;
use crate::ec2::InstanceState;
use crate::events::{self, Bus};
use crate::schedule::Scheduled;
use crate::sqs::Queues;
use crate::world::{Moment, Place, Stores};

/// CloudFormation, Auto Scaling, EC2, SQS and EventBridge of one account in one region.
///
/// The operations stand with their service: in [`crate::cloudformation`],
/// [`crate::autoscaling`], [`crate::ec2`], [`crate::sqs`], [`crate::events`].
#[derive(Debug)]
pub struct Region {
    pub(crate) place: Place,
    pub(crate) chance: Chance,
    /// By ARN, deleted ones too.
    pub(crate) stacks: Scheduled<String, Stack>,
    /// The ARN of the live stack of each name.
    pub(crate) names: BTreeMap<String, String>,
    /// When deleted stacks are forgotten, with their ARNs.
    pub(crate) forgotten: BTreeSet<(DateTime<Utc>, String)>,
    pub(crate) tokens: Tokens,
    pub(crate) compute: Compute,
    pub(crate) detections: Detections,
    pub(crate) queues: Queues,
    pub(crate) bus: Bus,
}

impl Region {
    /// An empty region.
    pub fn new(place: Place, seed: u64) -> Self {
        let chance = Chance::new(seed, &format!("{}/{}", place.account, place.region));
        let compute = Compute {
            place: Some(place.clone()),
            ..Compute::default()
        };
        Self {
            queues: Queues::new(place.clone(), seed),
            bus: Bus::new(place.clone(), seed),
            place,
            chance,
            stacks: Scheduled::default(),
            names: BTreeMap::new(),
            forgotten: BTreeSet::new(),
            tokens: Tokens::default(),
            compute,
            detections: Detections::default(),
        }
    }

    /// When the next change comes that an operation waits for.
    pub fn next_of_operations(&self) -> Option<DateTime<Utc>> {
        let stacks = self.stacks.next_due().into_iter();
        let others = [
            self.compute.next_of_operations(),
            self.detections.next_due(),
        ];
        stacks.chain(others.into_iter().flatten()).min()
    }

    /// What there is, as plain JSON: live stacks with their resources, groups, instances
    /// that are not terminated.
    pub fn truth(&self) -> Value {
        let stacks = self.stacks.values().filter(|stack| !stack.is_deleted());
        let groups = self.compute.groups.values();
        let instances = self.compute.instances.values();
        json!({
            "stacks": stacks.map(stack_truth).collect::<Vec<_>>(),
            "groups": groups.map(|group| json!({
                "AutoScalingGroupName": group.name,
                "MinSize": group.min_size,
                "MaxSize": group.max_size,
                "DesiredCapacity": group.desired_capacity,
                "LaunchTemplate": group.launch_template,
                "LaunchConfigurationName": group.launch_configuration_name,
                "Instances": group.members.iter().map(|member| json!({
                    "InstanceId": member.instance_id,
                    "LifecycleState": member.lifecycle_state,
                })).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
            "instances": instances
                .filter(|one| one.state != InstanceState::Terminated)
                .map(|one| json!({
                    "InstanceId": one.id,
                    "State": one.state,
                    "AutoScalingGroupName": one.group,
                    "InstanceType": one.specification.instance_type,
                    "LaunchTemplate": one.specification.launch_template,
                    "Tags": one.tags,
                }))
                .collect::<Vec<_>>(),
        })
    }
}

impl Region {
    /// The moment of the next change that will come by itself.
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        let stacks = self.stacks.next_due().into_iter();
        let others = [self.compute.next_due(), self.detections.next_due()];
        stacks.chain(others.into_iter().flatten()).min()
    }

    /// Makes every change that is due at the moment.
    pub(crate) fn run_due(&mut self, moment: &mut Moment<'_>, stores: &mut Stores<'_>) {
        loop {
            self.compute.run_due(&mut self.chance, moment);
            engine::run_due(self, moment, stores);
            events::deliver(self, moment);
            if self.next_due().is_none_or(|due| due > moment.now) {
                break;
            }
        }
    }
}

fn stack_truth(stack: &Stack) -> Value {
    json!({
        "StackName": stack.name,
        "StackId": stack.id,
        "StackStatus": stack.status,
        "Resources": stack.resources.values().map(|one| json!({
            "LogicalResourceId": one.logical_id,
            "PhysicalResourceId": one.physical_id,
            "ResourceType": one.kind,
            "ResourceStatus": one.status,
        })).collect::<Vec<_>>(),
    })
}
