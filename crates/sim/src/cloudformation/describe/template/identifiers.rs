//! What names a resource of a type when it is imported: its schema's primary identifier.

use std::collections::BTreeMap;

use bennu_template::Resource;

use crate::cloudformation::answer::ResourceIdentifierSummary;

/// Primary identifiers of the types that templates of this world's kind have (resource
/// provider schemas). Other types are left out of summaries.
const IDENTIFIERS: &[(&str, &str)] = &[
    ("AWS::AutoScaling::AutoScalingGroup", "AutoScalingGroupName"),
    (
        "AWS::AutoScaling::LaunchConfiguration",
        "LaunchConfigurationName",
    ),
    ("AWS::CloudFormation::Stack", "StackId"),
    ("AWS::CloudWatch::Alarm", "AlarmName"),
    ("AWS::DynamoDB::Table", "TableName"),
    ("AWS::EC2::EIP", "PublicIp"),
    ("AWS::EC2::Instance", "InstanceId"),
    ("AWS::EC2::InternetGateway", "InternetGatewayId"),
    ("AWS::EC2::LaunchTemplate", "LaunchTemplateId"),
    ("AWS::EC2::NatGateway", "NatGatewayId"),
    ("AWS::EC2::RouteTable", "RouteTableId"),
    ("AWS::EC2::SecurityGroup", "Id"),
    ("AWS::EC2::Subnet", "SubnetId"),
    ("AWS::EC2::VPC", "VpcId"),
    ("AWS::EC2::Volume", "VolumeId"),
    ("AWS::ElasticLoadBalancingV2::Listener", "ListenerArn"),
    (
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "LoadBalancerArn",
    ),
    ("AWS::ElasticLoadBalancingV2::TargetGroup", "TargetGroupArn"),
    ("AWS::IAM::InstanceProfile", "InstanceProfileName"),
    ("AWS::IAM::ManagedPolicy", "PolicyArn"),
    ("AWS::IAM::Role", "RoleName"),
    ("AWS::KMS::Key", "KeyId"),
    ("AWS::Lambda::Function", "FunctionName"),
    ("AWS::Logs::LogGroup", "LogGroupName"),
    ("AWS::RDS::DBInstance", "DBInstanceIdentifier"),
    ("AWS::S3::Bucket", "BucketName"),
    ("AWS::SNS::Topic", "TopicArn"),
    ("AWS::SQS::Queue", "QueueUrl"),
    ("AWS::SSM::Parameter", "Name"),
    ("AWS::SecretsManager::Secret", "Id"),
];

/// The summaries of these resources, by type.
pub(super) fn of(resources: &BTreeMap<String, Resource>) -> Vec<ResourceIdentifierSummary> {
    let mut by_kind: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, resource) in resources {
        by_kind
            .entry(&resource.kind)
            .or_default()
            .push(name.clone());
    }
    let known = by_kind.into_iter().filter_map(|(kind, names)| {
        let (_, identifier) = IDENTIFIERS.iter().find(|(known, _)| *known == kind)?;
        Some(ResourceIdentifierSummary {
            resource_type: kind.to_owned(),
            logical_resource_ids: names,
            resource_identifiers: vec![(*identifier).to_owned()],
        })
    });
    known.collect()
}
