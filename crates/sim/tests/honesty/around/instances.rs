//! EC2.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::groups::group;
use crate::stage::Stage;

fn states(stage: &Stage, id: &str) -> Vec<String> {
    let shown = stage.ec2("DescribeInstances", &[("InstanceId.1", id)]).ok();
    shown.texts("name")
}

pub fn instances_are_found(stage: &Stage) {
    let ids = group(stage);
    let find = |filters: &[(&str, &str)]| {
        let names: Vec<(String, &str)> = (filters.iter().enumerate())
            .flat_map(|(index, (name, value))| {
                let key = |what: &str| format!("Filter.{}.{what}", index + 1);
                [(key("Name"), *name), (key("Value.1"), *value)]
            })
            .collect();
        let params: Vec<(&str, &str)> = names
            .iter()
            .map(|(key, value)| (key.as_str(), *value))
            .collect();
        stage.ec2("DescribeInstances", &params)
    };
    for (name, value) in [
        ("tag:aws:autoscaling:groupName", "web"),
        ("tag-key", "role"),
        ("instance-state-name", "run*"),
        ("image-id", "ami-12345678"),
        ("instance-type", "t3.*"),
        ("availability-zone", "ap-southeast-2?"),
        ("launch-time", "2026-01-01*"),
        ("private-ip-address", "10.0.*"),
        ("vpc-id", "vpc-*"),
        ("subnet-id", "subnet-*"),
    ] {
        assert_eq!(
            find(&[(name, value)]).ok().texts("instanceId").len(),
            2,
            "{name}"
        );
    }
    let one = find(&[("instance-id", &ids[0]), ("tag:role", "web")]).ok();
    assert_eq!(one.texts("instanceId"), [ids[0].clone()]);
    assert!(
        find(&[("tag:role", "db")])
            .ok()
            .texts("instanceId")
            .is_empty()
    );
    let (code, text) = find(&[("colour", "red")]).error();
    assert_eq!(
        (code.as_str(), text.as_str()),
        ("InvalidParameterValue", "The filter 'colour' is invalid")
    );

    let both = [("InstanceId.1", ids[0].as_str()), ("MaxResults", "5")];
    assert_eq!(
        stage.ec2("DescribeInstances", &both).error().0,
        "InvalidParameterCombination"
    );
    let (code, text) = stage
        .ec2("DescribeInstances", &[("InstanceId.1", "i-0")])
        .error();
    assert_eq!(code, "InvalidInstanceID.NotFound");
    assert_eq!(text, "The instance ID 'i-0' does not exist");
    // A fresh instance is not to be seen at once.
    stage
        .autoscaling(
            "SetDesiredCapacity",
            &[("AutoScalingGroupName", "web"), ("DesiredCapacity", "3")],
        )
        .ok();
    assert_eq!(
        find(&[("tag:role", "web")]).ok().texts("instanceId").len(),
        2
    );
    stage.advance(1.0);
    assert_eq!(
        find(&[("tag:role", "web")]).ok().texts("instanceId").len(),
        3
    );
}

const LONELY: &str = r##"
Resources:
  One:
    Type: AWS::EC2::Instance
    Properties:
      ImageId: ami-12345678
      InstanceType: t3.micro
      UserData:
        Fn::Base64: |
          #!/bin/sh
          echo hello from the first boot
"##;

pub fn an_instances_life(stage: &Stage) {
    let params = [("StackName", "one"), ("TemplateBody", LONELY)];
    stage.cloudformation("CreateStack", &params).ok();
    stage.settle();
    let found = stage.ec2("DescribeInstances", &[]).ok();
    let id = found.text("instanceId");
    let named = [("InstanceId.1", id.as_str())];
    let status = || stage.ec2("DescribeInstanceStatus", &named).ok();
    assert_eq!(status().text("status"), "initializing");
    stage.advance(130.0);
    assert_eq!(status().text("status"), "ok");

    let console = [("InstanceId", id.as_str()), ("Latest", "true")];
    let said = || {
        let output = stage.ec2("GetConsoleOutput", &console).ok().text("output");
        String::from_utf8(STANDARD.decode(output).unwrap()).unwrap()
    };
    assert_eq!(said().matches("hello from the first boot").count(), 1);

    stage.ec2("RebootInstances", &named).ok();
    assert_eq!(states(stage, &id), ["running"]);
    stage.settle();
    assert!(said().contains("the instance runs again"));

    let stopped = stage.ec2("StopInstances", &named).ok();
    assert_eq!(stopped.texts("name"), ["stopping", "running"]);
    let (code, text) = stage.ec2("StartInstances", &named).error();
    assert_eq!(code, "IncorrectInstanceState");
    assert_eq!(
        text,
        format!("The instance '{id}' is not in a state from which it can be started.")
    );
    stage.settle();
    assert_eq!(states(stage, &id), ["stopped"]);
    assert!(
        status().texts("instanceId").is_empty(),
        "only those that run are shown"
    );
    stage.ec2("StartInstances", &named).ok();
    stage.settle();
    assert_eq!(states(stage, &id), ["running"]);
    assert_eq!(
        said().matches("hello from the first boot").count(),
        1,
        "user data is for once"
    );

    let gone = stage.ec2("TerminateInstances", &named).ok();
    assert_eq!(gone.texts("name"), ["shutting-down", "running"]);
    stage.settle();
    assert_eq!(states(stage, &id), ["terminated"]);
    stage.advance(3700.0);
    let (code, _) = stage.ec2("DescribeInstances", &named).error();
    assert_eq!(code, "InvalidInstanceID.NotFound");
}

