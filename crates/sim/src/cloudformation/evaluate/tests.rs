//! The functions, on one template.

use serde_json::{Value, json};

use super::{Identity, Lookup, Scope};
use crate::cloudformation::definition::{Definition, Given};
use crate::cloudformation::request::ParameterInput;
use crate::compute::Compute;
use crate::world::Place;

const TEMPLATE: &str = r#"
Parameters:
  Env: { Type: String, AllowedPattern: "[a-z]+" }
  Part: { Type: String, Default: vpc }
  Ports: { Type: CommaDelimitedList, Default: "80, 443" }
  Image: { Type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", Default: /aws/service/ami-amazon-linux-latest/al2023 }
Mappings:
  Sizes: { us-east-1: { small: t3.micro }, names: { s: small } }
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  Careful: !And [!Not [!Condition IsTest], !Or [!Condition IsProd, !Equals [1, "1"]]]
  IsTest: !Equals [!Ref Env, test]
Resources:
  A: { Type: AWS::SQS::Queue }
  B: { Type: AWS::SQS::Queue, Condition: IsProd }
"#;

struct Fixed;

impl Lookup for Fixed {
    fn reference(&self, logical_id: &str) -> Option<Value> {
        (logical_id == "A").then(|| json!("queue-a"))
    }
    fn attribute(&self, logical_id: &str, attribute: &str) -> Option<Value> {
        (logical_id == "A").then(|| json!(format!("{attribute}-of-a")))
    }
    fn is_preview(&self) -> bool {
        false
    }
    fn export(&self, name: &str) -> Result<String, String> {
        (name == "net-vpc")
            .then(|| "vpc-1".to_owned())
            .ok_or_else(|| "none".to_owned())
    }
}

fn identity() -> Identity {
    Identity {
        place: Place {
            account: "123456789012".to_owned(),
            region: "us-east-1".to_owned(),
        },
        stack_id: "arn:stack".to_owned(),
        stack_name: "shop".to_owned(),
    }
}

fn definition(env: &str) -> Result<Definition, String> {
    let given = Given {
        template_body: Some(TEMPLATE.to_owned()),
        parameters: vec![ParameterInput {
            key: "Env".to_owned(),
            value: Some(env.to_owned()),
            use_previous_value: false,
        }],
        ..Given::default()
    };
    Definition::prepare(given, None, &identity(), &mut Compute::default())
        .map_err(|error| error.message)
}

fn evaluate(value: &Value) -> Result<Option<Value>, String> {
    let (definition, identity) = (definition("prod").unwrap(), identity());
    let scope = Scope {
        definition: &definition,
        identity: &identity,
        resources: &Fixed,
    };
    scope.evaluate(value)
}

#[test]
fn functions_give_what_cloudformation_gives() {
    for (expression, wanted) in [
        (json!({"Ref": "A"}), json!("queue-a")),
        (json!({"Ref": "Ports"}), json!(["80", "443"])),
        (json!({"Ref": "AWS::Partition"}), json!("aws")),
        (json!({"Fn::GetAtt": ["A", "Arn"]}), json!("Arn-of-a")),
        (
            json!({"Fn::Sub": "${A}/${A.Arn}/${!A}/${AWS::StackName}"}),
            json!("queue-a/Arn-of-a/${A}/shop"),
        ),
        (
            json!({"Fn::Sub": ["${X}${Env}", {"X": {"Ref": "A"}}]}),
            json!("queue-aprod"),
        ),
        (
            json!({"Fn::Join": ["-", ["a", {"Ref": "A"}, 1, true]]}),
            json!("a-queue-a-1-true"),
        ),
        (json!({"Fn::Select": ["1", {"Ref": "Ports"}]}), json!("443")),
        (json!({"Fn::Split": ["-", "a-b"]}), json!(["a", "b"])),
        (
            json!({"Fn::If": ["IsProd", "yes", {"Ref": "Nothing"}]}),
            json!("yes"),
        ),
        (
            json!({"a": {"Fn::If": ["IsTest", 1, {"Ref": "AWS::NoValue"}]}, "b": 2}),
            json!({"b": 2}),
        ),
        (
            json!([{"Fn::If": ["Careful", 1, 2]}, {"Ref": "AWS::NoValue"}]),
            json!([1]),
        ),
        (
            json!({"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "small"]}),
            json!("t3.micro"),
        ),
        (
            json!({"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, {"Fn::FindInMap": ["Sizes", "names", "s"]}]}),
            json!("t3.micro"),
        ),
        (
            json!({"Fn::ImportValue": {"Fn::Sub": "net-${Part}"}}),
            json!("vpc-1"),
        ),
        (
            json!({"Fn::Select": [1, {"Fn::Cidr": ["10.0.0.0/16", 2, "8"]}]}),
            json!("10.0.1.0/24"),
        ),
        (json!({"Fn::Base64": "hi"}), json!("aGk=")),
        (
            json!({"Fn::GetAZs": ""}),
            json!(["us-east-1a", "us-east-1b", "us-east-1c"]),
        ),
        (
            json!({"Condition": {"Bool": {"aws:SecureTransport": "false"}}}),
            json!({"Condition": {"Bool": {"aws:SecureTransport": "false"}}}),
        ),
    ] {
        assert_eq!(evaluate(&expression), Ok(Some(wanted)), "{expression}");
    }
    let image = evaluate(&json!({"Ref": "Image"})).unwrap().unwrap();
    assert!(image.as_str().unwrap().starts_with("ami-"), "{image}");
}

#[test]
fn what_cannot_be_worked_out_says_why() {
    for (expression, wanted) in [
        (
            json!({"Fn::FindInMap": ["Sizes", "mars", "small"]}),
            "Unable to get mapping for Sizes::mars::small",
        ),
        (
            json!({"Fn::Select": [5, ["a"]]}),
            "cannot select nonexistent value at index 5",
        ),
        (json!({"Ref": "B"}), "Unresolved resource dependencies [B]"),
        (
            json!({"Fn::Cidr": ["10.0.0.0/16", 300, 8]}),
            "makes 1 to 256 blocks",
        ),
        (
            json!({"Fn::And": [{"Fn::Equals": [1, 1]}]}),
            "every Fn::And object requires a list of at least 2 and at most 10",
        ),
        (
            json!({"Fn::FindInMap": ["Sizes", {"Fn::Sub": "x"}, "small"]}),
            "every Fn::FindInMap object requires three parameters",
        ),
        (
            json!({"Fn::ImportValue": {"Fn::Sub": "${A}-vpc"}}),
            "must not depend on any resources",
        ),
        (
            json!({"Fn::ToJsonString": {}}),
            "Fn::ToJsonString is worked out by AWS::LanguageExtensions",
        ),
        (
            json!({"Fn::Nonsense": 1}),
            "unsupported function: Fn::Nonsense",
        ),
    ] {
        let error = evaluate(&expression).unwrap_err();
        assert!(error.contains(wanted), "{error}");
    }
}

#[test]
fn a_pattern_has_to_match_the_whole_value() {
    assert_eq!(
        definition("prod1").unwrap_err(),
        "Parameter 'Env' must match pattern [a-z]+"
    );
}
