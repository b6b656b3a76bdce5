//! EventBridge: what happens to stacks, in queues.

use serde_json::{Value, json};

use super::queues::{queue, receive, sqs};
use crate::stage::{Answer, Stage};

fn events(stage: &Stage, operation: &str, body: &Value) -> Answer {
    stage.json("events", "AWSEvents", operation, body)
}

/// The events that a queue holds.
fn heard(stage: &Stage, url: &str) -> Vec<Value> {
    let messages = receive(stage, url);
    let read = |one: &Value| serde_json::from_str(one["Body"].as_str().unwrap()).unwrap();
    messages.iter().map(read).collect()
}

fn statuses<'a>(events: &'a [Value]) -> Vec<&'a str> {
    let status =
        |one: &'a Value| Value::as_str(&one["detail"]["status-details"]["status"]).unwrap();
    events.iter().map(status).collect()
}

const TOPIC: &str = r#"{"Resources":{"Topic":{"Type":"AWS::SNS::Topic"}}}"#;

pub fn a_rules_life(stage: &Stage) {
    let url = queue(stage, "news", &json!({}));
    let arn = "arn:aws:sqs:ap-southeast-2:123456789012:news";
    let pattern = json!({
        "source": ["aws.cloudformation"],
        "detail-type": ["CloudFormation Stack Status Change"],
        "detail": { "status-details": { "status": [{ "suffix": "_COMPLETE" }] } },
    });
    let rule = json!({ "Name": "done", "EventPattern": pattern.to_string() });
    events(stage, "PutRule", &rule).ok();
    let broken = json!({ "Name": "x", "EventPattern": "{\"source\":\"aws\"}" });
    let refused = events(stage, "PutRule", &broken).value();
    assert_eq!(refused["__type"], "InvalidEventPatternException");
    let target = json!({ "Rule": "done", "Targets": [{ "Id": "q", "Arn": arn }] });
    let put = events(stage, "PutTargets", &target).ok().value();
    assert_eq!(put["FailedEntryCount"], 0);
    let missing = json!({ "Rule": "none", "Targets": [{ "Id": "q", "Arn": arn }] });
    let refused = events(stage, "PutTargets", &missing).value();
    assert_eq!(refused["__type"], "ResourceNotFoundException");

    let create = |name: &str| {
        let params = [
            ("StackName", name),
            ("TemplateBody", TOPIC),
            ("ClientRequestToken", name),
        ];
        stage.cloudformation("CreateStack", &params).ok();
        stage.settle();
        stage.advance(1.0);
    };
    create("one");
    assert!(
        heard(stage, &url).is_empty(),
        "the queue's policy lets nobody send"
    );
    let statement = json!({
        "Effect": "Allow", "Principal": { "Service": "events.amazonaws.com" },
        "Action": "sqs:SendMessage", "Resource": arn,
    });
    let policy = json!({ "Statement": [statement] }).to_string();
    let set = json!({ "QueueUrl": url, "Attributes": { "Policy": policy } });
    sqs(stage, "SetQueueAttributes", &set).ok();
    create("two");
    let told = heard(stage, &url);
    assert_eq!(statuses(&told), ["CREATE_COMPLETE"]);
    let event = &told[0];
    assert_eq!(event["version"], "0");
    assert_eq!(event["account"], "123456789012");
    assert_eq!(event["detail"]["client-request-token"], "two");
    assert_eq!(event["resources"][0], event["detail"]["stack-id"]);
    assert!(event["time"].as_str().unwrap().ends_with('Z'));

    let shown = events(stage, "DescribeRule", &json!({ "Name": "done" })).ok();
    assert_eq!(shown.value()["State"], "ENABLED");
    events(stage, "DisableRule", &json!({ "Name": "done" })).ok();
    create("three");
    assert!(heard(stage, &url).is_empty());
    events(stage, "EnableRule", &json!({ "Name": "done" })).ok();
    create("four");
    assert_eq!(statuses(&heard(stage, &url)), ["CREATE_COMPLETE"]);

    let listed = events(stage, "ListRules", &json!({ "NamePrefix": "do" }))
        .ok()
        .value();
    assert_eq!(listed["Rules"][0]["Name"], "done");
    let targets = events(stage, "ListTargetsByRule", &json!({ "Rule": "done" })).ok();
    assert_eq!(
        targets.value()["Targets"],
        json!([{ "Id": "q", "Arn": arn }])
    );
    let refused = events(stage, "DeleteRule", &json!({ "Name": "done" })).value();
    assert_eq!(
        refused["Message"],
        "Rule can't be deleted since it has targets."
    );
    let remove = json!({ "Rule": "done", "Ids": ["q", "other"] });
    let removed = events(stage, "RemoveTargets", &remove).ok().value();
    assert_eq!(removed["FailedEntries"][0]["TargetId"], "other");
    events(stage, "DeleteRule", &json!({ "Name": "done" })).ok();
    let listed = events(stage, "ListRules", &json!({})).ok().value();
    assert_eq!(listed["Rules"], json!([]));
}

