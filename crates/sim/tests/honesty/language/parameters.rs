//! Parameters of every type, and references that are resolved while a stack is made.

use serde_json::{Value, json};

use super::{Params, create, created, describe, events, message, outputs, status, update};
use crate::Scenario;
use crate::stage::{Answer, Stage};

pub const CONSTRAINTS: Scenario = Scenario {
    name: "a parameter that does not fit is refused in CloudFormation's words",
    shows: &[],
    play: constraints,
};

const DECLARED: &str = "
Parameters:
  Size: { Type: String, AllowedValues: [small, large], Default: small }
  Name: { Type: String, MinLength: 3, MaxLength: 5, AllowedPattern: '[a-z]*', Default: abc }
  Port: { Type: Number, MinValue: 1, MaxValue: 99, Default: 80 }
  Ports: { Type: List<Number>, Default: '1, 2' }
  Said: { Type: String, AllowedPattern: '[0-9]+', ConstraintDescription: must be digits, Default: 1 }
  Image: { Type: 'AWS::EC2::Image::Id', Default: ami-1 }
  Zone: { Type: 'List<AWS::EC2::AvailabilityZone::Name>', Default: 'ap-southeast-2a,ap-southeast-2b' }
  Secret: { Type: String, NoEcho: true, Default: hush }
Resources: { T: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: !Ref Secret } } }
Outputs: { Ports: { Value: !Join ['+', !Ref Ports] } }
";

fn given<'a>(key: &'a str, value: &'a str) -> [(&'a str, &'a str); 2] {
    [
        ("Parameters.member.1.ParameterKey", key),
        ("Parameters.member.1.ParameterValue", value),
    ]
}

fn constraints(stage: &Stage) {
    let long = "x".repeat(4097);
    for (key, value, wanted) in [
        (
            "Size",
            "huge",
            "Parameter 'Size' must be one of AllowedValues",
        ),
        (
            "Name",
            "ab",
            "Parameter 'Name' must contain at least 3 characters",
        ),
        (
            "Name",
            "abcdef",
            "Parameter 'Name' must contain at most 5 characters",
        ),
        ("Name", "ABC", "Parameter 'Name' must match pattern [a-z]*"),
        ("Port", "x", "Parameter 'Port' must be a number"),
        (
            "Port",
            "0",
            "Parameter 'Port' must be a number not less than 1",
        ),
        (
            "Port",
            "100",
            "Parameter 'Port' must be a number not greater than 99",
        ),
        ("Ports", "1,b", "Parameter 'Ports' must be a number"),
        (
            "Said",
            "one",
            "Parameter Said failed to satisfy constraint: must be digits",
        ),
        (
            "Secret",
            long.as_str(),
            "Parameter 'Secret' must contain at most 4096 bytes",
        ),
        (
            "Sise",
            "x",
            "Parameters: [Sise] do not exist in the template",
        ),
        (
            "Image",
            "img-1",
            "Parameter validation failed: parameter value img-1 for parameter name Image does not \
             exist",
        ),
        (
            "Zone",
            "ap-southeast-2a,mars-1a",
            "Parameter validation failed: parameter value mars-1a for parameter name Zone does not \
             exist",
        ),
    ] {
        let refused = create(stage, "refused", DECLARED, &given(key, value));
        assert_eq!(message(&refused), wanted);
    }
    let needy = "
Parameters: { B: { Type: String }, A: { Type: Number } }
Resources: { T: { Type: 'AWS::SNS::Topic' } }
";
    let refused = create(stage, "refused", needy, &[]);
    assert_eq!(message(&refused), "Parameters: [A, B] must have values");
    let nowhere = needy.replace("Number", "Nummer");
    let refused = create(stage, "refused", &nowhere, &[]);
    assert_eq!(
        message(&refused),
        "Template format error: Unrecognized parameter type: Nummer"
    );

    created(stage, "shop", DECLARED, &[]);
    assert_eq!(outputs(stage, "shop")["Ports"], "1+2");
    let shown = describe(stage, "shop");
    assert!(
        !shown.body.contains("hush")
            && shown.body.contains("<ParameterValue>****</ParameterValue>")
    );
}

