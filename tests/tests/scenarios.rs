//! Whole lives, each with a log to read. The logs are the assertions: `tests/tests/snapshots`.

use bennu_tests::story::{Story, TEMPLATE};
use serde_json::json;

macro_rules! told {
    ($story:expr) => {
        insta::assert_snapshot!($story.end().await)
    };
}

#[tokio::test]
async fn rises_is_changed_through_a_change_set_and_goes() {
    let mut story = Story::risen().await;
    story.declare("t3.micro", TEMPLATE).await;
    story.play(3_600).await;
    story.declare("t3.small", TEMPLATE).await;
    story.until("ready", |s| s.is_ready()).await;
    story.delete().await;
    story.until("gone", |s| s.is_gone()).await;
    told!(story);
}

#[tokio::test]
async fn what_our_own_gate_keeps_from_being_asked_is_neither_unknown_nor_a_reason_to_act() {
    let mut story = Story::risen().await;
    let risen = story.state().await;
    story.gate_is_closed = true;
    story.refresh().await;
    story.play(60).await;
    assert!(story.state().await.is_ready(), "what is known stays known");
    story.delete().await;
    story.play(60).await;
    let state = story.state().await;
    assert_eq!(
        state.begun(),
        risen.begun(),
        "nothing rests on what was known"
    );
    assert!(!state.is_gone());
    story.gate_is_closed = false;
    story.until("gone", |s| s.is_gone()).await;
}

#[tokio::test]
async fn a_large_template_goes_through_s3_and_leaves_nothing_there() {
    let mut story = Story::begin().await;
    let large = TEMPLATE.to_owned() + &"# padding\n".repeat(9_000);
    story.declare("t3.micro", &large).await;
    story.until("ready", |s| s.is_ready()).await;
    story.declare("t3.micro", TEMPLATE).await;
    story.until("ready", |s| s.is_ready()).await;
    story.delete().await;
    story.until("gone", |s| s.is_gone()).await;
    told!(story);
}

/// With all that AWS's own Auto Scaling samples use: nested mappings, a load balancer, a role
/// that needs a capability, metadata for cfn-init, a rolling update that waits for signals.
#[tokio::test]
async fn a_template_like_awss_samples_rises_and_is_rolled() {
    const LIKE_A_SAMPLE: &str =
        include_str!("../../crates/template/tests/fixtures/auto-scaling.yaml");
    let mut story = Story::begin().await;
    for instance_type in ["t3.large", "m6g.large"] {
        let parameters = [("InstanceType", instance_type), ("KeyName", "key")];
        story
            .declare_as(&parameters, &["CAPABILITY_IAM"], LIKE_A_SAMPLE)
            .await;
        story.until("ready", |s| s.is_ready()).await;
    }
    story.delete().await;
    story.until("gone", |s| s.is_gone()).await;
    told!(story);
}

#[tokio::test]
async fn declared_again_right_after_deletion() {
    let mut story = Story::risen().await;
    story.delete().await;
    story.declare("t3.small", TEMPLATE).await;
    story.until("ready", |s| s.is_ready()).await;
    told!(story);
}

#[tokio::test]
async fn deleted_while_it_is_created() {
    let mut story = Story::begin().await;
    story.declare("t3.micro", TEMPLATE).await;
    story
        .until("being created", |s| s.stacks() == ["CREATE_IN_PROGRESS"])
        .await;
    story.delete().await;
    story.until("gone", |s| s.is_gone()).await;
    told!(story);
}

#[tokio::test]
async fn changed_while_it_is_updated() {
    let mut story = Story::risen().await;
    story.declare("t3.small", TEMPLATE).await;
    story
        .until("being updated", |s| s.stacks() == ["UPDATE_IN_PROGRESS"])
        .await;
    story.declare("t3.medium", TEMPLATE).await;
    story.until("ready", |s| s.is_ready()).await;
    told!(story);
}

