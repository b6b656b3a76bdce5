//! What goes wrong, and how it ends.

use bennu_sim::cloudformation::request::{
    ContinueUpdateRollback, CreateChangeSet, DeleteStack, OnStack, UpdateStack,
};
use bennu_sim::cloudformation::status::{ChangeSetType, DeletionMode, OnFailure};
use insta::assert_snapshot;

use crate::stage::{CHAIN, Stage, create_request, update_request};

#[test]
fn a_failed_creation_is_rolled_back() {
    let mut stage = Stage::new();
    stage.fault(
        r#"{"name":"fail_resource","on":"Role","times":1,"params":{"reason":"no such trust"}}"#,
    );
    stage.created(CHAIN);
    assert_snapshot!(stage.log("shop", None));
    let request = UpdateStack {
        stack_name: "shop".to_owned(),
        use_previous_template: true,
        ..UpdateStack::default()
    };
    let error = stage.call(|region, moment| region.update_stack(request, moment));
    assert!(
        error
            .unwrap_err()
            .message
            .ends_with("is in ROLLBACK_COMPLETE state and can not be updated.")
    );
}

#[test]
fn on_failure_decides_what_a_failed_creation_leaves() {
    for (on_failure, wanted) in [
        (OnFailure::DoNothing, "CREATE_FAILED"),
        (OnFailure::Rollback, "ROLLBACK_COMPLETE"),
        (OnFailure::Delete, "DELETE_COMPLETE"),
    ] {
        let mut stage = Stage::new();
        stage.fault(
            r#"{"name":"fail_resource","on":"AWS::SNS::Topic","params":{"action":"create"}}"#,
        );
        let mut request = create_request(CHAIN);
        request.on_failure = Some(on_failure);
        let id = stage
            .call(|region, moment| region.create_stack(request, moment))
            .unwrap()
            .stack_id;
        stage.world.settle();
        assert_eq!(stage.status(&id), wanted, "{on_failure}");
    }
}

