//! Auto Scaling.

use crate::stage::{Answer, Stage};

const TEMPLATE: &str = r#"
Resources:
  Template:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateName: web-template
      LaunchTemplateData: { ImageId: ami-12345678, InstanceType: t3.micro, SecurityGroupIds: [ sg-1 ] }
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      AutoScalingGroupName: web
      AvailabilityZones: !GetAZs ""
      MinSize: "1"
      MaxSize: "4"
      DesiredCapacity: "2"
      Cooldown: "300"
      LaunchTemplate: { LaunchTemplateId: !Ref Template, Version: !GetAtt Template.LatestVersionNumber }
      Tags: [ { Key: role, Value: web, PropagateAtLaunch: true } ]
  Old:
    Type: AWS::AutoScaling::LaunchConfiguration
    Properties: { LaunchConfigurationName: old, ImageId: ami-87654321, InstanceType: t2.nano }
"#;

/// A group `web` of two instances that serve.
pub fn group(stage: &Stage) -> Vec<String> {
    let params = [("StackName", "shop"), ("TemplateBody", TEMPLATE)];
    stage.cloudformation("CreateStack", &params).ok();
    stage.settle();
    stage.advance(1.0);
    ids(stage)
}

pub fn web(stage: &Stage, action: &str, more: &[(&str, &str)]) -> Answer {
    let params = [&[("AutoScalingGroupName", "web")], more].concat();
    stage.autoscaling(action, &params)
}

pub fn shown(stage: &Stage) -> Answer {
    let params = [("AutoScalingGroupNames.member.1", "web")];
    stage.autoscaling("DescribeAutoScalingGroups", &params).ok()
}

pub fn ids(stage: &Stage) -> Vec<String> {
    shown(stage).texts("InstanceId")
}

/// Descriptions with their causes, newest first.
pub fn activities(stage: &Stage) -> Vec<(String, String)> {
    let told = web(stage, "DescribeScalingActivities", &[]).ok();
    let both = told
        .texts("Description")
        .into_iter()
        .zip(told.texts("Cause"));
    both.collect()
}

pub fn a_groups_reads(stage: &Stage) {
    let ids = group(stage);
    assert_eq!(
        shown(stage).texts("LifecycleState"),
        ["InService", "InService"]
    );
    let filter = [
        ("Filters.member.1.Name", "tag:role"),
        ("Filters.member.1.Values.member.1", "web"),
        ("IncludeInstances", "false"),
    ];
    let found = stage.autoscaling("DescribeAutoScalingGroups", &filter).ok();
    assert_eq!(found.text("AutoScalingGroupName"), "web");
    assert!(found.texts("InstanceId").is_empty());
    let many = [("MaxRecords", "101")];
    let (code, _) = stage
        .autoscaling("DescribeAutoScalingGroups", &many)
        .error();
    assert_eq!(code, "ValidationError");

    let one = [("InstanceIds.member.1", ids[0].as_str())];
    let found = stage.autoscaling("DescribeAutoScalingInstances", &one).ok();
    assert_eq!(found.text("HealthStatus"), "HEALTHY");
    let paged = stage
        .autoscaling("DescribeAutoScalingInstances", &[("MaxRecords", "1")])
        .ok();
    let token = paged.text("NextToken");
    let next = [("MaxRecords", "1"), ("NextToken", token.as_str())];
    let rest = stage
        .autoscaling("DescribeAutoScalingInstances", &next)
        .ok();
    assert_ne!(rest.text("InstanceId"), paged.text("InstanceId"));

    let told = activities(stage);
    let (what, why) = &told[1];
    assert_eq!(*what, format!("Launching a new EC2 instance: {}", ids[0]));
    assert!(why.contains(
        "a user request created an AutoScalingGroup changing the desired capacity from 0 to 2.  At "
    ));
    assert!(why.ends_with(
        "an instance was started in response to a difference between desired and actual capacity, \
         increasing the capacity from 0 to 1."
    ));
    let listed = web(stage, "DescribeScalingActivities", &[("MaxRecords", "1")]).ok();
    let id = listed.text("ActivityId");
    let by_id = [("ActivityIds.member.1", id.as_str())];
    let found = stage.autoscaling("DescribeScalingActivities", &by_id).ok();
    assert_eq!(
        (found.text("StatusCode"), found.text("Progress")),
        ("Successful".into(), "100".into())
    );

    let old = stage.autoscaling("DescribeLaunchConfigurations", &[]).ok();
    assert_eq!(old.text("LaunchConfigurationName"), "old");
    assert!(
        old.text("LaunchConfigurationARN")
            .ends_with(":launchConfigurationName/old")
    );
    let by_key = [
        ("Filters.member.1.Name", "key"),
        ("Filters.member.1.Values.member.1", "role"),
    ];
    let tags = stage.autoscaling("DescribeTags", &by_key).ok();
    assert_eq!(
        (tags.text("ResourceId"), tags.text("Value")),
        ("web".into(), "web".into())
    );
    let limits = stage.autoscaling("DescribeAccountLimits", &[]).ok();
    assert_eq!(limits.text("NumberOfAutoScalingGroups"), "1");
    let refreshes = web(stage, "DescribeInstanceRefreshes", &[]).ok();
    assert!(refreshes.texts("InstanceRefreshId").is_empty());
}

