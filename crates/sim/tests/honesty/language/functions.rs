//! Functions: expression and value, expression and refusal; and the rules of a template.

use super::{create, created, message, outputs, status};
use crate::Scenario;
use crate::stage::Stage;

pub const VALUES: Scenario = Scenario {
    name: "every function gives what CloudFormation gives",
    shows: &[
        "function Condition",
        "function Fn::And",
        "function Fn::Base64",
        "function Fn::Cidr",
        "function Fn::Equals",
        "function Fn::FindInMap",
        "function Fn::GetAZs",
        "function Fn::GetAtt",
        "function Fn::If",
        "function Fn::Join",
        "function Fn::Not",
        "function Fn::Or",
        "function Fn::Select",
        "function Fn::Split",
        "function Fn::Sub",
        "function Ref",
    ],
    play: values,
};

/// Around each expression.
const AROUND: &str = "
Parameters:
  Env: { Type: String, Default: prod }
  Zones: { Type: CommaDelimitedList, Default: 'a, b' }
Mappings:
  Sizes: { prod: { cpu: '4' }, keys: { power: cpu } }
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsTest: !Not [!Condition IsProd]
  Either: !Or [!Condition IsTest, !Equals ['1', 1]]
  Both: !And [!Condition IsProd, !Condition Either]
Resources:
  Net: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: 10.4.0.0/16 } }
  Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: orders } }
  Skipped: { Type: 'AWS::SNS::Topic', Condition: IsTest }
Outputs:
";

const EXPRESSIONS: &[(&str, &str)] = &[
    ("!Ref Env", "prod"),
    (
        "!Ref Queue",
        "https://sqs.ap-southeast-2.amazonaws.com/123456789012/orders",
    ),
    (
        "!GetAtt Queue.Arn",
        "arn:aws:sqs:ap-southeast-2:123456789012:orders",
    ),
    ("!GetAtt Net.CidrBlock", "10.4.0.0/16"),
    ("!Ref AWS::StackName", "functions"),
    ("!Ref AWS::URLSuffix", "amazonaws.com"),
    (
        "!Join ['-', [x, !Ref Env, 3, !Ref AWS::NoValue]]",
        "x-prod-3",
    ),
    ("!Join [',', !Ref Zones]", "a,b"),
    ("!Select [1, !Split ['|', 'a|b|c']]", "b"),
    ("!Join [';', !Split ['--', 'a--b']]", "a;b"),
    ("!Select [2, !GetAZs '']", "ap-southeast-2c"),
    ("!Select [0, !GetAZs us-east-1]", "us-east-1a"),
    (
        "!Sub '${Env}/${AWS::Region}/${!Env}'",
        "prod/ap-southeast-2/${Env}",
    ),
    (
        "!Sub ['${A}+${Env}', {A: !Select [0, !Ref Zones]}]",
        "a+prod",
    ),
    ("!FindInMap [Sizes, !Ref Env, cpu]", "4"),
    (
        "!FindInMap [Sizes, prod, !FindInMap [Sizes, keys, power]]",
        "4",
    ),
    ("!If [IsProd, big, small]", "big"),
    ("!If [Both, yes, no]", "yes"),
    ("!If [Either, !If [IsTest, 1, 2], 3]", "2"),
    ("{'Fn::Base64': hello}", "aGVsbG8="),
    (
        "!Select [3, !Cidr [!GetAtt Net.CidrBlock, 6, 8]]",
        "10.4.3.0/24",
    ),
    (
        "!Join [' ', !Cidr ['2001:db8:1234:1a00::/56', 2, 64]]",
        "2001:db8:1234:1a00::/64 2001:db8:1234:1a01::/64",
    ),
];

fn values(stage: &Stage) {
    let mut template = AROUND.to_owned();
    for (index, (expression, _)) in EXPRESSIONS.iter().enumerate() {
        template += &format!("  O{index}: {{ Value: {expression} }}\n");
    }
    created(stage, "functions", &template, &[]);
    let found = outputs(stage, "functions");
    for (index, (expression, value)) in EXPRESSIONS.iter().enumerate() {
        assert_eq!(found[&format!("O{index}")], *value, "{expression}");
    }
}

pub const REFUSALS: Scenario = Scenario {
    name: "a function that cannot be worked out is refused in CloudFormation's words",
    shows: &[],
    play: refusals,
};

