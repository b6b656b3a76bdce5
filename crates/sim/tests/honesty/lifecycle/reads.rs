//! What can be read of stacks.

use serde_json::json;

use super::{create, created, delete, describe, fail, refused, until, update};
use crate::Scenario;
use crate::stage::Stage;

pub const RESOURCES: Scenario = Scenario {
    name: "resources are found by stack, by name and by their own id",
    shows: &[
        "action cloudformation:DescribeStackResource",
        "action cloudformation:DescribeStackResources",
        "action cloudformation:ListStackResources",
    ],
    play: resources,
};

fn resources(stage: &Stage) {
    let id = created(stage, "shop");
    created_other(stage);
    let read = |action: &str, params: &[(&str, &str)]| stage.cloudformation(action, params);
    let one = read(
        "DescribeStackResource",
        &[("StackName", "shop"), ("LogicalResourceId", "Queue")],
    );
    let one = one.ok();
    assert_eq!(one.text("ResourceType"), "AWS::SQS::Queue");
    assert_eq!(one.text("StackResourceDriftStatus"), "NOT_CHECKED");
    let queue = one.text("PhysicalResourceId");
    assert!(queue.ends_with("/orders"), "{queue}");
    let all = read("DescribeStackResources", &[("PhysicalResourceId", &queue)]).ok();
    assert_eq!(all.texts("LogicalResourceId"), ["Queue", "Topic"]);
    assert!(all.texts("StackId").iter().all(|one| *one == id));
    let listed = read("ListStackResources", &[("StackName", &id)]).ok();
    assert_eq!(listed.texts("ResourceStatus"), ["CREATE_COMPLETE"; 2]);

    let none = [("StackName", "shop"), ("LogicalResourceId", "None")];
    let missing = "Resource None does not exist for stack shop";
    refused(&read("DescribeStackResource", &none), missing);
    let both = [
        ("StackName", "shop"),
        ("PhysicalResourceId", queue.as_str()),
    ];
    assert_eq!(
        read("DescribeStackResources", &both).error().0,
        "ValidationError"
    );
    let unknown = [("PhysicalResourceId", "i-0123")];
    refused(
        &read("DescribeStackResources", &unknown),
        "Stack for i-0123 does not exist",
    );

    // One page of many: DescribeStackResources has no second one, ListStackResources has.
    stage
        .running
        .sim
        .with(|world| world.parameters.resource_page = 1);
    let capped = read("DescribeStackResources", &[("StackName", "shop")]).ok();
    assert_eq!(capped.texts("LogicalResourceId"), ["Queue"]);
    let first = read("ListStackResources", &[("StackName", "shop")]).ok();
    let token = first.text("NextToken");
    let rest = read(
        "ListStackResources",
        &[("StackName", "shop"), ("NextToken", &token)],
    )
    .ok();
    assert_eq!(rest.texts("LogicalResourceId"), ["Topic"]);
}

fn created_other(stage: &Stage) {
    let renamed = [
        ("Parameters.member.1.ParameterKey", "Name"),
        ("Parameters.member.1.ParameterValue", "returns"),
    ];
    create(stage, "other", &renamed);
    stage.settle();
}

pub const LISTED: Scenario = Scenario {
    name: "stacks are listed for ninety days, by status",
    shows: &[
        "action cloudformation:ListStacks",
        "action cloudformation:DescribeAccountLimits",
    ],
    play: listed,
};

fn listed(stage: &Stage) {
    let gone = created(stage, "gone");
    delete(stage, "gone", &[]).ok();
    stage.settle();
    // Only then does SQS give the queue's name away again.
    stage.advance(61.0);
    created(stage, "shop");
    let list = |params: &[(&str, &str)]| stage.cloudformation("ListStacks", params);
    let all = list(&[]).ok();
    let mut names = all.texts("StackName");
    names.sort();
    assert_eq!(names, ["gone", "shop"]);
    assert!(all.texts("Tags").is_empty(), "a summary has no tags");
    let dead = list(&[("StackStatusFilter.member.1", "DELETE_COMPLETE")]).ok();
    assert_eq!(dead.text("StackId"), gone);
    let operations = dead.texts("OperationType");
    assert_eq!(operations, ["DELETE_STACK", "CREATE_STACK"]);
    let (_, wrong) = list(&[("StackStatusFilter.member.1", "GONE")]).error();
    assert!(
        wrong.contains("'stackStatusFilter'") && wrong.contains("IMPORT_COMPLETE"),
        "{wrong}"
    );
    stage
        .running
        .sim
        .with(|world| world.parameters.stack_page = 1);
    let token = list(&[]).ok().text("NextToken");
    assert!(
        list(&[("NextToken", &token)])
            .ok()
            .texts("NextToken")
            .is_empty()
    );
    // Without a name DescribeStacks knows the living only.
    let living = stage.cloudformation("DescribeStacks", &[]).ok();
    assert_eq!(living.texts("StackName"), ["shop"]);

    let limits = stage.cloudformation("DescribeAccountLimits", &[]).ok();
    let names = limits.texts("Name");
    let quota = names.iter().position(|name| name == "StackLimit").unwrap();
    assert_eq!(limits.texts("Value")[quota], "2000");
}

