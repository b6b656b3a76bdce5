//! Created, deleted, and both at once.

use bennu_sim::cloudformation::request::DeleteStack;
use insta::assert_snapshot;

use crate::stage::{CHAIN, Stage, create_request};

#[test]
fn a_stack_is_created() {
    let mut stage = Stage::new();
    let id = stage.created(CHAIN);
    assert_snapshot!(stage.log("shop", None));
    let stack = stage.stack(&id);
    assert_eq!(
        stack.outputs[0].output_value,
        "https://sqs.us-east-1.amazonaws.com/123456789012/orders"
    );
    assert_eq!(stack.last_updated_time, None);
}

#[test]
fn a_stack_is_deleted_and_its_name_is_free() {
    let mut stage = Stage::new();
    let id = stage.created(CHAIN);
    stage.delete("shop").unwrap();
    assert_eq!(stage.status("shop"), "DELETE_IN_PROGRESS");
    stage.world.settle();
    let log = stage.log(&id, None);
    assert_snapshot!(log.split_inclusive('\n').skip(11).collect::<String>());
    assert_eq!(stage.status(&id), "DELETE_COMPLETE");
    let gone = stage.call(|region, moment| region.describe_stacks(Some("shop"), None, moment));
    assert_eq!(
        gone.unwrap_err().message,
        "Stack with id shop does not exist"
    );
    stage.delete("shop").unwrap();
    stage.delete(&id).unwrap();
    assert_ne!(stage.create(CHAIN).unwrap(), id);
}

#[test]
fn a_stack_is_deleted_while_it_is_created() {
    let mut stage = Stage::new();
    let id = stage.create(CHAIN).unwrap();
    stage.wait(4.0);
    stage.delete("shop").unwrap();
    stage.world.settle();
    assert_snapshot!(stage.log(&id, None));
    assert_eq!(stage.status(&id), "DELETE_COMPLETE");
}

#[test]
fn the_same_token_replays_and_another_call_may_not_use_it() {
    let mut stage = Stage::new();
    let mut request = create_request(CHAIN);
    request.client_request_token = Some("t-1".to_owned());
    let again = request.clone();
    let first = stage
        .call(|region, moment| region.create_stack(request, moment))
        .unwrap();
    stage.world.settle();
    let second = stage
        .call(|region, moment| region.create_stack(again, moment))
        .unwrap();
    assert_eq!(first, second);
    let delete = DeleteStack {
        stack_name: "shop".to_owned(),
        client_request_token: Some("t-1".to_owned()),
        ..DeleteStack::default()
    };
    let refused = stage
        .call(|region, moment| region.delete_stack(delete, moment))
        .unwrap_err();
    assert_eq!(refused.code, "TokenAlreadyExistsException");
    let events = stage.call(|region, moment| region.describe_stack_events("shop", None, moment));
    let events = events.unwrap().items;
    assert!(
        events
            .iter()
            .all(|one| one.client_request_token.as_deref() == Some("t-1"))
    );
    assert!(
        events
            .iter()
            .all(|one| one.operation_id.as_ref() == Some(&first.operation_id))
    );
}

#[test]
fn the_same_seed_tells_the_same_story() {
    let tell = || {
        let mut stage = Stage::new();
        let id = stage.created(CHAIN);
        (id.clone(), stage.log(&id, None))
    };
    assert_eq!(tell(), tell());
}

#[test]
fn instant_mode_ends_what_a_call_begins() {
    let mut stage = Stage::new();
    stage.world.instant = true;
    stage.create(CHAIN).unwrap();
    assert_eq!(stage.status("shop"), "CREATE_COMPLETE");
}

#[test]
fn refusals_have_the_words_that_clients_know() {
    let mut stage = Stage::new();
    stage.created(CHAIN);
    let refused =
        |stage: &mut Stage,
         change: &dyn Fn(&mut bennu_sim::cloudformation::request::CreateStack)| {
            let mut request = create_request(CHAIN);
            request.stack_name = "other".to_owned();
            change(&mut request);
            let error = stage
                .call(|region, moment| region.create_stack(request, moment))
                .unwrap_err();
            format!("{error}\n")
        };
    let mut all = String::new();
    all += &refused(&mut stage, &|one| one.stack_name = "shop".to_owned());
    all += &refused(&mut stage, &|one| one.stack_name = "9 lives".to_owned());
    all += &refused(&mut stage, &|one| one.capabilities.clear());
    all += &refused(&mut stage, &|one| {
        one.template_body = Some("Resources: {}".to_owned())
    });
    all += &refused(&mut stage, &|one| {
        one.template_body = Some(
            "Resources: { A: { Type: AWS::SQS::Queue, Properties: { QueueName: !Ref B } } }"
                .to_owned(),
        );
    });
    all += &refused(&mut stage, &|one| {
        one.template_body = Some("Resources: { A: { Type: AWS::SQS::Queue, Properties: { QueueName: !ImportValue [B] } } }".to_owned());
    });
    all += &refused(&mut stage, &|one| {
        one.template_body = Some("Resources: [".to_owned())
    });
    assert_snapshot!(all);
}