pub fn sizes_are_ordered(stage: &Stage) {
    group(stage);
    let now = [("DesiredCapacity", "3"), ("HonorCooldown", "true")];
    let (code, _) = web(stage, "SetDesiredCapacity", &now).error();
    assert_eq!(code, "ScalingActivityInProgress");
    stage.advance(300.0);
    web(stage, "SetDesiredCapacity", &now).ok();
    let (what, why) = activities(stage).remove(0);
    assert!(what.starts_with("Launching a new EC2 instance: i-"));
    assert!(why.contains(
        "a user request explicitly set group desired capacity changing the desired capacity from 2 to 3."
    ));
    stage.settle();
    let protected = ids(stage);
    let (_, text) = web(stage, "SetDesiredCapacity", &[("DesiredCapacity", "5")]).error();
    assert!(text.contains("is above max value 4"), "{text}");

    // What is protected stays; the only other one goes.
    let protect = [
        ("InstanceIds.member.1", protected[0].as_str()),
        ("InstanceIds.member.2", protected[1].as_str()),
        ("ProtectedFromScaleIn", "true"),
    ];
    web(stage, "SetInstanceProtection", &protect).ok();
    let smaller = [
        ("MinSize", "1"),
        ("MaxSize", "1"),
        ("DefaultCooldown", "10"),
    ];
    web(stage, "UpdateAutoScalingGroup", &smaller).ok();
    stage.settle();
    assert_eq!(ids(stage), protected[..2]);
    let (_, why) = activities(stage).remove(0);
    assert!(why.contains("update of AutoScalingGroup constraints to min: 1, max: 1, desired: 1"));
    assert!(why.contains(&format!(
        "instance {} was selected for termination.",
        protected[2]
    )));
    let (_, text) = web(stage, "UpdateAutoScalingGroup", &[("MinSize", "2")]).error();
    assert_eq!(
        text,
        "Max bound, must be greater than or equal to min bound."
    );
}

