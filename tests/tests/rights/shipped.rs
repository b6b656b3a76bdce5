//! `deploy/aws/*.yaml`, evaluated as CloudFormation would for one account and region.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use bennu_template::Template;
use serde_json::{Map, Value};

use crate::policy::Policy;

pub const INSTALLATION: &str = "dev";
pub const REGION: &str = "ap-southeast-2";
pub const ACCOUNT: &str = "123456789012";
pub const BUCKET: &str = "acme-bennu";
pub const KEY: &str = "arn:aws:kms:ap-southeast-2:123456789012:key/1f2e3d4c";
pub const SERVICE_ROLE: &str =
    "arn:aws:iam::123456789012:role/bennu/cloudformation-dev-ap-southeast-2";
pub const DAEMON_ROLE: &str = "arn:aws:iam::123456789012:role/bennu/daemon-dev-ap-southeast-2";
pub const BOUNDARY: &str = "arn:aws:iam::123456789012:policy/bennu/instances-dev-ap-southeast-2";

/// The top of the repository.
pub fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A template of `deploy/aws` with its parameters given.
pub struct Stack {
    template: Template,
    parameters: BTreeMap<String, Value>,
}

/// `roles.yaml` of our installation; `boundary` is `offered` or `required`.
pub fn roles(boundary: &str) -> Stack {
    let parameters = [
        ("Installation", INSTALLATION),
        ("HubRoleArn", "arn:aws:iam::999999999999:role/bennu/hub-dev"),
        ("ExternalId", "given-by-the-account"),
        ("BucketName", BUCKET),
        ("SecretKeyArn", KEY),
        ("Boundary", boundary),
    ];
    let text = |(key, value): (&str, &str)| (key.to_owned(), Value::from(value));
    Stack::new("roles.yaml", parameters.map(text))
}

/// `hub.yaml` of our installation, with one target.
pub fn hub() -> Stack {
    let parameters = [
        ("Installation", Value::from(INSTALLATION)),
        ("TargetRoleArns", Value::from(vec![DAEMON_ROLE])),
        ("RunsOn", Value::from("ec2.amazonaws.com")),
    ];
    Stack::new("hub.yaml", parameters.map(|(k, v)| (k.to_owned(), v)))
}

impl Stack {
    fn new(file: &str, parameters: impl IntoIterator<Item = (String, Value)>) -> Self {
        let text = fs::read_to_string(top().join("deploy/aws").join(file)).unwrap();
        let template = Template::parse(&text).unwrap();
        let parameters: BTreeMap<_, _> = parameters.into_iter().collect();
        let (declared, given): (Vec<_>, Vec<_>) = (
            template.parameters.keys().collect(),
            parameters.keys().collect(),
        );
        assert_eq!(declared, given, "{file}: a parameter came or went");
        Self {
            template,
            parameters,
        }
    }

    /// What a role may do by the policies that stand in it.
    pub fn policy_of(&self, role: &str) -> Policy {
        let mut policy = Policy::default();
        for inline in self.property(role, "Policies").as_array().unwrap() {
            policy.add(&inline["PolicyDocument"]);
        }
        policy
    }

    /// What a managed policy allows.
    pub fn managed(&self, name: &str) -> Policy {
        let mut policy = Policy::default();
        policy.add(&self.property(name, "PolicyDocument"));
        policy
    }

    /// A property with its functions evaluated.
    pub fn property(&self, resource: &str, name: &str) -> Value {
        let properties = &self.template.resources[resource].properties;
        self.evaluate(&properties[name]).unwrap()
    }

    /// `None` is `AWS::NoValue`: the entry does not exist.
    fn evaluate(&self, value: &Value) -> Option<Value> {
        match value {
            Value::Object(map) => match function(map) {
                Some(("Ref", name)) => self.reference(name.as_str().unwrap()),
                Some(("Fn::Sub", text)) => Some(self.substitute(text.as_str().unwrap()).into()),
                Some(("Fn::GetAtt", path)) => Some(attribute(path).into()),
                Some(("Fn::If", parts)) => {
                    let is_met = self.is_met(parts[0].as_str().unwrap());
                    self.evaluate(&parts[if is_met { 1 } else { 2 }])
                }
                Some((other, _)) => panic!("this test does not know {other}"),
                None => {
                    let entry = |(k, v): (&String, &Value)| Some((k.clone(), self.evaluate(v)?));
                    Some(map.iter().filter_map(entry).collect::<Map<_, _>>().into())
                }
            },
            Value::Array(list) => {
                let list: Vec<_> = list.iter().filter_map(|v| self.evaluate(v)).collect();
                Some(list.into())
            }
            plain => Some(plain.clone()),
        }
    }

