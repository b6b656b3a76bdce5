//! Lives of change sets.

use serde_json::json;

use crate::Scenario;
use crate::stage::{Answer, Stage};

pub const LIFE: Scenario = Scenario {
    name: "a change set is worked out, shown and executed",
    shows: &[
        "action cloudformation:CreateChangeSet",
        "action cloudformation:DescribeChangeSet",
        "action cloudformation:DescribeChangeSetHooks",
        "action cloudformation:ExecuteChangeSet",
        "action cloudformation:ListChangeSets",
        "status change-set:CREATE_PENDING",
        "status change-set:CREATE_IN_PROGRESS",
        "status change-set:CREATE_COMPLETE",
        "status execution:UNAVAILABLE",
        "status execution:AVAILABLE",
        "status execution:EXECUTE_IN_PROGRESS",
        "status execution:EXECUTE_COMPLETE",
    ],
    play: life,
};

pub const NOTHING: Scenario = Scenario {
    name: "a change set without changes fails, in either wording",
    shows: &["status change-set:FAILED", "fault fail_change_set"],
    play: nothing,
};

pub const OBSOLETE: Scenario = Scenario {
    name: "an update by another way makes a change set obsolete",
    shows: &["status execution:OBSOLETE"],
    play: obsolete,
};

pub const FAILS: Scenario = Scenario {
    name: "a change set whose execution fails says so",
    shows: &["status execution:EXECUTE_FAILED"],
    play: fails,
};

pub const GOES: Scenario = Scenario {
    name: "a change set goes, at once or in time, or does not",
    shows: &[
        "action cloudformation:DeleteChangeSet",
        "status change-set:DELETE_PENDING",
        "status change-set:DELETE_IN_PROGRESS",
        "status change-set:DELETE_FAILED",
    ],
    play: goes,
};

pub const SHELL: Scenario = Scenario {
    name: "a stack to be created by a change set is a shell until then",
    shows: &[
        "status stack:REVIEW_IN_PROGRESS",
        "transition (none) -> REVIEW_IN_PROGRESS",
        "transition REVIEW_IN_PROGRESS -> CREATE_IN_PROGRESS",
        "transition REVIEW_IN_PROGRESS -> DELETE_IN_PROGRESS",
    ],
    play: shell,
};

pub const REFUSED: Scenario = Scenario {
    name: "change sets are refused in the words that scripts know",
    shows: &[],
    play: refused,
};

const TEMPLATE: &str = r#"{
    "Parameters": { "Name": { "Type": "String", "Default": "a" } },
    "Resources": { "Topic": { "Type": "AWS::SNS::Topic", "Properties": { "DisplayName": { "Ref": "Name" } } } },
    "Outputs": { "Arn": { "Value": { "Ref": "Topic" } } }
}"#;

/// A stack `one`, complete.
pub fn stack(stage: &Stage, template: &str) {
    let given = [("StackName", "one"), ("TemplateBody", template)];
    stage.cloudformation("CreateStack", &given).ok();
    stage.settle();
}

/// Makes a change set of `one`, and works it out.
pub fn change_set(stage: &Stage, name: &str, given: &[(&str, &str)]) -> String {
    let names = [("StackName", "one"), ("ChangeSetName", name)];
    let made = stage.cloudformation("CreateChangeSet", &[&names, given].concat());
    stage.settle();
    made.ok().text("Id")
}

/// What gives the parameter Name another value.
fn renamed(name: &str) -> [(&str, &str); 3] {
    [
        ("UsePreviousTemplate", "true"),
        ("Parameters.member.1.ParameterKey", "Name"),
        ("Parameters.member.1.ParameterValue", name),
    ]
}

fn on(stage: &Stage, action: &str, name: &str) -> Answer {
    stage.cloudformation(action, &[("StackName", "one"), ("ChangeSetName", name)])
}

fn statuses(stage: &Stage, name: &str) -> (String, String) {
    let shown = on(stage, "DescribeChangeSet", name).ok();
    (shown.text("Status"), shown.text("ExecutionStatus"))
}

