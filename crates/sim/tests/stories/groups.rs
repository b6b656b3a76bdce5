//! Auto Scaling groups: launched, rolled a batch at a time, gone.

use bennu_sim::autoscaling::{Group, GroupQuery};
use bennu_sim::ec2::{Filter, InstanceQuery};
use insta::assert_snapshot;

use crate::stage::{Stage, show_changes, update_request};

const WEB: &str = r#"
Parameters:
  Version: { Type: String, Default: "1" }
Resources:
  Template:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateData:
        ImageId: ami-12345678
        InstanceType: t3.micro
        UserData:
          Fn::Base64: !Sub |
            #!/bin/sh
            dnf install -y shop-${Version}
            /opt/aws/bin/cfn-signal -e $? --stack ${AWS::StackName} --resource Group --region ${AWS::Region}
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    CreationPolicy: { ResourceSignal: { Count: 2, Timeout: PT10M } }
    UpdatePolicy:
      AutoScalingRollingUpdate: { MinInstancesInService: 2, MaxBatchSize: 1, PauseTime: PT5M, WaitOnResourceSignals: true }
    Properties:
      AvailabilityZones: !GetAZs ""
      MinSize: "2"
      MaxSize: "3"
      LaunchTemplate: { LaunchTemplateId: !Ref Template, Version: !GetAtt Template.LatestVersionNumber }
      Tags: [ { Key: role, Value: web, PropagateAtLaunch: true } ]
"#;

fn group(stage: &mut Stage) -> Group {
    let query = GroupQuery::default();
    let page = stage.call(|region, moment| region.describe_auto_scaling_groups(&query, moment));
    page.unwrap().items.remove(0)
}

/// Running instances with this tag.
fn running(stage: &mut Stage, tag: &str, value: &str) -> usize {
    let filter = |name: &str, value: &str| Filter {
        name: name.to_owned(),
        values: vec![value.to_owned()],
    };
    let query = InstanceQuery {
        filters: vec![
            filter(&format!("tag:{tag}"), value),
            filter("instance-state-name", "run*"),
        ],
        ..InstanceQuery::default()
    };
    let page = stage.call(|region, moment| region.describe_instances(&query, moment));
    page.unwrap().items.len()
}

#[test]
fn a_new_launch_template_version_rolls_the_group() {
    let mut stage = Stage::new();
    stage.created(WEB);
    assert_snapshot!("group_creation", stage.log("shop", None));
    assert_eq!(running(&mut stage, "role", "web"), 2);
    let shown = stage.change_set(update_request(&[("Version", "2")]));
    assert_snapshot!("roll_changes", show_changes(&shown));
    stage.execute().unwrap();
    let mut fewest = usize::MAX;
    while !stage.status("shop").ends_with("UPDATE_COMPLETE") {
        stage.wait(1.0);
        fewest = fewest.min(running(&mut stage, "role", "web"));
    }
    let log = stage.log("shop", Some("Group"));
    assert_snapshot!(
        "roll_events",
        log.split_inclusive('\n').skip(5).collect::<String>()
    );
    assert_eq!(fewest, 2, "two instances serve at all times");
    let group = group(&mut stage);
    assert_eq!(
        (group.min_size, group.desired_capacity, group.members.len()),
        (2, 2, 2)
    );
    assert!(
        group
            .members
            .iter()
            .all(|one| one.launch_template.as_ref().unwrap().version == "2")
    );
}

#[test]
fn instances_that_signal_failure_roll_the_update_back() {
    let mut stage = Stage::new();
    stage.created(WEB);
    stage.change_set(update_request(&[("Version", "2")]));
    stage.fault(r#"{"name":"fail_boot","on":"Group","times":1}"#);
    stage.execute().unwrap();
    stage.world.settle();
    assert_eq!(stage.status("shop"), "UPDATE_ROLLBACK_COMPLETE");
    let log = stage.log("shop", Some("Group"));
    assert!(
        log.contains(
            "UPDATE_FAILED Received 0 SUCCESS signal(s) out of 2.  Unable to satisfy 100% \
         MinSuccessfulInstancesPercent requirement"
        ),
        "{log}"
    );
    let group = group(&mut stage);
    let before = group.launch_template.clone().unwrap().version;
    // The template says no desired capacity: what the roll made room with stays.
    assert_eq!(
        (group.min_size, group.desired_capacity, group.members.len()),
        (2, 3, 3)
    );
    assert!(
        group
            .members
            .iter()
            .all(|one| one.launch_template.as_ref().unwrap().version == before)
    );
}

#[test]
fn silent_instances_fail_the_creation_at_the_time_out_and_all_are_terminated() {
    let mut stage = Stage::new();
    stage.fault(r#"{"name":"fail_boot","on":"Group","times":1,"params":{"signal":"none"}}"#);
    stage.created(WEB);
    assert_eq!(stage.status("shop"), "ROLLBACK_COMPLETE");
    let log = stage.log("shop", Some("Group"));
    assert!(
        log.contains(
            "CREATE_FAILED Received 1 SUCCESS signal(s) out of 2.  Unable to satisfy 100%"
        ),
        "{log}"
    );
    assert_eq!(running(&mut stage, "role", "web"), 0);
}

#[test]
fn a_deleted_stack_leaves_no_instance_and_terminated_ones_vanish() {
    let mut stage = Stage::new();
    let id = stage.created(WEB);
    assert_eq!(
        running(&mut stage, "aws:cloudformation:stack-name", "shop"),
        2
    );
    stage.delete("shop").unwrap();
    stage.world.settle();
    assert_eq!(stage.status(&id), "DELETE_COMPLETE");
    let all = InstanceQuery::default();
    let shown = |stage: &mut Stage| {
        let page = stage.call(|region, moment| region.describe_instances(&all, moment));
        page.unwrap()
            .items
            .iter()
            .map(|one| one.state.as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(shown(&mut stage), ["terminated"; 2]);
    stage.wait(3600.0);
    assert_eq!(shown(&mut stage), [""; 0]);
    let truth = stage.call(|region, _| region.truth());
    assert_eq!(
        truth,
        serde_json::json!({ "stacks": [], "groups": [], "instances": [] })
    );
}

#[test]
fn a_terminated_member_is_replaced() {
    let mut stage = Stage::new();
    stage.created(WEB);
    let victim = group(&mut stage).members.remove(0).instance_id;
    let ids = vec![victim.clone()];
    stage
        .call(|region, moment| region.terminate_instances(&ids, moment))
        .unwrap();
    stage.wait(200.0);
    let members = group(&mut stage).members;
    assert_eq!(members.len(), 2);
    assert!(members.iter().all(|one| one.instance_id != victim));
    stage
        .call(|region, moment| region.set_desired_capacity(&victim, 1, false, moment))
        .unwrap_err();
}
