//! Types of parameters that name something: a thing of AWS, or an SSM parameter.

use bennu_template::Parameter;

use super::Surroundings;
use crate::ssm::ParameterType;

/// Types whose values begin alike. The world does not know all these things, so that a
/// value of the right form counts as one that is there.
const IDS: [(&str, &str); 6] = [
    ("AWS::EC2::Image::Id", "ami-"),
    ("AWS::EC2::Instance::Id", "i-"),
    ("AWS::EC2::SecurityGroup::Id", "sg-"),
    ("AWS::EC2::Subnet::Id", "subnet-"),
    ("AWS::EC2::Volume::Id", "vol-"),
    ("AWS::EC2::VPC::Id", "vpc-"),
];

/// What an SSM parameter stands for, `None` for other types; checks that what is named can
/// be there.
pub(super) fn resolve(
    name: &str,
    parameter: &Parameter,
    given: &str,
    around: Surroundings<'_>,
) -> Result<Option<String>, String> {
    let kind = parameter.kind.as_str();
    let store = &around.compute.estate.parameters;
    let unknown =
        || format!("Unable to fetch parameters [{given}] from parameter store for this account.");
    if kind == "AWS::SSM::Parameter::Name" {
        store.get(given).map_err(|_| unknown())?;
        return Ok(None);
    }
    let inner = kind.strip_prefix("AWS::SSM::Parameter::Value<");
    let Some(inner) = inner.and_then(|rest| rest.strip_suffix('>')) else {
        exists(name, kind, given, around)?;
        return Ok(None);
    };
    let found = store.get(given).map_err(|_| unknown())?;
    if found.kind == ParameterType::SecureString {
        return Err(format!(
            "Parameters [{given}] referenced by template have types not supported by \
             CloudFormation."
        ));
    }
    exists(name, inner, &found.value, around)?;
    Ok(Some(found.value))
}

/// Holds a value, or each of a list, against what a type names.
fn exists(name: &str, kind: &str, value: &str, around: Surroundings<'_>) -> Result<(), String> {
    let list = kind
        .strip_prefix("List<")
        .and_then(|rest| rest.strip_suffix('>'));
    let (kind, values): (&str, Vec<&str>) = match list {
        Some(kind) => (kind, value.split(',').map(str::trim).collect()),
        None => (kind, vec![value]),
    };
    match values
        .into_iter()
        .find(|one| !may_be_there(kind, one, around))
    {
        None => Ok(()),
        Some(absent) => Err(format!(
            "Parameter validation failed: parameter value {absent} for parameter name {name} does \
             not exist"
        )),
    }
}

fn may_be_there(kind: &str, value: &str, around: Surroundings<'_>) -> bool {
    match kind {
        "AWS::EC2::AvailabilityZone::Name" => value
            .strip_prefix(around.place.region.as_str())
            .is_some_and(|zone| zone.len() == 1),
        "AWS::EC2::Instance::Id" => around.compute.instances.contains_key(value),
        // A key pair or a group has any name, but it has one.
        _ if kind.starts_with("AWS::") && value.is_empty() => false,
        _ => IDS
            .iter()
            .find(|(known, _)| *known == kind)
            .is_none_or(|(_, prefix)| value.starts_with(prefix)),
    }
}
