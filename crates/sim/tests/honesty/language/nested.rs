//! Nested stacks.

use super::{create, created, deleted, describe, events, outputs, status, update};
use crate::Scenario;
use crate::stage::Stage;

const CHILD: &str = "
Parameters: { Size: { Type: String }, Zones: { Type: CommaDelimitedList, Default: none } }
Resources:
  Topic: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: !Ref Size } }
Outputs:
  Name: { Value: !Sub '${Size} in ${Zones}' }
";

/// A root with a child from this simulation's own S3, and a topic that uses its output.
fn root(size: &str) -> String {
    format!(
        "
Resources:
  Child:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: https://bennu-artifacts.s3.amazonaws.com/child.yaml
      Parameters: {{ Size: {size}, Zones: [a, b] }}
      Tags: [{{ Key: part, Value: child }}]
  Queue: {{ Type: 'AWS::SNS::Topic', Properties: {{ TopicName: !GetAtt Child.Outputs.Name }} }}
Outputs: {{ Name: {{ Value: !GetAtt Child.Outputs.Name }} }}
"
    )
}

fn upload(stage: &Stage, template: &str) {
    let path = "/bennu-artifacts/child.yaml";
    stage
        .s3("PutObject", "PUT", path, &[], template.as_bytes())
        .ok();
}

/// The ARN of the root's child.
fn child(stage: &Stage) -> String {
    let named = [("StackName", "root"), ("LogicalResourceId", "Child")];
    stage
        .cloudformation("DescribeStackResource", &named)
        .ok()
        .text("PhysicalResourceId")
}

pub const TREE: Scenario = Scenario {
    name: "a nested stack rises, changes and goes with its root",
    shows: &[
        "transition UPDATE_COMPLETE -> DELETE_IN_PROGRESS",
        "action cloudformation:UpdateTerminationProtection",
    ],
    play: tree,
};

fn tree(stage: &Stage) {
    upload(stage, CHILD);
    let root_id = created(
        stage,
        "root",
        &root("small"),
        &[("EnableTerminationProtection", "true")],
    );
    assert_eq!(outputs(stage, "root")["Name"], "small in a,b");
    let id = child(stage);
    let shown = describe(stage, &id);
    assert!(shown.text("StackName").starts_with("root-Child-"), "{id}");
    assert_eq!(
        (shown.text("ParentId"), shown.text("RootId")),
        (root_id.clone(), root_id.clone())
    );
    assert_eq!(shown.text("Key"), "part");

    update(stage, "root", &root("large"), &[]).ok();
    assert_eq!(status(stage, "root"), "UPDATE_COMPLETE");
    assert_eq!(status(stage, &id), "UPDATE_COMPLETE");
    assert_eq!(outputs(stage, "root")["Name"], "large in a,b");

    // The same template again: the child is looked at, and left alone.
    let before = events(stage, &id).lines().count();
    update(stage, "root", &root("large"), &[]).ok();
    assert_eq!(events(stage, &id).lines().count(), before);
    upload(stage, &CHILD.replace("in $", "at $"));
    update(stage, "root", &root("large"), &[]).ok();
    assert_eq!(outputs(stage, "root")["Name"], "large at a,b");

    let refused = stage.cloudformation("DeleteStack", &[("StackName", &id)]);
    assert!(
        refused
            .error()
            .1
            .contains("cannot be deleted while TerminationProtection is enabled")
    );
    let protection = |name: &str| {
        let params = [
            ("StackName", name),
            ("EnableTerminationProtection", "false"),
        ];
        stage.cloudformation("UpdateTerminationProtection", &params)
    };
    assert_eq!(protection(&id).error().0, "ValidationError");
    protection("root").ok();
    deleted(stage, "root");
    assert_eq!(status(stage, &root_id), "DELETE_COMPLETE");
    assert_eq!(status(stage, &id), "DELETE_COMPLETE");
}

pub const BROKEN: Scenario = Scenario {
    name: "a nested stack that fails takes its root along",
    shows: &[
        "status stack:DELETE_COMPLETE",
        "transition UPDATE_COMPLETE_CLEANUP_IN_PROGRESS -> UPDATE_ROLLBACK_IN_PROGRESS",
        "transition UPDATE_ROLLBACK_IN_PROGRESS -> UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
    ],
    play: broken,
};

