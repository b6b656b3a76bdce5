//! Instances over HTTP, from the simulator.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "../../aws/tests/support/rig.rs"]
mod rig;

use std::collections::BTreeSet;
use std::sync::Arc;

use bennu_aws::Aws;
use bennu_aws_ec2::Ec2;
use bennu_model::ids::TargetName;
use bennu_model::outcome::Outcome;
use bennu_ports::{Infrastructure, Instances, PortErrorKind};
use bennu_sim::doors::serve::{Options, serve};
use bytes::Bytes;

use self::rig::{Open, aws, create, inline, target};

const GROUP_TAG: &str = "aws:autoscaling:groupName";

const TEMPLATE: &[u8] = br#"
Resources:
  Launch:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateData:
        ImageId: ami-1
        InstanceType: t3.micro
        UserData: !Base64 |
          #!/bin/bash
          echo "installing"
          echo "ready"
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      LaunchTemplate: { LaunchTemplateId: !Ref Launch, Version: "1" }
      MinSize: "3"
      MaxSize: "3"
      AvailabilityZones: !GetAZs ""
      Tags: [{ Key: "bennu:environment", Value: "0011", PropagateAtLaunch: true }]
"#;

#[tokio::test]
async fn instances_are_found_by_tag_and_by_id_and_tell_what_they_said() {
    let running = serve(Options {
        speed: 0.0,
        ..Options::default()
    })
    .await
    .unwrap();
    let (target, gate) = (target(), Open::default());
    let aws = Arc::new(aws(&running.aws, "bennu-artifacts"));
    let ec2 = Ec2::new(Arc::clone(&aws));
    boot(&aws, &gate).await;

    // More values than one filter takes, the right one last: the cursor leads there.
    let group = aws
        .list_groups(&gate, &target, None)
        .await
        .unwrap()
        .items
        .remove(0);
    let mut names: Vec<_> = (0..200).map(|n| format!("another-{n}")).collect();
    names.push(group.name);
    let first = ec2
        .list_instances(&gate, &target, GROUP_TAG, &names, None)
        .await
        .unwrap();
    assert!(first.items.is_empty());
    let second = ec2
        .list_instances(&gate, &target, GROUP_TAG, &names, first.next)
        .await
        .unwrap();
    let found: BTreeSet<_> = second.items.iter().map(|i| i.id.clone()).collect();
    assert_eq!(
        (found, second.next),
        (group.instances.into_iter().map(|i| i.id).collect(), None)
    );

    let one = &second.items[0];
    assert_eq!(
        (one.state.as_str(), one.tags["bennu:environment"].as_str()),
        ("running", "0011")
    );
    assert!(one.launched_at.is_some());
    assert_eq!(
        ec2.instance(&gate, &target, &one.id)
            .await
            .unwrap()
            .as_ref(),
        Some(one)
    );
    assert_eq!(
        ec2.instance(&gate, &target, "i-00000000000000000")
            .await
            .unwrap(),
        None
    );

    let text = ec2.console(&gate, &target, &one.id).await.unwrap().unwrap();
    let said = text.find("installing").zip(text.find("ready"));
    assert!(said.is_some_and(|(first, then)| first < then), "{text}");
    let gone = ec2.console(&gate, &target, "i-00000000000000000").await;
    assert_eq!(gone, Ok(None));

    let nowhere = TargetName::new("nowhere").unwrap();
    let error = ec2.instance(&gate, &nowhere, &one.id).await.unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Invalid);
    assert_eq!(
        ec2.list_instances(&gate, &target, GROUP_TAG, &[], None)
            .await
            .unwrap()
            .items,
        []
    );
}

async fn boot(aws: &Aws, gate: &Open) {
    let template = Bytes::from_static(TEMPLATE);
    let create = create("demo", inline(&template, &[]), "t");
    let begun = aws.begin(gate, &target(), &create, Some(template)).await;
    assert!(matches!(begun, Outcome::Accepted(_)), "{begun:?}");
}
