//! Exports and imports.

use super::{create, created, deleted, describe, events, outputs, status, update};
use crate::Scenario;
use crate::stage::Stage;

const EXPORTER: &str = "
Parameters: { Name: { Type: String, Default: vpc } }
Resources: { Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: net } } }
Outputs:
  Topic: { Value: !GetAtt Topic.TopicName, Export: { Name: !Sub 'net-${Name}' } }
";

const IMPORTER: &str = "
Resources:
  Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: !ImportValue net-vpc } }
Outputs:
  Used: { Value: {'Fn::ImportValue': {'Fn::Sub': 'net-vpc'}} }
";

pub const IN_USE: Scenario = Scenario {
    name: "an export in use can be neither deleted nor changed",
    shows: &[
        "action cloudformation:ListExports",
        "action cloudformation:ListImports",
        "function Fn::ImportValue",
        "status stack:DELETE_FAILED",
        "transition DELETE_IN_PROGRESS -> DELETE_FAILED",
        "transition DELETE_FAILED -> DELETE_IN_PROGRESS",
        "transition UPDATE_IN_PROGRESS -> UPDATE_ROLLBACK_IN_PROGRESS",
    ],
    play: in_use,
};

fn in_use(stage: &Stage) {
    let exporter = created(stage, "exporter", EXPORTER, &[]);
    let listed = stage.cloudformation("ListExports", &[]).ok();
    assert_eq!(listed.text("ExportingStackId"), exporter);
    assert_eq!(
        (listed.text("Name"), listed.text("Value")),
        ("net-vpc".to_owned(), "net".to_owned())
    );
    assert_eq!(describe(stage, "exporter").text("ExportName"), "net-vpc");
    let imports = || stage.cloudformation("ListImports", &[("ExportName", "net-vpc")]);
    assert_eq!(
        imports().error().1,
        "Export 'net-vpc' is not imported by any stack."
    );

    created(stage, "importer", IMPORTER, &[]);
    assert_eq!(outputs(stage, "importer")["Used"], "net");
    assert!(
        imports()
            .ok()
            .body
            .contains("<Imports><member>importer</member></Imports>")
    );

    let other_name = [
        ("Parameters.member.1.ParameterKey", "Name"),
        ("Parameters.member.1.ParameterValue", "lan"),
    ];
    update(stage, "exporter", EXPORTER, &other_name).ok();
    assert_eq!(status(stage, "exporter"), "UPDATE_ROLLBACK_COMPLETE");
    let said = events(stage, "exporter");
    assert!(said.contains("exporter UPDATE_ROLLBACK_IN_PROGRESS Export net-vpc cannot be deleted as it is in use by importer"), "{said}");
    let other_value = EXPORTER.replace("!GetAtt Topic.TopicName", "other");
    update(stage, "exporter", &other_value, &[]).ok();
    let said = events(stage, "exporter");
    assert!(
        said.contains("Export net-vpc cannot be updated as it is in use by importer"),
        "{said}"
    );

    deleted(stage, "exporter");
    let stack = describe(stage, "exporter");
    assert_eq!(stack.text("StackStatus"), "DELETE_FAILED");
    assert_eq!(
        stack.text("StackStatusReason"),
        "Delete canceled. Cannot delete export net-vpc as it is in use by importer."
    );
    let resources = stage.cloudformation("DescribeStackResources", &[("StackName", "exporter")]);
    assert_eq!(resources.ok().text("ResourceStatus"), "CREATE_COMPLETE");

    deleted(stage, "importer");
    deleted(stage, "exporter");
    assert_eq!(status(stage, &exporter), "DELETE_COMPLETE");
    assert!(
        !stage
            .cloudformation("ListExports", &[])
            .ok()
            .body
            .contains("net-vpc")
    );
}

pub const ONE_OF_A_NAME: Scenario = Scenario {
    name: "an import needs an export, and an export a name of its own",
    shows: &[
        "transition CREATE_IN_PROGRESS -> ROLLBACK_IN_PROGRESS",
        "transition ROLLBACK_IN_PROGRESS -> ROLLBACK_COMPLETE",
    ],
    play: one_of_a_name,
};

fn one_of_a_name(stage: &Stage) {
    create(stage, "importer", IMPORTER, &[]).ok();
    stage.settle();
    let said = events(stage, "importer");
    assert!(said.contains("importer ROLLBACK_IN_PROGRESS No export named net-vpc found. Rollback requested by user."), "{said}");
    created(stage, "first", EXPORTER, &[]);
    let late = [("DisableValidation", "true")];
    create(stage, "second", EXPORTER, &late).ok();
    stage.settle();
    assert_eq!(status(stage, "second"), "ROLLBACK_COMPLETE");
    let said = events(stage, "second");
    assert!(said.contains("Export with name net-vpc is already exported by stack first. Rollback requested by user."), "{said}");
}
