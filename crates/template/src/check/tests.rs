use std::fmt::Write;

use crate::template::Template;

fn defects(text: &str) -> Vec<String> {
    let checked = Template::parse(text).unwrap().check();
    checked
        .err()
        .into_iter()
        .flatten()
        .map(|defect| defect.to_string())
        .collect()
}

#[test]
fn what_leads_nowhere_is_named_with_its_place() {
    let text = "
Conditions:
  C: !Equals [!Ref A, x]
  D: !Not [!Condition None]
Resources:
  A:
    Type: T
    DependsOn: [Gone]
    Condition: Lost
    Properties:
      P: !Ref Missing
      Q: !GetAtt Nowhere.Arn
      R: !Sub '${x y}'
      S: !FindInMap [Map, a, b]
      T: !If [C, 1]
      U: {'Fn::GetAtt': A}
      V: !Sub '${AWS::Regoin} ${Nobody.Id}'
Outputs:
  O: {Value: !Ref Away}
";
    insta::assert_snapshot!(defects(text).join("\n"), @r#"
    Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons; '${x y}' does not. Write '${!x y}' where the text itself is meant (at Resources.A.Properties.R.Fn::Sub)
    Template error: Fn::If requires a list of three: the name of a condition, the value if it is true, the value if it is false (at Resources.A.Properties.T.Fn::If)
    Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute (at Resources.A.Properties.U.Fn::GetAtt)
    Template format error: Unresolved dependencies [A]. Cannot reference resources in the Conditions block of the template (at Conditions.C.Fn::Equals.0.Ref)
    Template format error: Unresolved condition dependency None in the Conditions block of the template (at Conditions.D.Fn::Not.0.Condition)
    Template format error: Unresolved resource dependencies [Gone] in the Resources block of the template (at Resources.A.DependsOn)
    Template format error: Unresolved condition dependency Lost in the Resources block of the template (at Resources.A.Condition)
    Template format error: Unresolved resource dependencies [Missing] in the Resources block of the template (at Resources.A.Properties.P.Ref)
    Template error: instance of Fn::GetAtt references undefined resource Nowhere (at Resources.A.Properties.Q.Fn::GetAtt)
    Template error: Mapping named 'Map' is not present in the 'Mappings' section of template. (at Resources.A.Properties.S.Fn::FindInMap)
    Template format error: Unresolved resource dependencies [AWS::Regoin] in the Resources block of the template (at Resources.A.Properties.V.Fn::Sub)
    Template error: instance of Fn::GetAtt references undefined resource Nobody (at Resources.A.Properties.V.Fn::Sub)
    Template format error: Unresolved resource dependencies [Away] in the Outputs block of the template (at Outputs.O.Value.Ref)
    "#);
}

#[test]
fn cycles_are_found_through_every_kind_of_mention() {
    let text = "
Conditions: {C: !Not [!Condition C]}
Resources:
  A: {Type: T, Properties: {P: !Sub '${B.Arn}'}}
  B: {Type: T, DependsOn: A}
";
    assert_eq!(
        defects(text),
        [
            "Circular dependency between conditions: [C] (at Conditions)",
            "Circular dependency between resources: [A, B] (at Resources)",
        ]
    );
}

#[test]
fn limits_are_inclusive() {
    let with = |count: usize| {
        let mut text = "Resources:\n".to_owned();
        (0..count).for_each(|index| writeln!(text, "  R{index}: {{Type: T}}").unwrap());
        defects(&text)
    };
    assert_eq!(with(500), Vec::<String>::new());
    assert_eq!(
        with(501),
        [
            "Template format error: Number of resources, 501, is greater than maximum allowed, 500 (at \
             Resources)"
        ]
    );
}

#[test]
fn what_a_transform_will_define_is_not_missed() {
    let text = "
Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::Topics: [Name, [A, B], {'T${Name}': {Type: T}}]
  C: {Type: T, DeletionPolicy: !Ref P, Properties: {P: !Ref TA}}
";
    assert_eq!(defects(text), Vec::<String>::new());
}

#[test]
fn a_type_that_no_parameter_has_is_named() {
    let text = "
Parameters:
  A: {Type: 'List<AWS::EC2::Subnet::Id>'}
  B: {Type: 'AWS::SSM::Parameter::Value<List<String>>'}
  C: {Type: 'List<String>'}
  D: {Type: 'AWS::SSM::Parameter::Value<Number>'}
Resources: {R: {Type: T}}
";
    assert_eq!(
        defects(text),
        [
            "Template format error: Unrecognized parameter type: List<String> (at \
             Parameters.C.Type)",
            "Template format error: Unrecognized parameter type: \
             AWS::SSM::Parameter::Value<Number> (at Parameters.D.Type)",
        ]
    );
}
