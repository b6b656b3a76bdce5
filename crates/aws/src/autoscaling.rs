//! Auto Scaling groups with their instances.

use aws_sdk_autoscaling::Client;
use aws_sdk_autoscaling::types::{AutoScalingGroup, Filter, Instance};
use bennu_model::ids::StackArn;
use bennu_model::stack::{Group, GroupInstance};
use bennu_ports::{Call, Cursor, Gate, Page};

use crate::call::{send, unreadable};
use crate::error::Failure;

const CALL: Call = Call::DescribeAutoScalingGroups;

/// The most that one page can hold.
const PAGE: i32 = 100;

/// What CloudFormation tags every group with that it makes.
const STACK_TAG: &str = "aws:cloudformation:stack-id";

/// One page of all groups.
pub(crate) async fn list_groups(
    client: &Client,
    gate: &dyn Gate,
    from: Option<Cursor>,
) -> Result<Page<Group>, Failure> {
    let request = client
        .describe_auto_scaling_groups()
        .max_records(PAGE)
        .set_next_token(from.map(|c| c.0))
        .send();
    let reply = send(gate, CALL, request).await?;
    let groups = reply.auto_scaling_groups.unwrap_or_default();
    let items = groups.into_iter().map(read).collect::<Result<_, _>>()?;
    Ok(Page {
        items,
        next: reply.next_token.map(Cursor),
    })
}

/// All groups of a stack, by the tag that CloudFormation puts on them.
pub(crate) async fn groups_of(
    client: &Client,
    gate: &dyn Gate,
    stack: &StackArn,
) -> Result<Vec<Group>, Failure> {
    let of_stack = Filter::builder()
        .name(format!("tag:{STACK_TAG}"))
        .values(stack.as_str())
        .build();
    let mut groups = Vec::new();
    let mut token = None;
    loop {
        let request = client
            .describe_auto_scaling_groups()
            .filters(of_stack.clone())
            .max_records(PAGE)
            .set_next_token(token)
            .send();
        let reply = send(gate, CALL, request).await?;
        for group in reply.auto_scaling_groups.unwrap_or_default() {
            groups.push(read(group)?);
        }
        token = reply.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(groups);
        }
    }
}

fn read(group: AutoScalingGroup) -> Result<Group, Failure> {
    let lacks = |what: &str| unreadable(CALL, &format!("a group has no {what}"));
    let stack = group
        .tags
        .iter()
        .flatten()
        .find(|tag| tag.key.as_deref() == Some(STACK_TAG))
        .and_then(|tag| tag.value.clone())
        .and_then(|arn| StackArn::new(arn).ok());
    let instances = group.instances.unwrap_or_default();
    let template = group.launch_template.and_then(|template| template.version);
    let launches = template.or(group.launch_configuration_name);
    Ok(Group {
        launches: launches.filter(|version| !version.starts_with('$')),
        name: group
            .auto_scaling_group_name
            .ok_or_else(|| lacks("AutoScalingGroupName"))?,
        stack,
        desired: group
            .desired_capacity
            .ok_or_else(|| lacks("DesiredCapacity"))?,
        instances: instances
            .into_iter()
            .map(read_instance)
            .collect::<Result<_, _>>()?,
    })
}

fn read_instance(instance: Instance) -> Result<GroupInstance, Failure> {
    let health = instance.health_status.unwrap_or_default();
    let template = instance
        .launch_template
        .and_then(|template| template.version);
    Ok(GroupInstance {
        id: instance
            .instance_id
            .ok_or_else(|| unreadable(CALL, "an instance has no InstanceId"))?,
        lifecycle: instance
            .lifecycle_state
            .map(|s| s.as_str().to_owned())
            .unwrap_or_default(),
        // Documented as "Healthy", and seen in capitals too.
        healthy: health.eq_ignore_ascii_case("healthy"),
        launched_by: template.or(instance.launch_configuration_name),
    })
}