pub const EVENTS: Scenario = Scenario {
    name: "events tell of operations, newest first, and of failures alone",
    shows: &[
        "action cloudformation:DescribeEvents",
        "action cloudformation:DescribeStackEvents",
    ],
    play: events,
};

fn events(stage: &Stage) {
    created(stage, "shop");
    fail(stage, "Topic", "update", 1);
    let updating = update(
        stage,
        "shop",
        ["orders", "2"],
        &[("ClientRequestToken", "second-1")],
    );
    let operation = updating.ok().text("OperationId");
    until(stage, "shop", "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(describe(stage, "shop").text("OperationId"), operation);

    stage
        .running
        .sim
        .with(|world| world.parameters.event_page = 5);
    let read = |action: &str, params: &[(&str, &str)]| stage.cloudformation(action, params).ok();
    let mut statuses = Vec::new();
    let mut token = String::new();
    loop {
        let named = ("StackName", "shop");
        let next = [named, ("NextToken", token.as_str())];
        let params = if token.is_empty() { &next[..1] } else { &next };
        let page = read("DescribeStackEvents", params);
        statuses.extend(page.texts("ResourceStatus"));
        match page.texts("NextToken").pop() {
            Some(next) => token = next,
            None => break,
        }
    }
    assert_eq!(statuses.first().unwrap(), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(statuses.last().unwrap(), "CREATE_IN_PROGRESS");

    stage
        .running
        .sim
        .with(|world| world.parameters.event_page = 100);
    let of_it = read("DescribeEvents", &[("OperationId", &operation)]);
    assert!(
        of_it
            .texts("OperationId")
            .iter()
            .all(|one| *one == operation)
    );
    assert!(
        of_it
            .texts("OperationType")
            .iter()
            .all(|one| one == "UPDATE_STACK")
    );
    assert!(
        of_it
            .texts("ClientRequestToken")
            .iter()
            .all(|one| one == "second-1")
    );
    assert_eq!(
        of_it.text("OperationStatus"),
        "FAILED",
        "the newest of the stack itself"
    );
    assert_eq!(of_it.texts("EndTime").len(), 1);
    let failed = read(
        "DescribeEvents",
        &[("StackName", "shop"), ("Filters.FailedEvents", "true")],
    );
    assert_eq!(failed.texts("EventType"), ["PROVISIONING_ERROR"]);
    assert_eq!(failed.text("ResourceStatusReason"), "no update today");
    let (_, none) = stage.cloudformation("DescribeEvents", &[]).error();
    assert!(none.contains("OperationId"), "{none}");
}

pub const DRIFT: Scenario = Scenario {
    name: "drift is found out, property by property",
    shows: &[
        "action cloudformation:DetectStackDrift",
        "action cloudformation:DetectStackResourceDrift",
        "action cloudformation:DescribeStackDriftDetectionStatus",
        "action cloudformation:DescribeStackResourceDrifts",
    ],
    play: drift,
};

fn drift(stage: &Stage) {
    let id = create(stage, "shop", &[]);
    let call = |action: &str, params: &[(&str, &str)]| stage.cloudformation(action, params);
    let on = [("StackName", "shop")];
    let busy = format!(
        "Drift detection cannot be performed on stack [{id}] while it is in [CREATE_IN_PROGRESS] \
         state"
    );
    refused(&call("DetectStackDrift", &on), &busy);
    until(stage, "shop", "CREATE_COMPLETE");
    let listed = call("ListStackResources", &on)
        .ok()
        .texts("PhysicalResourceId");
    let (queue, topic) = (listed[0].clone(), listed[1].clone());
    let detect = || {
        let started = call("DetectStackDrift", &on)
            .ok()
            .text("StackDriftDetectionId");
        let named = [("StackDriftDetectionId", started.as_str())];
        let running = call("DescribeStackDriftDetectionStatus", &named).ok();
        assert_eq!(running.text("DetectionStatus"), "DETECTION_IN_PROGRESS");
        assert_eq!(call("DetectStackDrift", &on).error().0, "ValidationError");
        stage.settle();
        let done = call("DescribeStackDriftDetectionStatus", &named).ok();
        assert_eq!(done.text("DetectionStatus"), "DETECTION_COMPLETE");
        (
            done.text("StackDriftStatus"),
            done.text("DriftedStackResourceCount"),
        )
    };
    assert_eq!(detect(), ("IN_SYNC".to_owned(), "0".to_owned()));

    let place = bennu_sim::world::Place {
        account: id.split(':').nth(4).unwrap().to_owned(),
        region: "ap-southeast-2".to_owned(),
    };
    stage.running.sim.with(|world| {
        world
            .drift(&place, &queue, "DelaySeconds", Some(json!("9")))
            .unwrap();
        world.drift_away(&place, &topic).unwrap();
        world
            .drift(&place, "nothing", "DelaySeconds", None)
            .unwrap_err();
    });
    assert_eq!(detect(), ("DRIFTED".to_owned(), "2".to_owned()));
    let shown = describe(stage, "shop");
    assert_eq!(shown.text("StackDriftStatus"), "DRIFTED");
    assert_eq!(shown.texts("LastCheckTimestamp").len(), 1);
    let of = [
        on[0],
        ("StackResourceDriftStatusFilters.member.1", "MODIFIED"),
    ];
    let drifts = call("DescribeStackResourceDrifts", &of).ok();
    assert_eq!(drifts.texts("LogicalResourceId"), ["Queue"]);
    let difference = [
        "PropertyPath",
        "ExpectedValue",
        "ActualValue",
        "DifferenceType",
    ];
    let difference = difference.map(|tag| drifts.text(tag));
    assert_eq!(difference, ["/DelaySeconds", "1", "9", "NOT_EQUAL"]);
    let one = call(
        "DetectStackResourceDrift",
        &[on[0], ("LogicalResourceId", "Topic")],
    )
    .ok();
    assert_eq!(one.text("StackResourceDriftStatus"), "DELETED");

    // An update sets what it sets, and cannot set what is gone.
    update(stage, "shop", ["orders", "2"], &[]).ok();
    until(stage, "shop", "UPDATE_ROLLBACK_FAILED");
    let log = super::events(stage, "shop").join("\n");
    assert!(log.contains("(HandlerErrorCode: NotFound)"), "{log}");
    delete(stage, "shop", &[]).ok();
    until(stage, &id, "DELETE_COMPLETE");
    created_group(stage);
}

/// What people set at a group's own service is drift, too.
fn created_group(stage: &Stage) {
    let template = r#"{"Resources": {
        "Configuration": { "Type": "AWS::AutoScaling::LaunchConfiguration",
            "Properties": { "ImageId": "ami-1", "InstanceType": "t3.micro" } },
        "Group": { "Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": {
            "LaunchConfigurationName": { "Ref": "Configuration" },
            "MinSize": "1", "MaxSize": "3", "DesiredCapacity": "1" } }
    }}"#;
    let params = [("StackName", "fleet"), ("TemplateBody", template)];
    stage.cloudformation("CreateStack", &params).ok();
    stage.settle();
    let group = [("StackName", "fleet"), ("LogicalResourceId", "Group")];
    let check = || {
        stage
            .cloudformation("DetectStackResourceDrift", &group)
            .ok()
    };
    assert_eq!(check().text("StackResourceDriftStatus"), "IN_SYNC");
    let name = check().text("PhysicalResourceId");
    let capacity = [
        ("AutoScalingGroupName", name.as_str()),
        ("DesiredCapacity", "2"),
    ];
    stage.autoscaling("SetDesiredCapacity", &capacity).ok();
    let drifted = check();
    assert_eq!(drifted.text("PropertyPath"), "/DesiredCapacity");
    assert_eq!(drifted.text("ActualValue"), "2");
}