const REFUSED: &[(&str, &str)] = &[
    (
        "!Select [4, [a]]",
        "Template error: Fn::Select cannot select nonexistent value at index 4",
    ),
    (
        "!FindInMap [Sizes, mars, cpu]",
        "Template error: Unable to get mapping for Sizes::mars::cpu",
    ),
    (
        "!GetAtt Nobody.Arn",
        "Template error: instance of Fn::GetAtt references undefined resource Nobody",
    ),
    (
        "!Ref Nobody",
        "Template format error: Unresolved resource dependencies [Nobody] in the Outputs block of \
         the template",
    ),
    (
        "!Join [1]",
        "Template error: every Fn::Join object requires two parameters, (1) a string delimiter and \
         (2) a list of strings to be joined or a function that returns a list of strings (such as \
         Fn::GetAZs) to be joined.",
    ),
    (
        "!Ref Zones",
        "Template format error: The Value field of every Outputs member must evaluate to a String.",
    ),
    (
        "!ImportValue {'Fn::GetAtt': [Queue, Arn]}",
        "Template error: the attribute in Fn::ImportValue must not depend on any resources, \
         imported values, or Fn::GetAZs",
    ),
    (
        "{'Fn::Shout': x}",
        "Template error: Encountered unsupported function: Fn::Shout Supported functions are: \
         [Fn::Base64, Fn::GetAtt, Fn::GetAZs, Fn::ImportValue, Fn::Join, Fn::Split, Fn::FindInMap, \
         Fn::Select, Ref, Fn::Equals, Fn::If, Fn::Not, Condition, Fn::And, Fn::Or, Fn::Sub, \
         Fn::Cidr]",
    ),
    (
        "!Transform {Name: Upper}",
        "Transform Upper is not simulated; give the template as the transform leaves it",
    ),
];

fn refusals(stage: &Stage) {
    for (expression, wanted) in REFUSED {
        let template = format!("{AROUND}  O: {{ Value: {expression} }}\n");
        let said = message(&create(stage, "refused", &template, &[]));
        assert_eq!(said, *wanted, "{expression}");
    }
    let condition = |expression: &str| {
        let template = format!(
            "Conditions: {{ C: {expression} }}\nResources: {{ T: {{ Type: 'AWS::SNS::Topic' }} }}\n"
        );
        message(&create(stage, "refused", &template, &[]))
    };
    assert_eq!(
        condition("!Equals [!Ref T, x]"),
        "Template format error: Unresolved dependencies [T]. Cannot reference resources in the \
         Conditions block of the template"
    );
    assert_eq!(
        condition("!Or [!Equals [a, a]]"),
        "Template error: every Fn::Or object requires a list of at least 2 and at most 10 boolean \
         parameters."
    );
    assert_eq!(
        condition("!Equals [!ImportValue x, y]"),
        "Template error: Cannot use Fn::ImportValue in Conditions."
    );
    let rule = "
Rules: { R: { Assertions: [{ Assert: {'Fn::Contains': [{'Fn::RefAll': 'AWS::EC2::VPC::Id'}, x]} }] } }
Resources: { T: { Type: 'AWS::SNS::Topic' } }
";
    let said = message(&create(stage, "refused", rule, &[]));
    assert_eq!(
        said,
        "Template error: Fn::RefAll is not simulated; leave the rule out"
    );
    let gone = stage.cloudformation("DescribeStacks", &[("StackName", "refused")]);
    assert_eq!(gone.error().1, "Stack with id refused does not exist");
}

pub const RULES: Scenario = Scenario {
    name: "rules are held before anything is made",
    shows: &[
        "function Fn::Contains",
        "function Fn::EachMemberEquals",
        "function Fn::EachMemberIn",
    ],
    play: rules,
};

const RULED: &str = "
Parameters:
  Env: { Type: String }
  Size: { Type: String, Default: small }
  Zones: { Type: CommaDelimitedList, Default: 'a,a' }
Rules:
  Production:
    RuleCondition: !Equals [!Ref Env, prod]
    Assertions:
      - { Assert: {'Fn::Contains': [[large, huge], !Ref Size]}, AssertDescription: production is large }
  Places:
    Assertions:
      - { Assert: {'Fn::EachMemberIn': [!Ref Zones, [a, b]]} }
      - { Assert: {'Fn::EachMemberEquals': [!Ref Zones, a]} }
Resources: { T: { Type: 'AWS::SNS::Topic' } }
";

fn rules(stage: &Stage) {
    let env = |value: &'static str| {
        [
            ("Parameters.member.1.ParameterKey", "Env"),
            ("Parameters.member.1.ParameterValue", value),
        ]
    };
    let refused = create(stage, "ruled", RULED, &env("prod"));
    assert_eq!(
        message(&refused),
        "Template error: Rule Production failed: production is large"
    );
    created(stage, "ruled", RULED, &env("test"));
    assert_eq!(status(stage, "ruled"), "CREATE_COMPLETE");
}
