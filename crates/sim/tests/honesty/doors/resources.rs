//! Resources and boots that go wrong.

use serde_json::json;

use super::{create, status};
use crate::stage::Stage;

/// A queue whose visibility time-out is a parameter.
const QUEUE: &str = r#"{"Parameters":{"Seconds":{"Type":"Number","Default":"30"}},
    "Resources":{"Queue":{"Type":"AWS::SQS::Queue",
        "Properties":{"VisibilityTimeout":{"Ref":"Seconds"}}}}}"#;

/// A group of two that waits for signals of its instances.
const GROUP: &str = r##"{"Resources":{
    "Launch":{"Type":"AWS::EC2::LaunchTemplate","Properties":{"LaunchTemplateData":{
        "ImageId":"ami-12345678","InstanceType":"t3.micro",
        "UserData":{"Fn::Base64":{"Fn::Sub":"#!/bin/bash\ndnf install -y jq\n/opt/aws/bin/cfn-signal -e $? --stack ${AWS::StackName} --resource Group --region ${AWS::Region}\n"}}}}},
    "Group":{"Type":"AWS::AutoScaling::AutoScalingGroup",
        "CreationPolicy":{"ResourceSignal":{"Count":"2","Timeout":"PT10M"}},
        "Properties":{"MinSize":"2","MaxSize":"2","AvailabilityZones":["ap-southeast-2a"],
            "LaunchTemplate":{"LaunchTemplateId":{"Ref":"Launch"},
                "Version":{"Fn::GetAtt":["Launch","LatestVersionNumber"]}}}}}}"##;

/// Statuses and reasons of the events of a resource, newest first.
fn events(stage: &Stage, stack: &str, resource: &str) -> Vec<String> {
    let answer = stage.cloudformation("DescribeStackEvents", &[("StackName", stack)]);
    let answer = answer.ok();
    let events = answer.body.split("<member>").skip(1);
    let name = format!("<LogicalResourceId>{resource}</LogicalResourceId>");
    let told = events.filter(|event| event.contains(&name)).map(|event| {
        let text = |tag: &str| {
            let rest = event
                .split_once(&format!("<{tag}>"))
                .map_or("", |(_, rest)| rest);
            rest.split("</").next().unwrap_or_default().to_owned()
        };
        format!(
            "{} {}",
            text("ResourceStatus"),
            text("ResourceStatusReason")
        )
    });
    told.collect()
}

pub fn fails(stage: &Stage) {
    let fail = |action: &str, reason: &str| {
        let params = json!({ "action": action, "reason": reason });
        stage.fault(
            json!({ "name": "fail_resource", "on": "AWS::SQS::*", "times": 1,
            "scope": { "stack": "shop" }, "params": params }),
        );
    };
    fail("create", "the world is full");
    create(stage, "other", QUEUE);
    let id = create(stage, "shop", QUEUE);
    stage.settle();
    assert_eq!(status(stage, "other"), "CREATE_COMPLETE");
    assert_eq!(status(stage, "shop"), "ROLLBACK_COMPLETE");
    let told = events(stage, "shop", "Queue");
    assert!(
        told.contains(&"CREATE_FAILED the world is full".to_owned()),
        "{told:?}"
    );
    stage
        .cloudformation("DeleteStack", &[("StackName", "shop")])
        .ok();
    stage.settle();
    assert_eq!(status(stage, &id), "DELETE_COMPLETE");

    create(stage, "shop", QUEUE);
    stage.settle();
    fail("update", "it is locked");
    let update = [
        ("StackName", "shop"),
        ("UsePreviousTemplate", "true"),
        ("Parameters.member.1.ParameterKey", "Seconds"),
        ("Parameters.member.1.ParameterValue", "60"),
    ];
    stage.cloudformation("UpdateStack", &update).ok();
    stage.settle();
    assert_eq!(status(stage, "shop"), "UPDATE_ROLLBACK_COMPLETE");
    let told = events(stage, "shop", "Queue");
    assert!(
        told.contains(&"UPDATE_FAILED it is locked".to_owned()),
        "{told:?}"
    );

    fail("delete", "it is in use");
    stage
        .cloudformation("DeleteStack", &[("StackName", "shop")])
        .ok();
    stage.settle();
    assert_eq!(status(stage, "shop"), "DELETE_FAILED");
    let told = events(stage, "shop", "Queue");
    assert!(
        told.contains(&"DELETE_FAILED it is in use".to_owned()),
        "{told:?}"
    );
}

pub fn boots_badly(stage: &Stage) {
    let states = || {
        let instances = stage.ec2("DescribeInstances", &[]).ok();
        instances.texts("name")
    };
    stage.fault(json!({ "name": "never_boots", "on": "Group", "times": 1 }));
    create(stage, "one", GROUP);
    stage.advance(400.0);
    let mut both = states();
    both.sort();
    assert_eq!(both, ["pending", "running"]);
    stage.settle();
    let told = events(stage, "one", "Group");
    assert!(
        told.iter()
            .any(|event| event.starts_with("CREATE_FAILED Received 1 SUCCESS signal(s) out of 2.")),
        "{told:?}"
    );

    stage.fault(
        json!({ "name": "fail_boot", "scope": { "stack": "two" }, "times": 2,
        "params": { "signal": "none" } }),
    );
    create(stage, "two", GROUP);
    stage.settle();
    let told = events(stage, "two", "Group");
    assert!(
        told.iter()
            .any(|event| event.starts_with("CREATE_FAILED Received 0 SUCCESS signal(s) out of 2.")),
        "{told:?}"
    );

    stage.fault(
        json!({ "name": "fail_boot", "scope": { "stack": "three" }, "times": 1,
        "params": { "signal": "FAILURE" } }),
    );
    create(stage, "three", GROUP);
    stage.settle();
    let told = events(stage, "three", "Group");
    let heard = |text: &str| told.iter().any(|event| event.contains(text));
    assert!(
        heard("Received FAILURE signal with UniqueId i-"),
        "{told:?}"
    );
    assert!(
        heard("CREATE_FAILED Received 1 FAILURE signal(s) out of 2."),
        "{told:?}"
    );
    assert_eq!(status(stage, "three"), "ROLLBACK_COMPLETE");
}
