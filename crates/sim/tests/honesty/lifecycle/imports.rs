//! Things that are there already, taken into stacks.

use super::{TEMPLATE, created, delete, describe, events, fail, refused, status, until, update};
use crate::Scenario;
use crate::stage::{Answer, Stage};

/// The template with one more resource, which has to be there.
fn with_bucket(template: &str, name: &str) -> String {
    let bucket = format!(
        r#""{name}": {{ "Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain" }}, "Queue": "#
    );
    template.replacen("\"Queue\": ", &bucket, 1)
}

/// Makes an IMPORT change set.
fn ask(stage: &Stage, stack: &str, template: &str, name: &str, bucket: &str) -> Answer {
    let params = [
        ("StackName", stack),
        ("ChangeSetName", name),
        ("ChangeSetType", "IMPORT"),
        ("TemplateBody", template),
        ("ResourcesToImport.member.1.ResourceType", "AWS::S3::Bucket"),
        ("ResourcesToImport.member.1.LogicalResourceId", name),
        (
            "ResourcesToImport.member.1.ResourceIdentifier.entry.1.key",
            "BucketName",
        ),
        (
            "ResourcesToImport.member.1.ResourceIdentifier.entry.1.value",
            bucket,
        ),
    ];
    let kept = [
        ("Parameters.member.1.ParameterKey", "Name"),
        ("Parameters.member.1.UsePreviousValue", "true"),
        ("Parameters.member.2.ParameterKey", "Delay"),
        ("Parameters.member.2.UsePreviousValue", "true"),
    ];
    let kept = if stack == "shop" { &kept[..] } else { &[] };
    stage.cloudformation("CreateChangeSet", &[&params, kept].concat())
}

/// Asks for an import and begins it.
fn import(stage: &Stage, stack: &str, template: &str, name: &str, bucket: &str) {
    ask(stage, stack, template, name, bucket).ok();
    stage.settle();
    let which = [("StackName", stack), ("ChangeSetName", name)];
    let shown = stage.cloudformation("DescribeChangeSet", &which).ok();
    assert_eq!(shown.text("Action"), "Import");
    assert_eq!(shown.text("PhysicalResourceId"), bucket);
    stage.cloudformation("ExecuteChangeSet", &which).ok();
}

pub const TAKEN_IN: Scenario = Scenario {
    name: "a stack takes in what somebody else made",
    shows: &[
        "status stack:IMPORT_IN_PROGRESS",
        "status stack:IMPORT_COMPLETE",
        "status resource:IMPORT_IN_PROGRESS",
        "status resource:IMPORT_COMPLETE",
        "transition CREATE_COMPLETE -> IMPORT_IN_PROGRESS",
        "transition UPDATE_COMPLETE -> IMPORT_IN_PROGRESS",
        "transition UPDATE_ROLLBACK_COMPLETE -> IMPORT_IN_PROGRESS",
        "transition IMPORT_IN_PROGRESS -> IMPORT_COMPLETE",
        "transition IMPORT_COMPLETE -> UPDATE_IN_PROGRESS",
        "transition IMPORT_COMPLETE -> IMPORT_IN_PROGRESS",
        "transition IMPORT_COMPLETE -> DELETE_IN_PROGRESS",
    ],
    play: taken_in,
};

