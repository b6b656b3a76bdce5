//! `[[targets]]`: accounts and regions.

use std::collections::BTreeSet;

use bennu_api::accept::TargetEntry;
use bennu_model::ids::TargetName;
use serde::Deserialize;

use super::{Secret, endpoint};

/// An AWS account and a region.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[serde(deny_unknown_fields)]
pub struct TargetConfig {
    /// What specs call it. An environment never moves to another one.
    pub name: TargetName,
    /// For example `ap-southeast-2`.
    pub region: String,
    /// Where to send every request instead of AWS: a simulator.
    pub endpoint: Option<String>,
    /// The role to assume.
    pub role_arn: Option<String>,
    /// What that role's trust policy asks for.
    pub external_id: Option<String>,
    /// The bucket for templates that are too long for a request.
    pub artifact_bucket: Option<String>,
    /// The role that CloudFormation works with.
    pub service_role_arn: Option<String>,
    /// For simulators only; the real AWS gets its credentials from the SDK's chain.
    pub access_key_id: Option<String>,
    /// For simulators only.
    pub secret_access_key: Option<Secret>,
}

impl TargetConfig {
    /// What the API knows of it.
    pub(super) fn entry(&self) -> (TargetName, TargetEntry) {
        let entry = TargetEntry {
            region: self.region.clone(),
            artifact_bucket: self.artifact_bucket.is_some(),
        };
        (self.name.clone(), entry)
    }

    fn problems(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut say = |key: &str, what: &str| {
            found.push(format!("targets, {}: {key}: {what}", self.name));
        };
        if let Some(why) = self.endpoint.as_deref().and_then(endpoint::problem) {
            say("endpoint", &why);
        }
        if self.external_id.is_some() && self.role_arn.is_none() {
            say(
                "external_id",
                "it means nothing without role_arn: give that too",
            );
        }
        let keys = (&self.access_key_id, &self.secret_access_key);
        match (keys, &self.endpoint) {
            ((None, None), _) | ((Some(_), Some(_)), Some(_)) => {}
            ((Some(_), Some(_)), None) => say(
                "access_key_id",
                "keys are for simulators: leave both out, and give the daemon a role or a \
                 profile",
            ),
            ((Some(_), None) | (None, Some(_)), _) => {
                say(
                    "access_key_id",
                    "it goes with secret_access_key: give both or none",
                );
            }
        }
        found
    }
}

pub(super) fn problems(targets: &[TargetConfig]) -> Vec<String> {
    let mut names = BTreeSet::new();
    let twice = targets.iter().filter(|target| !names.insert(&target.name));
    let twice = twice.map(|target| {
        format!(
            "targets, {}: there are two of this name: give each its own",
            target.name
        )
    });
    let mut found: Vec<_> = twice.collect();
    found.extend(targets.iter().flat_map(TargetConfig::problems));
    found
}
