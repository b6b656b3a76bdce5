//! One newtype per kind of id, so that no two can be swapped.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a text is not a legal id: says what is wrong and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is no legal {kind}: {rule}")]
pub struct IllegalId {
    /// The text that was given, cut to 200 characters.
    pub value: String,
    /// What it should have named.
    pub kind: &'static str,
    /// The rule that it breaks.
    pub rule: &'static str,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => { id!($(#[$doc])* $name, "id", "must not be empty", |s: &str| !s.is_empty()); };
    ($(#[$doc:meta])* $name:ident, $kind:literal, $rule:literal, $legal:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes a text that keeps the rule of this id.
            ///
            /// # Errors
            /// [`IllegalId`], with the rule.
            pub fn new(value: impl Into<String>) -> Result<Self, IllegalId> {
                let value = value.into();
                let legal: fn(&str) -> bool = $legal;
                if legal(&value) {
                    Ok(Self(value))
                } else {
                    let value = value.chars().take(200).collect();
                    Err(IllegalId { value, kind: $kind, rule: $rule })
                }
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IllegalId;
            fn from_str(s: &str) -> Result<Self, IllegalId> {
                Self::new(s)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IllegalId;
            fn try_from(s: String) -> Result<Self, IllegalId> {
                Self::new(s)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

fn slug(s: &str, max: usize) -> bool {
    s.len() <= max
        && s.starts_with(|c: char| c.is_ascii_lowercase())
        && !s.ends_with('-')
        && s.chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn words(s: &str, max: usize) -> bool {
    !s.trim().is_empty() && s.chars().count() <= max && !s.chars().any(char::is_control)
}

id! {
    /// Which Bennu this is. It goes into names, tags and the marker role, and never changes.
    InstallationId, "installation id",
    "use 1 to 20 lower-case letters, digits and dashes, a letter first and no dash last",
    |s| slug(s, 20)
}
id! {
    /// One life of an environment. Given once, never used again: a deleted name that is
    /// declared again is a new uid. 16 lower-case hexadecimal digits.
    EnvironmentUid, "environment uid", "must be 16 lower-case hexadecimal digits",
    |s| s.len() == 16 && s.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'))
}
id! {
    /// What people call an environment; its Octopus tenant has the same name.
    EnvironmentName, "environment name",
    "use 1 to 50 lower-case letters, digits and dashes, a letter first, no dash last, and not `all`",
    |s| slug(s, 50) && s != "all"
}
id! {
    /// A team: who declares environments and whose token may.
    TeamName, "team name",
    "use 1 to 40 lower-case letters, digits and dashes, a letter first and no dash last",
    |s| slug(s, 40)
}
id! {
    /// A blueprint, unique among its team's.
    BlueprintName, "blueprint name",
    "use 1 to 40 lower-case letters, digits and dashes, a letter first and no dash last",
    |s| slug(s, 40)
}
id! {
    /// A target of the configuration: an AWS account and a region.
    TargetName, "target name",
    "use 1 to 40 lower-case letters, digits and dashes, a letter first and no dash last",
    |s| slug(s, 40)
}
id! {
    /// An Octopus server of the configuration.
    ServerName, "Octopus server name",
    "use 1 to 40 lower-case letters, digits and dashes, a letter first and no dash last",
    |s| slug(s, 40)
}
id! {
    /// An Octopus space, by name.
    SpaceName, "space name", "use 1 to 50 characters", |s| words(s, 50)
}
id! {
    /// An Octopus project, by name.
    ProjectName, "project name", "use 1 to 200 characters", |s| words(s, 200)
}
id! {
    /// An Octopus environment, by name. Not to be taken for an environment of Bennu.
    OctopusEnvironmentName, "Octopus environment name", "use 1 to 50 characters", |s| words(s, 50)
}
id! {
    /// A library variable set of Octopus, by name.
    VariableSetName, "variable set name", "use 1 to 200 characters", |s| words(s, 200)
}
id! {
    /// A template of the catalog: the name of its folder.
    TemplateName, "template name",
    "use 1 to 40 lower-case letters, digits and dashes, a letter first and no dash last",
    |s| slug(s, 40)
}
id! {
    /// SHA-256 of some bytes, as 64 lower-case hexadecimal digits.
    Digest, "digest", "must be 64 lower-case hexadecimal digits",
    |s| s.len() == 64 && s.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'))
}
id! {
    /// A CloudFormation stack's name.
    StackName, "stack name", "use 1 to 128 letters, digits and dashes, a letter first",
    |s| s.len() <= 128 && s.starts_with(|c: char| c.is_ascii_alphabetic())
        && s.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}
id! {
    /// A stack's id: names one stack for ever, also after it is deleted.
    StackArn
}
id! {
    /// A change set's name, unique within its stack.
    ChangeSetName
}
id! {
    /// A change set's id.
    ChangeSetArn
}
id! {
    /// A resource's name inside its template.
    LogicalId
}
id! {
    /// The `OperationId` that CloudFormation gives to a stack operation.
    OperationId
}
id! {
    /// An idempotency token that we derive and the provider remembers.
    Token
}
id! {
    /// `Tenants-…`
    TenantId
}
id! {
    /// `Projects-…`
    ProjectId
}
id! {
    /// `Environments-…` of Octopus.
    OctopusEnvironmentId
}
id! {
    /// `Machines-…`
    MachineId
}
id! {
    /// `Releases-…`
    ReleaseId
}
id! {
    /// `Deployments-…`
    DeploymentId
}
id! {
    /// `ServerTasks-…`
    TaskId
}
id! {
    /// `ProjectTriggers-…`
    TriggerId
}
id! {
    /// `MachinePolicies-…`
    MachinePolicyId
}
id! {
    /// A key in a target's artifact bucket.
    ObjectKey
}
id! {
    /// One running daemon; a new one at each start.
    ReplicaId
}

/// Counts the changes of a spec, from 1. A deletion is a change.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Generation(pub i64);

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_must_be_legal_for_a_stack_and_a_tenant() {
        for good in ["ryan0001", "a", "feature-x"] {
            assert!(EnvironmentName::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "all",
            "-a",
            "a-",
            "1a",
            "Ryan",
            "a_b",
            "a/b",
            &"a".repeat(51),
        ] {
            assert!(EnvironmentName::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_illegal_id_says_what_would_be_right() {
        let said = EnvironmentName::new("Ryan")
            .err()
            .map(|e| e.to_string())
            .unwrap_or_default();
        assert!(
            said.contains("\"Ryan\" is no legal environment name: use 1 to 50"),
            "{said}"
        );
    }
}
