//! Auto Scaling groups in stacks: rolled, replaced, as their policies say.

use super::sets::stack;
use crate::Scenario;
use crate::stage::Stage;

pub const ROLLS: Scenario = Scenario {
    name: "a group is rolled in batches as its instances signal",
    shows: &[
        "action cloudformation:SignalResource",
        "action cloudformation:UpdateStack",
        "action autoscaling:DescribeAutoScalingGroups",
        "status resource:UPDATE_IN_PROGRESS",
        "status resource:UPDATE_COMPLETE",
        "transition CREATE_COMPLETE -> UPDATE_IN_PROGRESS",
        "transition UPDATE_IN_PROGRESS -> UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "transition UPDATE_COMPLETE_CLEANUP_IN_PROGRESS -> UPDATE_COMPLETE",
    ],
    play: rolls,
};

pub const REPLACED: Scenario = Scenario {
    name: "a group is replaced, and back where the new one fails",
    shows: &[
        "status resource:UPDATE_FAILED",
        "transition UPDATE_IN_PROGRESS -> UPDATE_ROLLBACK_IN_PROGRESS",
        "transition UPDATE_ROLLBACK_IN_PROGRESS -> UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        "transition UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS -> UPDATE_ROLLBACK_COMPLETE",
    ],
    play: replaced,
};

/// A group of two with an update policy, and a creation policy where it is to be replaced.
fn template(policy: &str, creation: &str) -> String {
    format!(
        r#"{{
    "Parameters": {{ "Image": {{ "Type": "String", "Default": "ami-1" }} }},
    "Resources": {{
        "Recipe": {{ "Type": "AWS::EC2::LaunchTemplate", "Properties": {{
            "LaunchTemplateData": {{ "ImageId": {{ "Ref": "Image" }}, "InstanceType": "t3.micro" }} }} }},
        "Group": {{ "Type": "AWS::AutoScaling::AutoScalingGroup",
            "CreationPolicy": {creation},
            "UpdatePolicy": {policy},
            "Properties": {{ "MinSize": "2", "MaxSize": "4", "DesiredCapacity": "2",
                "AvailabilityZones": {{ "Fn::GetAZs": "" }},
                "LaunchTemplate": {{ "LaunchTemplateId": {{ "Ref": "Recipe" }},
                    "Version": {{ "Fn::GetAtt": ["Recipe", "LatestVersionNumber"] }} }} }} }} }}
}}"#
    )
}

fn update(stage: &Stage) {
    let given = [
        ("StackName", "one"),
        ("UsePreviousTemplate", "true"),
        ("Parameters.member.1.ParameterKey", "Image"),
        ("Parameters.member.1.ParameterValue", "ami-2"),
    ];
    stage.cloudformation("UpdateStack", &given).ok();
}

fn status(stage: &Stage) -> String {
    let stacks = stage.cloudformation("DescribeStacks", &[("StackName", "one")]);
    stacks.ok().text("StackStatus")
}

/// What the group's events say, oldest first.
fn reasons(stage: &Stage) -> Vec<String> {
    let events = stage.cloudformation("DescribeStackEvents", &[("StackName", "one")]);
    let mut reasons = events.ok().texts("ResourceStatusReason");
    reasons.reverse();
    reasons
}

fn members(stage: &Stage) -> Vec<String> {
    let groups = stage.autoscaling("DescribeAutoScalingGroups", &[]).ok();
    groups.texts("InstanceId")
}

/// Lets time pass until the stack rests; each instance that comes says `word` when it is
/// there, except those in `before`.
fn play(stage: &Stage, before: &[String], word: &str, mut each: impl FnMut(&Stage)) {
    let mut told: Vec<String> = before.to_vec();
    for _ in 0..2000 {
        if !status(stage).ends_with("_IN_PROGRESS") {
            return;
        }
        each(stage);
        for id in members(stage) {
            let signal = [
                ("StackName", "one"),
                ("LogicalResourceId", "Group"),
                ("UniqueId", id.as_str()),
                ("Status", word),
            ];
            if !told.contains(&id) && stage.cloudformation("SignalResource", &signal).is_ok() {
                told.push(id);
            }
        }
        stage.advance(5.0);
    }
}

