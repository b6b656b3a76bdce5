use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;

fn refused(text: &str) -> String {
    Template::parse(text).unwrap_err().to_string()
}

#[test]
fn every_attribute_arrives() {
    let template = Template::parse(
        "
AWSTemplateFormatVersion: 2010-09-09
Description: d
Metadata: {M: 1}
Rules: {R: {Assertions: []}}
Hooks: {H: {}}
Mappings: {Map: {123456789012: {k: [v]}}}
Conditions: {C: !Equals [a, b]}
Resources:
  A:
    Type: AWS::X::Y
    Version: '1.0'
    Condition: C
    DependsOn: B
    Metadata: {m: 1}
    Properties: {p: !Ref B}
    CreationPolicy: {ResourceSignal: {Count: 2}}
    UpdatePolicy: {AutoScalingRollingUpdate: {MaxBatchSize: 1}}
    DeletionPolicy: RetainExceptOnCreate
    UpdateReplacePolicy: Snapshot
  B: {Type: T, DependsOn: [A, C]}
Outputs:
  O: {Value: !Ref A, Description: o, Condition: C, Export: {Name: !Sub '${A}'}}
",
    )
    .unwrap();
    let a = Resource {
        kind: "AWS::X::Y".to_owned(),
        properties: object(json!({"p": {"Ref": "B"}})),
        depends_on: vec!["B".to_owned()],
        condition: Some("C".to_owned()),
        metadata: object(json!({"m": 1})),
        creation_policy: Some(json!({"ResourceSignal": {"Count": 2}})),
        update_policy: Some(json!({"AutoScalingRollingUpdate": {"MaxBatchSize": 1}})),
        deletion_policy: Some(RemovalPolicy::RetainExceptOnCreate),
        update_replace_policy: Some(RemovalPolicy::Snapshot),
    };
    assert_eq!(template.resources["A"], a);
    assert_eq!(template.resources["B"].depends_on, ["A", "C"]);
    assert_eq!(template.mappings["Map"]["123456789012"]["k"], json!(["v"]));
    assert_eq!(template.conditions["C"], json!({"Fn::Equals": ["a", "b"]}));
    assert_eq!(
        template.outputs["O"].export_name,
        Some(json!({"Fn::Sub": "${A}"}))
    );
    assert_eq!(template.description.as_deref(), Some("d"));
    assert_eq!(template.metadata, object(json!({"M": 1})));
    assert_eq!(template.rules, object(json!({"R": {"Assertions": []}})));
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

#[test]
fn refusals_name_the_place() {
    let with = |rest: &str| {
        refused(&format!("{{Resources: {{A: {{Type: T}}}}, {rest}}}").replacen('{', "---\n{", 1))
    };
    assert_eq!(
        with("Resource: {}, Paramters: {}"),
        "Template format error: Invalid template property or properties [Paramters, Resource] \
         (at Paramters)"
    );
    assert_eq!(
        with("Parameters: {P: {Type: String, Defualt: x}}"),
        "Template format error: Invalid template parameter property 'Defualt' \
         (at Parameters.P.Defualt)"
    );
    assert_eq!(
        with("Parameters: {P: {Type: String, MinLength: few}}"),
        "Template format error: 'few' is not a whole number (at Parameters.P.MinLength)"
    );
    assert_eq!(
        with("Outputs: {O: {Description: x}}"),
        "Template format error: Every Outputs member must contain a Value object (at Outputs.O)"
    );
    assert_eq!(
        refused("Resources: {my-thing: {Type: T}}"),
        "Template format error: Resource name my-thing is non alphanumeric. \
         (at Resources.my-thing)"
    );
    assert_eq!(
        refused("Resources: {A: {Properties: {}}}"),
        "Template format error: Every Resources object must contain a Type member. \
         (at Resources.A)"
    );
    assert_eq!(
        refused("Resources: {A: {Type: T, DeletionPolicy: Keep}}"),
        "Template format error: 'Keep' is no policy; there are Delete, Retain, \
         RetainExceptOnCreate and Snapshot (at Resources.A.DeletionPolicy)"
    );
    assert_eq!(
        refused("Description: nothing"),
        "Template format error: At least one Resources member must be defined. (at Resources)"
    );
    let large = format!(
        "Resources: {{A: {{Type: {}}}}}",
        "T".repeat(crate::OBJECT_LIMIT)
    );
    assert!(refused(&large).contains("at most 1048576 bytes"));
}

#[test]
fn transforms_are_found_wherever_they_stand() {
    let text = "
Transform: [AWS::Serverless-2016-10-31, Own]
Globals: {Function: {}}
Resources:
  A: {Type: T, Properties: {P: [{'Fn::Transform': {Name: 'AWS::Include'}}]}}
";
    let names = Template::parse(text).unwrap().transforms;
    assert_eq!(names, ["AWS::Serverless-2016-10-31", "Own", "AWS::Include"]);
}

/// Values as templates have them, functions among them.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[A-Z][a-z]{0,3}(\\.[A-Z]){0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let key = prop_oneof![
            Just("Fn::GetAtt".to_owned()),
            Just("Fn::Sub".to_owned()),
            Just("Ref".to_owned()),
            any::<String>(),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key, inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A template around any properties, and the same as YAML.
fn wrapped(properties: &Value) -> Value {
    json!({"Resources": {"A": {"Type": "T", "Properties": {"P": properties}}}})
}

proptest! {
    #[test]
    fn normalising_is_idempotent(value in any_value()) {
        let document = wrapped(&value);
        let once = normalise(&document.to_string()).unwrap();
        prop_assert_eq!(&normalise(&once.to_string()).unwrap(), &once);
        let yaml = yaml_serde::to_string(&document).unwrap();
        prop_assert_eq!(&normalise(&yaml).unwrap(), &once);
        let parsed = Template::parse(&yaml).unwrap();
        prop_assert_eq!(&Template::parse(&once.to_string()).unwrap(), &parsed);
        drop(parsed.check());
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in any::<String>(), head in "(|\\{|Resources:\n  )") {
        drop(Template::parse(&format!("{head}{text}")));
    }

    #[test]
    fn nothing_that_looks_like_yaml_does_either(
        text in "([\\[\\]{}:,&*!|>'\"#%@?~ \n-]|!Sub|!GetAZs|<<|A|1|\\.nan|\\$\\{)*"
    ) {
        drop(Template::parse(&text));
    }
}