    fn is_met(&self, condition: &str) -> bool {
        let given = |name: &str| self.parameters[name].as_str().unwrap();
        match condition {
            "HasSecretKey" => !given("SecretKeyArn").is_empty(),
            "IsBounded" => given("Boundary") == "required",
            other => panic!("this test does not know the condition {other}"),
        }
    }

    fn reference(&self, name: &str) -> Option<Value> {
        Some(match name {
            "AWS::NoValue" => return None,
            "AWS::Region" => REGION.into(),
            "AWS::AccountId" => ACCOUNT.into(),
            "AWS::Partition" => "aws".into(),
            "AWS::URLSuffix" => "amazonaws.com".into(),
            "InstanceBoundary" => BOUNDARY.into(),
            parameter => self.parameters[parameter].clone(),
        })
    }

    fn substitute(&self, text: &str) -> String {
        let mut parts = text.split("${");
        let mut filled = parts.next().unwrap().to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}').unwrap();
            filled += self.reference(name).unwrap().as_str().unwrap();
            filled += rest;
        }
        filled
    }
}

fn function(map: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (name, argument) = map.iter().next()?;
    let is_function = map.len() == 1 && (name == "Ref" || name.starts_with("Fn::"));
    is_function.then_some((name, argument))
}

fn attribute(path: &Value) -> &'static str {
    match (path[0].as_str().unwrap(), path[1].as_str().unwrap()) {
        ("ServiceRole", "Arn") => SERVICE_ROLE,
        other => panic!("this test does not know the attribute {other:?}"),
    }
}

/// The names that this file gives to roles are those that the template makes.
#[test]
fn roles_are_called_what_this_test_calls_them() {
    let roles = roles("offered");
    let arn = |kind: &str, resource: &str, name: &str| {
        let text = |key: &str| roles.property(resource, key).as_str().unwrap().to_owned();
        format!(
            "arn:aws:iam::{ACCOUNT}:{kind}{}{}",
            text("Path"),
            text(name)
        )
    };
    assert_eq!(arn("role", "DaemonRole", "RoleName"), DAEMON_ROLE);
    assert_eq!(arn("role", "ServiceRole", "RoleName"), SERVICE_ROLE);
    assert_eq!(
        arn("policy", "InstanceBoundary", "ManagedPolicyName"),
        BOUNDARY
    );
}

/// IAM's limits, without white space: 10,240 characters for what stands in a role, 6,144 for
/// a managed policy. ARNs of the longest region and installation are not much longer.
#[test]
fn policies_are_not_too_long() {
    let roles = roles("required");
    let long = |resource: &str, name: &str| roles.property(resource, name).to_string().len();
    assert!(long("DaemonRole", "Policies") < 8_500);
    assert!(
        long("ServiceRole", "Policies") < 8_500,
        "{}",
        long("ServiceRole", "Policies")
    );
    assert!(long("InstanceBoundary", "PolicyDocument") < 5_000);
}

#[test]
fn only_those_who_should_can_become_a_role() {
    let trust = |stack: &Stack, role: &str| stack.property(role, "AssumeRolePolicyDocument");
    let roles = roles("offered");
    let daemon = &trust(&roles, "DaemonRole")["Statement"];
    assert_eq!(daemon.as_array().unwrap().len(), 1);
    assert_eq!(
        daemon[0]["Principal"]["AWS"],
        "arn:aws:iam::999999999999:role/bennu/hub-dev"
    );
    let asked = &daemon[0]["Condition"]["StringEquals"]["sts:ExternalId"];
    assert_eq!(asked, "given-by-the-account");
    let service = &trust(&roles, "ServiceRole")["Statement"];
    assert_eq!(service.as_array().unwrap().len(), 1);
    assert_eq!(
        service[0]["Principal"]["Service"],
        "cloudformation.amazonaws.com"
    );
    let hub = &trust(&hub(), "HubRole")["Statement"];
    assert_eq!(hub.as_array().unwrap().len(), 1);
    assert_eq!(hub[0]["Principal"]["Service"], "ec2.amazonaws.com");
}
