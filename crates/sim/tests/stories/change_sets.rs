//! Change sets: shown, executed, empty.

use bennu_sim::cloudformation::request::{
    ChangeSetReference, CreateChangeSet, ExecuteChangeSet, Tag, UpdateStack,
};
use bennu_sim::cloudformation::status::{ChangeSetType, OnFailure};
use insta::assert_snapshot;

use crate::stage::{CHAIN, Stage, show_changes, update_request};

#[test]
fn an_update_with_replacement_is_shown_and_executed() {
    let mut stage = Stage::new();
    stage.created(CHAIN);
    let shown = stage.change_set(update_request(&[("QueueName", "returns"), ("Size", "1")]));
    assert_eq!(shown.execution_status.as_str(), "AVAILABLE");
    assert_snapshot!("replacement_changes", show_changes(&shown));
    stage.execute().unwrap();
    stage.world.settle();
    let log = stage.log("shop", None);
    assert_snapshot!(
        "replacement_events",
        log.split_inclusive('\n').skip(11).collect::<String>()
    );
    let stack = stage.stack("shop");
    assert!(stack.outputs[0].output_value.ends_with("/returns"));
    assert_eq!(stack.change_set_id, Some(shown.change_set_id));
    let done = stage.change_set_now();
    assert_eq!(done.execution_status.as_str(), "EXECUTE_COMPLETE");
}

#[test]
fn nothing_to_change_is_a_failed_change_set_that_stays() {
    let mut stage = Stage::new();
    stage.created(CHAIN);
    let shown = stage.change_set(update_request(&[]));
    assert_eq!(shown.status.as_str(), "FAILED");
    assert_eq!(
        shown.status_reason.unwrap(),
        "The submitted information didn't contain changes. Submit different information to \
         create a change set."
    );
    let refused = stage.execute().unwrap_err();
    assert_eq!(refused.code, "InvalidChangeSetStatus");
    assert!(
        refused
            .message
            .ends_with("cannot be executed in its current status of [FAILED]")
    );
    let request = UpdateStack {
        stack_name: "shop".to_owned(),
        use_previous_template: true,
        capabilities: vec!["CAPABILITY_IAM".to_owned()],
        ..UpdateStack::default()
    };
    let refused = stage
        .call(|region, moment| region.update_stack(request, moment))
        .unwrap_err();
    assert_eq!(refused.message, "No updates are to be performed.");
}

#[test]
fn a_change_set_passes_through_its_statuses() {
    let mut stage = Stage::new();
    stage.created(CHAIN);
    let request = update_request(&[("Size", "3")]);
    stage
        .call(|region, moment| region.create_change_set(request, moment))
        .unwrap();
    let mut seen = Vec::new();
    for _ in 0..8 {
        seen.push(stage.change_set_now().status.as_str());
        stage.wait(1.0);
    }
    seen.dedup();
    assert_eq!(
        seen,
        ["CREATE_PENDING", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"]
    );
}

#[test]
fn a_create_change_set_makes_a_shell_that_its_execution_fills() {
    let mut stage = Stage::new();
    let request = CreateChangeSet {
        change_set_type: Some(ChangeSetType::Create),
        template_body: Some(CHAIN.to_owned()),
        use_previous_template: false,
        tags: Some(vec![Tag {
            key: "team".to_owned(),
            value: "shop".to_owned(),
        }]),
        ..update_request(&[])
    };
    let shown = stage.change_set(request);
    assert_eq!(
        shown
            .changes
            .iter()
            .map(|one| one.action)
            .collect::<Vec<_>>(),
        ["Add"; 3]
    );
    let shell = stage.stack("shop");
    assert_eq!(shell.stack_status.as_str(), "REVIEW_IN_PROGRESS");
    assert_eq!(shell.tags, []);
    stage.execute().unwrap();
    stage.world.settle();
    assert!(stage.log("shop", None).starts_with(
        "   0 shop     REVIEW_IN_PROGRESS User Initiated\n   5 shop     CREATE_IN_PROGRESS User Initiated\n"
    ));
    let stack = stage.stack("shop");
    assert_eq!(stack.tags.len(), 1);
    assert!(stack.last_updated_time.is_some());
}

#[test]
fn tags_alone_and_outputs_alone_are_changes() {
    let mut stage = Stage::new();
    stage.created(CHAIN);
    let tags = Some(vec![Tag {
        key: "team".to_owned(),
        value: "shop".to_owned(),
    }]);
    let shown = stage.change_set(CreateChangeSet {
        tags,
        ..update_request(&[])
    });
    assert_snapshot!("tag_changes", show_changes(&shown));
    stage.execute().unwrap();
    stage.world.settle();
    stage.drop_change_set();
    let template = format!("{CHAIN}  More: {{ Value: \"more\" }}\n");
    let shown = stage.change_set(CreateChangeSet {
        change_set_name: "next".to_owned(),
        template_body: Some(template),
        use_previous_template: false,
        ..update_request(&[])
    });
    assert_eq!(shown.changes, []);
    assert_eq!(shown.execution_status.as_str(), "AVAILABLE");
}

#[test]
fn change_sets_pile_up_to_a_limit_and_names_are_taken() {
    let mut stage = Stage::new();
    stage.world.parameters.change_set_limit = 2;
    stage.created(CHAIN);
    let named = |name: &str| CreateChangeSet {
        change_set_name: name.to_owned(),
        ..update_request(&[])
    };
    let mut make = |name: &str| {
        let request = named(name);
        stage
            .call(|region, moment| region.create_change_set(request, moment))
            .map_err(|e| e.code)
    };
    make("one").unwrap();
    assert_eq!(make("one").unwrap_err(), "AlreadyExistsException");
    make("two").unwrap();
    assert_eq!(make("three").unwrap_err(), "LimitExceededException");
}

#[test]
fn a_creation_that_fails_leaves_what_its_change_set_says() {
    for (on_stack_failure, wanted) in [
        (None, "ROLLBACK_COMPLETE"),
        (Some(OnFailure::Rollback), "ROLLBACK_COMPLETE"),
        (Some(OnFailure::DoNothing), "CREATE_FAILED"),
        (Some(OnFailure::Delete), "DELETE_COMPLETE"),
    ] {
        let mut stage = Stage::new();
        let shown = stage.change_set(CreateChangeSet {
            change_set_type: Some(ChangeSetType::Create),
            template_body: Some(CHAIN.to_owned()),
            use_previous_template: false,
            on_stack_failure,
            ..update_request(&[])
        });
        stage.fault(r#"{"name":"fail_resource","on":"Role","times":1}"#);
        let request = ExecuteChangeSet {
            change_set: ChangeSetReference {
                change_set_name: shown.change_set_id,
                stack_name: None,
            },
            ..ExecuteChangeSet::default()
        };
        stage
            .call(|region, moment| region.execute_change_set(request, moment))
            .unwrap();
        stage.world.settle();
        assert_eq!(
            stage.status(&shown.stack_id),
            wanted,
            "{on_stack_failure:?}"
        );
    }
}
