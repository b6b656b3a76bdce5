//! Instances over HTTP, from the simulator.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use bennu_aws::{Aws, Keys, TargetConfig};
use bennu_aws_ec2::Ec2;
use bennu_model::action::{InfrastructureAction, StackInput};
use bennu_model::desired::TemplateBody;
use bennu_model::ids::{InstallationId, StackName, TargetName, Token};
use bennu_model::names::digest_of;
use bennu_model::outcome::Outcome;
use bennu_ports::{Call, Closed, Gate, Infrastructure, Instances, PortError, PortErrorKind};
use bennu_sim::doors::serve::{Options, serve};
use bytes::Bytes;

const GROUP_TAG: &str = "aws:autoscaling:groupName";

const TEMPLATE: &[u8] = br#"
Resources:
  Launch:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateData: { ImageId: ami-1, InstanceType: t3.micro }
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      LaunchTemplate: { LaunchTemplateId: !Ref Launch, Version: "1" }
      MinSize: "3"
      MaxSize: "3"
      AvailabilityZones: !GetAZs ""
      Tags: [{ Key: "bennu:environment", Value: "0011", PropagateAtLaunch: true }]
"#;

struct Open;

#[async_trait]
impl Gate for Open {
    async fn before(&self, _: Call) -> Result<(), Closed> {
        Ok(())
    }

    async fn after(&self, _: Call, _: Result<(), &PortError>) {}
}

#[tokio::test]
async fn instances_are_found_by_tag_and_by_id() {
    let running = serve(Options {
        speed: 0.0,
        ..Options::default()
    })
    .await
    .unwrap();
    let target = TargetName::new("dev").unwrap();
    let aws = Arc::new(aws(&running.aws, &target));
    let ec2 = Ec2::new(Arc::clone(&aws));
    boot(&aws, &target).await;

    // More values than one filter takes, the right one last: the cursor leads there.
    let group = aws
        .list_groups(&Open, &target, None)
        .await
        .unwrap()
        .items
        .remove(0);
    let mut names: Vec<_> = (0..200).map(|n| format!("another-{n}")).collect();
    names.push(group.name);
    let first = ec2
        .list_instances(&Open, &target, GROUP_TAG, &names, None)
        .await
        .unwrap();
    assert!(first.items.is_empty());
    let second = ec2
        .list_instances(&Open, &target, GROUP_TAG, &names, first.next)
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
        ec2.instance(&Open, &target, &one.id)
            .await
            .unwrap()
            .as_ref(),
        Some(one)
    );
    assert_eq!(
        ec2.instance(&Open, &target, "i-00000000000000000")
            .await
            .unwrap(),
        None
    );

    let nowhere = TargetName::new("nowhere").unwrap();
    let error = ec2.instance(&Open, &nowhere, &one.id).await.unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Invalid);
    assert_eq!(
        ec2.list_instances(&Open, &target, GROUP_TAG, &[], None)
            .await
            .unwrap()
            .items,
        []
    );
}

async fn boot(aws: &Aws, target: &TargetName) {
    let template = Bytes::from_static(TEMPLATE);
    let create = InfrastructureAction::CreateStack {
        name: StackName::new("demo").unwrap(),
        input: StackInput {
            body: TemplateBody::Inline(digest_of(&template)),
            parameters: BTreeMap::new(),
            capabilities: BTreeSet::new(),
            tags: BTreeMap::new(),
        },
        token: Token::new("t").unwrap(),
    };
    let begun = aws.begin(&Open, target, &create, Some(template)).await;
    assert!(matches!(begun, Outcome::Accepted(_)), "{begun:?}");
}

fn aws(endpoint: &str, target: &TargetName) -> Aws {
    let config = TargetConfig {
        name: target.clone(),
        region: "us-east-1".to_owned(),
        endpoint: Some(endpoint.to_owned()),
        role_arn: None,
        external_id: None,
        keys: Keys::Static {
            id: "123456789012".to_owned(),
            secret: "secret".to_owned(),
        },
        artifact_bucket: None,
        service_role_arn: None,
    };
    Aws::new(InstallationId::new("test").unwrap(), vec![config]).unwrap()
}
