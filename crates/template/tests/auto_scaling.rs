//! One whole template, of the kind that Bennu is for, through the public door.

use std::collections::{BTreeMap, BTreeSet};

use bennu_template::{Capability, Template, document};

const TEXT: &str = include_str!("fixtures/auto-scaling.yaml");

#[test]
fn it_fits_together() {
    let template = Template::parse(TEXT).unwrap();
    assert_eq!(template.check(), Ok(()));
    assert_eq!(
        template.required_capabilities(),
        BTreeSet::from([Capability::Iam])
    );
    let order = template.creation_order().unwrap();
    assert_eq!(
        order,
        ["Balancer", "Door", "Role", "Profile", "Template", "Group"]
    );
    let image = template.resources["Template"].properties["LaunchTemplateData"]["ImageId"].clone();
    let expected = r#"{"Fn::FindInMap":["Image",{"Ref":"AWS::Region"},{"Fn::FindInMap":["Architecture",{"Ref":"InstanceType"},"Name"]}]}"#;
    assert_eq!(image.to_string(), expected);
}

#[test]
fn its_json_twin_is_the_same_template() {
    let json = document::normalise(TEXT).unwrap().to_string();
    assert_eq!(Template::parse(&json), Template::parse(TEXT));
}

#[test]
fn its_parameters_can_be_changed_within_bounds() {
    let template = Template::parse(TEXT).unwrap();
    let check = |name: &str, value: &str| {
        let given = [("KeyName", "key"), (name, value)];
        let given: BTreeMap<_, _> = given
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect();
        template.check_parameters(&given).len()
    };
    assert_eq!(check("InstanceType", "m6g.large"), 0);
    assert_eq!(check("InstanceType", "t1.micro"), 1);
    assert_eq!(check("Capacity", "9"), 1);
    assert_eq!(
        template.check_parameters(&BTreeMap::new()).len(),
        1,
        "KeyName has no default"
    );
}

#[test]
fn a_name_that_leads_nowhere_is_found_in_it() {
    let broken = TEXT.replace("!GetAtt Door.GroupId", "!GetAtt Dorr.GroupId");
    let defects = Template::parse(&broken).unwrap().check().unwrap_err();
    assert_eq!(defects.len(), 1);
    assert_eq!(
        defects[0].path.as_deref(),
        Some("Resources.Template.Properties.LaunchTemplateData.SecurityGroupIds.0.Fn::GetAtt")
    );
}
