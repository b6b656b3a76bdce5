//! The life that every stack has.

use crate::Scenario;
use crate::stage::Stage;

pub const SCENARIOS: &[Scenario] = &[Scenario {
    name: "a stack rises, and goes",
    shows: &[
        "action cloudformation:CreateStack",
        "action cloudformation:DescribeStacks",
        "action cloudformation:DeleteStack",
        "action cloudformation:DescribeStackEvents",
        "status stack:CREATE_IN_PROGRESS",
        "status stack:CREATE_COMPLETE",
        "status stack:DELETE_COMPLETE",
        "transition (none) -> CREATE_IN_PROGRESS",
        "transition CREATE_IN_PROGRESS -> CREATE_COMPLETE",
        "transition CREATE_COMPLETE -> DELETE_IN_PROGRESS",
        "transition DELETE_IN_PROGRESS -> DELETE_COMPLETE",
    ],
    play: rises_and_goes,
}];

const TEMPLATE: &str = r#"{"Resources":{"Topic":{"Type":"AWS::SNS::Topic"}}}"#;

fn rises_and_goes(stage: &Stage) {
    let named = [("StackName", "one")];
    let created = stage.cloudformation(
        "CreateStack",
        &[("StackName", "one"), ("TemplateBody", TEMPLATE)],
    );
    let id = created.ok().text("StackId");
    let status = |name: &str| {
        let stacks = stage.cloudformation("DescribeStacks", &[("StackName", name)]);
        stacks.ok().text("StackStatus")
    };
    assert_eq!(status("one"), "CREATE_IN_PROGRESS");
    stage.settle();
    assert_eq!(status("one"), "CREATE_COMPLETE");

    stage.cloudformation("DeleteStack", &named).ok();
    stage.settle();
    let (code, message) = stage.cloudformation("DescribeStacks", &named).error();
    assert_eq!(code, "ValidationError");
    assert_eq!(message, "Stack with id one does not exist");
    assert_eq!(status(&id), "DELETE_COMPLETE");

    let events = stage.cloudformation("DescribeStackEvents", &[("StackName", &id)]);
    let newest_first = events.ok().texts("ResourceStatus");
    assert_eq!(newest_first.first().unwrap(), "DELETE_COMPLETE");
    assert_eq!(newest_first.last().unwrap(), "CREATE_IN_PROGRESS");
}