pub const STORED: Scenario = Scenario {
    name: "a parameter in the store is resolved anew by each operation",
    shows: &[
        "action ssm:PutParameter",
        "action ssm:GetParameter",
        "action ssm:GetParameters",
        "action ssm:DeleteParameter",
        "transition CREATE_COMPLETE -> UPDATE_IN_PROGRESS",
        "transition UPDATE_IN_PROGRESS -> UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "transition UPDATE_COMPLETE_CLEANUP_IN_PROGRESS -> UPDATE_COMPLETE",
    ],
    play: stored,
};

const STORED_TEMPLATE: &str = "
Parameters:
  Size: { Type: 'AWS::SSM::Parameter::Value<String>', Default: /shop/size }
  Zones: { Type: 'AWS::SSM::Parameter::Value<List<String>>', Default: /shop/zones }
  Image:
    Type: AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>
    Default: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64
Resources:
  T: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: !Ref Size } }
  Own: { Type: 'AWS::SSM::Parameter', Properties: { Name: /shop/own, Type: String, Value: !Ref T } }
Outputs:
  Size: { Value: !Ref Size }
  Second: { Value: !Select [1, !Ref Zones] }
  Image: { Value: !Ref Image }
  Own: { Value: !GetAtt Own.Value }
";

fn ssm(stage: &Stage, operation: &str, body: Value) -> Answer {
    stage.json("ssm", "AmazonSSM", operation, &body)
}

fn store(stage: &Stage, name: &str, kind: &str, value: &str) {
    let body = json!({ "Name": name, "Type": kind, "Value": value, "Overwrite": true });
    ssm(stage, "PutParameter", body).ok();
}

fn stored(stage: &Stage) {
    let refused = create(stage, "shop", STORED_TEMPLATE, &[]);
    let unknown = "Unable to fetch parameters [/shop/size] from parameter store for this account.";
    store(stage, "/shop/zones", "StringList", "a,b");
    assert_eq!(message(&refused), unknown);
    store(stage, "/shop/size", "String", "small");
    created(stage, "shop", STORED_TEMPLATE, &[]);
    let found = outputs(stage, "shop");
    assert_eq!(
        (found["Size"].as_str(), found["Second"].as_str()),
        ("small", "b")
    );
    assert!(found["Image"].starts_with("ami-"), "{found:?}");
    let shown = describe(stage, "shop");
    assert!(
        shown.body.contains(
            "<ParameterValue>/shop/size</ParameterValue><ResolvedValue>small</ResolvedValue>"
        ),
        "{}",
        shown.body
    );

    let same = update(stage, "shop", STORED_TEMPLATE, &[]);
    assert_eq!(message(&same), "No updates are to be performed.");
    store(stage, "/shop/size", "String", "large");
    update(stage, "shop", STORED_TEMPLATE, &[]).ok();
    assert_eq!(status(stage, "shop"), "UPDATE_COMPLETE");
    assert_eq!(outputs(stage, "shop")["Size"], "large");

    let own = ssm(stage, "GetParameter", json!({ "Name": "/shop/own" }))
        .ok()
        .value();
    assert_eq!(
        own["Parameter"]["Value"],
        outputs(stage, "shop")["Own"].as_str()
    );
    assert_eq!(own["Parameter"]["Type"], "String");
    let many = json!({ "Names": ["/shop/size", "/shop/none"] });
    let many = ssm(stage, "GetParameters", many).ok().value();
    assert_eq!(many["Parameters"][0]["Version"], 2);
    assert_eq!(many["InvalidParameters"], json!(["/shop/none"]));
    ssm(stage, "DeleteParameter", json!({ "Name": "/shop/zones" })).ok();
    let gone = ssm(stage, "GetParameter", json!({ "Name": "/shop/zones" }));
    assert_eq!(
        (gone.status, &gone.value()["__type"]),
        (400, &json!("ParameterNotFound"))
    );
    let (code, _) = (gone.status, super::deleted(stage, "shop"));
    assert_eq!(code, 400);
    assert_eq!(
        ssm(stage, "GetParameter", json!({ "Name": "/shop/own" })).status,
        400
    );
}

pub const PREVIOUS: Scenario = Scenario {
    name: "an update keeps the values that it names, and only those it had",
    shows: &["action cloudformation:UpdateStack"],
    play: previous,
};

