//! Ways out of failed rollbacks and deletions.

use super::{create, created, delete, describe, events, fail, refused, until, update};
use crate::Scenario;
use crate::stage::{Answer, Stage};

pub const SKIPPED: Scenario = Scenario {
    name: "a failed rollback goes on without what blocks it",
    shows: &[
        "action cloudformation:ContinueUpdateRollback",
        "status stack:UPDATE_ROLLBACK_FAILED",
        "transition UPDATE_ROLLBACK_IN_PROGRESS -> UPDATE_ROLLBACK_FAILED",
        "transition UPDATE_ROLLBACK_FAILED -> UPDATE_ROLLBACK_IN_PROGRESS",
        "transition UPDATE_ROLLBACK_FAILED -> DELETE_IN_PROGRESS",
    ],
    play: skipped,
};

/// A stack whose topic could be neither updated nor restored.
fn stuck(stage: &Stage, name: &str) -> String {
    let id = created(stage, name);
    fail(stage, "Topic", "update", 2);
    update(stage, name, ["orders", "2"], &[]).ok();
    until(stage, name, "UPDATE_ROLLBACK_FAILED");
    id
}

fn go_on(stage: &Stage, more: &[(&str, &str)]) -> Answer {
    let params = [&[("StackName", "shop")], more].concat();
    stage.cloudformation("ContinueUpdateRollback", &params)
}

fn skipped(stage: &Stage) {
    let id = stuck(stage, "shop");
    let reason = "The following resource(s) failed to update: [Topic]. ";
    assert_eq!(describe(stage, "shop").text("StackStatusReason"), reason);
    let dead = format!("Stack:{id} is in UPDATE_ROLLBACK_FAILED state and can not be updated.");
    refused(&update(stage, "shop", ["orders", "3"], &[]), &dead);
    // The queue was restored: it is not what blocks.
    let (code, message) = go_on(stage, &[("ResourcesToSkip.member.1", "Queue")]).error();
    assert_eq!(code, "ValidationError");
    assert!(
        message.contains("Queue") && message.contains("UPDATE_FAILED"),
        "{message}"
    );
    let skip = ("ResourcesToSkip.member.1", "Topic");
    let (_, message) = go_on(stage, &[skip, ("ForceRollback", "true")]).error();
    assert_eq!(
        message,
        "ForceRollback and ResourcesToSkip cannot be specified together."
    );

    // Without help it fails again where it failed before.
    fail(stage, "Topic", "update", 1);
    go_on(stage, &[]).ok();
    until(stage, "shop", "UPDATE_ROLLBACK_FAILED");
    go_on(stage, &[skip]).ok();
    until(stage, "shop", "UPDATE_ROLLBACK_IN_PROGRESS");
    until(stage, "shop", "UPDATE_ROLLBACK_COMPLETE");
    let log = events(stage, "shop");
    assert!(log.ends_with(&[
        "Topic UPDATE_COMPLETE".to_owned(),
        "shop UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS".to_owned(),
        "shop UPDATE_ROLLBACK_COMPLETE".to_owned(),
    ]));
    let not_now = format!(
        "Stack:{id} is in UPDATE_ROLLBACK_COMPLETE state and can not continue update rollback."
    );
    refused(&go_on(stage, &[]), &not_now);

    fail(stage, "Topic", "update", 2);
    update(stage, "shop", ["orders", "5"], &[]).ok();
    until(stage, "shop", "UPDATE_ROLLBACK_FAILED");
    delete(stage, "shop", &[]).ok();
    until(stage, &id, "DELETE_COMPLETE");
}

pub const FORCED: Scenario = Scenario {
    name: "a forced rollback skips all that blocks, and drift is not checked of it",
    shows: &[
        "action cloudformation:ContinueUpdateRollback",
        "transition UPDATE_ROLLBACK_FAILED -> UPDATE_ROLLBACK_IN_PROGRESS",
    ],
    play: forced,
};

fn forced(stage: &Stage) {
    stuck(stage, "shop");
    go_on(
        stage,
        &[("ForceRollback", "true"), ("ClientRequestToken", "force-1")],
    )
    .ok();
    until(stage, "shop", "UPDATE_ROLLBACK_COMPLETE");
    let answer = stage.cloudformation("DescribeStackEvents", &[("StackName", "shop")]);
    assert!(
        answer
            .ok()
            .texts("ClientRequestToken")
            .contains(&"force-1".to_owned())
    );
    stage
        .cloudformation("DetectStackDrift", &[("StackName", "shop")])
        .ok();
    stage.settle();
    let drifts = stage.cloudformation("DescribeStackResourceDrifts", &[("StackName", "shop")]);
    let drifts = drifts.ok();
    assert_eq!(drifts.texts("LogicalResourceId"), ["Queue", "Topic"]);
    assert_eq!(
        drifts.texts("StackResourceDriftStatus"),
        ["IN_SYNC", "NOT_CHECKED"]
    );
}

pub const DELETED_BY_FORCE: Scenario = Scenario {
    name: "a forced deletion leaves behind what cannot be deleted",
    shows: &[
        "transition DELETE_IN_PROGRESS -> DELETE_FAILED",
        "transition DELETE_FAILED -> DELETE_IN_PROGRESS",
        "status resource:DELETE_SKIPPED",
    ],
    play: deleted_by_force,
};

fn deleted_by_force(stage: &Stage) {
    let id = created(stage, "shop");
    fail(stage, "Queue", "delete", 2);
    delete(stage, "shop", &[]).ok();
    until(stage, "shop", "DELETE_FAILED");
    let force = [("DeletionMode", "FORCE_DELETE_STACK")];
    delete(stage, "shop", &force).ok();
    until(stage, &id, "DELETE_COMPLETE");
    assert_eq!(
        describe(stage, &id).text("DeletionMode"),
        "FORCE_DELETE_STACK"
    );
    let log = events(stage, &id);
    assert!(log.contains(&"Queue DELETE_SKIPPED".to_owned()), "{log:#?}");

    // Whether that can be asked for at once is not documented.
    let later = |world: &mut bennu_sim::World| world.parameters.force_delete_at_once = false;
    stage.running.sim.with(later);
    // The queue that was left behind keeps its name.
    let renamed = [
        ("Parameters.member.1.ParameterKey", "Name"),
        ("Parameters.member.1.ParameterValue", "returns"),
    ];
    let next = create(stage, "next", &renamed);
    until(stage, &next, "CREATE_COMPLETE");
    let (code, message) = delete(stage, "next", &force).error();
    assert_eq!(code, "ValidationError");
    assert!(message.contains("DELETE_FAILED"), "{message}");
}
