#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;

use crate::template::Template;

const TEMPLATE: &str = "
Parameters:
  Size: {Type: String}
Mappings:
  Images: {a: {b: c}}
Conditions:
  Big: !Equals [!Ref Size, big]
  Huge: !And [!Condition Big, !Not [!Equals [!Ref Size, big]]]
Resources:
  Group:
    Type: T
    Condition: Huge
    DependsOn: Queue
    Properties:
      Image: !FindInMap [Images, !Ref Size, b]
      Text: !Sub ['${Own}-${Topic}-${Role.Arn.x}-${AWS::Region}-${!No}', {Own: !GetAtt Bus.Name}]
      Policy: {Condition: Big}
      Choice: !If [Big, !Ref Topic, !Ref 'AWS::NoValue']
    UpdatePolicy: {P: {A: !Ref Hook}}
  Topic: {Type: T, Metadata: {Ref: Bus}}
  Queue: {Type: T}
  Bus: {Type: T}
  Role: {Type: T}
  Hook: {Type: T}
Outputs:
  Url: {Value: !GetAtt Group.Url, Condition: Big, Export: {Name: !Ref Size}}
";

#[test]
fn every_mention_is_found_with_its_place() {
    let template = Template::parse(TEMPLATE).unwrap();
    let lines: Vec<_> = template
        .references()
        .into_iter()
        .map(|one| format!("{} -> {:?} {}", one.path, one.kind, one.to))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @"");
}

#[test]
fn only_resources_are_waited_for() {
    let dependencies = Template::parse(TEMPLATE).unwrap().dependencies();
    let needs: Vec<_> = dependencies["Group"].iter().map(String::as_str).collect();
    assert_eq!(needs, ["Bus", "Hook", "Queue", "Role", "Topic"]);
    assert_eq!(dependencies["Topic"], BTreeSet::from(["Bus".to_owned()]));
    assert_eq!(dependencies["Queue"], BTreeSet::new());
}
