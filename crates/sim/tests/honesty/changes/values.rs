//! What change sets show of values, and their pages.

use serde_json::Value;

use super::sets::{change_set, stack};
use crate::Scenario;
use crate::stage::Stage;

pub const VALUES: Scenario = Scenario {
    name: "a change set shows values before and after, where asked",
    shows: &[],
    play: values,
};

pub const PAGES: Scenario = Scenario {
    name: "a change set that is too large for a page has several",
    shows: &[],
    play: pages,
};

const TEMPLATE: &str = r#"{
    "Parameters": {
        "Size": { "Type": "String", "Default": "1" },
        "Key": { "Type": "String", "Default": "sesame", "NoEcho": true }
    },
    "Resources": {
        "Queue": { "Type": "AWS::SQS::Queue", "Properties": { "QueueName": { "Fn::Sub": "jobs-${Size}" } } },
        "Topic": { "Type": "AWS::SNS::Topic", "Properties": { "DisplayName": { "Ref": "Key" }, "TopicName": { "Fn::GetAtt": ["Queue", "QueueName"] } } }
    }
}"#;

const LARGER: [(&str, &str); 3] = [
    ("UsePreviousTemplate", "true"),
    ("Parameters.member.1.ParameterKey", "Size"),
    ("Parameters.member.1.ParameterValue", "2"),
];

fn values(stage: &Stage) {
    stack(stage, TEMPLATE);
    let id = change_set(stage, "next", &LARGER);
    let plain = stage
        .cloudformation("DescribeChangeSet", &[("ChangeSetName", &id)])
        .ok();
    assert_eq!(plain.texts("Path"), [""; 0]);
    assert_eq!(plain.texts("AfterContext"), [""; 0]);
    assert_eq!(plain.texts("Replacement"), ["True", "True"]);
    assert_eq!(plain.texts("PolicyAction"), ["ReplaceAndDelete"; 2]);

    let asked = [
        ("ChangeSetName", id.as_str()),
        ("IncludePropertyValues", "true"),
    ];
    let shown = stage.cloudformation("DescribeChangeSet", &asked).ok();
    let name = "/Properties/QueueName";
    let topic = "/Properties/TopicName";
    assert_eq!(shown.texts("Path"), [name, name, topic, topic]);
    assert_eq!(shown.texts("BeforeValue"), ["jobs-1"; 4]);
    let later = "{{changeSet:KNOWN_AFTER_APPLY}}";
    assert_eq!(
        shown.texts("AfterValue"),
        ["jobs-2", "jobs-2", later, later]
    );
    assert_eq!(
        shown.texts("ChangeSource"),
        [
            "DirectModification",
            "ParameterReference",
            "DirectModification",
            "ResourceAttribute",
        ]
    );
    assert_eq!(shown.texts("CausingEntity"), ["Size", "Queue.QueueName"]);
    let context = |tag: &str| -> Vec<Value> {
        let texts = shown.texts(tag);
        texts
            .iter()
            .map(|text| serde_json::from_str(text).unwrap())
            .collect()
    };
    let after = context("AfterContext");
    assert_eq!(after[0]["Properties"]["QueueName"], "jobs-2");
    assert_eq!(after[1]["Properties"]["DisplayName"], "****", "a secret");
    assert_eq!(
        context("BeforeContext")[1]["Properties"]["TopicName"],
        "jobs-1"
    );
}

fn pages(stage: &Stage) {
    stack(stage, TEMPLATE);
    let id = change_set(stage, "next", &LARGER);
    stage
        .running
        .sim
        .with(|world| world.parameters.change_page_bytes = 100);
    let first = stage
        .cloudformation("DescribeChangeSet", &[("ChangeSetName", &id)])
        .ok();
    let token = first.text("NextToken");
    let asked = [("ChangeSetName", id.as_str()), ("NextToken", &token)];
    let second = stage.cloudformation("DescribeChangeSet", &asked).ok();
    let names = [
        first.text("LogicalResourceId"),
        second.text("LogicalResourceId"),
    ];
    assert_eq!(names, ["Queue", "Topic"]);
    assert_eq!(second.texts("NextToken"), [""; 0]);
    assert_eq!(
        first.text("Status"),
        second.text("Status"),
        "the rest is on every page"
    );
}
