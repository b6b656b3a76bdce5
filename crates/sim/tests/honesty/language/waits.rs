//! Wait conditions.

use serde_json::json;

use super::{create, created, events, outputs, status};
use crate::Scenario;
use crate::stage::{Answer, Stage};

const WAITING: &str = "
Resources:
  Handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' }
  Later: { Type: 'AWS::SNS::Topic', DependsOn: Waits }
  Waits:
    Type: AWS::CloudFormation::WaitCondition
    Properties: { Handle: !Ref Handle, Timeout: '600', Count: 2 }
Outputs:
  Data: { Value: !GetAtt Waits.Data }
";

pub const SIGNALLED: Scenario = Scenario {
    name: "a wait condition ends with the signals to its handle's URL",
    shows: &["action s3:PutObject"],
    play: signalled,
};

/// The handle's URL, once there is one; its host is this very simulation.
fn url(stage: &Stage) -> String {
    let named = [("StackName", "waits"), ("LogicalResourceId", "Handle")];
    let handle = stage.cloudformation("DescribeStackResource", &named).ok();
    handle.text("PhysicalResourceId")
}

fn put(stage: &Stage, url: &str, body: &str) -> Answer {
    let path = url.strip_prefix(&stage.running.aws).unwrap();
    // Nobody signs a request to a presigned URL; the stage's own signature names S3 here.
    stage.s3("PutObject", "PUT", path, &[], body.as_bytes())
}

fn signal(id: &str, data: &str) -> String {
    json!({ "Status": "SUCCESS", "UniqueId": id, "Data": data, "Reason": "ready" }).to_string()
}

fn signalled(stage: &Stage) {
    create(stage, "waits", WAITING, &[]).ok();
    stage.advance(60.0);
    let url = url(stage);
    assert!(
        url.contains("/cloudformation-waitcondition-ap-southeast-2/arn%3Aaws%3Acloudformation%3A"),
        "{url}"
    );
    put(stage, &url, &signal("a", "one")).ok();
    put(stage, &url, &signal("a", "again")).ok();
    put(stage, &url, "no signal").ok();
    stage.advance(60.0);
    assert_eq!(status(stage, "waits"), "CREATE_IN_PROGRESS");

    let forged = put(
        stage,
        &url.replace("Signature=", "Signature=x"),
        &signal("b", ""),
    );
    assert_eq!(forged.error().0, "SignatureDoesNotMatch");
    assert_eq!(
        put(stage, &url, &"x".repeat(4097)).error().0,
        "EntityTooLarge"
    );
    put(stage, &url, &signal("b", "two")).ok();
    stage.settle();
    assert_eq!(
        status(stage, "waits"),
        "CREATE_COMPLETE",
        "{}",
        events(stage, "waits")
    );
    assert_eq!(outputs(stage, "waits")["Data"], r#"{"a":"one","b":"two"}"#);

    stage
        .cloudformation("DeleteStack", &[("StackName", "waits")])
        .ok();
    stage.settle();
    assert_eq!(put(stage, &url, &signal("c", "")).status, 403);
}

pub const NOT_SIGNALLED: Scenario = Scenario {
    name: "a wait condition fails by a signal, or by time",
    shows: &["action cloudformation:SignalResource"],
    play: not_signalled,
};

fn not_signalled(stage: &Stage) {
    create(stage, "waits", WAITING, &[]).ok();
    stage.advance(60.0);
    put(
        stage,
        &url(stage),
        r#"{"Status":"FAILURE","UniqueId":"i-1","Data":"","Reason":"no disk"}"#,
    )
    .ok();
    stage.settle();
    let said = events(stage, "waits");
    assert!(
        said.contains(
            "Waits CREATE_FAILED WaitCondition received failed message: 'no disk' for uniqueId: i-1"
        ),
        "{said}"
    );
    assert_eq!(status(stage, "waits"), "ROLLBACK_COMPLETE");

    stage
        .cloudformation("DeleteStack", &[("StackName", "waits")])
        .ok();
    stage.settle();
    create(stage, "waits", WAITING, &[]).ok();
    stage.advance(60.0);
    put(stage, &url(stage), &signal("a", "")).ok();
    stage.advance(700.0);
    stage.settle();
    let said = events(stage, "waits");
    assert!(
        said.contains("WaitCondition timed out. Received 1 conditions when expecting 2"),
        "{said}"
    );

    let by_policy = "
Resources:
  Waits: { Type: 'AWS::CloudFormation::WaitCondition', CreationPolicy: { ResourceSignal: { Timeout: PT5M } } }
";
    create(stage, "policy", by_policy, &[]).ok();
    stage.advance(30.0);
    let signal = [
        ("StackName", "policy"),
        ("LogicalResourceId", "Waits"),
        ("UniqueId", "one"),
        ("Status", "SUCCESS"),
    ];
    stage.cloudformation("SignalResource", &signal).ok();
    stage.settle();
    assert_eq!(status(stage, "policy"), "CREATE_COMPLETE");
    created(
        stage,
        "plain",
        "Resources: { T: { Type: 'AWS::SNS::Topic' } }",
        &[],
    );
}
