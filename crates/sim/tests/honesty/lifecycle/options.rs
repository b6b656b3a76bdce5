//! What callers may say about an operation.

use serde_json::json;

use super::{
    TEMPLATE, create, created, delete, describe, events, fail, refused, status, until, update,
};
use crate::Scenario;
use crate::stage::Stage;

pub const POLICY: Scenario = Scenario {
    name: "a stack policy stops an update, unless the update brings its own",
    shows: &[
        "action cloudformation:SetStackPolicy",
        "action cloudformation:GetStackPolicy",
        "status resource:UPDATE_FAILED",
    ],
    play: policy,
};

const KEEPS_QUEUE: &str = r#"{"Statement": [
    {"Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*"},
    {"Effect": "Deny", "Principal": "*", "Action": ["Update:Replace", "Update:Delete"],
     "Resource": "LogicalResourceId/Queue"}]}"#;

const ALLOWS_ALL: &str = r#"{"Statement": [
    {"Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*"}]}"#;

fn policy(stage: &Stage) {
    created(stage, "shop");
    let of = |action: &str, more: &[(&str, &str)]| {
        stage.cloudformation(action, &[&[("StackName", "shop")], more].concat())
    };
    assert!(
        of("GetStackPolicy", &[])
            .ok()
            .texts("StackPolicyBody")
            .is_empty()
    );
    let wrong = [("StackPolicyBody", "{}")];
    assert_eq!(of("SetStackPolicy", &wrong).error().0, "ValidationError");
    of("SetStackPolicy", &[("StackPolicyBody", KEEPS_QUEUE)]).ok();
    assert_eq!(
        of("GetStackPolicy", &[]).ok().text("StackPolicyBody"),
        KEEPS_QUEUE
    );

    // Changed in place it may be.
    update(stage, "shop", ["orders", "2"], &[]).ok();
    until(stage, "shop", "UPDATE_COMPLETE");
    update(stage, "shop", ["returns", "2"], &[]).ok();
    until(stage, "shop", "UPDATE_ROLLBACK_COMPLETE");
    let denied = |action: &str| {
        format!(
            "Queue UPDATE_FAILED Action denied by stack policy: Statement [#2] does not allow \
             [{action}] for resource [LogicalResourceId/Queue];"
        )
    };
    let log = events(stage, "shop");
    assert!(log.contains(&denied("Update:Replace")), "{log:#?}");

    let without = r#"{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}"#;
    of("UpdateStack", &[("TemplateBody", without)]).ok();
    until(stage, "shop", "UPDATE_ROLLBACK_COMPLETE");
    let log = events(stage, "shop");
    assert!(log.contains(&denied("Update:Delete")), "{log:#?}");

    let during = [("StackPolicyDuringUpdateBody", ALLOWS_ALL)];
    update(stage, "shop", ["returns", "2"], &during).ok();
    until(stage, "shop", "UPDATE_COMPLETE");
    assert_eq!(
        of("GetStackPolicy", &[]).ok().text("StackPolicyBody"),
        KEEPS_QUEUE
    );
}

pub const ALARM: Scenario = Scenario {
    name: "an alarm rolls back what it watches over",
    shows: &[
        "fault alarm",
        "transition UPDATE_IN_PROGRESS -> UPDATE_ROLLBACK_IN_PROGRESS",
    ],
    play: alarm,
};

const ALARM_ARN: &str = "arn:aws:cloudwatch:ap-southeast-2:123456789012:alarm:errors";

fn alarm(stage: &Stage) {
    const WATCHED: &[(&str, &str)] = &[
        ("RollbackConfiguration.MonitoringTimeInMinutes", "5"),
        (
            "RollbackConfiguration.RollbackTriggers.member.1.Arn",
            ALARM_ARN,
        ),
        (
            "RollbackConfiguration.RollbackTriggers.member.1.Type",
            "AWS::CloudWatch::Alarm",
        ),
    ];
    create(stage, "shop", WATCHED);
    stage.advance(240.0);
    assert_eq!(status(stage, "shop"), "CREATE_IN_PROGRESS", "it is watched");
    stage.advance(120.0);
    let shown = describe(stage, "shop");
    assert_eq!(shown.text("StackStatus"), "CREATE_COMPLETE");
    assert_eq!(shown.text("MonitoringTimeInMinutes"), "5");
    assert_eq!(shown.text("Arn"), ALARM_ARN);

    // The configuration holds for later updates.
    update(stage, "shop", ["orders", "2"], &[]).ok();
    stage.advance(150.0);
    assert_eq!(status(stage, "shop"), "UPDATE_IN_PROGRESS");
    stage.fault(json!({ "name": "alarm", "on": "errors", "times": 1 }));
    until(stage, "shop", "UPDATE_ROLLBACK_IN_PROGRESS");
    let reason = describe(stage, "shop").text("StackStatusReason");
    assert!(reason.contains(ALARM_ARN), "{reason}");
    until(stage, "shop", "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(
        describe(stage, "shop").texts("ParameterValue"),
        ["1", "orders"]
    );

    let none = [("RollbackConfiguration.MonitoringTimeInMinutes", "0")];
    update(stage, "shop", ["orders", "3"], &none).ok();
    stage.advance(60.0);
    assert_eq!(status(stage, "shop"), "UPDATE_COMPLETE");
}

