//! What the stories declare, and where.

#![expect(clippy::expect_used, reason = "these names are legal")]

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::ids::*;
use bennu_model::names::digest_of;
use bennu_model::spec::*;
use bennu_model::variable::VariableScope;
use bennu_ports::environments::Declaration;
use bennu_sim::world::Place;
use bennu_template::catalog::Entry;
use bytes::Bytes;

use crate::catalog::{WEB_LINUX, WEB_WINDOWS};

/// What is declared.
#[derive(Debug, Clone)]
pub struct Build<'a> {
    /// The environment's name.
    pub name: &'a str,
    /// The template's text.
    pub template: &'a str,
    /// The catalog's entry that it comes from, with its package and its manifest.
    pub entry: Option<&'static Entry>,
    /// Labels: they change nothing in the world.
    pub labels: Vec<(&'a str, &'a str)>,
    /// What instances are told.
    pub configuration: Vec<(&'a str, ParameterValue)>,
    /// Tenant variables.
    pub variables: Vec<(VariableScope, &'a str, ParameterValue)>,
    /// Types that are never replaced without a person.
    pub never_replaced: Vec<&'a str>,
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
    /// Which change sets wait for a person.
    pub approve: Approve,
    /// What becomes of it when it goes.
    pub deletion_policy: DeletionPolicy,
    /// Whether there is a tenant at all.
    pub has_octopus: bool,
}

impl<'a> Build<'a> {
    /// Infrastructure with a tenant and no release.
    pub fn infrastructure(template: &'a str) -> Self {
        Self {
            name: "ryan0001",
            template,
            entry: None,
            labels: Vec::new(),
            configuration: Vec::new(),
            variables: Vec::new(),
            never_replaced: Vec::new(),
            parameters: Vec::new(),
            capabilities: Vec::new(),
            release: None,
            projects: vec!["Checkout Web"],
            rollout: Rollout::Immutable,
            approve: Approve::Never,
            deletion_policy: DeletionPolicy::Delete,
            has_octopus: true,
        }
    }

    /// A release on two Linux web servers.
    pub fn of(release: &'a str) -> Self {
        Self::from(&WEB_LINUX, release)
    }

    /// A release on two Windows web servers.
    pub fn windows(release: &'a str) -> Self {
        Self::from(&WEB_WINDOWS, release)
    }

    /// A release on the instances of any template of a catalog.
    pub fn from(entry: &'static Entry, release: &'a str) -> Self {
        Self {
            entry: Some(entry),
            capabilities: vec!["CAPABILITY_IAM"],
            release: Some(release),
            ..Self::infrastructure(&entry.text)
        }
    }

    /// A release on the same servers, which stay: any release makes them signal.
    pub fn in_place(release: &'a str) -> Self {
        Self {
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
        let values = self.parameters.iter().map(|(_, value)| *value);
        let values = values.chain(self.release);
        values.collect::<Vec<_>>().join(", ")
    }

    /// What is to be stored; `secret` is where the instances find their API key.
    pub(super) fn declaration(&self, secret: &str) -> Declaration {
        let template = Bytes::copy_from_slice(self.template.as_bytes());
        let package = self.entry.and_then(|entry| entry.package.as_deref());
        let blobs = std::iter::once(template).chain(package.map(Bytes::copy_from_slice));
        let labels = self.labels.iter();
        let labels = labels.map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Declaration {
            team: team(),
            name: EnvironmentName::new(self.name).expect("legal"),
            labels: labels.collect(),
            spec: self.spec(secret),
            blobs: blobs.map(|bytes| (digest_of(&bytes), bytes)).collect(),
            if_generation: None,
            author: Default::default(),
        }
    }

    /// What the API makes of such a document.
    fn spec(&self, secret: &str) -> Spec {
        let is_immutable = self.release.is_some() && self.rollout == Rollout::Immutable;
        Spec {
            target: target(),
            release: self.release.map(str::to_owned),
            stack: StackSpec {
                template: digest_of(self.template.as_bytes()),
                template_bytes: self.template.len() as u64,
                template_name: None,
                package: self
                    .entry
                    .and_then(|entry| entry.package.as_deref())
                    .map(digest_of),
                configuration: self
                    .configuration
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), value.clone()))
                    .collect(),
                parameters: self.parameters(secret),
                release_parameter: is_immutable.then(|| "AppVersion".to_owned()),
                fills: self.fills(),
                never_replaced: self
                    .never_replaced
                    .iter()
                    .map(|t| (*t).to_owned())
                    .collect(),
                capabilities: self.capabilities.iter().map(|c| (*c).to_owned()).collect(),
                tags: BTreeMap::new(),
            },
            octopus: self.has_octopus.then(|| self.octopus()),
            rollout: self.rollout,
            approve: self.approve,
            deletion_policy: self.deletion_policy,
        }
    }

    fn parameters(&self, secret: &str) -> BTreeMap<String, ParameterValue> {
        let given = self.parameters.iter().copied();
        let key = self.declares("OctopusApiKeySecret");
        let key = key.then_some(("OctopusApiKeySecret", secret));
        let literal = |(name, value): (&str, &str)| {
            (name.to_owned(), ParameterValue::Literal(value.to_owned()))
        };
        key.into_iter().chain(given).map(literal).collect()
    }

    fn fills(&self) -> BTreeMap<String, Filling> {
        let known = Filling::ALL
            .iter()
            .map(|filling| (filling.well_known(), *filling));
        let known = known.filter(|(name, _)| self.declares(name));
        known
            .map(|(name, filling)| (name.to_owned(), filling))
            .collect()
    }

    fn declares(&self, parameter: &str) -> bool {
        self.template.contains(&format!("\n  {parameter}:"))
    }

    fn octopus(&self) -> OctopusSpec {
        let mut octopus = OctopusSpec {
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
            common_variables: BTreeMap::new(),
        };
        for (scope, name, value) in &self.variables {
            let values = match scope {
                VariableScope::Project(project) => {
                    octopus.variables.entry(project.clone()).or_default()
                }
                VariableScope::Common(set) => {
                    octopus.common_variables.entry(set.clone()).or_default()
                }
            };
            values.insert((*name).to_owned(), value.clone());
        }
        octopus
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
