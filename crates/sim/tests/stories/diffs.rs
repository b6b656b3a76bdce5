//! What change sets say of a change: before, after, and what is shown, in a table.

#[path = "diffs/cases.rs"]
mod cases;

use bennu_sim::cloudformation::answer::{ChangeDetail, ChangeSetDescription};
use bennu_sim::cloudformation::request::{ChangeSetReference, CreateChangeSet, ParameterInput};
use bennu_sim::parameters::Parameters;
use cases::{CASES, Case, PARAMETERS, case};
use insta::assert_snapshot;

use crate::stage::{Stage, update_request};

#[test]
fn changes_are_shown_as_cloudformation_shows_them() {
    let mut table = String::new();
    for case in CASES {
        let shown = compared(case, Parameters::default(), true);
        table.push_str(&format!("# {}\n{}\n", case.name, show(&shown)));
    }
    assert_snapshot!("diff_table", table);
}

#[test]
fn without_values_each_property_has_one_detail_for_a_cause() {
    let named = |name: &str| CASES.iter().find(|one| one.name == name).unwrap();
    for name in ["a resource's own tags", "the policies of a group"] {
        let shown = compared(named(name), Parameters::default(), false);
        for change in &shown.changes {
            assert!(change.before_context.is_none() && change.after_context.is_none());
            let mut parts: Vec<_> = change.details.iter().map(|one| one.attribute).collect();
            let all = parts.len();
            parts.dedup();
            assert_eq!(parts.len(), all, "{name}: {parts:?}");
            assert!(change.details.iter().all(|one| one.value.is_none()));
        }
    }
}

#[test]
fn what_is_not_known_of_cloudformation_can_be_set_both_ways() {
    let mut stay = Parameters::default();
    let case = case(
        "",
        "  T: { Type: AWS::SNS::Topic, Properties: { DisplayName: !Ref Size } }
  P: { Type: AWS::SSM::Parameter, Properties: { Name: !GetAtt T.TopicName, Type: String, Value: x } }
  L: { Type: AWS::EC2::LaunchTemplate, Properties: { LaunchTemplateData: { KeyName: !Ref Size } } }
  G:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties: { MinSize: 0, MaxSize: 1, AvailabilityZones: !GetAZs '', LaunchTemplate: { LaunchTemplateId: !Ref L, Version: !GetAtt L.LatestVersionNumber } }",
        "  T: { Type: AWS::SNS::Topic, Properties: { DisplayName: !Ref Size } }
  P: { Type: AWS::SSM::Parameter, Properties: { Name: !GetAtt T.TopicName, Type: String, Value: x } }
  L: { Type: AWS::EC2::LaunchTemplate, Properties: { LaunchTemplateData: { KeyName: !Ref Size } } }
  G:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties: { MinSize: 0, MaxSize: 1, AvailabilityZones: !GetAZs '', LaunchTemplate: { LaunchTemplateId: !Ref L, Version: !GetAtt L.LatestVersionNumber } }
  Z: { Type: AWS::SQS::Queue }",
    );
    let replacements = |shown: &ChangeSetDescription| {
        let each = shown.changes.iter();
        let each = each.map(|one| format!("{} {:?}", one.logical_resource_id, one.replacement));
        each.collect::<Vec<_>>().join(", ")
    };
    let shown = compared(&case, stay.clone(), true);
    assert_eq!(
        replacements(&shown),
        r#"G Some("False"), L Some("False"), T Some("False"), Z None"#
    );
    stay.attributes_may_change = true;
    stay.additions_show_replacement = true;
    stay.group_changes_are_conditional = true;
    stay.change_value_characters = 3;
    let shown = compared(&case, stay, true);
    assert_eq!(
        replacements(&shown),
        r#"G Some("Conditional"), L Some("False"), P Some("Conditional"), T Some("False"), Z Some("True")"#
    );
    let supposed = shown
        .changes
        .iter()
        .find(|one| one.logical_resource_id == "P");
    let detail = supposed.unwrap().details.first().unwrap();
    assert_eq!(
        (
            detail.evaluation,
            detail.change_source,
            detail.causing_entity.as_deref()
        ),
        ("Dynamic", "ResourceAttribute", Some("T.TopicName"))
    );
    let cut = shown.changes.iter().flat_map(|one| &one.details);
    let mut cut = cut.filter_map(|one| one.value.as_ref()?.after_value.clone());
    assert!(cut.all(|value| value.chars().count() <= 3));
}

