//! How stacks come to be, and fail to.

use super::{TEMPLATE, create, delete, describe, events, fail, refused, status, until, update};
use crate::Scenario;
use crate::stage::Stage;

pub const ROLLED_BACK: Scenario = Scenario {
    name: "a failed creation is rolled back and only good for deletion",
    shows: &[
        "status stack:ROLLBACK_IN_PROGRESS",
        "status stack:ROLLBACK_COMPLETE",
        "status resource:CREATE_IN_PROGRESS",
        "status resource:CREATE_COMPLETE",
        "status resource:CREATE_FAILED",
        "status resource:DELETE_IN_PROGRESS",
        "status resource:DELETE_COMPLETE",
        "transition CREATE_IN_PROGRESS -> ROLLBACK_IN_PROGRESS",
        "transition ROLLBACK_IN_PROGRESS -> ROLLBACK_COMPLETE",
        "transition ROLLBACK_COMPLETE -> DELETE_IN_PROGRESS",
        "fault fail_resource",
    ],
    play: rolled_back,
};

fn rolled_back(stage: &Stage) {
    fail(stage, "Topic", "create", 1);
    let id = create(stage, "shop", &[]);
    until(stage, "shop", "ROLLBACK_IN_PROGRESS");
    until(stage, "shop", "ROLLBACK_COMPLETE");
    assert_eq!(
        events(stage, "shop"),
        [
            "shop CREATE_IN_PROGRESS User Initiated",
            "Queue CREATE_IN_PROGRESS",
            "Queue CREATE_IN_PROGRESS Resource creation Initiated",
            "Queue CREATE_COMPLETE",
            "Topic CREATE_IN_PROGRESS",
            "Topic CREATE_IN_PROGRESS Resource creation Initiated",
            "Topic CREATE_FAILED no create today",
            "shop ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [Topic]. \
             Rollback requested by user.",
            "Topic DELETE_IN_PROGRESS",
            "Topic DELETE_COMPLETE",
            "Queue DELETE_IN_PROGRESS",
            "Queue DELETE_COMPLETE",
            "shop ROLLBACK_COMPLETE",
        ]
    );
    let dead = format!("Stack:{id} is in ROLLBACK_COMPLETE state and can not be updated.");
    refused(&update(stage, "shop", ["orders", "2"], &[]), &dead);
    let on = [("StackName", "shop")];
    let not_now = "CancelUpdateStack cannot be called from current stack status";
    refused(&stage.cloudformation("CancelUpdateStack", &on), not_now);
    let again = stage.cloudformation("CreateStack", &[on[0], ("TemplateBody", TEMPLATE)]);
    let (code, message) = again.error();
    assert_eq!(code, "AlreadyExistsException");
    assert_eq!(message, "Stack [shop] already exists");

    delete(stage, "shop", &[]).ok();
    until(stage, &id, "DELETE_COMPLETE");
    // The name is free again.
    assert_ne!(create(stage, "shop", &[]), id);
}

pub const STUCK: Scenario = Scenario {
    name: "a rollback and a deletion stop at what cannot be deleted",
    shows: &[
        "status stack:ROLLBACK_FAILED",
        "status stack:DELETE_IN_PROGRESS",
        "status stack:DELETE_FAILED",
        "status resource:DELETE_FAILED",
        "status resource:DELETE_SKIPPED",
        "transition ROLLBACK_IN_PROGRESS -> ROLLBACK_FAILED",
        "transition ROLLBACK_FAILED -> DELETE_IN_PROGRESS",
        "transition DELETE_IN_PROGRESS -> DELETE_FAILED",
        "transition DELETE_FAILED -> DELETE_IN_PROGRESS",
    ],
    play: stuck,
};

fn stuck(stage: &Stage) {
    fail(stage, "Topic", "create", 1);
    fail(stage, "Queue", "delete", 2);
    let id = create(stage, "shop", &[]);
    until(stage, "shop", "ROLLBACK_FAILED");
    let reason = "The following resource(s) failed to delete: [Queue]. ";
    assert_eq!(describe(stage, "shop").text("StackStatusReason"), reason);
    let retain = [("RetainResources.member.1", "Queue")];
    let early = format!(
        "Invalid operation on stack [{id}]. When you delete a stack, specify which resources to \
         retain only when the stack is in the DELETE_FAILED state."
    );
    refused(&delete(stage, "shop", &retain), &early);
    delete(stage, "shop", &[]).ok();
    until(stage, "shop", "DELETE_IN_PROGRESS");
    until(stage, "shop", "DELETE_FAILED");
    assert_eq!(describe(stage, "shop").text("StackStatusReason"), reason);
    let dead = format!("Stack:{id} is in DELETE_FAILED state and can not be updated.");
    refused(&update(stage, "shop", ["orders", "2"], &[]), &dead);
    delete(stage, "shop", &retain).ok();
    until(stage, &id, "DELETE_COMPLETE");
    let events = events(stage, &id);
    assert_eq!(
        events[events.len() - 3..],
        [
            "shop DELETE_IN_PROGRESS User Initiated",
            "Queue DELETE_SKIPPED",
            "shop DELETE_COMPLETE"
        ]
    );
}