const TWO: &str = "
Parameters: { A: { Type: String, Default: one }, B: { Type: String, NoEcho: true } }
Resources: { T: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: !Sub '${A} ${B}' } } }
Outputs: { A: { Value: !Ref A } }
";

const KEEP_B: [(&str, &str); 2] = [
    ("Parameters.member.2.ParameterKey", "B"),
    ("Parameters.member.2.UsePreviousValue", "true"),
];

fn previous(stage: &Stage) {
    created(stage, "two", TWO, &given("B", "hush"));
    let again: Vec<_> = [given("A", "two"), KEEP_B].concat();
    update(stage, "two", TWO, &again).ok();
    assert_eq!(outputs(stage, "two")["A"], "two");
    let refused = |more: Params<'_>| message(&update(stage, "two", TWO, more));
    assert_eq!(
        refused(&given("A", "x")),
        "Parameters: [B] must have values"
    );
    let both = [
        given("B", "x").as_slice(),
        &[("Parameters.member.1.UsePreviousValue", "true")],
    ]
    .concat();
    assert_eq!(
        refused(&both),
        "Invalid input for parameter key B. Cannot specify usePreviousValue as true and non empty \
         value for a parameter"
    );
    let unknown = [
        ("Parameters.member.1.ParameterKey", "C"),
        ("Parameters.member.1.UsePreviousValue", "true"),
    ];
    assert_eq!(
        refused(&unknown),
        "Invalid input for parameter key C. Cannot specify usePreviousValue as true for a \
         parameter key not in the previous template"
    );
}

pub const DYNAMIC: Scenario = Scenario {
    name: "dynamic references lead to parameters and secrets while a stack is made",
    shows: &[
        "action secretsmanager:CreateSecret",
        "action secretsmanager:GetSecretValue",
    ],
    play: dynamic,
};

const REFERRING: &str = "
Resources:
  Made:
    Type: AWS::SecretsManager::Secret
    Properties:
      Name: made
      GenerateSecretString: { SecretStringTemplate: '{\"user\":\"admin\"}', GenerateStringKey: password }
  Copy:
    Type: AWS::SSM::Parameter
    Properties:
      Name: copy
      Type: String
      Value: !Sub '{{resolve:ssm:/plain}}/{{resolve:secretsmanager:given:SecretString:key}}/{{resolve:secretsmanager:${Made}:SecretString:user}}'
  Base:
    Type: AWS::RDS::DBInstance
    Properties: { MasterUserPassword: '{{resolve:ssm-secure:/hidden:1}}' }
";

fn dynamic(stage: &Stage) {
    store(stage, "/plain", "String", "p");
    store(stage, "/hidden", "SecureString", "h");
    let secret = json!({ "Name": "given", "SecretString": "{\"key\":\"k\"}" });
    stage
        .json("secretsmanager", "secretsmanager", "CreateSecret", &secret)
        .ok();
    created(stage, "refers", REFERRING, &[]);
    let copy = ssm(stage, "GetParameter", json!({ "Name": "copy" }))
        .ok()
        .value();
    assert_eq!(copy["Parameter"]["Value"], "p/k/admin");
    let made = json!({ "SecretId": "made" });
    let made = stage
        .json("secretsmanager", "secretsmanager", "GetSecretValue", &made)
        .ok();
    assert!(
        made.value()["SecretString"]
            .as_str()
            .unwrap()
            .contains("password")
    );
    let named = [("StackName", "refers")];
    let events_of = stage.cloudformation("DescribeStackEvents", &named).ok();
    assert!(
        events_of.body.contains("{{resolve:ssm:/plain}}"),
        "values stay out of events"
    );

    let wrong = REFERRING.replace("MasterUserPassword", "DBName");
    assert_eq!(
        message(&create(stage, "wrong", &wrong, &[])),
        "SSM Secure reference is not supported in: [AWS::RDS::DBInstance/Properties/DBName]"
    );
    let lost = "
Resources:
  T: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: '{{resolve:secretsmanager:nobody}}' } }
";
    create(stage, "lost", lost, &[]).ok();
    stage.settle();
    let said = events(stage, "lost");
    assert!(
        said.contains("T CREATE_FAILED Secrets Manager can't find the specified secret."),
        "{said}"
    );
}