#[test]
fn a_change_that_depends_replaces_or_not_as_it_is_set() {
    let template = |size: &str| {
        format!(
            "{PARAMETERS}  I: {{ Type: AWS::EC2::Instance, Properties: {{ ImageId: ami-1, InstanceType: {size} }} }}\n"
        )
    };
    for replaces in [false, true] {
        let mut stage = Stage::new();
        stage.world.parameters.conditional_changes_replace = replaces;
        stage.created(&template("t3.micro"));
        let id = |stage: &mut Stage| {
            let found = stage.call(|region, m| region.describe_stack_resource("shop", "I", m));
            found.unwrap().physical_resource_id
        };
        let before = id(&mut stage);
        let shown = stage.change_set(request(&template("t3.large")));
        assert_eq!(shown.changes[0].replacement, Some("Conditional"));
        stage.execute().unwrap();
        stage.world.settle();
        assert_eq!(stage.status("shop"), "UPDATE_COMPLETE");
        assert_eq!(id(&mut stage) != before, replaces);
    }
}

#[test]
fn what_cannot_be_worked_out_yet_is_a_warning_with_values_only() {
    let mut stage = Stage::new();
    let before = format!("{PARAMETERS}  T: {{ Type: AWS::SNS::Topic }}\n");
    stage.created(&before);
    let after = format!(
        "{before}  U: {{ Type: AWS::SNS::Topic, Properties: {{ DisplayName: !ImportValue nowhere }} }}\n"
    );
    stage.change_set(request(&after));
    let plain = described(&mut stage, false);
    let valued = described(&mut stage, true);
    assert_eq!(plain.status.as_str(), "CREATE_COMPLETE");
    assert_eq!((plain.status_reason, valued.changes.len()), (None, 1));
    let warning = valued.status_reason.unwrap();
    assert!(
        warning.starts_with(
            "[WARN] --include-property-values option can return incomplete ChangeSet data \
             because: ChangeSet creation failed for resource [U] because: No export named nowhere"
        ),
        "{warning}"
    );
}

/// The change set that turns a case's first stack into its second.
fn compared(case: &Case, parameters: Parameters, with_values: bool) -> ChangeSetDescription {
    let mut stage = Stage::new();
    stage.world.parameters = parameters;
    stage.created(&format!("{PARAMETERS}{}\n", case.before));
    assert_eq!(stage.status("shop"), "CREATE_COMPLETE", "{}", case.name);
    stage.change_set(request(&format!("{PARAMETERS}{}\n", case.after)));
    described(&mut stage, with_values)
}

fn request(template: &str) -> CreateChangeSet {
    let size = ParameterInput {
        key: "Size".to_owned(),
        value: Some("2".to_owned()),
        use_previous_value: false,
    };
    CreateChangeSet {
        template_body: Some(template.to_owned()),
        use_previous_template: false,
        parameters: vec![size],
        ..update_request(&[])
    }
}

fn described(stage: &mut Stage, with_values: bool) -> ChangeSetDescription {
    let wanted = ChangeSetReference {
        change_set_name: "next".to_owned(),
        stack_name: Some("shop".to_owned()),
    };
    let shown =
        stage.call(|region, moment| region.describe_change_set(&wanted, with_values, None, moment));
    shown.unwrap().0
}

/// A line for each change and an indented one for each detail and context.
fn show(shown: &ChangeSetDescription) -> String {
    let mut lines = String::new();
    if shown.changes.is_empty() {
        let reason = shown.status_reason.as_deref().unwrap_or_default();
        lines.push_str(&format!("{} {reason}\n", shown.status));
    }
    for change in &shown.changes {
        lines.push_str(&format!(
            "{} {} replacement {} policy {} scope {:?}\n",
            change.action,
            change.logical_resource_id,
            change.replacement.unwrap_or("-"),
            change.policy_action.unwrap_or("-"),
            change.scope,
        ));
        for detail in &change.details {
            lines.push_str(&format!("    {}\n", line(detail)));
        }
        let contexts = [
            ("was", &change.before_context),
            ("will be", &change.after_context),
        ];
        if change.action != "Modify" {
            for (word, context) in contexts {
                if let Some(context) = context {
                    lines.push_str(&format!("    {word} {context}\n"));
                }
            }
        }
    }
    lines
}

fn line(detail: &ChangeDetail) -> String {
    let none = || "-".to_owned();
    let value = detail.value.as_ref().map_or_else(String::new, |value| {
        format!(
            "{} {}: {} => {}",
            value.attribute_change_type,
            value.path,
            value.before_value.clone().unwrap_or_else(none),
            value.after_value.clone().unwrap_or_else(none),
        )
    });
    format!(
        "{}.{} {} {} {} {} {value}",
        detail.attribute,
        detail.name.clone().unwrap_or_else(none),
        detail.requires_recreation,
        detail.evaluation,
        detail.change_source,
        detail.causing_entity.clone().unwrap_or_else(none),
    )
    .trim_end()
    .to_owned()
}