pub const ON_FAILURE: Scenario = Scenario {
    name: "the caller decides what a failed creation leaves",
    shows: &[
        "status stack:CREATE_FAILED",
        "transition CREATE_IN_PROGRESS -> CREATE_FAILED",
        "transition CREATE_FAILED -> UPDATE_IN_PROGRESS",
        "transition CREATE_FAILED -> DELETE_IN_PROGRESS",
        "transition CREATE_FAILED -> ROLLBACK_IN_PROGRESS",
        "action cloudformation:RollbackStack",
    ],
    play: on_failure,
};

fn on_failure(stage: &Stage) {
    let both = [("OnFailure", "DELETE"), ("DisableRollback", "true")];
    let params = [[("StackName", "shop"), ("TemplateBody", TEMPLATE)], both].concat();
    refused(
        &stage.cloudformation("CreateStack", &params),
        "Either DisableRollback or OnFailure can be specified, not both.",
    );
    fail(stage, "Topic", "create", 4);
    let gone = create(stage, "gone", &both[..1]);
    until(stage, &gone, "DELETE_COMPLETE");
    // Only then does SQS give a queue's name away again.
    stage.advance(61.0);

    let id = create(stage, "kept", &both[1..]);
    until(stage, "kept", "CREATE_FAILED");
    let shown = describe(stage, "kept");
    assert_eq!(shown.text("DisableRollback"), "true");
    let reason = "The following resource(s) failed to create: [Topic]. ";
    assert_eq!(shown.text("StackStatusReason"), reason);
    // A retry has to keep rollback disabled.
    let dead = format!("Stack:{id} is in CREATE_FAILED state and can not be updated.");
    refused(&update(stage, "kept", ["orders", "2"], &[]), &dead);
    let rolled = create(
        stage,
        "rolled",
        &[("OnFailure", "DO_NOTHING"), RENAMED, NAMED_SECOND],
    );
    until(stage, &rolled, "CREATE_FAILED");
    let third = create(
        stage,
        "third",
        &[("OnFailure", "DO_NOTHING"), RENAMED, NAMED_THIRD],
    );
    until(stage, &third, "CREATE_FAILED");

    update(stage, "kept", ["orders", "2"], &both[1..]).ok();
    until(stage, "kept", "UPDATE_COMPLETE");

    // There is no stable version to go back to.
    let answer = stage.cloudformation("RollbackStack", &[("StackName", "rolled")]);
    assert!(!answer.ok().text("OperationId").is_empty());
    until(stage, &rolled, "DELETE_COMPLETE");
    let not_now = format!("Stack:{id} is in UPDATE_COMPLETE state and can not be rolled back.");
    refused(
        &stage.cloudformation("RollbackStack", &[("StackName", "kept")]),
        &not_now,
    );
    let keeps = |world: &mut bennu_sim::World| {
        world.parameters.rollback_deletes_failed_creation = false;
    };
    stage.running.sim.with(keeps);
    stage
        .cloudformation("RollbackStack", &[("StackName", "third")])
        .ok();
    until(stage, &third, "ROLLBACK_COMPLETE");
}

const RENAMED: (&str, &str) = ("Parameters.member.1.ParameterKey", "Name");
const NAMED_SECOND: (&str, &str) = ("Parameters.member.1.ParameterValue", "second");
const NAMED_THIRD: (&str, &str) = ("Parameters.member.1.ParameterValue", "third");

pub const DELETED_MEANWHILE: Scenario = Scenario {
    name: "a deletion stops a creation, and its repeat changes nothing",
    shows: &[
        "transition CREATE_IN_PROGRESS -> DELETE_IN_PROGRESS",
        "transition ROLLBACK_IN_PROGRESS -> DELETE_IN_PROGRESS",
        "status stack:DELETE_COMPLETE",
    ],
    play: deleted_meanwhile,
};

