//! What a team wrote, validated. The API's documents are turned into this at the edge;
//! a template that came inline or by name is a digest by then.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::ids::{
    Digest, OctopusEnvironmentName, ProjectName, ServerName, SpaceName, TargetName, TemplateName,
    VariableSetName,
};

mod filling;

pub use filling::Filling;

/// What one environment should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spec {
    /// Account and region, by the configuration's name. Fixed for an environment's life.
    pub target: TargetName,
    /// The Octopus release to run.
    pub release: Option<String>,
    /// The CloudFormation stack.
    pub stack: StackSpec,
    /// Its place in Octopus; infrastructure alone is an environment too.
    pub octopus: Option<OctopusSpec>,
    /// How a new release reaches the machines.
    pub rollout: Rollout,
    /// Which change sets wait for a person.
    pub approve: Approve,
    /// What a deletion leaves.
    pub deletion_policy: DeletionPolicy,
}

/// The stack part of a [`Spec`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackSpec {
    /// The template's bytes, kept in the database by this digest.
    pub template: Digest,
    /// Their number: decides whether the template can travel inline.
    pub template_bytes: u64,
    /// The name under which the catalog had it when the spec was accepted; for people.
    #[serde(default)]
    pub template_name: Option<TemplateName>,
    /// The bootstrap package that its instances fetch: a zip, kept in the database.
    #[serde(default)]
    pub package: Option<Digest>,
    /// What instances are told beside it, as one JSON object.
    #[serde(default)]
    pub configuration: BTreeMap<String, ParameterValue>,
    /// Values of the template's parameters.
    pub parameters: BTreeMap<String, ParameterValue>,
    /// The parameter that is given the release.
    pub release_parameter: Option<String>,
    /// The template's parameters that Bennu fills by itself.
    #[serde(default, alias = "filled", deserialize_with = "filling::read")]
    pub fills: BTreeMap<String, Filling>,
    /// Types of resources that are never replaced or removed without a person.
    #[serde(default)]
    pub never_replaced: BTreeSet<String>,
    /// What the stack may do, for example `CAPABILITY_IAM`.
    pub capabilities: BTreeSet<String>,
    /// Tags of the stack, beside our own two.
    pub tags: BTreeMap<String, String>,
}

/// A parameter's value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ParameterValue {
    /// As written.
    Literal(String),
    /// The ARN of a Secrets Manager secret; reaches the stack as a dynamic reference only.
    Secret(String),
}

impl ParameterValue {
    /// What CloudFormation is given: a literal, or a dynamic reference that it resolves itself.
    pub fn for_cloudformation(&self) -> String {
        match self {
            Self::Literal(text) => text.clone(),
            Self::Secret(arn) => format!("{{{{resolve:secretsmanager:{arn}}}}}"),
        }
    }
}

/// The Octopus part of a [`Spec`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OctopusSpec {
    /// Which server of the configuration. Fixed for an environment's life.
    pub server: ServerName,
    /// Which space. Fixed for an environment's life.
    pub space: SpaceName,
    /// The Octopus environment that the tenant is connected to in each project. Fixed for an
    /// environment's life: machines and values of variables stand in it.
    pub environment: OctopusEnvironmentName,
    /// The projects, in the order in which they are deployed.
    pub projects: Vec<ProjectName>,
    /// Roles of the environment's machines, beside our marker.
    pub roles: BTreeSet<String>,
    /// Tenant variables, by project.
    pub variables: BTreeMap<ProjectName, BTreeMap<String, ParameterValue>>,
    /// Common variables of the tenant, by library variable set.
    #[serde(default)]
    pub common_variables: BTreeMap<VariableSetName, BTreeMap<String, ParameterValue>>,
}

/// How a new release reaches the machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rollout {
    /// New machines replace the old ones.
    #[default]
    Immutable,
    /// The machines stay and are deployed to.
    InPlace,
}

/// Which change sets wait for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approve {
    /// None.
    #[default]
    Never,
    /// Those that delete or replace what is not disposable.
    Replacements,
    /// All.
    Always,
}

/// What a deletion leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeletionPolicy {
    /// Nothing.
    #[default]
    Delete,
    /// Everything: we only stop looking after it.
    Retain,
}

/// One thing that is wrong with what was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invalid {
    /// Where, as a path into the document: `spec.stack.tags`.
    pub field: String,
    /// What is wrong.
    pub cause: String,
    /// What to do about it.
    pub remedy: String,
}

/// CloudFormation takes 50 tags (service model); two are ours.
const MAX_TAGS: usize = 48;
/// CloudFormation's limit on a parameter's value, in bytes (user guide, limits).
const MAX_PARAMETER_BYTES: usize = 4_096;

