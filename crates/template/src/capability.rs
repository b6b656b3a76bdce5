//! What a caller has to acknowledge before CloudFormation takes a template.

use std::collections::BTreeSet;
use std::fmt;

use crate::template::{Resource, Template};

/// A capability of CloudFormation's API. Displays as the API spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    /// the stack has IAM resources, under names that CloudFormation makes up
    Iam,
    /// the stack has IAM resources, under names of the template's own
    NamedIam,
    /// macros rewrite the template before it is used
    AutoExpand,
}

impl Capability {
    /// Every capability there is.
    pub const ALL: [Self; 3] = [Self::Iam, Self::NamedIam, Self::AutoExpand];

    /// The API's spelling, such as `CAPABILITY_IAM`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Iam => "CAPABILITY_IAM",
            Self::NamedIam => "CAPABILITY_NAMED_IAM",
            Self::AutoExpand => "CAPABILITY_AUTO_EXPAND",
        }
    }

    /// The capability that the API spells so; none when there is no such one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|capability| capability.as_str() == name)
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Template {
    /// The fewest capabilities with which CloudFormation takes this template.
    /// Never both of the IAM ones: `CAPABILITY_NAMED_IAM` includes the other.
    ///
    /// What nested stacks and macros bring with them is not seen.
    #[must_use]
    pub fn required_capabilities(&self) -> BTreeSet<Capability> {
        let mut required = BTreeSet::new();
        let mut iam = self
            .resources
            .values()
            .filter(|one| one.kind.starts_with("AWS::IAM::"));
        if self.resources.values().any(names_itself) {
            required.insert(Capability::NamedIam);
        } else if iam.next().is_some() {
            required.insert(Capability::Iam);
        }
        if !self.transforms.is_empty() {
            required.insert(Capability::AutoExpand);
        }
        required
    }

    /// Those of the required capabilities that `given` does not cover.
    #[must_use]
    pub fn missing_capabilities(&self, given: &BTreeSet<Capability>) -> BTreeSet<Capability> {
        let mut missing = self.required_capabilities();
        missing.retain(|one| !given.contains(one));
        if given.contains(&Capability::NamedIam) {
            missing.remove(&Capability::Iam);
        }
        missing
    }
}

/// Whether an IAM resource has a name of the template's own. An inline policy's
/// name is not one: it lives inside its role, group or user.
fn names_itself(resource: &Resource) -> bool {
    let name = match resource.kind.as_str() {
        "AWS::IAM::Group" => "GroupName",
        "AWS::IAM::InstanceProfile" => "InstanceProfileName",
        "AWS::IAM::ManagedPolicy" => "ManagedPolicyName",
        "AWS::IAM::Role" => "RoleName",
        "AWS::IAM::User" => "UserName",
        _ => return false,
    };
    resource.properties.contains_key(name)
}

#[cfg(test)]
mod tests {
    use super::Capability::{AutoExpand, Iam, NamedIam};
    use super::*;

    fn required(body: &str) -> Vec<Capability> {
        let template = Template::parse(&format!("Resources:\n  A: {body}\n")).unwrap();
        template.required_capabilities().into_iter().collect()
    }

    #[test]
    fn follow_from_types_names_and_transforms() {
        assert_eq!(required("{Type: AWS::SNS::Topic}"), []);
        assert_eq!(required("{Type: AWS::IAM::Role}"), [Iam]);
        assert_eq!(
            required("{Type: AWS::IAM::Role, Properties: {RoleName: r}}"),
            [NamedIam]
        );
        assert_eq!(
            required("{Type: AWS::IAM::Policy, Properties: {PolicyName: p}}"),
            [Iam]
        );
        assert_eq!(
            required("{Type: T, Properties: {'Fn::Transform': {Name: M}}}"),
            [AutoExpand]
        );
    }

    #[test]
    fn the_named_one_covers_the_other() {
        let text = "Transform: M\nResources: {A: {Type: AWS::IAM::Role}}";
        let template = Template::parse(text).unwrap();
        let missing = template.missing_capabilities(&BTreeSet::from([NamedIam]));
        assert_eq!(missing, BTreeSet::from([AutoExpand]));
        assert_eq!(
            Capability::from_name("CAPABILITY_NAMED_IAM"),
            Some(NamedIam)
        );
        assert_eq!(Capability::from_name("CAPABILITY_ALL"), None);
    }
}