fn deleted_meanwhile(stage: &Stage) {
    let id = create(stage, "shop", &[]);
    stage.advance(4.0);
    let busy = format!("Stack:{id} is in CREATE_IN_PROGRESS state and can not be updated.");
    refused(&update(stage, "shop", ["orders", "2"], &[]), &busy);
    delete(stage, "shop", &[]).ok();
    assert_eq!(status(stage, "shop"), "DELETE_IN_PROGRESS");
    let before = events(stage, "shop").len();
    delete(stage, "shop", &[]).ok();
    assert_eq!(events(stage, "shop").len(), before);
    until(stage, &id, "DELETE_COMPLETE");
    // What is gone, and what never was, is deleted already.
    delete(stage, &id, &[]).ok();
    delete(stage, "never", &[]).ok();
    let shown = describe(stage, &id);
    assert!(shown.texts("EnableTerminationProtection").is_empty());
    assert_eq!(shown.texts("DeletionTime").len(), 1);
    // Its log can be read for 90 days.
    let log = events(stage, &id);
    assert!(
        log.contains(&"Queue CREATE_FAILED Resource creation cancelled".to_owned()),
        "{log:?}"
    );
    stage.advance(91.0 * 86_400.0);
    let missing = format!("Stack with id {id} does not exist");
    refused(
        &stage.cloudformation("DescribeStacks", &[("StackName", &id)]),
        &missing,
    );

    let again = create(stage, "shop", &[]);
    delete(stage, &again, &[]).ok();
    until(stage, &again, "DELETE_COMPLETE");
    let during_rollback = |name| {
        fail(stage, "Topic", "create", 1);
        let id = create(stage, name, &[]);
        until(stage, name, "ROLLBACK_IN_PROGRESS");
        (id, delete(stage, name, &[]))
    };
    let (id, answer) = during_rollback("first");
    answer.ok();
    until(stage, &id, "DELETE_COMPLETE");
    let waits = |world: &mut bennu_sim::World| {
        world.parameters.deletion_interrupts_rollback = false;
    };
    stage.running.sim.with(waits);
    let (id, answer) = during_rollback("second");
    let busy = format!("Stack [{id}] cannot be deleted while in status ROLLBACK_IN_PROGRESS");
    refused(&answer, &busy);
}

pub const REVIEWED: Scenario = Scenario {
    name: "a change set makes a shell to fill or to throw away",
    shows: &[
        "status stack:REVIEW_IN_PROGRESS",
        "transition (none) -> REVIEW_IN_PROGRESS",
        "transition REVIEW_IN_PROGRESS -> CREATE_IN_PROGRESS",
        "transition REVIEW_IN_PROGRESS -> DELETE_IN_PROGRESS",
    ],
    play: reviewed,
};

fn reviewed(stage: &Stage) {
    let make = |name: &str| {
        let params = [
            ("StackName", name),
            ("ChangeSetName", "first"),
            ("ChangeSetType", "CREATE"),
            ("TemplateBody", TEMPLATE),
            ("Tags.member.1.Key", "team"),
            ("Tags.member.1.Value", "shop"),
        ];
        stage
            .cloudformation("CreateChangeSet", &params)
            .ok()
            .text("StackId")
    };
    let thrown = make("thrown");
    let id = make("shop");
    let shown = describe(stage, "shop");
    assert_eq!(shown.text("StackStatus"), "REVIEW_IN_PROGRESS");
    assert_eq!(shown.text("StackStatusReason"), "User Initiated");
    assert!(shown.texts("Key").is_empty() && shown.texts("LastUpdatedTime").is_empty());
    stage.settle();
    let which = [("StackName", "shop"), ("ChangeSetName", "first")];
    stage.cloudformation("ExecuteChangeSet", &which).ok();
    until(stage, "shop", "CREATE_COMPLETE");
    let shown = describe(stage, "shop");
    assert_eq!(
        (shown.text("StackId"), shown.text("Key")),
        (id, "team".to_owned())
    );
    // It says nothing of an update.
    assert_eq!(shown.texts("LastUpdatedTime").len(), 1);

    // Without its change set the shell stays; it is deleted like any stack.
    let which = [("StackName", "thrown"), ("ChangeSetName", "first")];
    stage.cloudformation("DeleteChangeSet", &which).ok();
    assert_eq!(status(stage, "thrown"), "REVIEW_IN_PROGRESS");
    delete(stage, "thrown", &[]).ok();
    until(stage, &thrown, "DELETE_COMPLETE");
}

pub const TIMED_OUT: Scenario = Scenario {
    name: "a creation that takes too long is rolled back",
    shows: &["transition CREATE_IN_PROGRESS -> ROLLBACK_IN_PROGRESS"],
    play: timed_out,
};

fn timed_out(stage: &Stage) {
    let template = r#"{"Resources": {
        "Database": {"Type": "AWS::RDS::DBInstance", "Properties": {"DBInstanceClass": "db.t3.micro"}}
    }}"#;
    let params = [
        ("StackName", "slow"),
        ("TemplateBody", template),
        ("TimeoutInMinutes", "2"),
    ];
    stage.cloudformation("CreateStack", &params).ok();
    stage.advance(119.0);
    assert_eq!(status(stage, "slow"), "CREATE_IN_PROGRESS");
    stage.advance(2.0);
    until(stage, "slow", "ROLLBACK_IN_PROGRESS");
    let shown = describe(stage, "slow");
    assert_eq!(shown.text("TimeoutInMinutes"), "2");
    let reason = shown.text("StackStatusReason");
    assert!(
        reason.starts_with("Stack creation time exceeded the specified timeout."),
        "{reason}"
    );
    let log = events(stage, "slow");
    assert!(log.contains(&"Database CREATE_FAILED Resource creation cancelled".to_owned()));
}
