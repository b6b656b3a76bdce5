//! One entry of `Parameters`.

use crate::error::TemplateError;

use super::field::Field;

/// A parameter as declared. Bounds are inclusive.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameter {
    /// CloudFormation's type, such as `String` or `List<AWS::EC2::Subnet::Id>`
    pub kind: String,
    /// the value when none is given; numbers and booleans as their text
    pub default: Option<String>,
    /// the only values allowed, when any are listed
    pub allowed_values: Vec<String>,
    /// regular expression (Java's) that a whole value has to match; carried,
    /// not applied here
    pub allowed_pattern: Option<String>,
    /// fewest characters of a value
    pub min_length: Option<u64>,
    /// most characters of a value
    pub max_length: Option<u64>,
    /// least value of a `Number`
    pub min_value: Option<f64>,
    /// greatest value of a `Number`
    pub max_value: Option<f64>,
    /// CloudFormation never reads the value back, and nobody may show it
    pub no_echo: bool,
    /// what the value is for
    pub description: Option<String>,
    /// what a refusal should say about a value that the constraints refuse
    pub constraint_description: Option<String>,
}

impl Parameter {
    /// Whether a value is several, separated by commas: `CommaDelimitedList`,
    /// `List<…>`, and neither of them behind an SSM name.
    #[must_use]
    pub fn is_list(&self) -> bool {
        self.kind == "CommaDelimitedList" || self.kind.starts_with("List<")
    }

    /// Whether CloudFormation has a parameter type of this name.
    #[must_use]
    pub fn has_known_type(&self) -> bool {
        let inside = |kind: &str, outside: &str| {
            let rest = kind.strip_prefix(outside)?.strip_suffix('>')?;
            Some(rest.to_owned())
        };
        let of_aws = |kind: &str| THINGS.contains(&kind);
        let listed = |kind: &str| inside(kind, "List<").is_some_and(|one| of_aws(&one));
        let kind = self.kind.as_str();
        match inside(kind, "AWS::SSM::Parameter::Value<") {
            Some(stored) => {
                ["String", "List<String>", "CommaDelimitedList"].contains(&stored.as_str())
                    || of_aws(&stored)
                    || listed(&stored)
            }
            None => {
                let plain = [
                    "String",
                    "Number",
                    "List<Number>",
                    "CommaDelimitedList",
                    "AWS::SSM::Parameter::Name",
                ];
                plain.contains(&kind) || of_aws(kind) || listed(kind)
            }
        }
    }

    /// Whether the value names an entry of the SSM parameter store, which
    /// CloudFormation resolves anew at each operation.
    #[must_use]
    pub fn is_ssm(&self) -> bool {
        self.kind.starts_with("AWS::SSM::Parameter::Value<")
    }
}

/// Things of AWS that a value can name (CloudFormation user guide, "Specify existing
/// resources at runtime with CloudFormation-supplied parameter types").
const THINGS: [&str; 10] = [
    "AWS::EC2::AvailabilityZone::Name",
    "AWS::EC2::Image::Id",
    "AWS::EC2::Instance::Id",
    "AWS::EC2::KeyPair::KeyName",
    "AWS::EC2::SecurityGroup::GroupName",
    "AWS::EC2::SecurityGroup::Id",
    "AWS::EC2::Subnet::Id",
    "AWS::EC2::VPC::Id",
    "AWS::EC2::Volume::Id",
    "AWS::Route53::HostedZone::Id",
];

pub(super) fn read(field: &Field<'_>) -> Result<Parameter, TemplateError> {
    let mut parameter = Parameter::default();
    for (key, value) in field.entries()? {
        match key {
            "Type" => parameter.kind = value.string()?,
            "Default" => {
                let text = value.text();
                let what = "Every Default member must be a string.";
                parameter.default = Some(text.map_err(|_| value.refuse(what))?);
            }
            "AllowedValues" => {
                parameter.allowed_values = value
                    .list()?
                    .iter()
                    .map(Field::text)
                    .collect::<Result<_, _>>()?;
            }
            "AllowedPattern" => parameter.allowed_pattern = Some(value.string()?),
            "MinLength" => parameter.min_length = Some(value.number("a whole number")?),
            "MaxLength" => parameter.max_length = Some(value.number("a whole number")?),
            "MinValue" => parameter.min_value = Some(value.number("a number")?),
            "MaxValue" => parameter.max_value = Some(value.number("a number")?),
            "NoEcho" => parameter.no_echo = flag(&value)?,
            "Description" => parameter.description = Some(value.string()?),
            "ConstraintDescription" => parameter.constraint_description = Some(value.string()?),
            unknown => {
                let what = format_args!("Invalid template parameter property '{unknown}'");
                return Err(value.refuse(what));
            }
        }
    }
    if parameter.kind.is_empty() {
        return Err(field.refuse("Every Parameters object must contain a Type member."));
    }
    Ok(parameter)
}

fn flag(field: &Field<'_>) -> Result<bool, TemplateError> {
    match field.text()?.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(field.refuse("this must be true or false")),
    }
}
