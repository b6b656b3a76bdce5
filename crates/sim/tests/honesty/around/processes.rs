//! What groups do by themselves, and how they are kept from it.

use super::groups::{activities, group, ids, shown, web};
use crate::stage::Stage;

pub fn suspended_processes_do_nothing(stage: &Stage) {
    let before = group(stage);
    let process = |name| [("ScalingProcesses.member.1", name)];
    let (code, _) = web(stage, "SuspendProcesses", &process("Sleep")).error();
    assert_eq!(code, "ValidationError");

    web(stage, "SuspendProcesses", &process("ReplaceUnhealthy")).ok();
    assert!(
        shown(stage)
            .text("SuspensionReason")
            .starts_with("User suspended at 20")
    );
    stage
        .ec2("TerminateInstances", &[("InstanceId.1", &before[0])])
        .ok();
    stage.settle();
    assert_eq!(ids(stage), before, "the dead one stays");
    assert!(
        shown(stage)
            .texts("HealthStatus")
            .contains(&"Unhealthy".to_owned())
    );
    web(stage, "ResumeProcesses", &process("ReplaceUnhealthy")).ok();
    stage.settle();
    assert!(ids(stage).len() == 2 && !ids(stage).contains(&before[0]));

    web(stage, "SuspendProcesses", &process("HealthCheck")).ok();
    stage
        .ec2("TerminateInstances", &[("InstanceId.1", &before[1])])
        .ok();
    stage.settle();
    assert_eq!(
        shown(stage).texts("HealthStatus"),
        ["Healthy", "Healthy"],
        "it is not noticed"
    );
    web(stage, "ResumeProcesses", &[]).ok();
    stage.settle();
    assert!(!ids(stage).contains(&before[1]));

    web(stage, "SuspendProcesses", &process("Launch")).ok();
    web(stage, "SetDesiredCapacity", &[("DesiredCapacity", "4")]).ok();
    stage.settle();
    assert_eq!(ids(stage).len(), 2);
    web(stage, "ResumeProcesses", &process("Launch")).ok();
    stage.settle();
    assert_eq!(ids(stage).len(), 4);
    web(stage, "SuspendProcesses", &process("Terminate")).ok();
    web(stage, "SetDesiredCapacity", &[("DesiredCapacity", "1")]).ok();
    stage.settle();
    assert_eq!(ids(stage).len(), 4);
    // A stack's deletion is not held up by that.
    stage
        .cloudformation("DeleteStack", &[("StackName", "shop")])
        .ok();
    stage.settle();
    let gone = stage.autoscaling("DescribeAutoScalingGroups", &[]).ok();
    assert!(gone.texts("AutoScalingGroupName").is_empty());
    let of_gone = stage.autoscaling("DescribeScalingActivities", &[]).ok();
    assert!(of_gone.texts("ActivityId").is_empty());
    let all = [("IncludeDeletedGroups", "true")];
    let of_gone = stage.autoscaling("DescribeScalingActivities", &all).ok();
    assert!(of_gone.texts("ActivityId").len() > 4);
}

const SCHEDULE: &str = r#"
Resources:
  Night:
    Type: AWS::AutoScaling::ScheduledAction
    Properties: { AutoScalingGroupName: web, MinSize: 1, DesiredCapacity: 1, Recurrence: "0 22 * * *" }
"#;

pub fn schedules(stage: &Stage) {
    group(stage);
    // The world begins at midnight of 1 January 2026.
    let morning = [
        ("ScheduledActionName", "morning"),
        ("Recurrence", "0 6 * * *"),
        ("DesiredCapacity", "4"),
    ];
    web(stage, "PutScheduledUpdateGroupAction", &morning).ok();
    let once = [
        ("ScheduledActionName", "once"),
        ("StartTime", "2026-01-01T03:00:00Z"),
        ("MaxSize", "3"),
        ("DesiredCapacity", "3"),
    ];
    web(stage, "PutScheduledUpdateGroupAction", &once).ok();
    let late = [once[0], ("StartTime", "2025-01-01T00:00:00Z"), once[2]];
    let (_, text) = web(stage, "PutScheduledUpdateGroupAction", &late).error();
    assert_eq!(text, "Given start time is in the past");
    let params = [("StackName", "nights"), ("TemplateBody", SCHEDULE)];
    stage.cloudformation("CreateStack", &params).ok();
    stage.settle();
    let known = web(stage, "DescribeScheduledActions", &[]).ok();
    assert_eq!(known.texts("ScheduledActionName").len(), 3);
    assert!(
        known
            .texts("StartTime")
            .contains(&"2026-01-01T22:00:00.000Z".to_owned())
    );

    stage.advance(4.0 * 3600.0);
    assert_eq!(ids(stage).len(), 3);
    assert!(
        activities(stage)[0]
            .1
            .contains("a scheduled action update of AutoScalingGroup")
    );
    // At six the group may have three only: the action contradicts that and does nothing.
    stage.advance(3.0 * 3600.0);
    assert_eq!(shown(stage).text("DesiredCapacity"), "3");
    web(stage, "UpdateAutoScalingGroup", &[("MaxSize", "4")]).ok();
    stage.advance(16.0 * 3600.0);
    assert_eq!(shown(stage).text("DesiredCapacity"), "1");
    stage.advance(8.0 * 3600.0);
    assert_eq!(ids(stage).len(), 4);

    web(
        stage,
        "DeleteScheduledAction",
        &[("ScheduledActionName", "morning")],
    )
    .ok();
    let again = web(
        stage,
        "DeleteScheduledAction",
        &[("ScheduledActionName", "morning")],
    );
    assert_eq!(again.error().0, "ValidationError");
    stage
        .cloudformation("DeleteStack", &[("StackName", "nights")])
        .ok();
    stage.settle();
    let known = web(stage, "DescribeScheduledActions", &[]).ok();
    assert!(
        known.texts("ScheduledActionName").is_empty(),
        "what was once is over"
    );
}
