//! An environment as it is answered: what was declared, and what is seen of it.

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::environment::Environment;
use bennu_model::spec::{Approve, DeletionPolicy, OctopusSpec, ParameterValue, Rollout, Spec};
use bennu_ports::environments::EnvironmentView;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::StatusDocument;
use crate::read::{API_VERSION, ENVIRONMENT_KIND};

/// An environment. Sent back as it is, it declares the same again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentDocument {
    /// Always `bennu.dev/v1`.
    pub api_version: String,
    /// Always `Environment`.
    pub kind: String,
    /// Which, and whose.
    pub metadata: Metadata,
    /// What it should be.
    pub spec: SpecDocument,
    /// What is seen of it; absent in the answer to a PUT or DELETE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusDocument>,
}

/// Which environment, and whose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// Whose.
    pub team: String,
    /// Its name.
    pub name: String,
    /// Which life of that name.
    pub uid: String,
    /// For people and selectors.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// How often the spec changed; also the ETag.
    pub generation: i64,
    /// When it was first declared.
    pub created_at: DateTime<Utc>,
    /// When its deletion was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<DateTime<Utc>>,
}

/// What an environment should be, as it was declared; a template by its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SpecDocument {
    /// Account and region, by the configuration's name.
    pub target: String,
    /// The Octopus release to run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// `immutable` or `in_place`; absent means `immutable`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<String>,
    /// Which change sets wait for a person: `never` (none), `replacements` or `always` (all);
    /// absent means `never`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approve: Option<String>,
    /// The CloudFormation stack.
    pub stack: StackSpecDocument,
    /// Its place in Octopus.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub octopus: Option<OctopusSpecDocument>,
    /// `delete` or `retain`.
    pub deletion_policy: String,
}

/// The stack part of a spec.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StackSpecDocument {
    /// What it is made of.
    pub template: TemplateDocument,
    /// Values of the template's parameters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: Values,
    /// What instances are told, as one object.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub configuration: Values,
    /// The parameter that is given the release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_parameter: Option<String>,
    /// What the stack may do.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub capabilities: BTreeSet<String>,
    /// Tags of the stack, beside our own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// A template as a spec names it; which one that was is in the status. One of the two is
/// there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TemplateDocument {
    /// What the catalog calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The SHA-256 of its bytes in lower-case hexadecimal, of one that came inline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// A parameter's value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ParameterDocument {
    /// As written.
    Literal(String),
    /// The ARN of a secret; its value is never here.
    Secret {
        /// The ARN.
        secret: String,
    },
}

/// The Octopus part of a spec.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OctopusSpecDocument {
    /// Which server of the configuration.
    pub server: String,
    /// Which space.
    pub space: String,
    /// The environment of Octopus.
    pub environment: String,
    /// The projects, in order.
    pub projects: Vec<String>,
    /// Roles of the machines, beside Bennu's own.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub roles: BTreeSet<String>,
    /// Values of the tenant's variables, by project.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, Values>,
    /// Values of the tenant's variables, by library variable set.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub common_variables: BTreeMap<String, Values>,
}

/// Values by name.
pub type Values = BTreeMap<String, ParameterDocument>;

impl EnvironmentDocument {
    /// What was declared, without what is seen.
    pub fn declared(environment: &Environment) -> Self {
        Self {
            api_version: API_VERSION.to_owned(),
            kind: ENVIRONMENT_KIND.to_owned(),
            metadata: Metadata {
                team: environment.team.to_string(),
                name: environment.name.to_string(),
                uid: environment.uid.to_string(),
                labels: environment.labels.clone(),
                generation: environment.generation.0,
                created_at: environment.created_at,
                deleted_at: environment.deleted_at,
            },
            spec: SpecDocument::from(&environment.spec),
            status: None,
        }
    }

    /// What was declared, and what is seen.
    pub fn seen(view: &EnvironmentView) -> Self {
        Self {
            status: Some(StatusDocument::from(view)),
            ..Self::declared(&view.state.environment)
        }
    }
}

impl From<&Spec> for SpecDocument {
    fn from(spec: &Spec) -> Self {
        let stack = &spec.stack;
        Self {
            target: spec.target.to_string(),
            release: spec.release.clone(),
            rollout: match spec.rollout {
                Rollout::Immutable => None,
                Rollout::InPlace => Some("in_place".to_owned()),
            },
            approve: match spec.approve {
                Approve::Never => None,
                Approve::Replacements => Some("replacements".to_owned()),
                Approve::Always => Some("always".to_owned()),
            },
            stack: StackSpecDocument {
                template: match &stack.template_name {
                    Some(name) => TemplateDocument {
                        name: Some(name.to_string()),
                        digest: None,
                    },
                    None => TemplateDocument {
                        name: None,
                        digest: Some(stack.template.to_string()),
                    },
                },
                parameters: values(&stack.parameters),
                configuration: values(&stack.configuration),
                release_parameter: stack.release_parameter.clone(),
                capabilities: stack.capabilities.clone(),
                tags: stack.tags.clone(),
            },
            octopus: spec.octopus.as_ref().map(OctopusSpecDocument::from),
            deletion_policy: match spec.deletion_policy {
                DeletionPolicy::Delete => "delete".to_owned(),
                DeletionPolicy::Retain => "retain".to_owned(),
            },
        }
    }
}

impl From<&ParameterValue> for ParameterDocument {
    fn from(value: &ParameterValue) -> Self {
        match value {
            ParameterValue::Literal(text) => Self::Literal(text.clone()),
            ParameterValue::Secret(arn) => Self::Secret {
                secret: arn.clone(),
            },
        }
    }
}

fn values(values: &BTreeMap<String, ParameterValue>) -> Values {
    let each = values.iter();
    each.map(|(name, value)| (name.clone(), ParameterDocument::from(value)))
        .collect()
}

fn by_owner<K: std::fmt::Display>(
    owners: &BTreeMap<K, BTreeMap<String, ParameterValue>>,
) -> BTreeMap<String, Values> {
    let each = owners.iter();
    each.map(|(owner, named)| (owner.to_string(), values(named)))
        .collect()
}

impl From<&OctopusSpec> for OctopusSpecDocument {
    fn from(octopus: &OctopusSpec) -> Self {
        Self {
            server: octopus.server.to_string(),
            space: octopus.space.to_string(),
            environment: octopus.environment.to_string(),
            projects: octopus.projects.iter().map(ToString::to_string).collect(),
            roles: octopus.roles.clone(),
            variables: by_owner(&octopus.variables),
            common_variables: by_owner(&octopus.common_variables),
        }
    }
}