fn life(stage: &Stage) {
    stack(stage, TEMPLATE);
    let given = [
        ("StackName", "one"),
        ("ChangeSetName", "next"),
        ("ClientToken", "t1"),
    ];
    let given = [&given[..], &renamed("b")].concat();
    let made = stage.cloudformation("CreateChangeSet", &given).ok();
    let replayed = stage.cloudformation("CreateChangeSet", &given).ok();
    assert_eq!(made.text("Id"), replayed.text("Id"));
    let mut seen = Vec::new();
    for _ in 0..10 {
        seen.push(statuses(stage, "next"));
        stage.advance(1.0);
    }
    seen.dedup();
    let pair = |one: &str, other: &str| (one.to_owned(), other.to_owned());
    assert_eq!(
        seen,
        [
            pair("CREATE_PENDING", "UNAVAILABLE"),
            pair("CREATE_IN_PROGRESS", "UNAVAILABLE"),
            pair("CREATE_COMPLETE", "AVAILABLE"),
        ]
    );
    change_set(stage, "other", &renamed("c"));
    let listed = stage.cloudformation("ListChangeSets", &[("StackName", "one")]);
    assert_eq!(listed.ok().texts("ChangeSetName"), ["next", "other"]);
    let hooks = on(stage, "DescribeChangeSetHooks", "next").ok();
    assert_eq!(
        (hooks.text("Status"), hooks.texts("TargetType")),
        ("PLANNED".to_owned(), vec![])
    );

    on(stage, "ExecuteChangeSet", "next").ok();
    assert_eq!(
        statuses(stage, "next"),
        pair("CREATE_COMPLETE", "EXECUTE_IN_PROGRESS")
    );
    let (code, message) = on(stage, "DeleteChangeSet", "next").error();
    assert_eq!(code, "InvalidChangeSetStatus");
    assert!(
        message.ends_with("in its current status of [EXECUTE_IN_PROGRESS]"),
        "{message}"
    );
    let (code, message) = on(stage, "DescribeChangeSet", "other").error();
    assert_eq!(
        (code.as_str(), message.as_str()),
        ("ChangeSetNotFound", "ChangeSet [other] does not exist")
    );
    stage.settle();
    assert_eq!(
        statuses(stage, "next"),
        pair("CREATE_COMPLETE", "EXECUTE_COMPLETE")
    );
    let stacks = stage
        .cloudformation("DescribeStacks", &[("StackName", "one")])
        .ok();
    assert_eq!(stacks.text("StackStatus"), "UPDATE_COMPLETE");
    assert_eq!(stacks.text("ParameterValue"), "b");
    assert_eq!(stacks.text("ChangeSetId"), made.text("Id"));
}

fn nothing(stage: &Stage) {
    stack(stage, TEMPLATE);
    change_set(stage, "same", &renamed("a"));
    let shown = on(stage, "DescribeChangeSet", "same").ok();
    assert_eq!(shown.text("Status"), "FAILED");
    assert_eq!(
        shown.text("StatusReason"),
        "The submitted information didn't contain changes. Submit different information to \
         create a change set."
    );
    let id = shown.text("ChangeSetId");
    let (code, message) = on(stage, "ExecuteChangeSet", "same").error();
    assert_eq!(code, "InvalidChangeSetStatus");
    assert_eq!(
        message,
        format!("ChangeSet [{id}] cannot be executed in its current status of [FAILED]")
    );
    // Templates with a transform have another wording; a fault gives it.
    let reason = "No updates are to be performed.";
    stage.fault(json!({
        "name": "fail_change_set", "on": "macro", "times": 1,
        "params": { "action": "create", "reason": reason },
    }));
    change_set(stage, "macro", &renamed("b"));
    let shown = on(stage, "DescribeChangeSet", "macro").ok();
    assert_eq!(
        (shown.text("Status"), shown.text("StatusReason")),
        ("FAILED".to_owned(), reason.to_owned())
    );
    // An output alone is a change, but of no resource.
    let more = TEMPLATE.replace(
        r#""Outputs": {"#,
        r#""Outputs": { "More": { "Value": "1" },"#,
    );
    change_set(stage, "output", &[("TemplateBody", &more)]);
    let shown = on(stage, "DescribeChangeSet", "output").ok();
    assert_eq!(
        (shown.text("ExecutionStatus"), shown.texts("Action")),
        ("AVAILABLE".to_owned(), vec![])
    );
}

fn obsolete(stage: &Stage) {
    stack(stage, TEMPLATE);
    change_set(stage, "late", &renamed("b"));
    let update = [&[("StackName", "one")], &renamed("c")[..]].concat();
    stage.cloudformation("UpdateStack", &update).ok();
    stage.settle();
    assert_eq!(statuses(stage, "late").1, "OBSOLETE");
    let (code, message) = on(stage, "ExecuteChangeSet", "late").error();
    assert_eq!(code, "InvalidChangeSetStatus");
    assert!(
        message.ends_with("in its current status of [OBSOLETE]"),
        "{message}"
    );
}

