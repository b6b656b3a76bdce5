//! Update and creation policies of groups: what they replace, what they keep, what they refuse.

use bennu_sim::autoscaling::{Group, GroupQuery};
use bennu_sim::cloudformation::request::{CreateChangeSet, CreateStack};

use crate::stage::{Stage, create_request, update_request};

/// A group with everything that a case may set; two instances at first.
struct Web {
    creation: &'static str,
    policy: &'static str,
    properties: &'static str,
}

const PLAIN: Web = Web {
    creation: "{}",
    policy: "{}",
    properties: "MinSize: 2, MaxSize: 4",
};

const SIGNALS: &str = "{ ResourceSignal: { Count: 2, Timeout: PT10M } }";
const REPLACING: &str = "{ AutoScalingReplacingUpdate: { WillReplace: true }, \
                         AutoScalingRollingUpdate: { MaxBatchSize: 1 } }";

impl Web {
    fn template(&self) -> String {
        format!(
            r#"
Parameters:
  Version: {{ Type: String, Default: "1" }}
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
    CreationPolicy: {}
    UpdatePolicy: {}
    Properties: {{ AvailabilityZones: [us-east-1a], LaunchConfigurationName: !Ref Recipe, {} }}
"#,
            self.creation, self.policy, self.properties
        )
    }

    fn created(&self) -> Stage {
        let mut stage = Stage::new();
        stage.created(&self.template());
        assert_eq!(stage.status("shop"), "CREATE_COMPLETE");
        stage
    }

    /// Updates the stack to this, and plays it to its end; gives the group's events of it.
    fn updated(&self, stage: &mut Stage, parameters: &[(&str, &str)]) -> String {
        let before = stage.log("shop", Some("Group")).lines().count();
        stage.drop_change_set();
        stage.change_set(CreateChangeSet {
            use_previous_template: false,
            template_body: Some(self.template()),
            ..update_request(parameters)
        });
        stage.execute().unwrap();
        stage.world.settle();
        let log = stage.log("shop", Some("Group"));
        let lines = log.lines().skip(before);
        lines.fold(String::new(), |all, line| all + line + "\n")
    }
}

fn groups(stage: &mut Stage) -> Vec<Group> {
    let query = GroupQuery::default();
    let page = stage.call(|region, moment| region.describe_auto_scaling_groups(&query, moment));
    page.unwrap().items
}

