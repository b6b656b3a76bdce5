//! What any request has to satisfy.

use super::{TEMPLATE, create, created, delete, describe, events, refused, status, until, update};
use crate::Scenario;
use crate::stage::Stage;

pub const TOKENS: Scenario = Scenario {
    name: "a token makes a repeat a replay, and another operation a clash",
    shows: &["action cloudformation:CreateStack"],
    play: tokens,
};

fn tokens(stage: &Stage) {
    let token = ("ClientRequestToken", "bennu-shop-1");
    let params = [("StackName", "shop"), ("TemplateBody", TEMPLATE), token];
    let first = stage.cloudformation("CreateStack", &params).ok();
    let again = stage.cloudformation("CreateStack", &params).ok();
    for field in ["StackId", "OperationId"] {
        assert_eq!(first.text(field), again.text(field));
    }
    until(stage, "shop", "CREATE_COMPLETE");
    let log = stage.cloudformation("DescribeStackEvents", &[("StackName", "shop")]);
    let log = log.ok();
    assert_eq!(
        log.texts("ClientRequestToken").len(),
        log.texts("EventId").len()
    );
    let (code, _) = update(stage, "shop", ["orders", "2"], &[token]).error();
    assert_eq!(code, "TokenAlreadyExistsException");
    let (code, _) = delete(stage, "shop", &[token]).error();
    assert_eq!(code, "TokenAlreadyExistsException");
    let wrong = update(
        stage,
        "shop",
        ["orders", "2"],
        &[("ClientRequestToken", "a_b")],
    );
    refused(
        &wrong,
        "1 validation error detected: Value 'a_b' at 'clientRequestToken' failed to satisfy \
         constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9][-a-zA-Z0-9]*",
    );
    // How long AWS remembers is not published.
    stage
        .running
        .sim
        .with(|world| world.parameters.token_kept_s = 3_600.0);
    stage.advance(3_601.0);
    update(stage, "shop", ["orders", "2"], &[token]).ok();
    stage.settle();
    assert_eq!(status(stage, "shop"), "UPDATE_COMPLETE");
}

pub const LIMITS: Scenario = Scenario {
    name: "limits are enforced with the words of the service model",
    shows: &["action cloudformation:CreateStack"],
    play: limits,
};

