//! What the stories declare, and where.

#![expect(clippy::expect_used, reason = "these names are legal")]

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::ids::*;
use bennu_model::spec::*;
use bennu_sim::world::Place;

pub(super) fn spec(
    template: &Digest,
    bytes: usize,
    parameters: &[(&str, &str)],
    capabilities: &[&str],
) -> Spec {
    let literal = |(name, value): &(&str, &str)| {
        (
            (*name).to_owned(),
            ParameterValue::Literal((*value).to_owned()),
        )
    };
    Spec {
        target: target(),
        release: None,
        stack: StackSpec {
            template: template.clone(),
            template_bytes: bytes as u64,
            parameters: parameters.iter().map(literal).collect(),
            release_parameter: None,
            capabilities: capabilities.iter().map(|c| (*c).to_owned()).collect(),
            tags: BTreeMap::new(),
        },
        octopus: Some(OctopusSpec {
            server: server(),
            space: space(),
            environment: OctopusEnvironmentName::new("Development").expect("legal"),
            projects: vec![ProjectName::new("Checkout Web").expect("legal")],
            roles: BTreeSet::new(),
            variables: BTreeMap::new(),
        }),
        rollout: Rollout::Immutable,
        approve: Approve::Never,
        deletion_policy: DeletionPolicy::Delete,
    }
}

pub(super) fn team() -> TeamName {
    TeamName::new("checkout").expect("legal")
}

pub(super) fn name() -> EnvironmentName {
    EnvironmentName::new("ryan0001").expect("legal")
}

pub(super) fn target() -> TargetName {
    TargetName::new("dev-sydney").expect("legal")
}

pub(super) fn server() -> ServerName {
    ServerName::new("main").expect("legal")
}

pub(super) fn space() -> SpaceName {
    SpaceName::new("Default").expect("legal")
}

pub(super) fn place() -> Place {
    Place {
        account: "123456789012".into(),
        region: "ap-southeast-2".into(),
    }
}