fn fails(stage: &Stage) {
    stack(stage, TEMPLATE);
    change_set(stage, "bad", &renamed("b"));
    stage.fault(json!({ "name": "fail_resource", "on": "Topic", "times": 1 }));
    on(stage, "ExecuteChangeSet", "bad").ok();
    stage.settle();
    assert_eq!(statuses(stage, "bad").1, "EXECUTE_FAILED");
    let stacks = stage
        .cloudformation("DescribeStacks", &[("StackName", "one")])
        .ok();
    assert_eq!(stacks.text("StackStatus"), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(stacks.text("ParameterValue"), "a");
}

fn goes(stage: &Stage) {
    stack(stage, TEMPLATE);
    let id = change_set(stage, "quick", &renamed("b"));
    stage
        .cloudformation("DeleteChangeSet", &[("ChangeSetName", &id)])
        .ok();
    assert_eq!(on(stage, "DescribeChangeSet", "quick").status, 404);
    // What is not there is deleted already.
    on(stage, "DeleteChangeSet", "quick").ok();

    stage
        .running
        .sim
        .with(|world| world.parameters.change_set_deletion_s = 4.0);
    change_set(stage, "slow", &renamed("b"));
    stage.fault(json!({
        "name": "fail_change_set", "on": "slow", "times": 1, "params": { "action": "delete" },
    }));
    let mut seen = Vec::new();
    for _ in 0..2 {
        on(stage, "DeleteChangeSet", "slow").ok();
        for _ in 0..6 {
            let shown = on(stage, "DescribeChangeSet", "slow");
            seen.push(if shown.is_ok() {
                shown.text("Status")
            } else {
                "gone".to_owned()
            });
            stage.advance(1.0);
        }
    }
    seen.dedup();
    let (pending, running) = ("DELETE_PENDING", "DELETE_IN_PROGRESS");
    assert_eq!(
        seen,
        [pending, running, "DELETE_FAILED", pending, running, "gone"]
    );
}

fn shell(stage: &Stage) {
    let create = [("ChangeSetType", "CREATE"), ("TemplateBody", TEMPLATE)];
    let with = |more: &[(&'static str, &'static str)]| [&create[..], more].concat();
    change_set(stage, "first", &create);
    let status = || {
        let stacks = stage.cloudformation("DescribeStacks", &[("StackName", "one")]);
        stacks.ok().text("StackStatus")
    };
    on(stage, "DeleteChangeSet", "first").ok();
    assert_eq!(status(), "REVIEW_IN_PROGRESS", "the shell stays");
    stage
        .cloudformation("DeleteStack", &[("StackName", "one")])
        .ok();
    stage.settle();

    // There are no nested stacks: nothing of them is missing.
    let nested = [
        ("OnStackFailure", "DELETE"),
        ("IncludeNestedStacks", "true"),
    ];
    change_set(stage, "second", &with(&nested));
    let shown = on(stage, "DescribeChangeSet", "second").ok();
    assert_eq!(
        (shown.text("Action"), shown.text("OnStackFailure")),
        ("Add".to_owned(), "DELETE".to_owned())
    );
    assert_eq!(shown.text("IncludeNestedStacks"), "true");
    on(stage, "ExecuteChangeSet", "second").ok();
    stage.settle();
    assert_eq!(status(), "CREATE_COMPLETE");
}

fn refused(stage: &Stage) {
    let update = [
        &[("StackName", "one"), ("ChangeSetName", "n")],
        &renamed("b")[..],
    ]
    .concat();
    let create = |given: &[(&str, &str)]| stage.cloudformation("CreateChangeSet", given).error();
    assert_eq!(create(&update).1, "Stack [one] does not exist");
    stack(stage, TEMPLATE);
    let again = [
        &update[..2],
        &[("ChangeSetType", "CREATE"), ("TemplateBody", TEMPLATE)],
    ]
    .concat();
    assert_eq!(
        create(&again).1,
        "Stack [one] already exists and cannot be created again with the changeSet [n]."
    );
    let deletes = [&update[..], &[("OnStackFailure", "DELETE")]].concat();
    assert_eq!(create(&deletes).0, "ValidationError");
    for (parameter, value) in [
        ("ImportExistingResources", "true"),
        ("DeploymentMode", "REVERT_DRIFT"),
    ] {
        let (code, message) = create(&[&update[..], &[(parameter, value)]].concat());
        assert_eq!(code, "ValidationError");
        assert!(
            message.contains(parameter) && message.contains("not simulated"),
            "{message}"
        );
    }
    stage
        .running
        .sim
        .with(|world| world.parameters.change_set_limit = 1);
    change_set(stage, "n", &renamed("b"));
    assert_eq!(create(&update).0, "AlreadyExistsException");
    let other = [
        &[("StackName", "one"), ("ChangeSetName", "o")],
        &renamed("b")[..],
    ]
    .concat();
    let (code, message) = create(&other);
    assert_eq!(code, "LimitExceededException");
    assert!(
        message.starts_with("ChangeSet limit exceeded for stack"),
        "{message}"
    );
    let (code, message) = stage
        .cloudformation("DescribeChangeSet", &[("ChangeSetName", "n")])
        .error();
    assert_eq!(code, "ValidationError");
    assert_eq!(
        message,
        "StackName must be specified if ChangeSetName is not specified as an ARN."
    );
}
