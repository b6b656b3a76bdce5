//! Everything that is wrong with a template that could be read.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::TemplateError;
use crate::limits;
use crate::order::{circular, topological};
use crate::reference::{Owner, PSEUDO_PARAMETERS, Reference, ReferenceKind};
use crate::template::Template;

impl Template {
    /// Holds the template against what CloudFormation would refuse it for: more
    /// entries than it takes, names that lead nowhere or are taken twice,
    /// functions without the arguments they need, resources or conditions that
    /// wait for each other.
    ///
    /// Of a template with transforms only the limits are checked, for what it
    /// will say is only known once CloudFormation has expanded it.
    ///
    /// # Errors
    ///
    /// All defects found, each with its place; never an empty list.
    pub fn check(&self) -> Result<(), Vec<TemplateError>> {
        let mut defects = self.over_limits();
        if self.transforms.is_empty() {
            let walked = self.walk();
            defects.extend(self.unknown_types());
            defects.extend(self.names_taken_twice());
            defects.extend(walked.malformed);
            defects.extend(
                walked
                    .references
                    .iter()
                    .filter_map(|one| self.unresolved(one)),
            );
            defects.extend(conditions_cycle(&walked.references));
            defects.extend(self.creation_order().err());
        }
        if defects.is_empty() {
            Ok(())
        } else {
            Err(defects)
        }
    }

    fn over_limits(&self) -> Vec<TemplateError> {
        let description = self.description.as_ref().map_or(0, String::len);
        [
            (
                "Parameters",
                self.parameters.len(),
                limits::PARAMETERS,
                "parameters",
            ),
            (
                "Mappings",
                self.mappings.len(),
                limits::MAPPINGS,
                "mappings",
            ),
            (
                "Resources",
                self.resources.len(),
                limits::RESOURCES,
                "resources",
            ),
            ("Outputs", self.outputs.len(), limits::OUTPUTS, "outputs"),
        ]
        .into_iter()
        .filter(|(_, count, limit, _)| count > limit)
        .map(|(path, count, limit, what)| {
            let what =
                format_args!("Number of {what}, {count}, is greater than maximum allowed, {limit}");
            TemplateError::format(path, what)
        })
        .chain((description > limits::DESCRIPTION).then(|| {
            let what = format_args!(
                "'Description' length is greater than {}.",
                limits::DESCRIPTION
            );
            TemplateError::format("Description", what)
        }))
        .collect()
    }

    /// Parameters of types that there are not.
    fn unknown_types(&self) -> impl Iterator<Item = TemplateError> {
        let unknown = self
            .parameters
            .iter()
            .filter(|(_, one)| !one.has_known_type());
        unknown.map(|(name, one)| {
            let what = format_args!("Unrecognized parameter type: {}", one.kind);
            TemplateError::format(format!("Parameters.{name}.Type"), what)
        })
    }

    fn names_taken_twice(&self) -> impl Iterator<Item = TemplateError> {
        let twice = self
            .resources
            .keys()
            .filter(|name| self.parameters.contains_key(*name));
        twice.map(|name| {
            let what = format_args!("{name} is a parameter and a resource; rename one of them");
            TemplateError::format(format!("Resources.{name}"), what)
        })
    }

    /// The error for a reference that leads nowhere.
    fn unresolved(&self, reference: &Reference) -> Option<TemplateError> {
        let (to, path) = (reference.to.as_str(), reference.path.as_str());
        let in_condition = matches!(reference.owner, Owner::Condition(_));
        let is_resource = self.resources.contains_key(to);
        let is_value = self.parameters.contains_key(to) || PSEUDO_PARAMETERS.contains(&to);
        match &reference.kind {
            ReferenceKind::Ref | ReferenceKind::Sub { attribute: None } => {
                let found = is_value || (is_resource && !in_condition);
                (!found).then(|| TemplateError::format(path, dangling(reference)))
            }
            ReferenceKind::DependsOn => {
                (!is_resource).then(|| TemplateError::format(path, dangling(reference)))
            }
            ReferenceKind::GetAtt { .. } | ReferenceKind::Sub { attribute: Some(_) } => {
                let found = is_resource && !in_condition;
                let what =
                    format_args!("instance of Fn::GetAtt references undefined resource {to}");
                (!found).then(|| TemplateError::meaning(path, what))
            }
            ReferenceKind::Mapping => {
                let what = format_args!(
                    "Mapping named '{to}' is not present in the 'Mappings' section of template."
                );
                (!self.mappings.contains_key(to)).then(|| TemplateError::meaning(path, what))
            }
            ReferenceKind::Condition => {
                let what = format_args!(
                    "Unresolved condition dependency {to} in the {} block of the template",
                    block(&reference.owner)
                );
                (!self.conditions.contains_key(to)).then(|| TemplateError::format(path, what))
            }
        }
    }
}

fn dangling(reference: &Reference) -> String {
    let to = &reference.to;
    match &reference.owner {
        Owner::Resource(_) | Owner::Output(_) => format!(
            "Unresolved resource dependencies [{to}] in the {} block of the template",
            block(&reference.owner)
        ),
        Owner::Condition(_) => format!(
            "Unresolved dependencies [{to}]. Cannot reference resources in the Conditions block of \
             the template"
        ),
    }
}

fn block(owner: &Owner) -> &'static str {
    match owner {
        Owner::Resource(_) => "Resources",
        Owner::Output(_) => "Outputs",
        Owner::Condition(_) => "Conditions",
    }
}

/// Conditions that are true if they are true.
fn conditions_cycle(references: &[Reference]) -> Option<TemplateError> {
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for reference in references {
        if let (Owner::Condition(from), ReferenceKind::Condition) =
            (&reference.owner, &reference.kind)
        {
            graph
                .entry(from.clone())
                .or_default()
                .insert(reference.to.clone());
        }
    }
    topological(&graph)
        .err()
        .map(|names| circular("conditions", "Conditions", &names))
}

#[cfg(test)]
mod tests;
