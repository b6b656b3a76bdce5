//! How stacks change, and fail to.

use super::{created, delete, describe, events, fail, refused, status, until, update};
use crate::Scenario;
use crate::stage::Stage;

pub const REPLACED: Scenario = Scenario {
    name: "an update makes the new before it deletes the old",
    shows: &[
        "action cloudformation:UpdateStack",
        "status stack:UPDATE_IN_PROGRESS",
        "status stack:UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "status stack:UPDATE_COMPLETE",
        "status resource:UPDATE_IN_PROGRESS",
        "status resource:UPDATE_COMPLETE",
        "transition CREATE_COMPLETE -> UPDATE_IN_PROGRESS",
        "transition UPDATE_IN_PROGRESS -> UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "transition UPDATE_COMPLETE_CLEANUP_IN_PROGRESS -> UPDATE_COMPLETE",
        "transition UPDATE_COMPLETE -> UPDATE_IN_PROGRESS",
        "transition UPDATE_COMPLETE -> DELETE_IN_PROGRESS",
    ],
    play: replaced,
};

fn replaced(stage: &Stage) {
    let id = created(stage, "shop");
    let nothing = "No updates are to be performed.";
    refused(&update(stage, "shop", ["orders", "1"], &[]), nothing);
    let missing = "Stack [none] does not exist";
    refused(&update(stage, "none", ["orders", "1"], &[]), missing);
    let before = events(stage, "shop").len();
    update(stage, "shop", ["returns", "1"], &[]).ok();
    until(stage, "shop", "UPDATE_IN_PROGRESS");
    let busy = format!("Stack:{id} is in UPDATE_IN_PROGRESS state and can not be updated.");
    refused(&update(stage, "shop", ["orders", "2"], &[]), &busy);
    let busy = format!("Stack [{id}] cannot be deleted while in status UPDATE_IN_PROGRESS");
    refused(&delete(stage, "shop", &[]), &busy);
    until(stage, "shop", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS");
    let not_now = "CancelUpdateStack cannot be called from current stack status";
    let cancelled = stage.cloudformation("CancelUpdateStack", &[("StackName", "shop")]);
    refused(&cancelled, not_now);
    until(stage, "shop", "UPDATE_COMPLETE");
    assert_eq!(
        events(stage, "shop")[before..],
        [
            "shop UPDATE_IN_PROGRESS User Initiated",
            "Queue UPDATE_IN_PROGRESS Requested update requires the creation of a new physical \
             resource; hence creating one.",
            "Queue UPDATE_IN_PROGRESS Resource creation Initiated",
            "Queue UPDATE_COMPLETE",
            "Topic UPDATE_IN_PROGRESS",
            "Topic UPDATE_COMPLETE",
            "shop UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
            "Queue DELETE_IN_PROGRESS",
            "Queue DELETE_COMPLETE",
            "shop UPDATE_COMPLETE",
        ]
    );
    update(stage, "shop", ["returns", "2"], &[]).ok();
    stage.settle();
    assert_eq!(status(stage, "shop"), "UPDATE_COMPLETE");
    delete(stage, "shop", &[]).ok();
    until(stage, &id, "DELETE_COMPLETE");
}

pub const ROLLED_BACK: Scenario = Scenario {
    name: "an update that fails or is cancelled goes back",
    shows: &[
        "action cloudformation:CancelUpdateStack",
        "status stack:UPDATE_ROLLBACK_IN_PROGRESS",
        "status stack:UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        "status stack:UPDATE_ROLLBACK_COMPLETE",
        "status resource:UPDATE_FAILED",
        "transition UPDATE_IN_PROGRESS -> UPDATE_ROLLBACK_IN_PROGRESS",
        "transition UPDATE_ROLLBACK_IN_PROGRESS -> UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        "transition UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS -> UPDATE_ROLLBACK_COMPLETE",
        "transition UPDATE_ROLLBACK_COMPLETE -> UPDATE_IN_PROGRESS",
        "transition UPDATE_ROLLBACK_COMPLETE -> DELETE_IN_PROGRESS",
    ],
    play: rolled_back,
};

fn rolled_back(stage: &Stage) {
    let id = created(stage, "shop");
    let before = events(stage, "shop").len();
    fail(stage, "Topic", "update", 1);
    update(stage, "shop", ["returns", "2"], &[]).ok();
    until(stage, "shop", "UPDATE_ROLLBACK_IN_PROGRESS");
    until(
        stage,
        "shop",
        "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
    );
    until(stage, "shop", "UPDATE_ROLLBACK_COMPLETE");
    let log = events(stage, "shop")[before..].to_vec();
    let said = |text: &str| log.iter().position(|line| line == text).unwrap();
    let order = [
        said("Topic UPDATE_FAILED no update today"),
        said(
            "shop UPDATE_ROLLBACK_IN_PROGRESS The following resource(s) failed to update: \
             [Topic].",
        ),
        said("shop UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"),
        said("Queue DELETE_COMPLETE"),
        said("shop UPDATE_ROLLBACK_COMPLETE"),
    ];
    assert!(order.is_sorted(), "{log:#?}");
    let shown = describe(stage, "shop");
    assert_eq!(
        shown.texts("ParameterValue"),
        ["1", "orders"],
        "the old version is live"
    );

    update(stage, "shop", ["orders", "3"], &[]).ok();
    stage.advance(3.0);
    stage
        .cloudformation("CancelUpdateStack", &[("StackName", "shop")])
        .ok();
    until(stage, "shop", "UPDATE_ROLLBACK_COMPLETE");
    let log = events(stage, "shop");
    let reasons = [
        "Queue UPDATE_FAILED Resource update cancelled",
        "shop UPDATE_ROLLBACK_IN_PROGRESS User Initiated",
    ];
    for line in reasons {
        assert!(log.iter().any(|one| one == line), "{line}: {log:#?}");
    }
    assert_eq!(
        describe(stage, "shop").texts("ParameterValue"),
        ["1", "orders"]
    );
    delete(stage, "shop", &[]).ok();
    until(stage, &id, "DELETE_COMPLETE");
}

pub const LEFT_BEHIND: Scenario = Scenario {
    name: "a success leaves behind what it could not delete in three tries",
    shows: &["transition UPDATE_COMPLETE_CLEANUP_IN_PROGRESS -> UPDATE_COMPLETE"],
    play: left_behind,
};

fn left_behind(stage: &Stage) {
    created(stage, "shop");
    fail(stage, "Queue", "delete", 9);
    update(stage, "shop", ["returns", "1"], &[]).ok();
    until(stage, "shop", "UPDATE_COMPLETE");
    let reason = describe(stage, "shop").text("StackStatusReason");
    assert_eq!(
        reason,
        "Update successful. One or more resources could not be deleted."
    );
    let log = events(stage, "shop");
    let failed = log
        .iter()
        .filter(|line| *line == "Queue DELETE_FAILED no delete today");
    assert_eq!(failed.count(), 3);
    let resources = stage.cloudformation("ListStackResources", &[("StackName", "shop")]);
    let ids = resources.ok().texts("PhysicalResourceId");
    assert!(
        ids.iter().all(|id| !id.ends_with("/orders")),
        "it is dropped: {ids:?}"
    );
}

pub const KEPT_FOR_LOOKING: Scenario = Scenario {
    name: "an update with rollback disabled stays as it failed",
    shows: &[
        "status stack:UPDATE_FAILED",
        "transition UPDATE_IN_PROGRESS -> UPDATE_FAILED",
        "transition UPDATE_FAILED -> UPDATE_IN_PROGRESS",
        "transition UPDATE_FAILED -> UPDATE_ROLLBACK_IN_PROGRESS",
        "transition UPDATE_FAILED -> DELETE_IN_PROGRESS",
    ],
    play: kept_for_looking,
};

fn kept_for_looking(stage: &Stage) {
    let id = created(stage, "shop");
    let stays = [("DisableRollback", "true")];
    fail(stage, "Topic", "update", 2);
    update(stage, "shop", ["returns", "2"], &stays).ok();
    until(stage, "shop", "UPDATE_FAILED");
    let queues = stage.cloudformation("DescribeStackResources", &[("StackName", "shop")]);
    assert!(queues.ok().body.contains("/returns"), "what was made stays");
    let dead = format!("Stack:{id} is in UPDATE_FAILED state and can not be updated.");
    refused(&update(stage, "shop", ["returns", "3"], &[]), &dead);

    update(stage, "shop", ["returns", "3"], &stays).ok();
    until(stage, "shop", "UPDATE_FAILED");
    stage
        .cloudformation("RollbackStack", &[("StackName", "shop")])
        .ok();
    until(stage, "shop", "UPDATE_ROLLBACK_COMPLETE");
    let queues = stage.cloudformation("DescribeStackResources", &[("StackName", "shop")]);
    let body = queues.ok().body;
    assert!(
        body.contains("/orders") && !body.contains("/returns"),
        "{body}"
    );

    fail(stage, "Topic", "update", 1);
    update(stage, "shop", ["orders", "4"], &stays).ok();
    until(stage, "shop", "UPDATE_FAILED");
    delete(stage, "shop", &[]).ok();
    until(stage, &id, "DELETE_COMPLETE");
}

pub const HELD: Scenario = Scenario {
    name: "a nested stack waits for its root, even into the deletion",
    shows: &["transition UPDATE_FAILED -> DELETE_IN_PROGRESS"],
    play: held,
};

fn held(stage: &Stage) {
    let template = |text: &str| {
        format!(
            r#"{{"Resources": {{
                "Topic": {{ "Type": "AWS::SNS::Topic", "Properties": {{ "DisplayName": "{text}" }} }}
            }}}}"#
        )
    };
    let path = "/bennu-artifacts/child.json";
    let upload = |text: &str| stage.s3("PutObject", "PUT", path, &[], template(text).as_bytes());
    upload("old").ok();
    let root = |delay: &str| {
        format!(
            r#"{{"Resources": {{
                "Child": {{ "Type": "AWS::CloudFormation::Stack", "Properties": {{
                    "TemplateURL": "https://bennu-artifacts.s3.amazonaws.com/child.json" }} }},
                "Queue": {{ "Type": "AWS::SQS::Queue", "DependsOn": "Child",
                    "Properties": {{ "DelaySeconds": "{delay}" }} }}
            }}}}"#
        )
    };
    let params = [("StackName", "root"), ("TemplateBody", &root("1"))];
    let id = stage
        .cloudformation("CreateStack", &params)
        .ok()
        .text("StackId");
    until(stage, "root", "CREATE_COMPLETE");
    let child = [("StackName", "root"), ("LogicalResourceId", "Child")];
    let child = stage.cloudformation("DescribeStackResource", &child);
    let child = child.ok().text("PhysicalResourceId");

    upload("new").ok();
    fail(stage, "Queue", "update", 1);
    let params = [
        ("StackName", "root"),
        ("TemplateBody", &root("2")),
        ("DisableRollback", "true"),
    ];
    stage.cloudformation("UpdateStack", &params).ok();
    until(stage, "root", "UPDATE_FAILED");
    assert_eq!(status(stage, &child), "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS");
    delete(stage, "root", &[]).ok();
    until(stage, &id, "DELETE_COMPLETE");
    assert_eq!(status(stage, &child), "DELETE_COMPLETE");
}