fn taken_in(stage: &Stage) {
    let id = created(stage, "shop");
    refuses(stage);
    let before = events(stage, "shop").len();
    let one = with_bucket(TEMPLATE, "One");
    import(stage, "shop", &one, "One", "kits-1");
    until(stage, "shop", "IMPORT_IN_PROGRESS");
    until(stage, "shop", "IMPORT_COMPLETE");
    assert_eq!(
        events(stage, "shop")[before..],
        [
            "shop IMPORT_IN_PROGRESS User Initiated",
            "One IMPORT_IN_PROGRESS Resource import started.",
            "One IMPORT_COMPLETE Resource import completed.",
            "One UPDATE_IN_PROGRESS Apply stack-level tags to imported resource if applicable.",
            "One UPDATE_COMPLETE",
            "shop IMPORT_COMPLETE",
        ]
    );
    let twice = ask(stage, "other", &one, "One", "kits-1").error().1;
    assert!(twice.contains("kits-1") && twice.contains(&id), "{twice}");

    let two = with_bucket(&one, "Two");
    import(stage, "shop", &two, "Two", "kits-2");
    until(stage, "shop", "IMPORT_COMPLETE");
    update(stage, "shop", ["orders", "2"], &[]).ok();
    until(stage, "shop", "UPDATE_COMPLETE");
    let three = with_bucket(&two, "Three");
    import(stage, "shop", &three, "Three", "kits-3");
    until(stage, "shop", "IMPORT_COMPLETE");
    update(stage, "shop", ["orders", "3"], &[]).ok();
    fail(stage, "Topic", "update", 1);
    until(stage, "shop", "UPDATE_ROLLBACK_COMPLETE");
    import(
        stage,
        "shop",
        &with_bucket(&three, "Four"),
        "Four",
        "kits-4",
    );
    until(stage, "shop", "IMPORT_COMPLETE");
    delete(stage, "shop", &[]).ok();
    until(stage, &id, "DELETE_COMPLETE");
    let log = events(stage, &id);
    let kept = log.iter().filter(|line| line.ends_with("DELETE_SKIPPED"));
    assert_eq!(
        kept.count(),
        4,
        "what is retained goes on without the stack"
    );
}

fn refuses(stage: &Stage) {
    let bare = with_bucket(TEMPLATE, "One").replace(r#", "DeletionPolicy": "Retain""#, "");
    refused(
        &ask(stage, "shop", &bare, "One", "kits-1"),
        "Following resources to import [One] must have DeletionPolicy attribute specified in the \
         template.",
    );
    let more = with_bucket(TEMPLATE, "One").replace(r#"{ "Ref": "Queue" }, "#, "");
    refused(
        &ask(stage, "shop", &more, "One", "kits-1"),
        "As part of the import operation, you cannot modify or add [Resources]",
    );
    let (code, message) = ask(stage, "shop", TEMPLATE, "One", "kits-1").error();
    assert_eq!(code, "ValidationError");
    assert!(message.contains("is not in the template"), "{message}");
}

pub const NEW_STACK: Scenario = Scenario {
    name: "a new stack is made of what is there",
    shows: &[
        "transition REVIEW_IN_PROGRESS -> IMPORT_IN_PROGRESS",
        "transition IMPORT_IN_PROGRESS -> IMPORT_COMPLETE",
    ],
    play: new_stack,
};

const ALONE: &str = r#"{"Resources": {
    "One": { "Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain" }
}}"#;

fn new_stack(stage: &Stage) {
    import(stage, "adopted", ALONE, "One", "kits-1");
    until(stage, "adopted", "IMPORT_COMPLETE");
    let resources = stage.cloudformation("ListStackResources", &[("StackName", "adopted")]);
    assert_eq!(resources.ok().texts("PhysicalResourceId"), ["kits-1"]);
    assert!(describe(stage, "adopted").texts("LastUpdatedTime").len() == 1);
}

pub const LET_GO: Scenario = Scenario {
    name: "an import that fails lets go again",
    shows: &[
        "status stack:IMPORT_ROLLBACK_IN_PROGRESS",
        "status stack:IMPORT_ROLLBACK_COMPLETE",
        "status stack:IMPORT_ROLLBACK_FAILED",
        "status resource:IMPORT_FAILED",
        "status resource:IMPORT_ROLLBACK_IN_PROGRESS",
        "status resource:IMPORT_ROLLBACK_COMPLETE",
        "status resource:IMPORT_ROLLBACK_FAILED",
        "transition IMPORT_IN_PROGRESS -> IMPORT_ROLLBACK_IN_PROGRESS",
        "transition IMPORT_ROLLBACK_IN_PROGRESS -> IMPORT_ROLLBACK_COMPLETE",
        "transition IMPORT_ROLLBACK_IN_PROGRESS -> IMPORT_ROLLBACK_FAILED",
        "transition IMPORT_ROLLBACK_COMPLETE -> IMPORT_IN_PROGRESS",
        "transition IMPORT_ROLLBACK_COMPLETE -> UPDATE_IN_PROGRESS",
        "transition IMPORT_ROLLBACK_COMPLETE -> DELETE_IN_PROGRESS",
        "transition IMPORT_ROLLBACK_FAILED -> DELETE_IN_PROGRESS",
    ],
    play: let_go,
};

