//! What the stories declare, and where.

#![expect(clippy::expect_used, reason = "these names are legal")]

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::ids::*;
use bennu_model::names::digest_of;
use bennu_model::spec::*;
use bennu_ports::environments::Declaration;
use bennu_sim::world::Place;
use bytes::Bytes;

/// The template that Bennu brings for Linux, as it is.
pub const WEB_LINUX: &str = include_str!("../../../templates/web-linux/template.yaml");

/// What is declared.
#[derive(Debug, Clone)]
pub struct Build<'a> {
    /// The environment's name.
    pub name: &'a str,
    /// The template's text.
    pub template: &'a str,
    /// Its parameters.
    pub parameters: Vec<(&'a str, &'a str)>,
    /// What the stack may do.
    pub capabilities: Vec<&'a str>,
    /// The release, if there is one.
    pub release: Option<&'a str>,
    /// The projects in their order.
    pub projects: Vec<&'a str>,
    /// How a new release reaches the machines.
    pub rollout: Rollout,
}

/// The Linux template for servers that stay: its instances serve whatever release comes.
pub fn in_place_template() -> String {
    let (head, rest) = WEB_LINUX.split_once("  AppVersion:").expect("a parameter");
    let (_, rest) = rest.split_once("  BennuTenant:").expect("the next one");
    let lines = format!("{head}  BennuTenant:{rest}");
    let lines = lines.lines().filter(|line| !line.contains("bennu:release"));
    let lines = lines.map(|line| {
        line.replace(
            "[ \"$release\" = \"${AppVersion}\" ]",
            "[ \"$release\" != \"none\" ]",
        )
        .replace("${AppVersion}", "any")
        .replace("Value: !Ref AppVersion", "Value: any")
    });
    lines.collect::<Vec<_>>().join("\n")
}

impl<'a> Build<'a> {
    /// Infrastructure with a tenant and no release.
    pub fn infrastructure(template: &'a str) -> Self {
        Self {
            name: "ryan0001",
            template,
            parameters: Vec::new(),
            capabilities: Vec::new(),
            release: None,
            projects: vec!["Checkout Web"],
            rollout: Rollout::Immutable,
        }
    }

    /// A release on two Linux web servers.
    pub fn of(release: &'a str) -> Self {
        Self {
            parameters: vec![("OctopusApiKeySecret", SECRET)],
            capabilities: vec!["CAPABILITY_IAM"],
            release: Some(release),
            ..Self::infrastructure(WEB_LINUX)
        }
    }

    /// A release on the same servers, which stay: any release makes them signal.
    pub fn in_place(release: &'a str, template: &'a str) -> Self {
        Self {
            template,
            rollout: Rollout::InPlace,
            ..Self::of(release)
        }
    }

    /// The same with another parameter.
    pub fn with(mut self, name: &'a str, value: &'a str) -> Self {
        self.parameters.push((name, value));
        self
    }

    pub(super) fn what(&self) -> String {
        let values = self
            .parameters
            .iter()
            .filter(|(name, _)| *name != "OctopusApiKeySecret");
        let values = values.map(|(_, value)| *value).chain(self.release);
        values.collect::<Vec<_>>().join(", ")
    }

    pub(super) fn declaration(&self) -> Declaration {
        let bytes = Bytes::copy_from_slice(self.template.as_bytes());
        let digest = digest_of(&bytes);
        Declaration {
            team: team(),
            name: EnvironmentName::new(self.name).expect("legal"),
            labels: BTreeMap::new(),
            spec: self.spec(&digest),
            blobs: vec![(digest, bytes)],
            if_generation: None,
        }
    }

    /// What the API makes of such a document.
    pub fn spec(&self, template: &Digest) -> Spec {
        let declares = |name: &str| self.template.contains(&format!("\n  {name}:"));
        let filled = FILLED_PARAMETERS.iter().map(|(name, _)| (*name).to_owned());
        let is_immutable = self.release.is_some() && self.rollout == Rollout::Immutable;
        Spec {
            target: target(),
            release: self.release.map(str::to_owned),
            stack: StackSpec {
                template: template.clone(),
                template_bytes: self.template.len() as u64,
                parameters: self.parameters.iter().map(literal).collect(),
                release_parameter: is_immutable.then(|| "AppVersion".to_owned()),
                filled: filled.filter(|name| declares(name)).collect(),
                capabilities: self.capabilities.iter().map(|c| (*c).to_owned()).collect(),
                tags: BTreeMap::new(),
            },
            octopus: Some(OctopusSpec {
                server: server(),
                space: space(),
                environment: OctopusEnvironmentName::new("Development").expect("legal"),
                projects: self
                    .projects
                    .iter()
                    .map(|p| ProjectName::new(*p).expect("legal"))
                    .collect(),
                roles: BTreeSet::from(["web".to_owned()]),
                variables: BTreeMap::new(),
            }),
            rollout: self.rollout,
            approve: Approve::Never,
            deletion_policy: DeletionPolicy::Delete,
        }
    }
}

/// A secret that only the instances read.
const SECRET: &str = "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:octopus-AbCdEf";

fn literal((name, value): &(&str, &str)) -> (String, ParameterValue) {
    (
        (*name).to_owned(),
        ParameterValue::Literal((*value).to_owned()),
    )
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
