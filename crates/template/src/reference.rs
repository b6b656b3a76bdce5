//! What refers to what.

mod walk;

use std::collections::{BTreeMap, BTreeSet};

use crate::error::TemplateError;
use crate::template::{LogicalId, Template};
use walk::Walk;

/// What every template can refer to without declaring it.
pub const PSEUDO_PARAMETERS: [&str; 8] = [
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

/// One mention of one thing by another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// the entry that mentions it
    pub owner: Owner,
    /// dotted path of the mention, such as
    /// `Resources.Web.Properties.UserData.Fn::Base64.Fn::Sub`
    pub path: String,
    /// how it is mentioned, which decides what `to` can be
    pub kind: ReferenceKind,
    /// the name mentioned, whether or not it exists
    pub to: String,
}

/// An entry of a template that can mention others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// the resource of this name
    Resource(LogicalId),
    /// the output of this name
    Output(String),
    /// the condition of this name
    Condition(String),
}

/// How one thing mentions another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReferenceKind {
    /// `Ref`: a parameter, a resource or a pseudo parameter
    Ref,
    /// `Fn::GetAtt`: a resource
    GetAtt {
        /// which attribute; none when it is computed
        attribute: Option<String>,
    },
    /// a placeholder of `Fn::Sub` that its own map does not define
    Sub {
        /// of `${A.B}` the `B`, and `to` is a resource; none for `${A}`, where
        /// `to` is what it is for `Ref`
        attribute: Option<String>,
    },
    /// `Fn::FindInMap`: a mapping
    Mapping,
    /// `Fn::If`, `Condition`: a condition
    Condition,
    /// `DependsOn`: a resource
    DependsOn,
}

impl Template {
    /// Every mention of anything by a resource, an output or a condition, in the
    /// order of the sections and of names in them. Both branches of an `Fn::If`
    /// are followed; `Rules` are not.
    #[must_use]
    pub fn references(&self) -> Vec<Reference> {
        self.walk().references
    }

    /// For each resource the resources that have to exist before it: those that
    /// it mentions and those in its `DependsOn`. A condition is nothing to wait
    /// for. A resource that mentions itself is its own dependency, which is a
    /// cycle.
    #[must_use]
    pub fn dependencies(&self) -> BTreeMap<LogicalId, BTreeSet<LogicalId>> {
        let mut dependencies: BTreeMap<_, BTreeSet<_>> = self
            .resources
            .keys()
            .map(|name| (name.clone(), BTreeSet::new()))
            .collect();
        for reference in self.references() {
            if let Owner::Resource(owner) = reference.owner
                && reference.kind.is_a_wait()
                && self.resources.contains_key(&reference.to)
                && let Some(needs) = dependencies.get_mut(&owner)
            {
                needs.insert(reference.to);
            }
        }
        dependencies
    }

    /// All mentions, and all functions that are too malformed to tell.
    pub(crate) fn walk(&self) -> Walked {
        let mut walk = Walk::default();
        for (name, condition) in &self.conditions {
            walk.condition(name, condition);
        }
        for (name, resource) in &self.resources {
            walk.resource(name, resource);
        }
        for (name, output) in &self.outputs {
            walk.output(name, output);
        }
        walk.done()
    }
}

impl ReferenceKind {
    /// Whether a resource mentioned so has to exist first.
    fn is_a_wait(&self) -> bool {
        match self {
            Self::Ref | Self::GetAtt { .. } | Self::Sub { .. } | Self::DependsOn => true,
            Self::Mapping | Self::Condition => false,
        }
    }
}

/// What a walk through a template found.
#[derive(Default)]
pub(crate) struct Walked {
    pub(crate) references: Vec<Reference>,
    /// intrinsic functions whose arguments cannot be understood
    pub(crate) malformed: Vec<TemplateError>,
}

#[cfg(test)]
mod tests;