fn fail(stage: &Stage, resource: &str, action: &str, times: u32) {
    let fault = serde_json::json!({
        "name": "fail_resource", "on": resource, "params": { "action": action }, "times": times,
    });
    stage.fault(fault);
}

fn broken(stage: &Stage) {
    upload(stage, CHILD);
    fail(stage, "Topic", "create", 1);
    let root_id = create(stage, "root", &root("small"), &[])
        .ok()
        .text("StackId");
    stage.settle();
    assert_eq!(status(stage, &root_id), "ROLLBACK_COMPLETE");
    let id = child(stage);
    assert_eq!(status(stage, &id), "DELETE_COMPLETE");
    let said = events(stage, &root_id);
    let lament = format!(
        "Child CREATE_FAILED Embedded stack {id} was not successfully created: The following \
         resource(s) failed to create: [Topic]."
    );
    assert!(said.contains(&lament), "{said}");
    deleted(stage, "root");

    let lost = root("small").replace("child.yaml", "lost.yaml");
    create(stage, "root", &lost, &[]).ok();
    stage.settle();
    let said = events(stage, "root");
    assert!(
        said.contains("Child CREATE_FAILED S3 error: The specified key does not exist."),
        "{said}"
    );
    deleted(stage, "root");

    created(stage, "root", &root("small"), &[]);
    let id = child(stage);
    // The child itself fails.
    fail(stage, "Topic", "update", 1);
    update(stage, "root", &root("large"), &[]).ok();
    let said = events(stage, "root");
    let lament = format!(
        "Child UPDATE_FAILED Embedded stack {id} was not successfully updated. Currently in \
         UPDATE_ROLLBACK_IN_PROGRESS with reason: The following resource(s) failed to update: \
         [Topic]."
    );
    assert!(said.contains(&lament), "{said}");
    assert_eq!(status(stage, "root"), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(status(stage, &id), "UPDATE_ROLLBACK_COMPLETE");
    // Its root fails after it.
    fail(stage, "Queue", "create", 1);
    let renamed =
        root("large").replace("TopicName: !GetAtt", "FifoTopic: true, TopicName: !GetAtt");
    fail(stage, "Queue", "update", 1);
    update(stage, "root", &renamed, &[]).ok();
    assert_eq!(
        status(stage, "root"),
        "UPDATE_ROLLBACK_COMPLETE",
        "{}",
        events(stage, "root")
    );
    assert_eq!(status(stage, &id), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(outputs(stage, &id)["Name"], "small in a,b");
    let said = events(stage, &id);
    assert!(
        said.contains("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
        "{said}"
    );
}

pub const STUCK: Scenario = Scenario {
    name: "a nested stack whose rollback is stuck goes on with its root",
    shows: &[
        "action cloudformation:ContinueUpdateRollback",
        "transition UPDATE_ROLLBACK_IN_PROGRESS -> UPDATE_ROLLBACK_FAILED",
        "transition UPDATE_ROLLBACK_FAILED -> UPDATE_ROLLBACK_IN_PROGRESS",
    ],
    play: stuck,
};

fn stuck(stage: &Stage) {
    upload(stage, CHILD);
    created(stage, "root", &root("small"), &[]);
    let id = child(stage);
    fail(stage, "Topic", "update", 2);
    update(stage, "root", &root("large"), &[]).ok();
    assert_eq!(status(stage, &id), "UPDATE_ROLLBACK_FAILED");
    assert_eq!(
        status(stage, "root"),
        "UPDATE_ROLLBACK_FAILED",
        "{}",
        events(stage, "root")
    );
    stage
        .cloudformation("ContinueUpdateRollback", &[("StackName", "root")])
        .ok();
    stage.settle();
    assert_eq!(
        status(stage, &id),
        "UPDATE_ROLLBACK_COMPLETE",
        "{}",
        events(stage, &id)
    );
    assert_eq!(status(stage, "root"), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(outputs(stage, "root")["Name"], "small in a,b");
}
