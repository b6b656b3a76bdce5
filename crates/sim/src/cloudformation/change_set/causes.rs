//! Because of what a resource changes.

use std::collections::{BTreeMap, BTreeSet};

use bennu_template::{Owner, Reference, ReferenceKind};
use serde_json::Value;

use super::changes::Fate;
use crate::cloudformation::answer::ChangeDetail;
use crate::cloudformation::definition::Definition;
use crate::cloudformation::replacement::of_property;
use crate::cloudformation::stack::{Resource, Settings};

/// What differs between two definitions, as far as it causes changes of resources.
pub(super) struct Causes<'a> {
    old: Option<&'a Definition>,
    new: &'a Definition,
    /// Parameters whose value differs.
    parameters: BTreeSet<&'a str>,
    /// What each resource of the new template mentions.
    references: BTreeMap<String, Vec<Reference>>,
}

impl<'a> Causes<'a> {
    /// Compares two definitions.
    pub fn between(old: Option<&'a Definition>, new: &'a Definition) -> Self {
        let before = |name: &str| old.and_then(|old| old.parameters.get(name));
        let differs = new
            .parameters
            .iter()
            .filter(|(name, value)| before(name) != Some(*value));
        let mut references: BTreeMap<String, Vec<Reference>> = BTreeMap::new();
        for reference in new.template.references() {
            if let Owner::Resource(name) = &reference.owner {
                references.entry(name.clone()).or_default().push(reference);
            }
        }
        let parameters = differs.map(|(name, _)| name.as_str()).collect();
        Self {
            old,
            new,
            parameters,
            references,
        }
    }

    /// The details of turning a resource into `settings`; none when nothing changes.
    pub fn of(
        &self,
        existing: &Resource,
        settings: &Settings,
        fates: &BTreeMap<String, Fate>,
    ) -> Vec<ChangeDetail> {
        let before = &existing.settings;
        let mut details = Vec::new();
        let keys: BTreeSet<&String> = before
            .properties
            .keys()
            .chain(settings.properties.keys())
            .collect();
        for key in keys {
            if before.properties.get(key) != settings.properties.get(key) {
                self.property(existing, settings, key, fates, &mut details);
            }
        }
        let rest: [(&'static str, bool); 6] = [
            ("Metadata", before.metadata != settings.metadata),
            ("Tags", before.tags != settings.tags),
            (
                "CreationPolicy",
                before.creation_policy != settings.creation_policy,
            ),
            (
                "UpdatePolicy",
                before.update_policy != settings.update_policy,
            ),
            (
                "DeletionPolicy",
                before.deletion_policy != settings.deletion_policy,
            ),
            (
                "UpdateReplacePolicy",
                before.update_replace_policy != settings.update_replace_policy,
            ),
        ];
        for (attribute, _) in rest.into_iter().filter(|(_, changed)| *changed) {
            details.push(direct(attribute, None, "Never", "Static"));
        }
        details
    }

    fn property(
        &self,
        existing: &Resource,
        settings: &Settings,
        key: &str,
        fates: &BTreeMap<String, Fate>,
        details: &mut Vec<ChangeDetail>,
    ) {
        let name = &existing.logical_id;
        let requires = of_property(&existing.kind, key, settings.update_policy.as_ref()).as_str();
        // A property called Tags is a change of tags, as CloudFormation shows it.
        let (attribute, property) = if key == "Tags" {
            ("Tags", None)
        } else {
            ("Properties", Some(key.to_owned()))
        };
        let causes = self
            .references_of(name, key)
            .filter_map(|one| self.cause(one, fates));
        let causes: BTreeSet<(&'static str, String)> = causes.collect();
        let was = self.old.and_then(|old| written(old, name, key));
        let is_rewritten = was != written(self.new, name, key);
        if causes.is_empty() || is_rewritten {
            details.push(direct(attribute, property.clone(), requires, "Static"));
        } else {
            // Recorded replies show the property itself beside each of its causes.
            details.push(direct(attribute, property.clone(), requires, "Dynamic"));
        }
        for (change_source, causing_entity) in causes {
            details.push(ChangeDetail {
                change_source,
                causing_entity: Some(causing_entity),
                ..direct(attribute, property.clone(), requires, "Static")
            });
        }
    }

    fn references_of(&self, name: &str, key: &str) -> impl Iterator<Item = &Reference> {
        let prefix = format!("Resources.{name}.Properties.{key}");
        let all = self.references.get(name).into_iter().flatten();
        all.filter(move |one| {
            let rest = one.path.strip_prefix(&prefix);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    }

    /// The change source and causing entity that a mention brings, if it brings one.
    fn cause(
        &self,
        mention: &Reference,
        fates: &BTreeMap<String, Fate>,
    ) -> Option<(&'static str, String)> {
        let fate = fates.get(&mention.to);
        match &mention.kind {
            ReferenceKind::Ref | ReferenceKind::Sub { attribute: None } => {
                if self.parameters.contains(mention.to.as_str()) {
                    return Some(("ParameterReference", mention.to.clone()));
                }
                (fate == Some(&Fate::New)).then(|| ("ResourceReference", mention.to.clone()))
            }
            ReferenceKind::GetAtt {
                attribute: Some(attribute),
            }
            | ReferenceKind::Sub {
                attribute: Some(attribute),
            } => fate.map(|_| ("ResourceAttribute", format!("{}.{attribute}", mention.to))),
            ReferenceKind::GetAtt { attribute: None } => {
                fate.map(|_| ("ResourceAttribute", mention.to.clone()))
            }
            ReferenceKind::Mapping | ReferenceKind::Condition | ReferenceKind::DependsOn => None,
        }
    }
}

/// A property as the template writes it.
fn written<'a>(definition: &'a Definition, name: &str, key: &str) -> Option<&'a Value> {
    definition.template.resources.get(name)?.properties.get(key)
}

fn direct(
    attribute: &'static str,
    name: Option<String>,
    requires_recreation: &'static str,
    evaluation: &'static str,
) -> ChangeDetail {
    ChangeDetail {
        attribute,
        name,
        requires_recreation,
        evaluation,
        change_source: "DirectModification",
        causing_entity: None,
    }
}