pub fn tags(stage: &Stage) {
    let ids = group(stage);
    let create = [
        ("ResourceId.1", ids[0].as_str()),
        ("ResourceId.2", ids[1].as_str()),
        ("Tag.1.Key", "owner"),
        ("Tag.1.Value", "team"),
    ];
    stage.ec2("CreateTags", &create).ok();
    let own = [
        ("ResourceId.1", ids[0].as_str()),
        ("Tag.1.Key", "aws:x"),
        ("Tag.1.Value", ""),
    ];
    assert_eq!(
        stage.ec2("CreateTags", &own).error().0,
        "InvalidParameterValue"
    );
    let by_key = [("Filter.1.Name", "key"), ("Filter.1.Value.1", "owner")];
    assert_eq!(
        stage
            .ec2("DescribeTags", &by_key)
            .ok()
            .texts("resourceId")
            .len(),
        2
    );
    let delete = [("ResourceId.1", ids[0].as_str()), ("Tag.1.Key", "owner")];
    stage.ec2("DeleteTags", &delete).ok();
    let left = stage.ec2("DescribeTags", &by_key).ok();
    assert_eq!(left.texts("resourceId"), [ids[1].clone()]);
}

const NETWORK: &str = r#"
Resources:
  Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.9.0.0/16, Tags: [ { Key: Name, Value: mine } ] } }
  Subnet: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc, CidrBlock: 10.9.1.0/24 } }
  Wall: { Type: AWS::EC2::SecurityGroup, Properties: { VpcId: !Ref Vpc, GroupDescription: wall, GroupName: wall } }
"#;

pub fn networks(stage: &Stage) {
    let default = [
        ("Filter.1.Name", "is-default"),
        ("Filter.1.Value.1", "true"),
    ];
    let vpc = stage.ec2("DescribeVpcs", &default).ok().text("vpcId");
    let within = [
        ("Filter.1.Name", "vpc-id"),
        ("Filter.1.Value.1", vpc.as_str()),
    ];
    let subnets = stage.ec2("DescribeSubnets", &within).ok();
    let zones = stage.ec2("DescribeAvailabilityZones", &[]).ok();
    assert_eq!(subnets.texts("availabilityZone"), zones.texts("zoneName"));
    let walls = stage.ec2("DescribeSecurityGroups", &within).ok();
    assert_eq!(walls.text("groupName"), "default");

    let params = [("StackName", "net"), ("TemplateBody", NETWORK)];
    stage.cloudformation("CreateStack", &params).ok();
    stage.settle();
    let mine = [("Filter.1.Name", "tag:Name"), ("Filter.1.Value.1", "mine")];
    let vpc = stage.ec2("DescribeVpcs", &mine).ok().text("vpcId");
    let within = [
        ("Filter.1.Name", "vpc-id"),
        ("Filter.1.Value.1", vpc.as_str()),
    ];
    assert_eq!(
        stage.ec2("DescribeSubnets", &within).ok().text("cidrBlock"),
        "10.9.1.0/24"
    );
    assert_eq!(
        stage
            .ec2("DescribeSecurityGroups", &within)
            .ok()
            .text("groupName"),
        "wall"
    );
    let none = [("VpcId.1", "vpc-0")];
    assert_eq!(
        stage.ec2("DescribeVpcs", &none).error().0,
        "InvalidVpcID.NotFound"
    );

    let newest = [
        ("Owner.1", "amazon"),
        ("Filter.1.Name", "name"),
        ("Filter.1.Value.1", "al2023-ami-*-x86_64"),
    ];
    assert!(
        stage
            .ec2("DescribeImages", &newest)
            .ok()
            .text("imageId")
            .starts_with("ami-")
    );
}

pub fn launch_templates(stage: &Stage) {
    group(stage);
    let named = [("LaunchTemplateName.1", "web-template")];
    let found = stage.ec2("DescribeLaunchTemplates", &named).ok();
    assert_eq!(found.text("latestVersionNumber"), "1");
    let id = found.text("launchTemplateId");
    let versions = [
        ("LaunchTemplateId", id.as_str()),
        ("LaunchTemplateVersion.1", "$Latest"),
    ];
    let found = stage.ec2("DescribeLaunchTemplateVersions", &versions).ok();
    assert_eq!(found.text("imageId"), "ami-12345678");
    let none = [("LaunchTemplateId.1", "lt-0")];
    let (code, _) = stage.ec2("DescribeLaunchTemplates", &none).error();
    assert_eq!(code, "InvalidLaunchTemplateId.NotFound");
}