const LISTENER: &str = r#"
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: { QueueName: stack-news, VisibilityTimeout: 5, ReceiveMessageWaitTimeSeconds: 0 }
  Policy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [ !Ref Queue ]
      PolicyDocument:
        Statement:
          - { Effect: Allow, Principal: { Service: events.amazonaws.com }, Action: "sqs:SendMessage", Resource: !GetAtt Queue.Arn }
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern:
        detail-type: [ CloudFormation Resource Status Change ]
        detail: { resource-type: [ { prefix: "AWS::SNS::" } ] }
      Targets: [ { Id: queue, Arn: !GetAtt Queue.Arn } ]
Outputs:
  Url: { Value: !Ref Queue }
  Rule: { Value: !Ref Rule }
"#;

pub fn a_stack_that_listens(stage: &Stage) {
    let create = |name: &str, template: &str| {
        let params = [("StackName", name), ("TemplateBody", template)];
        stage.cloudformation("CreateStack", &params).ok();
        stage.settle();
    };
    create("listener", LISTENER);
    let shown = stage.cloudformation("DescribeStacks", &[("StackName", "listener")]);
    let outputs = shown.ok().texts("OutputValue");
    let url = outputs
        .iter()
        .find(|one| one.starts_with("https://sqs.ap-southeast-2."));
    let url = url.unwrap().clone();
    let rule = outputs
        .iter()
        .find(|one| one.starts_with("listener-Rule-"))
        .unwrap();
    let targets = events(stage, "ListTargetsByRule", &json!({ "Rule": rule }))
        .ok()
        .value();
    assert_eq!(
        targets["Targets"][0]["Arn"],
        "arn:aws:sqs:ap-southeast-2:123456789012:stack-news"
    );

    create("other", TOPIC);
    stage.advance(1.0);
    let told = heard(stage, &url);
    let wanted = [
        "CREATE_IN_PROGRESS",
        "CREATE_IN_PROGRESS",
        "CREATE_COMPLETE",
    ];
    assert_eq!(statuses(&told), wanted);
    assert_eq!(told[2]["detail"]["logical-resource-id"], "Topic");

    stage
        .cloudformation("DeleteStack", &[("StackName", "listener")])
        .ok();
    stage.settle();
    let gone = sqs(stage, "GetQueueUrl", &json!({ "QueueName": "stack-news" }));
    assert_eq!(gone.status, 400);
}

pub fn both_event_policies(stage: &Stage) {
    // A rule's queue needs no policy where the world is told so.
    stage
        .running
        .sim
        .with(|world| world.parameters.event_targets_need_policy = false);
    let url = queue(stage, "open", &json!({}));
    let rule = json!({ "Name": "all", "EventPattern": "{\"source\":[\"aws.cloudformation\"]}" });
    stage.json("events", "AWSEvents", "PutRule", &rule).ok();
    let arn = "arn:aws:sqs:ap-southeast-2:123456789012:open";
    let target = json!({ "Rule": "all", "Targets": [{ "Id": "q", "Arn": arn }] });
    stage
        .json("events", "AWSEvents", "PutTargets", &target)
        .ok();
    super::groups::group(stage);
    assert_eq!(receive(stage, &url).len(), 10);
}