pub fn members_leave_and_are_replaced(stage: &Stage) {
    let before = group(stage);
    let leave = [
        ("InstanceId", before[0].as_str()),
        ("ShouldDecrementDesiredCapacity", "false"),
    ];
    let left = stage
        .autoscaling("TerminateInstanceInAutoScalingGroup", &leave)
        .ok();
    assert!(left.text("Cause").ends_with(&format!(
        "instance {} was taken out of service in response to a user request.",
        before[0]
    )));
    stage.settle();
    let now = ids(stage);
    assert!(now.len() == 2 && !now.contains(&before[0]));

    // Somebody says that one is ill.
    let ill = [
        ("InstanceId", before[1].as_str()),
        ("HealthStatus", "Unhealthy"),
        ("ShouldRespectGracePeriod", "false"),
    ];
    stage.autoscaling("SetInstanceHealth", &ill).ok();
    assert!(activities(stage).iter().any(|(_, why)| {
        why.ends_with("an instance was taken out of service in response to a user health-check.")
    }));
    stage.settle();
    let now = ids(stage);
    assert!(now.len() == 2 && !now.contains(&before[1]));
    let replaced = "an instance was launched in response to an unhealthy instance needing to be \
                    replaced.";
    assert!(activities(stage)[0].1.ends_with(replaced));

    // One is taken away behind the group's back.
    stage
        .ec2("TerminateInstances", &[("InstanceId.1", &now[0])])
        .ok();
    assert!(
        activities(stage)[0]
            .1
            .contains("an EC2 health check indicating it has been terminated")
    );
    stage.settle();
    assert_eq!(ids(stage).len(), 2);

    // Standing by, one runs on and another takes its place.
    let now = ids(stage);
    let stand_by = [
        ("InstanceIds.member.1", now[0].as_str()),
        ("ShouldDecrementDesiredCapacity", "true"),
    ];
    web(stage, "EnterStandby", &stand_by).ok();
    assert_eq!(shown(stage).text("DesiredCapacity"), "1");
    assert!(
        shown(stage)
            .texts("LifecycleState")
            .contains(&"Standby".to_owned())
    );
    web(stage, "ExitStandby", &stand_by[..1]).ok();
    assert_eq!(shown(stage).text("DesiredCapacity"), "2");
    assert_eq!(
        shown(stage).texts("LifecycleState"),
        ["InService", "InService"]
    );
}

const GIVEN: &str = r#"
Resources:
  Old:
    Type: AWS::AutoScaling::LaunchConfiguration
    Properties: { ImageId: ami-87654321, InstanceType: t2.nano, IamInstanceProfile: web }
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      AutoScalingGroupName: web
      AvailabilityZones: !GetAZs ""
      MinSize: "1"
      MaxSize: "4"
      DesiredCapacity: "2"
      LaunchConfigurationName: !Ref Old
      TerminationPolicies: [ NewestInstance ]
      TargetGroupARNs: [ arn:aws:elasticloadbalancing:ap-southeast-2:123456789012:targetgroup/a/1 ]
      LoadBalancerNames: [ front ]
      CapacityRebalance: true
      MetricsCollection: [ { Granularity: 1Minute, Metrics: [ GroupMinSize ] } ]
"#;

pub fn what_a_group_is_given(stage: &Stage) {
    let before = group(stage);
    let usual = shown(stage);
    assert!(
        usual
            .body
            .contains("<member>Default</member></TerminationPolicies>")
    );
    let role = "arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/\
                AWSServiceRoleForAutoScaling";
    assert_eq!(usual.text("ServiceLinkedRoleARN"), role);
    assert!(usual.texts("CapacityRebalance").is_empty());
    web(stage, "SetDesiredCapacity", &[("DesiredCapacity", "1")]).ok();
    stage.settle();
    assert_eq!(ids(stage), before[1..], "the oldest went");
    stage
        .cloudformation("DeleteStack", &[("StackName", "shop")])
        .ok();
    stage.settle();

    let params = [("StackName", "till"), ("TemplateBody", GIVEN)];
    stage.cloudformation("CreateStack", &params).ok();
    stage.settle();
    let told = shown(stage);
    for part in [
        "<TerminationPolicies><member>NewestInstance</member></TerminationPolicies>",
        "targetgroup/a/1</member></TargetGroupARNs>",
        "<LoadBalancerNames><member>front</member></LoadBalancerNames>",
        "<CapacityRebalance>true</CapacityRebalance>",
        "<Metric>GroupMinSize</Metric><Granularity>1Minute</Granularity>",
    ] {
        assert!(told.body.contains(part), "{part} in {}", told.body);
    }
    let before = ids(stage);
    let one = [("InstanceId.1", before[0].as_str())];
    let instance = stage.ec2("DescribeInstances", &one).ok();
    assert!(
        instance
            .body
            .contains("<arn>arn:aws:iam::123456789012:instance-profile/web</arn>")
    );
    let groups = stage.ec2("DescribeSecurityGroups", &[]).ok();
    assert_eq!(
        (instance.text("groupId"), instance.text("hypervisor")),
        (groups.text("groupId"), "xen".into())
    );
    web(stage, "SetDesiredCapacity", &[("DesiredCapacity", "1")]).ok();
    stage.settle();
    assert_eq!(ids(stage), before[..1], "the newest went");
}
