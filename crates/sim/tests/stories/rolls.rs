//! Rolling updates: what triggers them, what they tolerate, how they go back.

use bennu_sim::autoscaling::{Group, GroupQuery};
use bennu_sim::ec2::Filter;

use crate::stage::{Stage, update_request};

/// A group on a launch configuration. `Policy` writes the update policy of each version.
fn template(policy: &str) -> String {
    format!(
        r#"
Parameters:
  Version: {{ Type: String, Default: "1" }}
  Subnets: {{ Type: CommaDelimitedList, Default: subnet-1 }}
Resources:
  Recipe:
    Type: AWS::AutoScaling::LaunchConfiguration
    Properties:
      ImageId: ami-12345678
      InstanceType: t3.micro
      UserData:
        Fn::Base64: !Sub |
          #!/bin/sh
          dnf install -y shop-${{Version}}
          cfn-signal -e $? --stack ${{AWS::StackId}} --resource Group --region ${{AWS::Region}}
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    CreationPolicy: {{ ResourceSignal: {{ Count: 2, Timeout: PT10M }} }}
    UpdatePolicy: {{ AutoScalingRollingUpdate: {policy} }}
    Properties:
      VPCZoneIdentifier: !Ref Subnets
      MinSize: "2"
      MaxSize: "4"
      LaunchConfigurationName: !Ref Recipe
"#
    )
}

fn group(stage: &mut Stage) -> Group {
    let query = GroupQuery {
        filters: vec![Filter {
            name: "tag:aws:cloudformation:stack-name".to_owned(),
            values: vec!["shop".to_owned()],
        }],
        ..GroupQuery::default()
    };
    let page = stage.call(|region, moment| region.describe_auto_scaling_groups(&query, moment));
    page.unwrap().items.remove(0)
}

/// Changes the stack and plays the change to its end; gives the group's events of it.
fn changed(stage: &mut Stage, template: Option<String>, parameters: &[(&str, &str)]) -> String {
    let before = stage.log("shop", Some("Group")).lines().count();
    let mut request = update_request(parameters);
    request.use_previous_template = template.is_none();
    request.template_body = template;
    stage.change_set(request);
    stage.execute().unwrap();
    stage.world.settle();
    let log = stage.log("shop", Some("Group"));
    log.lines()
        .skip(before)
        .fold(String::new(), |all, line| all + line + "\n")
}

const WAITS: &str = "{ MinInstancesInService: 1, WaitOnResourceSignals: true, PauseTime: PT5M }";

#[test]
fn another_launch_configuration_and_other_subnets_roll_the_group() {
    for change in [("Version", "2"), ("Subnets", "subnet-2")] {
        let mut stage = Stage::new();
        stage.created(&template(WAITS));
        let first: Vec<String> = members(&mut stage);
        let log = changed(&mut stage, None, &[change]);
        assert!(
            log.contains("Terminating 2 obsolete instance(s) in batches of 1"),
            "{log}"
        );
        let last = members(&mut stage);
        assert!(first.iter().all(|id| !last.contains(id)), "{last:?}");
        assert_eq!(last.len(), 2);
    }
}

fn members(stage: &mut Stage) -> Vec<String> {
    let members = group(stage).members.into_iter();
    members.map(|one| one.instance_id).collect()
}

#[test]
fn a_batch_that_never_signals_goes_back_under_the_previous_policy() {
    let mut stage = Stage::new();
    stage.created(&template(WAITS));
    let old = group(&mut stage).launch_configuration_name;
    stage.fault(r#"{"name":"fail_boot","on":"Group","times":1,"params":{"signal":"none"}}"#);
    let bolder = "{ MinInstancesInService: 0, MaxBatchSize: 2, WaitOnResourceSignals: true, \
                  PauseTime: PT3M }";
    let log = changed(&mut stage, Some(template(bolder)), &[("Version", "2")]);
    assert_eq!(stage.status("shop"), "UPDATE_ROLLBACK_COMPLETE", "{log}");
    let told = [
        "in batches of 2. Waiting on resource signals with a timeout of PT3M",
        "Failed to receive 1 resource signal(s) for the current batch.  Each resource signal \
         timeout is counted as a FAILURE.",
        "Received 1 SUCCESS signal(s) out of 2.  Unable to satisfy 100% \
         MinSuccessfulInstancesPercent requirement",
        "in batches of 1, while keeping at least 1 instance(s) in service. Waiting on resource \
         signals with a timeout of PT5M",
    ];
    let mut rest = log.as_str();
    for text in told {
        let (_, after) = rest
            .split_once(text)
            .unwrap_or_else(|| panic!("{text}\n{log}"));
        rest = after;
    }
    let group = group(&mut stage);
    assert_eq!(group.launch_configuration_name, old);
    assert!(group.members.iter().all(|one| group.is_current(one)));
}

#[test]
fn a_tolerated_failure_and_suspended_processes_let_the_roll_succeed() {
    let mut stage = Stage::new();
    let tolerant = "{ MaxBatchSize: 1, MinInstancesInService: 1, WaitOnResourceSignals: true, \
                    PauseTime: PT5M, MinSuccessfulInstancesPercent: 50, \
                    SuspendProcesses: [AZRebalance, ScheduledActions] }";
    stage.created(&template(tolerant));
    stage.fault(r#"{"name":"fail_boot","on":"Group","times":1}"#);
    stage.change_set(update_request(&[("Version", "2")]));
    stage.execute().unwrap();
    stage.wait(60.0);
    let suspended: Vec<String> = (group(&mut stage).suspended_processes.into_iter())
        .map(|(name, _)| name)
        .collect();
    assert_eq!(suspended, ["AZRebalance", "ScheduledActions"]);
    stage.world.settle();
    assert_eq!(stage.status("shop"), "UPDATE_COMPLETE");
    let log = stage.log("shop", Some("Group"));
    assert!(log.contains("Received FAILURE signal"), "{log}");
    assert!(
        log.contains("Resuming processes [AZRebalance,ScheduledActions]."),
        "{log}"
    );
    assert_eq!(group(&mut stage).suspended_processes, []);
}

#[test]
fn instances_that_do_not_come_into_service_count_by_the_active_percentage() {
    for (percent, wanted) in [(50, "UPDATE_COMPLETE"), (100, "UPDATE_ROLLBACK_COMPLETE")] {
        let mut stage = Stage::new();
        let policy = format!("{{ MaxBatchSize: 1, MinActiveInstancesPercent: {percent} }}");
        stage.created(&template(&policy));
        stage.fault(r#"{"name":"never_boots","on":"Group","times":1}"#);
        let log = changed(&mut stage, None, &[("Version", "2")]);
        assert_eq!(stage.status("shop"), wanted, "{log}");
        let failed = log.contains("Group did not stabilize. 1 of 2 instance(s) in service.");
        assert_eq!(failed, percent == 100, "{log}");
    }
}

#[test]
fn what_is_in_service_in_a_roll_never_drops_under_the_floor() {
    let mut stage = Stage::new();
    stage.created(&template(WAITS));
    stage.change_set(update_request(&[("Version", "2")]));
    stage.execute().unwrap();
    stage.wait(40.0);
    // One old instance is left; a newcomer is on its way. The floor is held by the old one.
    let before = group(&mut stage);
    assert_eq!(before.in_service(), 1, "{before:?}");
    let mut fewest = usize::MAX;
    while !stage.status("shop").ends_with("UPDATE_COMPLETE") {
        stage.wait(1.0);
        fewest = fewest.min(group(&mut stage).in_service());
    }
    assert_eq!(fewest, 1);
}
