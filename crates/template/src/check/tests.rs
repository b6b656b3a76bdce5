#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

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
      R: !Sub '${AWS::Regoin} ${Nobody.Id} ${x y}'
      S: !FindInMap [Map, a, b]
      T: !If [C, 1]
      U: {'Fn::GetAtt': A}
Outputs:
  O: {Value: !Ref Away}
";
    insta::assert_snapshot!(defects(text).join("\n"), @"");
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
        ["Template format error: 501 resources; a template has at most 500 (at Resources)"]
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
