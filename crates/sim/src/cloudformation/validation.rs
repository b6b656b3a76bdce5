//! Early validation: what is found wrong before anything is made.
//!
//! Of the checks that AWS makes, the one for names in use is made here. That the properties
//! have the right shape is not checked: that takes the types' schemas.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::definition::Definition;
use super::provision::LAUNCH_TEMPLATE;
use super::stack::{Resource, Stack};
use crate::region::Region;

/// Something that would have failed later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The operation that was validated.
    pub operation_id: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The resource.
    pub logical_id: String,
    /// Its type.
    pub kind: String,
    /// Where it is in the template.
    pub path: String,
    /// What is wrong.
    pub reason: String,
}

/// The name of the only check that there is.
pub const NAME_CONFLICT: &str = "NAME_CONFLICT_VALIDATION";

/// Why an operation with such findings fails.
pub const REASON: &str = "Validation failed. Use the DescribeEvents API with the operation id for \
                          the findings. ";

/// Types of which no two things of a region have one name, and the property that names them.
const NAMED: &[(&str, &str)] = &[
    ("AWS::AutoScaling::AutoScalingGroup", "AutoScalingGroupName"),
    (
        "AWS::AutoScaling::LaunchConfiguration",
        "LaunchConfigurationName",
    ),
    ("AWS::DynamoDB::Table", "TableName"),
    (LAUNCH_TEMPLATE, "LaunchTemplateName"),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", "Name"),
    ("AWS::ElasticLoadBalancingV2::TargetGroup", "Name"),
    ("AWS::IAM::InstanceProfile", "InstanceProfileName"),
    ("AWS::IAM::ManagedPolicy", "ManagedPolicyName"),
    ("AWS::IAM::Role", "RoleName"),
    ("AWS::Lambda::Function", "FunctionName"),
    ("AWS::Logs::LogGroup", "LogGroupName"),
    ("AWS::S3::Bucket", "BucketName"),
    ("AWS::SNS::Topic", "TopicName"),
    ("AWS::SQS::Queue", "QueueName"),
    ("AWS::SSM::Parameter", "Name"),
    ("AWS::SecretsManager::Secret", "Name"),
];

/// A resource with what is wrong with it: its logical id, its type, the reason.
type Conflict = (String, String, String);

/// The resources that would be made under a name that something of their type has already.
fn name_conflicts(region: &Region, stack: &Stack, new: &Definition) -> Vec<Conflict> {
    let is_there = |name: &String| stack.resources.get(name).is_some_and(Resource::exists);
    let made = new.active().filter(|(name, _)| !is_there(name));
    let conflict = |(logical_id, declared): (&String, &bennu_template::Resource)| {
        let (_, property) = NAMED.iter().find(|(kind, _)| *kind == declared.kind)?;
        let name = declared.properties.get(*property)?;
        let name = new.foreseen(name, &stack.identity)?;
        let name = name.as_str()?;
        let others = region.stacks.values().filter(|one| !one.is_deleted());
        let others = others.filter(|one| one.id != stack.id);
        let mut theirs = others.flat_map(|one| one.resources.values());
        let is_same = |one: &Resource| {
            let its = one.settings.properties.get(*property);
            one.exists()
                && one.physical_id.is_some()
                && one.kind == declared.kind
                && its.and_then(Value::as_str) == Some(name)
        };
        let mut templates = region.compute.launch_templates.values();
        let is_taken = theirs.any(is_same)
            || (declared.kind == LAUNCH_TEMPLATE && templates.any(|one| one.name == name));
        is_taken.then(|| {
            let reason = format!(
                "Resource of type '{}' with identifier '{name}' already exists.",
                declared.kind
            );
            (logical_id.clone(), declared.kind.clone(), reason)
        })
    };
    made.filter_map(conflict).collect()
}

impl Region {
    /// Validates what an operation would make of a stack; `new` is the stack's own definition
    /// unless given. What is found is on record, and fails the operation if it is under way.
    pub(crate) fn validate(
        &mut self,
        stack_id: &str,
        new: Option<&Definition>,
        operation_id: &str,
        now: DateTime<Utc>,
    ) {
        let found = self.stacks.get(stack_id).and_then(|stack| {
            let new = new.or(stack.definition.as_ref())?;
            Some(name_conflicts(self, stack, new))
        });
        let found = found.filter(|found| !found.is_empty());
        let (Some(found), Some(stack)) = (found, self.stacks.get_mut(stack_id)) else {
            return;
        };
        let found = found.into_iter().map(|(logical_id, kind, reason)| Finding {
            operation_id: operation_id.to_owned(),
            at: now,
            path: format!("/Resources/{logical_id}"),
            logical_id,
            kind,
            reason,
        });
        stack.findings.extend(found);
        if let Some(operation) = &mut stack.operation
            && operation.id == operation_id
        {
            operation.failure = Some(REASON.to_owned());
            stack.validation_failed = true;
        }
    }
}
