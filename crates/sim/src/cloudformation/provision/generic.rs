//! Types that are an id and take their time: plausible ids and attributes.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::chance::Chance;
use crate::cloudformation::evaluate::Identity;
use crate::cloudformation::nested::NESTED;
use crate::cloudformation::replacement::ResourceType;
use crate::cloudformation::stack::Settings;
use crate::world::Place;

/// Types whose ids are a prefix and 17 hexadecimal digits.
const PREFIXED: &[(&str, &str)] = &[
    ("AWS::EC2::EIP", "eipalloc-"),
    ("AWS::EC2::InternetGateway", "igw-"),
    ("AWS::EC2::NatGateway", "nat-"),
    ("AWS::EC2::NetworkAcl", "acl-"),
    ("AWS::EC2::RouteTable", "rtb-"),
    ("AWS::EC2::SecurityGroup", "sg-"),
    ("AWS::EC2::Subnet", "subnet-"),
    ("AWS::EC2::SubnetRouteTableAssociation", "rtbassoc-"),
    ("AWS::EC2::VPC", "vpc-"),
    ("AWS::EC2::Volume", "vol-"),
    ("AWS::EFS::FileSystem", "fs-"),
    ("AWS::EFS::MountTarget", "fsmt-"),
];

/// Types whose `Ref` is an ARN, with the part of it before the name.
const BY_ARN: &[(&str, &str)] = &[
    (
        "AWS::ElasticLoadBalancingV2::Listener",
        "elasticloadbalancing:listener/",
    ),
    (
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        "elasticloadbalancing:listener-rule/",
    ),
    (
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "elasticloadbalancing:loadbalancer/app/",
    ),
    (
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        "elasticloadbalancing:targetgroup/",
    ),
    ("AWS::IAM::ManagedPolicy", "iam:policy/"),
    ("AWS::SNS::Topic", "sns:"),
    ("AWS::SecretsManager::Secret", "secretsmanager:secret:"),
    ("AWS::StepFunctions::StateMachine", "states:stateMachine:"),
];

/// Types whose ARN ends with a name and 16 hexadecimal digits.
const BALANCERS: [&str; 2] = [
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
];

/// The id of a new thing: the template's own name for it, or one as CloudFormation makes it.
pub fn physical_id(
    chance: &mut Chance,
    identity: &Identity,
    kind: &str,
    logical_id: &str,
    settings: &Settings,
) -> String {
    if let Some((_, prefix)) = PREFIXED.iter().find(|(known, _)| *known == kind) {
        return format!("{prefix}{}", chance.hex(17));
    }
    let name = own_name(kind, settings)
        .unwrap_or_else(|| generated_name(chance, identity, kind, logical_id));
    let Place { account, region } = &identity.place;
    if let Some((_, path)) = BY_ARN.iter().find(|(known, _)| *known == kind) {
        let (service, path) = path.split_once(':').unwrap_or((path, ""));
        let name = if BALANCERS.contains(&kind) {
            format!("{name}/{}", chance.hex(16))
        } else {
            name
        };
        return arn(service, path, &name, &identity.place);
    }
    match kind {
        "AWS::SQS::Queue" => format!("https://sqs.{region}.amazonaws.com/{account}/{name}"),
        _ => name,
    }
}

/// The value of the property that names a thing of this type: `RoleName` of a role,
/// `Name` of a load balancer.
fn own_name(kind: &str, settings: &Settings) -> Option<String> {
    let short = kind.rsplit("::").next().unwrap_or_default();
    let keys = [format!("{short}Name"), "Name".to_owned()];
    let found = keys
        .iter()
        .find_map(|key| settings.properties.get(key)?.as_str());
    found.map(str::to_owned)
}

pub(super) fn generated_name(
    chance: &mut Chance,
    identity: &Identity,
    kind: &str,
    logical_id: &str,
) -> String {
    let stack: String = identity.stack_name.chars().take(64).collect();
    let name = format!("{stack}-{logical_id}-{}", chance.suffix(12));
    if kind == "AWS::S3::Bucket" {
        name.to_ascii_lowercase()
    } else {
        name
    }
}

