//! A small stack in a world where each operation plays to its end inside its call: what is
//! tested is the adapter, not the waiting.

use bennu_aws::Aws;
use bennu_model::action::{InfrastructureAction, StackInput};
use bennu_model::ids::{ChangeSetName, StackArn};
use bennu_model::outcome::Outcome;
use bennu_ports::Infrastructure;
use bennu_sim::doors::serve::{Options, Running, serve};
use bytes::Bytes;

use super::rig::{Open, aws, create, inline, target};

pub const BUCKET: &str = "bennu-artifacts";

pub const TEMPLATE: &[u8] = br#"
Parameters:
  Size: { Type: String, Default: "2" }
Resources:
  Launch:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateData: { ImageId: ami-1, InstanceType: t3.micro }
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      LaunchTemplate: { LaunchTemplateId: !Ref Launch, Version: !GetAtt Launch.LatestVersionNumber }
      MinSize: "1"
      MaxSize: "4"
      DesiredCapacity: !Ref Size
      AvailabilityZones: !GetAZs ""
Outputs:
  GroupName: { Value: !Ref Group }
"#;

pub async fn instant() -> (Running, Aws, Open) {
    let running = serve(Options {
        speed: 0.0,
        ..Options::default()
    })
    .await
    .unwrap();
    let aws = aws(&running.aws, BUCKET);
    (running, aws, Open::default())
}

pub async fn created(aws: &Aws, gate: &Open, template: &Bytes) -> StackArn {
    let action = create("demo", inline(template, &[("Size", "2")]), "t1");
    match aws
        .begin(gate, &target(), &action, Some(template.clone()))
        .await
    {
        Outcome::Accepted(Some(arn)) => StackArn::new(arn).unwrap(),
        other => panic!("the stack is not accepted: {other:?}"),
    }
}

pub fn change(stack: &StackArn, name: &ChangeSetName, input: StackInput) -> InfrastructureAction {
    InfrastructureAction::CreateChangeSet {
        stack: stack.clone(),
        name: name.clone(),
        input,
    }
}
