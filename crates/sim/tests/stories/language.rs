//! The template language where a setting of the world decides, and where instances signal.

use crate::stage::{Stage, create_request};

const EXPORTER: &str = "
Resources: { Topic: { Type: AWS::SNS::Topic } }
Outputs: { Name: { Value: net, Export: { Name: net } } }
";

const IMPORTER: &str = "
Resources: { Queue: { Type: AWS::SQS::Queue, Properties: { QueueName: !ImportValue net } } }
";

/// An exporter that somebody asked to delete although its export is in use.
fn refused_deletion(is_failed: bool) -> Stage {
    let mut stage = Stage::new();
    stage.world.parameters.refused_delete_is_failed = is_failed;
    stage.created(EXPORTER);
    let mut importer = create_request(IMPORTER);
    importer.stack_name = "user".to_owned();
    stage
        .call(|region, moment| region.create_stack(importer, moment))
        .unwrap();
    stage.world.settle();
    stage.delete("shop").unwrap();
    stage.world.settle();
    let reason = stage.stack("shop").stack_status_reason.unwrap();
    assert_eq!(
        reason,
        "Delete canceled. Cannot delete export net as it is in use by user."
    );
    stage
}

#[test]
fn a_refused_deletion_ends_where_the_world_says() {
    let mut stage = refused_deletion(true);
    assert_eq!(stage.status("shop"), "DELETE_FAILED");
    let mut stage = refused_deletion(false);
    assert_eq!(stage.status("shop"), "CREATE_COMPLETE");
    assert_eq!(stage.stack("shop").deletion_time, None);
    // Nobody needs the export any more: the same call deletes.
    stage.delete("user").unwrap();
    stage.world.settle();
    let id = stage.stack("shop").stack_id;
    stage.delete("shop").unwrap();
    stage.world.settle();
    assert_eq!(stage.status(&id), "DELETE_COMPLETE");
}

#[test]
fn exports_come_in_pages() {
    let mut stage = Stage::new();
    stage.world.parameters.export_page = 1;
    stage.created(&EXPORTER.replace("Name: net", "Name: a"));
    let mut second = create_request(&EXPORTER.replace("Name: net", "Name: b"));
    second.stack_name = "second".to_owned();
    stage
        .call(|region, moment| region.create_stack(second, moment))
        .unwrap();
    stage.world.settle();
    let first = stage
        .call(|region, moment| region.list_exports(None, moment))
        .unwrap();
    let token = first.next_token.unwrap();
    let rest = stage
        .call(|region, moment| region.list_exports(Some(&token), moment))
        .unwrap();
    assert_eq!(
        (first.items[0].name.as_str(), rest.items[0].name.as_str()),
        ("a", "b")
    );
    assert_eq!((first.items.len(), rest.next_token), (1, None));
}

#[test]
fn an_instance_signals_a_wait_condition_by_its_url() {
    for command in [
        r#"/opt/aws/bin/cfn-signal -e 0 --id box -d "all set" '${Handle}'"#,
        r#"curl -s -X PUT -H 'Content-Type:' --data-binary '{"Status":"SUCCESS","Reason":"","UniqueId":"box","Data":"all set"}' "${Handle}""#,
    ] {
        signals_by(command);
    }
}

fn signals_by(command: &str) {
    let mut stage = Stage::new();
    let template = r#"
Resources:
  Handle: { Type: AWS::CloudFormation::WaitConditionHandle }
  Box:
    Type: AWS::EC2::Instance
    Properties:
      ImageId: ami-1
      UserData:
        Fn::Base64: !Sub |
          #!/bin/bash
          COMMAND
  Waits:
    Type: AWS::CloudFormation::WaitCondition
    DependsOn: Box
    Properties: { Handle: !Ref Handle, Timeout: 600 }
Outputs: { Data: { Value: !GetAtt Waits.Data } }
"#;
    stage.created(&template.replace("COMMAND", command));
    let log = stage.log("shop", None);
    let stack = stage.stack("shop");
    assert_eq!(stack.stack_status.as_str(), "CREATE_COMPLETE", "{log}");
    assert_eq!(stack.outputs[0].output_value, r#"{"box":"all set"}"#);
}
