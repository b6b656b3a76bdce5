//! Which changes of a resource need a new one.
//!
//! A small table of create-only properties, after the types' published schemas,
//! for the types that phoenix environments are made of. A type or property that
//! is not in it is changed in place.

use serde_json::Value;

use super::provision::{GROUP, INSTANCE, LAUNCH_CONFIGURATION};
use super::stack::Settings;

/// Whether a change needs a new resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RequiresRecreation {
    /// It is changed in place.
    Never,
    /// It depends on what cannot be seen in the template; here it is changed in place.
    Conditionally,
    /// It is made anew.
    Always,
}

impl RequiresRecreation {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Never => "Never",
            Self::Conditionally => "Conditionally",
            Self::Always => "Always",
        }
    }
}

const CREATE_ONLY: &[(&str, &[&str])] = &[
    (GROUP, &["AutoScalingGroupName", "InstanceId"]),
    ("AWS::DynamoDB::Table", &["TableName"]),
    ("AWS::EC2::LaunchTemplate", &["LaunchTemplateName"]),
    (
        INSTANCE,
        &[
            "AvailabilityZone",
            "ImageId",
            "KeyName",
            "SecurityGroups",
            "SubnetId",
            "NetworkInterfaces",
        ],
    ),
    (
        "AWS::EC2::SecurityGroup",
        &["GroupDescription", "GroupName", "VpcId"],
    ),
    (
        "AWS::EC2::Subnet",
        &["AvailabilityZone", "CidrBlock", "VpcId"],
    ),
    ("AWS::EC2::VPC", &["CidrBlock"]),
    ("AWS::EC2::Route", &["DestinationCidrBlock", "RouteTableId"]),
    ("AWS::EC2::RouteTable", &["VpcId"]),
    (
        "AWS::ElasticLoadBalancing::LoadBalancer",
        &["LoadBalancerName", "Scheme"],
    ),
    (
        "AWS::ElasticLoadBalancingV2::Listener",
        &["LoadBalancerArn"],
    ),
    (
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        &["Name", "Scheme", "Type"],
    ),
    (
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        &["Name", "Port", "Protocol", "TargetType", "VpcId"],
    ),
    (
        "AWS::IAM::InstanceProfile",
        &["InstanceProfileName", "Path"],
    ),
    (
        "AWS::IAM::ManagedPolicy",
        &["ManagedPolicyName", "Path", "Description"],
    ),
    ("AWS::IAM::Role", &["RoleName", "Path"]),
    ("AWS::IAM::User", &["UserName"]),
    ("AWS::Lambda::Function", &["FunctionName", "PackageType"]),
    ("AWS::Logs::LogGroup", &["LogGroupName"]),
    (
        "AWS::RDS::DBInstance",
        &[
            "DBInstanceIdentifier",
            "DBName",
            "Engine",
            "MasterUsername",
            "StorageEncrypted",
        ],
    ),
    ("AWS::S3::Bucket", &["BucketName"]),
    ("AWS::SNS::Topic", &["TopicName", "FifoTopic"]),
    ("AWS::SQS::Queue", &["QueueName", "FifoQueue"]),
    ("AWS::SSM::Parameter", &["Name"]),
    ("AWS::SecretsManager::Secret", &["Name"]),
];

const CONDITIONALLY: &[(&str, &[&str])] = &[
    (
        GROUP,
        &[
            "LaunchConfigurationName",
            "LaunchTemplate",
            "MixedInstancesPolicy",
            "VPCZoneIdentifier",
        ],
    ),
    (
        INSTANCE,
        &[
            "BlockDeviceMappings",
            "EbsOptimized",
            "InstanceType",
            "SecurityGroupIds",
            "Tenancy",
            "UserData",
        ],
    ),
];

/// What a change of one property needs.
pub fn of_property(kind: &str, property: &str, policy: Option<&Value>) -> RequiresRecreation {
    let listed = |table: &[(&str, &[&str])]| {
        table
            .iter()
            .any(|(one, properties)| *one == kind && properties.contains(&property))
    };
    if kind == LAUNCH_CONFIGURATION || listed(CREATE_ONLY) {
        return RequiresRecreation::Always;
    }
    if !listed(CONDITIONALLY) {
        return RequiresRecreation::Never;
    }
    match kind {
        GROUP if replaces_group(policy) => RequiresRecreation::Always,
        GROUP => RequiresRecreation::Never,
        _ => RequiresRecreation::Conditionally,
    }
}

/// Whether turning `old` into `new` makes a new resource.
pub fn is_replacement(kind: &str, old: &Settings, new: &Settings) -> bool {
    let keys = old.properties.keys().chain(new.properties.keys());
    let mut changed = keys.filter(|key| old.properties.get(*key) != new.properties.get(*key));
    changed
        .any(|key| of_property(kind, key, new.update_policy.as_ref()) == RequiresRecreation::Always)
}

/// `UpdatePolicy.AutoScalingReplacingUpdate.WillReplace`.
fn replaces_group(policy: Option<&Value>) -> bool {
    let wish = policy.and_then(|policy| policy.pointer("/AutoScalingReplacingUpdate/WillReplace"));
    wish.and_then(super::evaluate::as_text).as_deref() == Some("true")
}
