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
    insta::assert_snapshot!(lines.join("\n"), @r#"
    Conditions.Big.Fn::Equals.0.Ref -> Ref Size
    Conditions.Huge.Fn::And.0.Condition -> Condition Big
    Conditions.Huge.Fn::And.1.Fn::Not.0.Fn::Equals.0.Ref -> Ref Size
    Resources.Group.DependsOn -> DependsOn Queue
    Resources.Group.Condition -> Condition Huge
    Resources.Group.Properties.Choice.Fn::If -> Condition Big
    Resources.Group.Properties.Choice.Fn::If.1.Ref -> Ref Topic
    Resources.Group.Properties.Choice.Fn::If.2.Ref -> Ref AWS::NoValue
    Resources.Group.Properties.Image.Fn::FindInMap -> Mapping Images
    Resources.Group.Properties.Image.Fn::FindInMap.1.Ref -> Ref Size
    Resources.Group.Properties.Text.Fn::Sub -> Sub { attribute: None } Topic
    Resources.Group.Properties.Text.Fn::Sub -> Sub { attribute: Some("Arn.x") } Role
    Resources.Group.Properties.Text.Fn::Sub -> Sub { attribute: None } AWS::Region
    Resources.Group.Properties.Text.Fn::Sub.1.Own.Fn::GetAtt -> GetAtt { attribute: Some("Name") } Bus
    Resources.Group.UpdatePolicy.P.A.Ref -> Ref Hook
    Resources.Topic.Metadata.Ref -> Ref Bus
    Outputs.Url.Condition -> Condition Big
    Outputs.Url.Value.Fn::GetAtt -> GetAtt { attribute: Some("Url") } Group
    Outputs.Url.Export.Name.Ref -> Ref Size
    "#);
}

#[test]
fn only_resources_are_waited_for() {
    let dependencies = Template::parse(TEMPLATE).unwrap().dependencies();
    let needs: Vec<_> = dependencies["Group"].iter().map(String::as_str).collect();
    assert_eq!(needs, ["Bus", "Hook", "Queue", "Role", "Topic"]);
    assert_eq!(dependencies["Topic"], BTreeSet::from(["Bus".to_owned()]));
    assert_eq!(dependencies["Queue"], BTreeSet::new());
}