fn rolls(stage: &Stage) {
    let policy = r#"{ "AutoScalingRollingUpdate": {
        "MaxBatchSize": "1", "MinInstancesInService": "1", "WaitOnResourceSignals": "true",
        "PauseTime": "PT10M", "SuspendProcesses": ["AZRebalance"] } }"#;
    stack(stage, &template(policy, "{}"));
    let before = members(stage);
    update(stage);
    let mut suspended = false;
    play(stage, &before, "SUCCESS", |stage| {
        let groups = stage.autoscaling("DescribeAutoScalingGroups", &[]).ok();
        suspended |= groups.texts("ProcessName") == ["AZRebalance"];
    });
    assert_eq!(status(stage), "UPDATE_COMPLETE");
    assert!(suspended, "it was suspended meanwhile");
    let groups = stage.autoscaling("DescribeAutoScalingGroups", &[]).ok();
    assert_eq!(groups.texts("ProcessName"), [""; 0], "and resumed");
    let after = groups.texts("InstanceId");
    assert_eq!(after.len(), 2);
    assert!(after.iter().all(|id| !before.contains(id)));
    let told = reasons(stage).join("\n");
    let announced = "Rolling update initiated. Terminating 2 obsolete instance(s) in batches of \
                     1, while keeping at least 1 instance(s) in service. Waiting on resource \
                     signals with a timeout of PT10M when new instances are added to the \
                     autoscaling group.";
    for text in [
        announced,
        "; replacing with 1 new instance(s).",
        "(Progress 50%).",
        "Waiting on 1 resource signal(s) with a timeout of PT10M.",
        "Received SUCCESS signal with UniqueId i-",
        "(Progress 100%).",
    ] {
        assert!(told.contains(text), "{text}\n{told}");
    }
}

fn replaced(stage: &Stage) {
    let policy = r#"{ "AutoScalingReplacingUpdate": { "WillReplace": "true" } }"#;
    let creation = r#"{ "ResourceSignal": { "Count": "2", "Timeout": "PT10M" },
        "AutoScalingCreationPolicy": { "MinSuccessfulInstancesPercent": "100" } }"#;
    let physical = || {
        let of = [("StackName", "one"), ("LogicalResourceId", "Group")];
        let shown = stage.cloudformation("DescribeStackResource", &of).ok();
        shown.text("PhysicalResourceId")
    };
    let body = template(policy, creation);
    let given = [("StackName", "one"), ("TemplateBody", body.as_str())];
    stage.cloudformation("CreateStack", &given).ok();
    play(stage, &[], "SUCCESS", |_| {});
    assert_eq!(status(stage), "CREATE_COMPLETE");
    let (first, before) = (physical(), members(stage));

    update(stage);
    let mut most = 0;
    play(stage, &before, "FAILURE", |stage| {
        most = most.max(members(stage).len())
    });
    assert_eq!(status(stage), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(most, 4, "both groups were there");
    assert_eq!(
        (physical(), members(stage)),
        (first.clone(), before.clone())
    );
    let refusal = "Received 2 FAILURE signal(s) out of 2.  Unable to satisfy 100% \
                   MinSuccessfulInstancesPercent requirement";
    assert!(
        reasons(stage).iter().any(|one| one == refusal),
        "{:?}",
        reasons(stage)
    );

    update(stage);
    play(stage, &before, "SUCCESS", |_| {});
    assert_eq!(status(stage), "UPDATE_COMPLETE");
    assert_ne!(physical(), first);
    assert!(members(stage).iter().all(|id| !before.contains(id)));
}