fn let_go(stage: &Stage) {
    let id = created(stage, "shop");
    let before = events(stage, "shop").len();
    fail(stage, "Two", "import", 1);
    import_both(stage, "first");
    until(stage, "shop", "IMPORT_ROLLBACK_IN_PROGRESS");
    let reason = describe(stage, "shop").text("StackStatusReason");
    assert!(
        reason.starts_with("The following resource(s) failed to import: ["),
        "{reason}"
    );
    until(stage, "shop", "IMPORT_ROLLBACK_COMPLETE");
    let log = events(stage, "shop")[before..].to_vec();
    for line in [
        "Two IMPORT_FAILED no import today",
        "One IMPORT_ROLLBACK_IN_PROGRESS",
        "One IMPORT_ROLLBACK_COMPLETE",
    ] {
        assert!(log.iter().any(|one| one == line), "{line}: {log:#?}");
    }
    let resources = stage.cloudformation("ListStackResources", &[("StackName", "shop")]);
    assert_eq!(
        resources.ok().texts("LogicalResourceId"),
        ["Queue", "Topic"]
    );

    update(stage, "shop", ["orders", "2"], &[]).ok();
    until(stage, "shop", "UPDATE_COMPLETE");
    update(stage, "shop", ["orders", "1"], &[]).ok();
    until(stage, "shop", "UPDATE_COMPLETE");
    fail(stage, "Two", "import", 2);
    import_both(stage, "second");
    until(stage, "shop", "IMPORT_ROLLBACK_COMPLETE");
    fail(stage, "One", "import_rollback", 1);
    import_both(stage, "third");
    until(stage, "shop", "IMPORT_ROLLBACK_FAILED");
    let log = events(stage, "shop");
    let stuck = "One IMPORT_ROLLBACK_FAILED no import_rollback today";
    assert!(log.contains(&stuck.to_owned()), "{log:#?}");
    let dead = format!("Stack:{id} is in IMPORT_ROLLBACK_FAILED state and can not be updated.");
    refused(&update(stage, "shop", ["orders", "2"], &[]), &dead);
    delete(stage, "shop", &[]).ok();
    until(stage, &id, "DELETE_COMPLETE");

    fail(stage, "One", "import", 1);
    import(stage, "adopted", ALONE, "One", "kits-9");
    until(stage, "adopted", "IMPORT_ROLLBACK_COMPLETE");
    delete(stage, "adopted", &[]).ok();
    stage.settle();
    refused(
        &stage.cloudformation("DescribeStacks", &[("StackName", "adopted")]),
        "Stack with id adopted does not exist",
    );
    assert_eq!(status(stage, &id), "DELETE_COMPLETE");
}

/// Begins to take two buckets in, by a change set of this name.
fn import_both(stage: &Stage, name: &str) {
    let template = with_bucket(&with_bucket(TEMPLATE, "One"), "Two");
    let which = [("StackName", "shop"), ("ChangeSetName", name)];
    let mut params = Vec::from(which.map(|(key, value)| (key.to_owned(), value.to_owned())));
    for (key, value) in [("ChangeSetType", "IMPORT"), ("TemplateBody", &template)] {
        params.push((key.to_owned(), value.to_owned()));
    }
    for (number, resource) in [(1, "One"), (2, "Two")] {
        let of = format!("ResourcesToImport.member.{number}");
        let id = format!("{of}.ResourceIdentifier.entry.1");
        params.extend([
            (format!("{of}.ResourceType"), "AWS::S3::Bucket".to_owned()),
            (format!("{of}.LogicalResourceId"), resource.to_owned()),
            (format!("{id}.key"), "BucketName".to_owned()),
            (format!("{id}.value"), format!("kits-{number}")),
        ]);
    }
    let params: Vec<(&str, &str)> = params
        .iter()
        .map(|(key, value)| (&**key, &**value))
        .collect();
    stage.cloudformation("CreateChangeSet", &params).ok();
    stage.settle();
    stage.cloudformation("ExecuteChangeSet", &which).ok();
}