pub const EXPRESS: Scenario = Scenario {
    name: "express mode does not wait, and leaves a failure as it is",
    shows: &[
        "transition CREATE_IN_PROGRESS -> CREATE_COMPLETE",
        "transition CREATE_IN_PROGRESS -> CREATE_FAILED",
    ],
    play: express,
};

const GROUP: &str = r#"{"Resources": {
    "Template": { "Type": "AWS::EC2::LaunchTemplate",
        "Properties": { "LaunchTemplateData": { "ImageId": "ami-1" } } },
    "Group": { "Type": "AWS::AutoScaling::AutoScalingGroup",
        "CreationPolicy": { "ResourceSignal": { "Timeout": "PT5M" } },
        "Properties": { "MinSize": "1", "MaxSize": "1", "LaunchTemplate": {
            "LaunchTemplateId": { "Ref": "Template" },
            "Version": { "Fn::GetAtt": ["Template", "LatestVersionNumber"] } } } }
}}"#;

fn express(stage: &Stage) {
    const EXPRESS: (&str, &str) = ("DeploymentConfig.Mode", "EXPRESS");
    let make = |name: &str, more: &[(&str, &str)]| {
        let params = [&[("StackName", name), ("TemplateBody", GROUP)], more].concat();
        stage.cloudformation("CreateStack", &params).ok();
    };
    // Nobody signals: in standard mode that is a failure after five minutes.
    make("standard", &[]);
    make("express", &[EXPRESS]);
    stage.advance(60.0);
    assert_eq!(status(stage, "express"), "CREATE_COMPLETE");
    assert_eq!(status(stage, "standard"), "CREATE_IN_PROGRESS");
    until(stage, "standard", "ROLLBACK_COMPLETE");
    delete(stage, "express", &[EXPRESS]).ok();
    stage.settle();

    fail(stage, "Topic", "create", 3);
    create(stage, "left", &[EXPRESS]);
    until(stage, "left", "CREATE_FAILED");
    delete(stage, "left", &[]).ok();
    stage.settle();
    let back = ("DeploymentConfig.DisableRollback", "false");
    create(stage, "back", &[EXPRESS, back]);
    until(stage, "back", "ROLLBACK_COMPLETE");
    let torn = [
        ("StackName", "torn"),
        ("TemplateBody", TEMPLATE),
        back,
        ("DisableRollback", "true"),
    ];
    let (code, message) = stage.cloudformation("CreateStack", &torn).error();
    assert!(
        code == "ValidationError" && message.contains("contradict"),
        "{message}"
    );

    // What the announcement and the description of the API say of it differs, and of signals
    // they say nothing: both can be had.
    let otherwise = |world: &mut bennu_sim::World| {
        world.parameters.express_rolls_back = true;
        world.parameters.express_waits_for_signals = true;
        world.parameters.configuration_complete_shown = true;
    };
    stage.running.sim.with(otherwise);
    create(stage, "rolls", &[EXPRESS]);
    until(stage, "rolls", "ROLLBACK_COMPLETE");
    make("waits", &[EXPRESS]);
    stage.advance(60.0);
    let shown = describe(stage, "waits");
    assert_eq!(shown.text("StackStatus"), "CREATE_IN_PROGRESS");
    assert_eq!(shown.text("DetailedStatus"), "CONFIGURATION_COMPLETE");
    let checked = "Group CREATE_IN_PROGRESS Eventual consistency check initiated";
    let log = events(stage, "waits");
    assert!(log.contains(&checked.to_owned()), "{log:#?}");
}