#[tokio::test]
async fn deleted_while_it_is_updated() {
    let mut story = Story::risen().await;
    story.declare("t3.small", TEMPLATE).await;
    story
        .until("being updated", |s| s.stacks() == ["UPDATE_IN_PROGRESS"])
        .await;
    story.delete().await;
    story.until("gone", |s| s.is_gone()).await;
    told!(story);
}

#[tokio::test]
async fn a_creation_that_fails_is_tried_again_and_then_left_to_people() {
    let mut story = Story::begin().await;
    story.fault(json!({ "name": "fail_resource", "on": "WebGroup",
        "params": { "action": "create", "reason": "no capacity" } }));
    story.declare("t3.micro", TEMPLATE).await;
    story.until("stalled", |s| s.is_stalled()).await;
    story.sim.sim.with(|world| world.faults.clear());
    story.declare("t3.small", TEMPLATE).await;
    story.until("ready", |s| s.is_ready()).await;
    told!(story);
}

#[tokio::test]
async fn an_update_that_fails_is_rolled_back_and_says_why() {
    let mut story = Story::risen().await;
    story.fault(
        json!({ "name": "fail_resource", "on": "WebGroup", "times": 1,
        "params": { "action": "update", "reason": "no capacity" } }),
    );
    story.declare("t3.small", TEMPLATE).await;
    story.until("stalled", |s| s.is_stalled()).await;
    story.declare("t3.micro", TEMPLATE).await;
    story.until("ready", |s| s.is_ready()).await;
    told!(story);
}

#[tokio::test]
async fn a_lost_reply_creates_nothing_twice() {
    let mut story = Story::begin().await;
    for operation in [
        "CreateStack",
        "POST tenants",
        "CreateChangeSet",
        "ExecuteChangeSet",
    ] {
        story.fault(json!({ "name": "lose_reply", "on": operation, "times": 1 }));
    }
    story.declare("t3.micro", TEMPLATE).await;
    story.until("ready", |s| s.is_ready()).await;
    story.declare("t3.small", TEMPLATE).await;
    story.until("ready", |s| s.is_ready()).await;
    for operation in ["DeleteStack", "DELETE tenants/{id}"] {
        story.fault(json!({ "name": "lose_reply", "on": operation, "times": 1 }));
    }
    story.delete().await;
    story.until("gone", |s| s.is_gone()).await;
    told!(story);
}

#[tokio::test]
async fn a_deletion_that_fails_is_tried_again() {
    let mut story = Story::risen().await;
    story.fault(
        json!({ "name": "fail_resource", "on": "WebSecurityGroup", "times": 1,
        "params": { "action": "delete", "reason": "it is in use" } }),
    );
    story.delete().await;
    story.until("gone", |s| s.is_gone()).await;
    told!(story);
}

#[tokio::test]
async fn nobody_elses_tenant_is_touched() {
    let mut story = Story::begin().await;
    story.strangers_tenant("ryan0001");
    story.declare("t3.micro", TEMPLATE).await;
    story.until("stalled", |s| s.is_stalled()).await;
    story.delete().await;
    story.until("gone", |s| s.is_gone()).await;
    told!(story);
}

#[tokio::test]
async fn a_stack_that_somebody_deletes_rises_again() {
    let mut story = Story::risen().await;
    story.strangers_delete();
    story.until("no longer ready", |s| !s.is_ready()).await;
    story.until("ready", |s| s.is_ready()).await;
    told!(story);
}

#[tokio::test]
async fn what_is_throttled_or_denied_is_tried_again_later() {
    let mut story = Story::begin().await;
    story.fault(json!({ "name": "throttle", "on": "CreateStack", "times": 3 }));
    story.fault(json!({ "name": "throttle", "on": "POST tenants", "times": 2 }));
    story.fault(
        json!({ "name": "error", "on": "DescribeStacks", "times": 4, "params":
        { "code": "AccessDenied", "message": "not authorized to describe", "status": 403 } }),
    );
    story.declare("t3.micro", TEMPLATE).await;
    story.until("ready", |s| s.is_ready()).await;
    told!(story);
}