fn limits(stage: &Stage) {
    let make = |name: &str, more: &[(&str, &str)]| {
        let params = [&[("StackName", name), ("TemplateBody", TEMPLATE)], more].concat();
        stage.cloudformation("CreateStack", &params)
    };
    let violates = |value: &str, at: &str, constraint: &str| {
        format!(
            "1 validation error detected: Value '{value}' at '{at}' failed to satisfy constraint: \
             {constraint}"
        )
    };
    let pattern = "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*";
    refused(&make("a_b", &[]), &violates("a_b", "stackName", pattern));
    let long = "a".repeat(129);
    let shorter = "Member must have length less than or equal to 128";
    refused(&make(&long, &[]), &violates(&long, "stackName", shorter));
    let minutes = ("RollbackConfiguration.MonitoringTimeInMinutes", "181");
    let place = "rollbackConfiguration.monitoringTimeInMinutes";
    let most = "Member must have value less than or equal to 180";
    refused(&make("shop", &[minutes]), &violates("181", place, most));
    let least = "Member must have value greater than or equal to 1";
    let zero = ("TimeoutInMinutes", "0");
    refused(
        &make("shop", &[zero]),
        &violates("0", "timeoutInMinutes", least),
    );
    let (_, two) = make("shop", &[zero, minutes]).error();
    assert!(two.starts_with("2 validation errors detected: "), "{two}");
    let empty = [("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "")];
    let longer = "Member must have length greater than or equal to 1";
    refused(
        &make("shop", &empty),
        &violates("", "tags.1.member.value", longer),
    );
    let named = "Member must satisfy regular expression pattern: \
                 ([a-zA-Z][-a-zA-Z0-9]*)|(arn:\\b(aws|aws-us-gov|aws-cn)\\b:[-a-zA-Z0-9:/._+]*)";
    refused(
        &delete(stage, "1shop", &[]),
        &violates("1shop", "stackName", named),
    );

    stage
        .running
        .sim
        .with(|world| world.parameters.stack_quota = 1);
    created(stage, "shop");
    let (code, message) = make("more", &[]).error();
    assert_eq!(code, "LimitExceededException");
    assert_eq!(message, "Limit for stacks has been exceeded");
    // A deleted stack no longer counts.
    delete(stage, "shop", &[]).ok();
    stage.settle();
    create(stage, "more", &[]);
}

pub const ACTIONS: Scenario = Scenario {
    name: "what is not simulated says so, and what AWS does not have, too",
    shows: &["action cloudformation:DescribeStacks"],
    play: actions,
};

fn actions(stage: &Stage) {
    let real = stage.cloudformation("CreateStackSet", &[("StackSetName", "all")]);
    assert_eq!(real.status, 501);
    let (code, message) = real.error();
    assert_eq!(code, "NotImplemented");
    assert!(
        message.contains("CreateStackSet") && message.contains("CreateStack,"),
        "{message}"
    );
    let unreal = stage.cloudformation("MakeCoffee", &[]);
    let (code, message) = unreal.error();
    assert_eq!((unreal.status, code.as_str()), (400, "InvalidAction"));
    assert!(message.contains("MakeCoffee"), "{message}");
    let asked = [("StackName", "shop"), ("IncludeEverything", "true")];
    let (_, message) = stage.cloudformation("DescribeStacks", &asked).error();
    assert!(message.contains("IncludeEverything"), "{message}");
    let living = stage.cloudformation("DescribeStacks", &[]).ok();
    assert!(living.texts("StackName").is_empty());
}

pub const VALIDATED: Scenario = Scenario {
    name: "a name in use is found before anything is made",
    shows: &[
        "action cloudformation:DescribeEvents",
        "transition CREATE_IN_PROGRESS -> ROLLBACK_IN_PROGRESS",
    ],
    play: validated,
};

fn validated(stage: &Stage) {
    created(stage, "shop");
    let operation = {
        let params = [("StackName", "twin"), ("TemplateBody", TEMPLATE)];
        stage
            .cloudformation("CreateStack", &params)
            .ok()
            .text("OperationId")
    };
    until(stage, "twin", "ROLLBACK_COMPLETE");
    assert_eq!(
        describe(stage, "twin").text("DetailedStatus"),
        "VALIDATION_FAILED"
    );
    let log = events(stage, "twin");
    assert!(log.iter().all(|line| line.starts_with("twin ")), "{log:#?}");
    let asked = [
        ("OperationId", operation.as_str()),
        ("Filters.FailedEvents", "true"),
    ];
    let found = stage.cloudformation("DescribeEvents", &asked).ok();
    assert_eq!(found.texts("EventType"), ["VALIDATION_ERROR"]);
    assert_eq!(found.text("ValidationName"), "NAME_CONFLICT_VALIDATION");
    assert_eq!(found.text("ValidationPath"), "/Resources/Queue");
    let reason = "Resource of type 'AWS::SQS::Queue' with identifier 'orders' already exists.";
    assert_eq!(found.text("ValidationStatusReason"), reason);

    let set = [
        ("StackName", "third"),
        ("ChangeSetName", "first"),
        ("ChangeSetType", "CREATE"),
        ("TemplateBody", TEMPLATE),
    ];
    stage.cloudformation("CreateChangeSet", &set).ok();
    stage.settle();
    let shown = stage.cloudformation("DescribeChangeSet", &set[..2]).ok();
    assert_eq!(shown.text("Status"), "FAILED");
    let found = stage.cloudformation("DescribeEvents", &set[..2]).ok();
    assert!(
        found
            .texts("EventType")
            .contains(&"VALIDATION_ERROR".to_owned())
    );

    // Whoever does not want to know, learns it later.
    create(stage, "blind", &[("DisableValidation", "true")]);
    until(stage, "blind", "ROLLBACK_COMPLETE");
    let log = events(stage, "blind");
    let line = format!(
        "Queue CREATE_FAILED Resource handler returned message: \"{reason}\" (HandlerErrorCode: \
         AlreadyExists)"
    );
    assert!(log.contains(&line), "{log:#?}");
}