pub const SIGNALLED: Scenario = Scenario {
    name: "a group is there when its instances say so, each once",
    shows: &["action cloudformation:SignalResource"],
    play: signalled,
};

fn signalled(stage: &Stage) {
    let two = GROUP
        .replace("\"Timeout\"", "\"Count\": \"2\", \"Timeout\"")
        .replace("Size\": \"1\"", "Size\": \"2\"");
    let params = [("StackName", "shop"), ("TemplateBody", two.as_str())];
    stage.cloudformation("CreateStack", &params).ok();
    stage.advance(90.0);
    let signal = |stack: &str, resource: &str, id: &str| {
        let params = [
            ("StackName", stack),
            ("LogicalResourceId", resource),
            ("UniqueId", id),
            ("Status", "SUCCESS"),
        ];
        stage.cloudformation("SignalResource", &params)
    };
    refused(&signal("none", "Group", "a"), "Stack:none does not exist");
    let missing = "Resource None does not exist for stack shop";
    refused(&signal("shop", "None", "a"), missing);
    let instances = stage.ec2("DescribeInstances", &[]).ok().texts("instanceId");
    assert_eq!(instances.len(), 2);
    signal("shop", "Group", &instances[0]).ok();
    signal("shop", "Group", &instances[0]).ok();
    stage.advance(30.0);
    assert_eq!(status(stage, "shop"), "CREATE_IN_PROGRESS");
    signal("shop", "Group", &instances[1]).ok();
    until(stage, "shop", "CREATE_COMPLETE");
    let (code, late) = signal("shop", "Group", &instances[1]).error();
    assert!(
        code == "ValidationError" && late.contains("CREATE_COMPLETE"),
        "{late}"
    );
}

pub const RETAINED: Scenario = Scenario {
    name: "a rollback keeps what is retained, or deletes it when told",
    shows: &[
        "status resource:DELETE_SKIPPED",
        "transition CREATE_IN_PROGRESS -> ROLLBACK_IN_PROGRESS",
    ],
    play: retained,
};

fn retained(stage: &Stage) {
    let keeps = TEMPLATE.replace(
        r#""AWS::SQS::Queue","#,
        r#""AWS::SQS::Queue", "DeletionPolicy": "Retain","#,
    );
    fail(stage, "Topic", "create", 3);
    for (name, except, wanted) in [
        ("kept", "false", "Queue DELETE_SKIPPED"),
        ("cleared", "true", "Queue DELETE_COMPLETE"),
    ] {
        let params = [
            ("StackName", name),
            ("TemplateBody", &keeps),
            ("RetainExceptOnCreate", except),
        ];
        stage.cloudformation("CreateStack", &params).ok();
        until(stage, name, "ROLLBACK_COMPLETE");
        assert!(events(stage, name).contains(&wanted.to_owned()), "{name}");
    }
    let params = [
        ("StackName", "back"),
        ("TemplateBody", &keeps),
        ("DisableRollback", "true"),
    ];
    let id = stage
        .cloudformation("CreateStack", &params)
        .ok()
        .text("StackId");
    until(stage, "back", "CREATE_FAILED");
    let back = [("StackName", "back"), ("RetainExceptOnCreate", "true")];
    stage.cloudformation("RollbackStack", &back).ok();
    until(stage, &id, "DELETE_COMPLETE");
    assert!(events(stage, &id).contains(&"Queue DELETE_COMPLETE".to_owned()));
}

pub const PROTECTED: Scenario = Scenario {
    name: "termination protection keeps a stack until it is taken off",
    shows: &["action cloudformation:UpdateTerminationProtection"],
    play: protected,
};

fn protected(stage: &Stage) {
    let id = create(stage, "shop", &[("EnableTerminationProtection", "true")]);
    until(stage, "shop", "CREATE_COMPLETE");
    let kept = "Stack [shop] cannot be deleted while TerminationProtection is enabled";
    refused(&delete(stage, "shop", &[]), kept);
    assert_eq!(
        describe(stage, "shop").text("EnableTerminationProtection"),
        "true"
    );
    assert_eq!(status(stage, "shop"), "CREATE_COMPLETE");
    let off = |name| {
        let params = [
            ("StackName", name),
            ("EnableTerminationProtection", "false"),
        ];
        stage.cloudformation("UpdateTerminationProtection", &params)
    };
    assert_eq!(off("shop").ok().text("StackId"), id);
    refused(&off("none"), "Stack [none] does not exist");
    delete(stage, "shop", &[]).ok();
    until(stage, &id, "DELETE_COMPLETE");
}