fn group(stage: &mut Stage) -> Group {
    let mut all = groups(stage);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

/// Waits until there are this many groups.
fn until_groups(stage: &mut Stage, count: usize) -> Vec<Group> {
    for _ in 0..1000 {
        let found = groups(stage);
        if found.len() == count {
            return found;
        }
        stage.wait(1.0);
    }
    groups(stage)
}

const NEXT: &[(&str, &str)] = &[("Version", "2")];

#[test]
fn a_replacing_update_keeps_the_old_group_until_the_new_one_has_signalled() {
    let web = Web {
        creation: SIGNALS,
        policy: REPLACING,
        ..PLAIN
    };
    let mut stage = web.created();
    let old = group(&mut stage).name;
    stage.change_set(update_request(NEXT));
    stage.execute().unwrap();
    let both = until_groups(&mut stage, 2);
    assert_eq!(both.len(), 2);
    assert_eq!(stage.status("shop"), "UPDATE_IN_PROGRESS");
    let serving = both.iter().find(|one| one.name == old).unwrap();
    assert_eq!(serving.in_service(), 2, "the old group serves on");
    stage.world.settle();
    assert_eq!(stage.status("shop"), "UPDATE_COMPLETE");
    let new = group(&mut stage);
    assert_ne!(new.name, old, "the physical id changes");
    assert_eq!(new.in_service(), 2);
    let log = stage.log("shop", Some("Group"));
    let told = [
        "Requested update requires the creation of a new physical resource; hence creating one.",
        "Resource creation Initiated",
        "UPDATE_COMPLETE",
        "DELETE_IN_PROGRESS",
        "DELETE_COMPLETE",
    ];
    let mut rest = log.as_str();
    for text in told {
        let found = rest.split_once(text);
        rest = found.unwrap_or_else(|| panic!("{text}\n{log}")).1;
    }
    assert!(!log.contains("Rolling update"), "replacing wins: {log}");
}

#[test]
fn a_new_group_that_fails_goes_and_the_old_one_never_knew() {
    let web = Web {
        creation: SIGNALS,
        policy: REPLACING,
        ..PLAIN
    };
    let mut stage = web.created();
    let old = group(&mut stage);
    stage.change_set(update_request(NEXT));
    stage.fault(r#"{"name":"fail_boot","on":"Group","times":1}"#);
    stage.execute().unwrap();
    stage.world.settle();
    assert_eq!(stage.status("shop"), "UPDATE_ROLLBACK_COMPLETE");
    let log = stage.log("shop", Some("Group"));
    let text = "UPDATE_FAILED Received 1 FAILURE signal(s) out of 2.  Unable to satisfy 100% \
                MinSuccessfulInstancesPercent requirement";
    assert!(log.contains(text), "{log}");
    assert_eq!(group(&mut stage).name, old.name);
    assert_eq!(group(&mut stage).members, old.members);
}

#[test]
fn a_group_with_a_name_of_its_own_cannot_be_replaced() {
    let web = Web {
        policy: REPLACING,
        properties: "MinSize: 0, MaxSize: 1, AutoScalingGroupName: mine",
        ..PLAIN
    };
    let mut stage = web.created();
    let log = web.updated(&mut stage, NEXT);
    assert_eq!(stage.status("shop"), "UPDATE_ROLLBACK_COMPLETE");
    let text = "UPDATE_FAILED CloudFormation cannot update a stack when a custom-named resource \
                requires replacing. Rename mine and update the stack again.";
    assert!(log.contains(text), "{log}");
}

#[test]
fn what_a_policy_says_is_held_against_what_can_be() {
    let rolling = |fields: &str| format!("{{ AutoScalingRollingUpdate: {{ {fields} }} }}");
    let table = [
        (
            rolling("MinInstancesInService: 4"),
            "MinInstancesInService must be less than the autoscaling group's MaxSize",
        ),
        (
            rolling("MaxBatchSize: 101"),
            "MaxBatchSize must be a whole number from 1 to 100, not 101",
        ),
        (
            rolling("MinActiveInstancesPercent: 101"),
            "MinActiveInstancesPercent must be a whole number from 0 to 100, not 101",
        ),
        (
            rolling("PauseTime: PT61M"),
            "PauseTime must be a time like PT5M of at most 1 hour(s), not \"PT61M\"",
        ),
        (
            rolling("WaitOnResourceSignals: maybe"),
            "WaitOnResourceSignals must be true or false, not \"maybe\"",
        ),
        (
            rolling("SuspendProcesses: [Sleep]"),
            "SuspendProcesses: Sleep is no process",
        ),
        (
            rolling("Batch: 1"),
            "Encountered unsupported property Batch",
        ),
        (
            "{ AutoScalingReplacingUpdate: { WillReplace: 3 } }".to_owned(),
            "WillReplace must be true or false, not 3",
        ),
        (
            "{ Rolling: {} }".to_owned(),
            "Encountered unsupported property Rolling",
        ),
    ];
    for (policy, wanted) in table {
        let mut stage = PLAIN.created();
        let web = Web {
            policy: policy.leak(),
            properties: "MinSize: 1, MaxSize: 4",
            ..PLAIN
        };
        let log = web.updated(&mut stage, NEXT);
        assert_eq!(stage.status("shop"), "UPDATE_ROLLBACK_COMPLETE", "{wanted}");
        assert!(
            log.contains(&format!("UPDATE_FAILED {wanted}")),
            "{wanted}\n{log}"
        );
    }
    for (creation, wanted) in [
        (
            "{ ResourceSignal: { Timeout: PT13H } }",
            "Timeout must be a time like PT5M of at most 12",
        ),
        (
            "{ ResourceSignal: { Count: few } }",
            "Count must be a whole number",
        ),
    ] {
        let mut stage = Stage::new();
        stage.created(&Web { creation, ..PLAIN }.template());
        let log = stage.log("shop", Some("Group"));
        assert!(log.contains(&format!("CREATE_FAILED {wanted}")), "{log}");
    }
    let refresh = Web {
        policy: "{ AutoScalingInstanceRefresh: { Strategy: Rolling } }",
        ..PLAIN
    };
    let request: CreateStack = create_request(&refresh.template());
    let refused = Stage::new()
        .call(|region, moment| region.create_stack(request, moment))
        .unwrap_err();
    assert!(
        refused
            .message
            .contains("AutoScalingInstanceRefresh is not simulated")
    );
}

#[test]
fn a_pause_is_told_and_taken_after_each_batch() {
    let web = Web {
        policy: "{ AutoScalingRollingUpdate: { MinInstancesInService: 1, PauseTime: PT20M } }",
        ..PLAIN
    };
    let mut stage = web.created();
    let begun = stage.world.now;
    let log = web.updated(&mut stage, NEXT);
    for text in [
        "while keeping at least 1 instance(s) in service. Pausing for PT20M when new instances \
         are added to the autoscaling group.",
        "New instance(s) added to autoscaling group - Pausing for PT20M.",
    ] {
        assert!(log.contains(text), "{log}");
    }
    assert!((stage.world.now - begun).num_minutes() >= 40);
}

#[test]
fn where_instances_stand_and_what_they_are_mixed_of_rolls_them_too() {
    let rolled = "{ AutoScalingRollingUpdate: { MaxBatchSize: 2, WaitOnResourceSignals: true } }";
    let at = |place: &'static str| Web {
        policy: rolled,
        properties: place,
        ..PLAIN
    };
    let old = at("MinSize: 2, MaxSize: 4, PlacementGroup: a");
    let new = at("MinSize: 2, MaxSize: 4, PlacementGroup: b");
    let mut stage = old.created();
    let ids = |stage: &mut Stage| -> Vec<String> {
        let members = group(stage).members.into_iter();
        members.map(|one| one.instance_id).collect()
    };
    let first = ids(&mut stage);
    new.updated(&mut stage, &[]);
    assert_eq!(stage.status("shop"), "UPDATE_COMPLETE");
    let second = ids(&mut stage);
    assert!(first.iter().all(|id| !second.contains(id)), "all are new");
    // One of two newcomers fails: the rollback takes both newcomers away, and no older one.
    stage.fault(r#"{"name":"fail_boot","on":"Group","times":1}"#);
    let log = old.updated(&mut stage, &[]);
    assert_eq!(stage.status("shop"), "UPDATE_ROLLBACK_COMPLETE", "{log}");
    assert_eq!(
        log.matches("Terminating 2 obsolete instance(s)").count(),
        2,
        "{log}"
    );
}

#[test]
fn sizes_that_a_schedule_set_stay_where_the_policy_says_so() {
    let kept = "{ AutoScalingScheduledAction: { IgnoreUnmodifiedGroupSizeProperties: true } }";
    for (policy, properties, wanted) in [
        (
            kept,
            "MinSize: 2, MaxSize: 4, DesiredCapacity: 2, Cooldown: 60",
            3,
        ),
        (
            "{}",
            "MinSize: 2, MaxSize: 4, DesiredCapacity: 2, Cooldown: 60",
            2,
        ),
        (kept, "MinSize: 2, MaxSize: 5, DesiredCapacity: 2", 2),
        ("{}", "MinSize: 2, MaxSize: 4, Cooldown: 60", 3),
    ] {
        let before = Web {
            policy,
            properties: "MinSize: 2, MaxSize: 4, DesiredCapacity: 2",
            ..PLAIN
        };
        let mut stage = before.created();
        let name = group(&mut stage).name;
        stage
            .call(|region, moment| region.set_desired_capacity(&name, 3, false, moment))
            .unwrap();
        stage.world.settle();
        let after = Web {
            properties,
            ..before
        };
        after.updated(&mut stage, &[]);
        assert_eq!(
            group(&mut stage).desired_capacity,
            wanted,
            "{policy} {properties}"
        );
    }
}

#[test]
fn processes_stay_suspended_when_an_update_dies_and_no_launch_ends_it_in_time() {
    let web = Web {
        policy: "{ AutoScalingRollingUpdate: { MinInstancesInService: 2, \
                 SuspendProcesses: [Launch, AZRebalance] } }",
        ..PLAIN
    };
    let mut stage = web.created();
    let log = web.updated(&mut stage, NEXT);
    assert!(
        log.contains("UPDATE_FAILED Group did not stabilize."),
        "{log}"
    );
    // The capacity that the roll asked for stays, and nothing launches it.
    let text = "UPDATE_FAILED Group did not stabilize. {current/minSize/maxSize group size} = \
                {2/2/4}.";
    assert!(log.contains(text), "{log}");
    assert_eq!(stage.status("shop"), "UPDATE_ROLLBACK_FAILED");
    let suspended = group(&mut stage).suspended_processes;
    let names: Vec<_> = suspended.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Launch", "AZRebalance"]);
}

#[test]
fn a_creation_tolerates_as_many_failures_as_it_says() {
    for (percent, wanted) in [(50, "CREATE_COMPLETE"), (51, "ROLLBACK_COMPLETE")] {
        let creation = format!(
            "{{ ResourceSignal: {{ Count: 2 }}, \
             AutoScalingCreationPolicy: {{ MinSuccessfulInstancesPercent: {percent} }} }}"
        );
        let web = Web {
            creation: creation.leak(),
            ..PLAIN
        };
        let mut stage = Stage::new();
        stage.fault(r#"{"name":"fail_boot","on":"Group","times":1}"#);
        stage.created(&web.template());
        assert_eq!(stage.status("shop"), wanted);
    }
}
