//! Templates as documents, and what resources say beside their properties.

use super::{create, created, deleted, events, message, status, update};
use crate::Scenario;
use crate::stage::Stage;

pub const DOCUMENTS: Scenario = Scenario {
    name: "a template is given back, summarised and validated",
    shows: &[
        "action cloudformation:GetTemplate",
        "action cloudformation:GetTemplateSummary",
        "action cloudformation:ValidateTemplate",
    ],
    play: documents,
};

const TEMPLATE: &str = "
AWSTemplateFormatVersion: '2010-09-09'
Description: a <role> & more
Metadata: { Owner: team }
Parameters:
  Size: { Type: String, AllowedValues: [s, l], Default: s, Description: how large }
  Key: { Type: String, NoEcho: true, Default: hush }
Resources:
  Role: { Type: 'AWS::IAM::Role', Properties: { Description: !Ref Size } }
  Bucket: { Type: 'AWS::S3::Bucket' }
";

fn documents(stage: &Stage) {
    let validated = stage
        .cloudformation("ValidateTemplate", &[("TemplateBody", TEMPLATE)])
        .ok();
    assert_eq!(validated.text("Description"), "a <role> & more");
    assert_eq!(validated.texts("ParameterKey"), ["Key", "Size"]);
    assert_eq!(
        validated.text("CapabilitiesReason"),
        "The following resource(s) require capabilities: [AWS::IAM::Role]"
    );
    assert!(
        validated
            .body
            .contains("<Capabilities><member>CAPABILITY_IAM</member></Capabilities>")
    );

    let path = "/bennu-artifacts/role.yaml";
    stage
        .s3("PutObject", "PUT", path, &[], TEMPLATE.as_bytes())
        .ok();
    for url in [
        "https://bennu-artifacts.s3.eu-west-1.amazonaws.com/role.yaml".to_owned(),
        "https://s3.amazonaws.com/bennu-artifacts/role.yaml".to_owned(),
        format!("{}{path}", stage.running.aws),
    ] {
        let summary = stage
            .cloudformation("GetTemplateSummary", &[("TemplateURL", &url)])
            .ok();
        assert_eq!(summary.text("Version"), "2010-09-09", "{url}");
        assert_eq!(summary.text("Metadata"), r#"{"Owner":"team"}"#);
        assert!(
            summary
                .body
                .contains("<AllowedValues><member>s</member><member>l</member>")
        );
        assert!(summary.body.contains("<LogicalResourceIds><member>Bucket</member></LogicalResourceIds><ResourceIdentifiers><member>BucketName</member>"), "{}", summary.body);
        assert!(
            !summary.body.contains("hush"),
            "a hidden default is not shown"
        );
    }
    let capable = [("Capabilities.member.1", "CAPABILITY_IAM")];
    let (code, said) = create(stage, "role", TEMPLATE, &[]).error();
    assert_eq!(
        (code.as_str(), said.as_str()),
        (
            "InsufficientCapabilitiesException",
            "Requires capabilities : [CAPABILITY_IAM]"
        )
    );
    let id = created(stage, "role", TEMPLATE, &capable);
    let summary = stage
        .cloudformation("GetTemplateSummary", &[("StackName", "role")])
        .ok();
    assert!(summary.body.contains("<ResourceTypes><member>AWS::IAM::Role</member><member>AWS::S3::Bucket</member></ResourceTypes>"), "{}", summary.body);

    let body = |params: &[(&str, &str)]| {
        stage
            .cloudformation("GetTemplate", params)
            .ok()
            .text("TemplateBody")
    };
    assert_eq!(body(&[("StackName", "role")]), TEMPLATE);
    assert_eq!(
        body(&[("StackName", "role"), ("TemplateStage", "Processed")]),
        TEMPLATE
    );
    let wrong = stage.cloudformation(
        "GetTemplate",
        &[("StackName", "role"), ("TemplateStage", "Raw")],
    );
    assert!(message(&wrong).contains("Member must satisfy enum value set: [Processed, Original]"));
    let changed = TEMPLATE.replace("more", "less");
    let set = [
        ("StackName", "role"),
        ("ChangeSetName", "next"),
        ("TemplateBody", changed.as_str()),
        ("Capabilities.member.1", "CAPABILITY_IAM"),
    ];
    stage.cloudformation("CreateChangeSet", &set).ok();
    assert_eq!(
        body(&[("StackName", "role"), ("ChangeSetName", "next")]),
        changed
    );
    deleted(stage, "role");
    assert_eq!(body(&[("StackName", &id)]), TEMPLATE);
    let gone = stage.cloudformation("GetTemplate", &[("StackName", "role")]);
    assert_eq!(message(&gone), "Stack with id role does not exist");
}

pub const REFUSED: Scenario = Scenario {
    name: "a template that is none is refused in CloudFormation's words",
    shows: &[],
    play: refused,
};

fn refused(stage: &Stage) {
    let many: String = (0..501)
        .map(|index| format!("  R{index}: {{ Type: 'AWS::SNS::Topic' }}\n"))
        .collect();
    let many = format!("Resources:\n{many}");
    for (template, wanted) in [
        (
            "{\"Resources\":",
            "Template format error: JSON not well-formed. (line 1, column 13)",
        ),
        (
            "Description: x",
            "Template format error: At least one Resources member must be defined.",
        ),
        (
            "Resources: { A: { Properties: {} } }",
            "Template format error: [/Resources/A] Every Resources object must contain a Type member.",
        ),
        (
            "Resources: { A-1: { Type: 'AWS::SNS::Topic' } }",
            "Template format error: Resource name A-1 is non alphanumeric.",
        ),
        (
            "Resource: {}\nResources: { A: { Type: 'AWS::SNS::Topic' } }",
            "Template format error: Invalid template property or properties [Resource]",
        ),
        (
            "Resources: { A: { Type: 'AWS::SNS::Topic', DependsOn: [B] } }",
            "Template format error: Unresolved resource dependencies [B] in the Resources block of the template",
        ),
        (
            "Resources: { A: { Type: 'AWS::SNS::Topic', DependsOn: B }, B: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: !Ref A } } }",
            "Circular dependency between resources: [A, B]",
        ),
        (
            many.as_str(),
            "Template format error: Number of resources, 501, is greater than maximum allowed, 500",
        ),
    ] {
        let validated = stage.cloudformation("ValidateTemplate", &[("TemplateBody", template)]);
        assert_eq!(message(&validated), wanted);
    }
    let long = format!("Description: {}", "x".repeat(51_200));
    let said = message(&stage.cloudformation("ValidateTemplate", &[("TemplateBody", &long)]));
    assert!(said.ends_with("Member must have length less than or equal to 51200"));
    for (url, wanted) in [
        ("ftp://x/y", "TemplateURL must be a supported URL."),
        (
            "https://example.com/y",
            "S3 error: Domain name specified in example.com is not a valid S3 domain",
        ),
        (
            "https://bennu-artifacts.s3.amazonaws.com/none",
            "S3 error: The specified key does not exist.",
        ),
    ] {
        let answer = stage.cloudformation("ValidateTemplate", &[("TemplateURL", url)]);
        assert_eq!(message(&answer), wanted);
    }
}

pub const ATTRIBUTES: Scenario = Scenario {
    name: "what a resource depends on, and what stays of it",
    shows: &[
        "status resource:DELETE_SKIPPED",
        "status resource:CREATE_COMPLETE",
    ],
    play: attributes,
};

const KEPT: &str = "
Conditions: { Never: !Equals [a, b] }
Resources:
  A: { Type: 'AWS::SNS::Topic', DependsOn: [B] }
  B: { Type: 'AWS::SQS::Queue', DependsOn: C, DeletionPolicy: Retain, UpdateReplacePolicy: Retain }
  C: { Type: 'AWS::SNS::Topic' }
  D: { Type: 'AWS::SNS::Topic', Condition: Never }
Outputs:
  Hidden: { Condition: Never, Value: !Ref D }
  Shown: { Value: !Ref A }
";

fn attributes(stage: &Stage) {
    let id = created(stage, "kept", KEPT, &[]);
    let said = events(stage, &id);
    let at = |text: &str| {
        said.find(text)
            .unwrap_or_else(|| panic!("no {text} in {said}"))
    };
    assert!(
        at("C CREATE_COMPLETE") < at("B CREATE_IN_PROGRESS"),
        "{said}"
    );
    assert!(
        at("B CREATE_COMPLETE") < at("A CREATE_IN_PROGRESS"),
        "{said}"
    );
    assert!(!said.contains("D CREATE"), "{said}");
    assert!(!super::outputs(stage, "kept").contains_key("Hidden"));
    let same = update(stage, "kept", KEPT, &[]);
    assert_eq!(message(&same), "No updates are to be performed.");
    deleted(stage, "kept");
    assert_eq!(status(stage, &id), "DELETE_COMPLETE");
    let said = events(stage, &id);
    assert!(
        said.contains("B DELETE_SKIPPED") && said.contains("A DELETE_COMPLETE"),
        "{said}"
    );
    let resources = stage
        .cloudformation("DescribeStackResources", &[("StackName", &id)])
        .ok();
    assert!(resources.body.contains("DELETE_SKIPPED"));
}
