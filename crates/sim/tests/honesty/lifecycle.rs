//! Statuses and operations of stacks.

mod creations;
mod imports;
mod options;
mod reads;
mod recoveries;
mod requests;
mod updates;

use serde_json::json;

use crate::Scenario;
use crate::stage::{Answer, Stage};

pub const SCENARIOS: &[Scenario] = &[
    creations::ROLLED_BACK,
    creations::STUCK,
    creations::ON_FAILURE,
    creations::DELETED_MEANWHILE,
    creations::REVIEWED,
    creations::TIMED_OUT,
    updates::REPLACED,
    updates::ROLLED_BACK,
    updates::LEFT_BEHIND,
    updates::KEPT_FOR_LOOKING,
    updates::HELD,
    recoveries::SKIPPED,
    recoveries::FORCED,
    recoveries::DELETED_BY_FORCE,
    imports::TAKEN_IN,
    imports::NEW_STACK,
    imports::LET_GO,
    options::POLICY,
    options::ALARM,
    options::EXPRESS,
    options::SIGNALLED,
    options::RETAINED,
    options::PROTECTED,
    reads::RESOURCES,
    reads::LISTED,
    reads::EVENTS,
    reads::DRIFT,
    requests::TOKENS,
    requests::LIMITS,
    requests::ACTIONS,
    requests::VALIDATED,
];

/// A queue with a name of its own, and a topic that knows it.
const TEMPLATE: &str = r#"{
  "Parameters": {
    "Name": { "Type": "String", "Default": "orders" },
    "Delay": { "Type": "String", "Default": "1" }
  },
  "Resources": {
    "Queue": { "Type": "AWS::SQS::Queue", "Properties": {
      "QueueName": { "Ref": "Name" }, "DelaySeconds": { "Ref": "Delay" } } },
    "Topic": { "Type": "AWS::SNS::Topic", "Properties": {
      "DisplayName": { "Fn::Join": ["/", [{ "Ref": "Queue" }, { "Ref": "Delay" }]] } } }
  }
}"#;

/// Begins to make a stack; tells its ARN.
fn create(stage: &Stage, name: &str, more: &[(&str, &str)]) -> String {
    let params = [&[("StackName", name), ("TemplateBody", TEMPLATE)], more].concat();
    let answer = stage.cloudformation("CreateStack", &params);
    answer.ok().text("StackId")
}

/// A stack that is there.
fn created(stage: &Stage, name: &str) -> String {
    let id = create(stage, name, &[]);
    until(stage, &id, "CREATE_COMPLETE");
    id
}

/// Asks for another delay, and perhaps another name of the queue.
fn update(stage: &Stage, name: &str, values: [&str; 2], more: &[(&str, &str)]) -> Answer {
    let params = [
        ("StackName", name),
        ("UsePreviousTemplate", "true"),
        ("Parameters.member.1.ParameterKey", "Name"),
        ("Parameters.member.1.ParameterValue", values[0]),
        ("Parameters.member.2.ParameterKey", "Delay"),
        ("Parameters.member.2.ParameterValue", values[1]),
    ];
    stage.cloudformation("UpdateStack", &[&params, more].concat())
}

fn delete(stage: &Stage, name: &str, more: &[(&str, &str)]) -> Answer {
    stage.cloudformation("DeleteStack", &[&[("StackName", name)], more].concat())
}

/// What the client sees of a stack.
fn describe(stage: &Stage, name: &str) -> Answer {
    let answer = stage.cloudformation("DescribeStacks", &[("StackName", name)]);
    answer.ok()
}

fn status(stage: &Stage, name: &str) -> String {
    describe(stage, name).text("StackStatus")
}

/// Looks at the stack, moment by moment, until it has this status.
fn until(stage: &Stage, name: &str, wanted: &str) {
    let mut last = String::new();
    for _ in 0..1_000 {
        last = status(stage, name);
        if last == wanted {
            return;
        }
        stage.advance(0.4);
    }
    panic!("{name} never was {wanted}, but {last}");
}

/// The events, oldest first: logical id, status and reason of each.
fn events(stage: &Stage, name: &str) -> Vec<String> {
    let answer = stage.cloudformation("DescribeStackEvents", &[("StackName", name)]);
    let members = answer.ok().texts("member");
    let text = |member: &str, tag: &str| {
        let rest = member.split_once(&format!("<{tag}>"))?.1;
        Some(rest.split_once(&format!("</{tag}>"))?.0.to_owned())
    };
    let line = |member: &String| {
        let parts = [
            "LogicalResourceId",
            "ResourceStatus",
            "ResourceStatusReason",
        ];
        let parts = parts.map(|tag| text(member, tag).unwrap_or_default());
        parts.join(" ").trim_end().to_owned()
    };
    members.iter().rev().map(line).collect()
}

/// Makes what is done to a resource fail.
fn fail(stage: &Stage, on: &str, action: &str, times: u32) {
    stage.fault(json!({
        "name": "fail_resource", "on": on, "times": times,
        "params": { "action": action, "reason": format!("no {action} today") },
    }));
}

/// The refusal of a call.
#[track_caller]
fn refused(answer: &Answer, message: &str) {
    let (code, text) = answer.error();
    assert_eq!((code.as_str(), text.as_str()), ("ValidationError", message));
}