impl Spec {
    /// Everything that is wrong with this spec in itself, whatever the world is like.
    /// Empty means valid.
    pub fn problems(&self) -> Vec<Invalid> {
        let mut found = self.stack.problems();
        if let Some(octopus) = &self.octopus {
            let unique: BTreeSet<_> = octopus.projects.iter().collect();
            if unique.len() != octopus.projects.len() {
                found.push(Invalid {
                    field: "spec.octopus.projects".into(),
                    cause: "a project is named twice".into(),
                    remedy: "name each project once".into(),
                });
            }
        }
        if let (Some(_), None, Rollout::Immutable) =
            (&self.release, &self.stack.release_parameter, self.rollout)
        {
            found.push(Invalid {
                field: "spec.stack.release_parameter".into(),
                cause: "an immutable roll-out changes instances through a template parameter, \
                        and none is named"
                    .into(),
                remedy: "name the parameter that carries the release, or set rollout: in_place"
                    .into(),
            });
        }
        if let (Some(_), Rollout::InPlace) = (&self.stack.release_parameter, self.rollout) {
            found.push(Invalid {
                field: "spec.stack.release_parameter".into(),
                cause: "an in-place roll-out deploys to the machines that are there; a release \
                        in a parameter would replace them"
                    .into(),
                remedy: "leave it out, or set rollout: immutable".into(),
            });
        }
        if self.rollout == Rollout::InPlace && (self.release.is_none() || self.octopus.is_none()) {
            found.push(Invalid {
                field: "spec.rollout".into(),
                cause: "an in-place roll-out needs a release and an Octopus space".into(),
                remedy: "give `release` and `octopus`, or leave `rollout` out".into(),
            });
        }
        found.extend(self.filled_problems());
        found
    }

    fn filled_problems(&self) -> Vec<Invalid> {
        let given = self.stack.parameters.keys();
        let given = given.filter(|name| self.stack.fills.contains_key(*name));
        let mut found: Vec<_> = given
            .map(|name| Invalid {
                field: format!("spec.stack.parameters.{name}"),
                cause: "Bennu fills this parameter by itself".into(),
                remedy: "leave it out".into(),
            })
            .collect();
        let mut fills = self.stack.fills.iter();
        let homeless = fills.find(|(_, filling)| filling.is_of_octopus());
        if let (Some((name, _)), None) = (homeless, &self.octopus) {
            found.push(Invalid {
                field: "spec.octopus".into(),
                cause: format!("the template asks for {name}, and no Octopus space is given"),
                remedy: "give `octopus`, or use a template without it".into(),
            });
        }
        found
    }

    /// What may not change while the environment lives; `self` is the new spec.
    pub fn changes_identity_of(&self, old: &Self) -> Option<Invalid> {
        let place = |spec: &Self| {
            spec.octopus
                .as_ref()
                .map(|o| (o.server.clone(), o.space.clone(), o.environment.clone()))
        };
        let field = if self.target != old.target {
            "spec.target"
        } else if place(old).is_some() && place(self) != place(old) {
            "spec.octopus"
        } else {
            return None;
        };
        Some(Invalid {
            field: field.into(),
            cause: "where an environment lives cannot be changed while it lives".into(),
            remedy: "delete the environment and declare it again".into(),
        })
    }
}

impl StackSpec {
    /// The configuration as its instances read it: a JSON object with its keys in order.
    /// Secrets stay references, `{"secret":"arn:…"}`.
    pub fn configuration_json(&self) -> String {
        let values: serde_json::Map<_, _> = self
            .configuration
            .iter()
            .map(|(name, value)| {
                let value = match value {
                    ParameterValue::Literal(text) => serde_json::Value::from(text.as_str()),
                    ParameterValue::Secret(arn) => serde_json::json!({ "secret": arn }),
                };
                (name.clone(), value)
            })
            .collect();
        serde_json::Value::Object(values).to_string()
    }

    /// The secrets that the configuration refers to.
    pub fn configuration_secrets(&self) -> BTreeSet<&str> {
        let secrets = self.configuration.values().filter_map(|value| match value {
            ParameterValue::Secret(arn) => Some(arn.as_str()),
            ParameterValue::Literal(_) => None,
        });
        secrets.collect()
    }

    /// Whether its instances read objects from the target's artifact bucket.
    pub fn needs_bucket(&self) -> bool {
        self.fills.values().any(|filling| filling.is_of_bucket())
    }

    fn problems(&self) -> Vec<Invalid> {
        let mut found = Vec::new();
        if self.tags.len() > MAX_TAGS {
            found.push(Invalid {
                field: "spec.stack.tags".into(),
                cause: format!("{} tags are more than {MAX_TAGS}", self.tags.len()),
                remedy: "CloudFormation takes 50 and two are Bennu's own: give fewer".into(),
            });
        }
        for (key, value) in &self.tags {
            if key.starts_with("aws:") || key.starts_with("bennu:") {
                found.push(Invalid {
                    field: format!("spec.stack.tags.{key}"),
                    cause: "the prefixes aws: and bennu: are reserved".into(),
                    remedy: "use another key".into(),
                });
            }
            if key.is_empty() || key.len() > 128 || value.is_empty() || value.len() > 256 {
                found.push(Invalid {
                    field: format!("spec.stack.tags.{key}"),
                    cause: "a key has 1 to 128 characters, a value 1 to 256".into(),
                    remedy: "shorten it, or leave the tag out".into(),
                });
            }
        }
        for (name, value) in &self.parameters {
            let field = format!("spec.stack.parameters.{name}");
            if value.for_cloudformation().len() > MAX_PARAMETER_BYTES {
                found.push(Invalid {
                    field: field.clone(),
                    cause: format!("the value is longer than {MAX_PARAMETER_BYTES} bytes"),
                    remedy: "put it into a secret or an object, and pass its name".into(),
                });
            }
            if let ParameterValue::Secret(arn) = value
                && !arn.starts_with("arn:")
            {
                found.push(Invalid {
                    field,
                    cause: "the value is no ARN".into(),
                    remedy: "give the ARN of a Secrets Manager secret".into(),
                });
            }
        }
        found
    }
}