/// A plausible value of an attribute: the same thing, the same value.
pub fn attribute_of(kind: &str, physical_id: &str, attribute: &str, place: &Place) -> Value {
    // What a nested stack tells can be anything; templates mostly take it for a text.
    if kind == NESTED {
        return Value::String(format!("{physical_id}.{attribute}"));
    }
    let mut parts = physical_id.rsplit(['/', ':']);
    let place_of_name = usize::from(BALANCERS.contains(&kind));
    let name = parts.nth(place_of_name).unwrap_or(physical_id);
    // The ARN's own end, from a word on.
    let full_name = |word: &str| physical_id.find(word).and_then(|at| physical_id.get(at..));
    let hash = hex::encode(Sha256::digest(format!("{kind}/{physical_id}/{attribute}")));
    let digits = |count: usize| hash.get(..count).unwrap_or_default().to_owned();
    let region = &place.region;
    let service = kind
        .split("::")
        .nth(1)
        .unwrap_or_default()
        .to_ascii_lowercase();
    let short = kind.rsplit("::").next().unwrap_or_default();
    let last = attribute.rsplit('.').next().unwrap_or(attribute);
    let text = match last {
        _ if last.ends_with("Arn") && physical_id.starts_with("arn:") => physical_id.to_owned(),
        _ if last.ends_with("Arn") => arn(
            &service,
            &format!("{}/", short.to_ascii_lowercase()),
            name,
            place,
        ),
        "DNSName" if kind.starts_with("AWS::ElasticLoadBalancing") => {
            let name = name.to_ascii_lowercase();
            format!("{name}-{}.{region}.elb.amazonaws.com", digits(8))
        }
        "DNSName" | "Address" | "DomainName" | "PublicDnsName" | "PrivateDnsName" => {
            format!(
                "{}-{}.{region}.{service}.amazonaws.com",
                name.to_ascii_lowercase(),
                digits(8)
            )
        }
        "Port" => "3306".to_owned(),
        "PublicIp" | "PrivateIp" => "10.1.2.3".to_owned(),
        "CidrBlock" => "10.0.0.0/16".to_owned(),
        "LoadBalancerFullName" => full_name("app/").unwrap_or(name).to_owned(),
        "TargetGroupFullName" => full_name("targetgroup/").unwrap_or(name).to_owned(),
        "LatestVersionNumber" | "DefaultVersionNumber" => "1".to_owned(),
        "VpcId" => format!("vpc-{}", digits(17)),
        "GroupId" => {
            if physical_id.starts_with("sg-") {
                physical_id.to_owned()
            } else {
                format!("sg-{}", digits(17))
            }
        }
        "AvailabilityZone" => format!("{region}a"),
        _ if last.ends_with("Name") || last.ends_with("Id") && last == format!("{short}Id") => {
            name.to_owned()
        }
        _ if last.ends_with('s') && !last.ends_with("ss") => {
            // Templates pick by index; four is more than samples ask for.
            let items = (0..4).map(|index| format!("{}-{index}", digits(8)));
            return items.collect();
        }
        _ => format!("{}-{}", last.to_ascii_lowercase(), digits(8)),
    };
    Value::String(text)
}

fn arn(service: &str, path: &str, name: &str, place: &Place) -> String {
    let Place { account, region } = place;
    let region = if service == "iam" || service == "s3" {
        ""
    } else {
        region
    };
    let account = if service == "s3" { "" } else { account };
    let path = if service == "s3" { "" } else { path };
    format!("arn:aws:{service}:{region}:{account}:{path}{name}")
}

/// Whether CloudFormation puts the stack's tags on things of this type.
pub fn is_taggable(kind: &str) -> bool {
    ResourceType::of(kind).is_some_and(ResourceType::is_taggable)
}