#[test]
fn a_failed_update_is_rolled_back_to_the_old_resource() {
    let mut stage = Stage::new();
    stage.created(CHAIN);
    stage.fault(r#"{"name":"fail_resource","on":"Role","times":1,"params":{"action":"update"}}"#);
    stage.change_set(update_request(&[("QueueName", "returns")]));
    stage.execute().unwrap();
    stage.world.settle();
    let log = stage.log("shop", None);
    assert_snapshot!(log.split_inclusive('\n').skip(11).collect::<String>());
    let stack = stage.stack("shop");
    assert!(stack.outputs[0].output_value.ends_with("/orders"));
    assert_eq!(stack.parameters[0].parameter_value, "orders");
}

#[test]
fn a_rollback_that_fails_is_continued_without_what_blocks() {
    let mut stage = Stage::new();
    stage.created(CHAIN);
    stage.fault(r#"{"name":"fail_resource","on":"Role","times":2,"params":{"action":"update"}}"#);
    stage.change_set(update_request(&[("QueueName", "returns")]));
    stage.execute().unwrap();
    stage.world.settle();
    assert_eq!(stage.status("shop"), "UPDATE_ROLLBACK_FAILED");
    let request = ContinueUpdateRollback {
        stack_name: "shop".to_owned(),
        resources_to_skip: vec!["Role".to_owned()],
        ..ContinueUpdateRollback::default()
    };
    stage
        .call(|region, moment| region.continue_update_rollback(request, moment))
        .unwrap();
    stage.world.settle();
    assert_eq!(stage.status("shop"), "UPDATE_ROLLBACK_COMPLETE");
}

#[test]
fn a_cancelled_update_goes_back() {
    let mut stage = Stage::new();
    stage.created(CHAIN);
    stage.change_set(update_request(&[("Size", "2")]));
    stage.execute().unwrap();
    stage.wait(3.0);
    let cancel = OnStack {
        stack_name: "shop".to_owned(),
        client_request_token: None,
    };
    let again = cancel.clone();
    stage
        .call(|region, moment| region.cancel_update_stack(cancel, moment))
        .unwrap();
    stage.world.settle();
    let log = stage.log("shop", None);
    assert_snapshot!(log.split_inclusive('\n').skip(11).collect::<String>());
    stage
        .call(|region, moment| region.cancel_update_stack(again, moment))
        .unwrap_err();
}

#[test]
fn a_deletion_that_is_blocked_leaves_the_blocker_when_told() {
    let mut stage = Stage::new();
    let id = stage.created(CHAIN);
    stage.fault(r#"{"name":"fail_resource","on":"Queue","times":1,"params":{"action":"delete","reason":"in use"}}"#);
    let request = DeleteStack {
        stack_name: "shop".to_owned(),
        retain_resources: vec!["Queue".to_owned()],
        ..DeleteStack::default()
    };
    let early = request.clone();
    stage
        .call(|region, moment| region.delete_stack(early, moment))
        .unwrap_err();
    stage.delete("shop").unwrap();
    stage.world.settle();
    let stack = stage.stack("shop");
    assert_eq!(stack.stack_status.as_str(), "DELETE_FAILED");
    assert_eq!(
        stack.stack_status_reason.unwrap(),
        "The following resource(s) failed to delete: [Queue]. "
    );
    stage
        .call(|region, moment| region.delete_stack(request, moment))
        .unwrap();
    stage.world.settle();
    assert_eq!(stage.status(&id), "DELETE_COMPLETE");
    assert!(stage.log(&id, Some("Queue")).ends_with("DELETE_SKIPPED\n"));
}

#[test]
fn force_leaves_behind_what_cannot_be_deleted() {
    let mut stage = Stage::new();
    let id = stage.created(CHAIN);
    stage.fault(r#"{"name":"fail_resource","on":"Queue","params":{"action":"delete"}}"#);
    let request = DeleteStack {
        stack_name: "shop".to_owned(),
        deletion_mode: Some(DeletionMode::ForceDeleteStack),
        ..DeleteStack::default()
    };
    stage
        .call(|region, moment| region.delete_stack(request, moment))
        .unwrap();
    stage.world.settle();
    assert_eq!(stage.status(&id), "DELETE_COMPLETE");
}

#[test]
fn a_replaced_resource_that_cannot_be_deleted_is_left_behind_by_a_success() {
    let mut stage = Stage::new();
    stage.created(CHAIN);
    stage.fault(r#"{"name":"fail_resource","on":"Queue","params":{"action":"delete"}}"#);
    stage.change_set(update_request(&[("QueueName", "returns")]));
    stage.execute().unwrap();
    stage.world.settle();
    let stack = stage.stack("shop");
    assert_eq!(stack.stack_status.as_str(), "UPDATE_COMPLETE");
    assert_eq!(
        stack.stack_status_reason.unwrap(),
        "Update successful. One or more resources could not be deleted."
    );
    let log = stage.log("shop", Some("Queue"));
    assert_eq!(log.matches("DELETE_FAILED").count(), 3, "{log}");
}

#[test]
fn termination_protection_keeps_a_stack() {
    let mut stage = Stage::new();
    stage.created(CHAIN);
    stage
        .call(|region, moment| region.update_termination_protection("shop", true, moment))
        .unwrap();
    let refused = stage.delete("shop").unwrap_err();
    assert_eq!(
        refused.message,
        "Stack [shop] cannot be deleted while TerminationProtection is enabled"
    );
    assert_eq!(stage.status("shop"), "CREATE_COMPLETE");
}

#[test]
fn a_deletion_whose_reply_was_lost_is_asked_again_by_name_and_token() {
    let mut stage = Stage::new();
    stage.created(CHAIN);
    let request = DeleteStack {
        stack_name: "shop".to_owned(),
        client_request_token: Some("once".to_owned()),
        ..DeleteStack::default()
    };
    let first = request.clone();
    stage
        .call(|region, moment| region.delete_stack(first, moment))
        .unwrap();
    stage.world.settle();
    stage
        .call(|region, moment| region.delete_stack(request, moment))
        .unwrap();
}

#[test]
fn a_shell_outlives_the_refusal_of_a_second_change_set() {
    let mut stage = Stage::new();
    let good = CreateChangeSet {
        change_set_type: Some(ChangeSetType::Create),
        template_body: Some(CHAIN.to_owned()),
        use_previous_template: false,
        ..update_request(&[])
    };
    let bad = CreateChangeSet {
        template_body: Some("Resources: nothing".to_owned()),
        ..good.clone()
    };
    stage.change_set(good);
    stage.drop_change_set();
    stage
        .call(|region, moment| region.create_change_set(bad, moment))
        .unwrap_err();
    assert_eq!(stage.status("shop"), "REVIEW_IN_PROGRESS");
}
