//! What changes in a resource, and because of what.

use std::collections::{BTreeMap, BTreeSet};

use bennu_template::{Owner, Reference, ReferenceKind};
use serde_json::Value;

use super::difference::{self, Difference};
use super::fate::Fate;
use super::places::{feeds, written};
use super::values::{Shown, policy_word, tags_value};
use crate::cloudformation::answer::{ChangeDetail, ChangeValue};
use crate::cloudformation::definition::Definition;
use crate::cloudformation::nested::NESTED;
use crate::cloudformation::replacement::{Change, RequiresRecreation, Rules};
use crate::cloudformation::stack::{Resource, Settings};
use crate::parameters::Parameters;

/// What differs between two definitions, as far as it causes changes of resources.
pub(super) struct Causes<'a> {
    old: Option<&'a Definition>,
    new: &'a Definition,
    /// Parameters whose value differs.
    parameters: BTreeSet<&'a str>,
    /// What each resource of the new template mentions.
    references: BTreeMap<String, Vec<Reference>>,
    shown: &'a Shown,
    assumed: &'a Parameters,
}

impl<'a> Causes<'a> {
    /// Compares two definitions.
    pub fn between(
        old: Option<&'a Definition>,
        new: &'a Definition,
        shown: &'a Shown,
        assumed: &'a Parameters,
    ) -> Self {
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
            shown,
            assumed,
        }
    }

    /// The details of turning a resource into `settings`, one for each place and cause; none
    /// when nothing changes.
    pub fn of(
        &self,
        existing: &Resource,
        settings: &Settings,
        fates: &BTreeMap<String, Fate>,
    ) -> Vec<ChangeDetail> {
        let before = &existing.settings;
        let mut rules = Rules::of(&existing.kind, settings.update_policy.as_ref());
        rules.group_is_conditional = self.assumed.group_changes_are_conditional;
        let mut details = Vec::new();
        let added = |key: &&String| !before.properties.contains_key(*key);
        let added = settings.properties.keys().filter(added);
        for key in before.properties.keys().chain(added) {
            let (old, new) = (before.properties.get(key), settings.properties.get(key));
            for difference in difference::between(std::slice::from_ref(key), old, new) {
                self.property(
                    &existing.logical_id,
                    &rules,
                    &difference,
                    fates,
                    &mut details,
                );
            }
        }
        if self.assumed.attributes_may_change {
            self.suppose(existing, &rules, fates, &mut details);
        }
        for (attribute, old, new) in sections(before, settings) {
            for difference in difference::between(&[], old.as_ref(), new.as_ref()) {
                details.push(ChangeDetail {
                    value: Some(self.value(attribute, &difference)),
                    ..direct(attribute, None, "Never")
                });
            }
        }
        if existing.kind == NESTED {
            details.push(ChangeDetail {
                evaluation: "Dynamic",
                change_source: "Automatic",
                ..direct("Properties", None, "Never")
            });
        }
        details
    }

    fn property(
        &self,
        name: &str,
        rules: &Rules<'_>,
        difference: &Difference<'_>,
        fates: &BTreeMap<String, Fate>,
        details: &mut Vec<ChangeDetail>,
    ) {
        let path = &difference.path;
        let requires = rules.judge(&Change {
            path,
            before: difference.before,
            after: difference.after,
        });
        let own = ChangeDetail {
            value: Some(self.value("Properties", difference)),
            ..on_property(path, requires)
        };
        let causes = self
            .references_of(name, path)
            .filter_map(|one| self.cause(one, fates));
        let causes: BTreeSet<(&'static str, String)> = causes.collect();
        let was = self.old.and_then(|old| written(old, name, path));
        let is_rewritten = was != written(self.new, name, path);
        // Recorded replies show the place itself beside each of its causes.
        let evaluation = if causes.is_empty() || is_rewritten {
            "Static"
        } else {
            "Dynamic"
        };
        details.push(ChangeDetail {
            evaluation,
            ..own.clone()
        });
        for (change_source, causing_entity) in causes {
            details.push(ChangeDetail {
                change_source,
                causing_entity: Some(causing_entity),
                ..own.clone()
            });
        }
    }

    /// Attributes of resources that change in place, which may have other values then
    /// (`Parameters::attributes_may_change`).
    fn suppose(
        &self,
        existing: &Resource,
        rules: &Rules<'_>,
        fates: &BTreeMap<String, Fate>,
        details: &mut Vec<ChangeDetail>,
    ) {
        let name = &existing.logical_id;
        for (key, value) in &existing.settings.properties {
            let path = std::slice::from_ref(key);
            for mention in self.references_of(name, path) {
                let (ReferenceKind::GetAtt {
                    attribute: Some(attribute),
                }
                | ReferenceKind::Sub {
                    attribute: Some(attribute),
                }) = &mention.kind
                else {
                    continue;
                };
                let fate = fates.get(&mention.to);
                if fate.is_none_or(|fate| fate.moves(attribute)) {
                    continue;
                }
                let requires = rules.judge(&Change {
                    path,
                    before: Some(value),
                    after: None,
                });
                details.push(ChangeDetail {
                    evaluation: "Dynamic",
                    change_source: "ResourceAttribute",
                    causing_entity: Some(format!("{}.{attribute}", mention.to)),
                    ..on_property(path, requires)
                });
            }
        }
    }

    fn references_of<'s>(
        &'s self,
        name: &str,
        path: &'s [String],
    ) -> impl Iterator<Item = &'s Reference> {
        let prefix = format!("Resources.{name}.Properties");
        let all = self.references.get(name).into_iter().flatten();
        all.filter(move |one| {
            let place = one.path.strip_prefix(&prefix);
            place.is_some_and(|place| feeds(place, path))
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
            } => fate
                .filter(|fate| fate.moves(attribute))
                .map(|_| ("ResourceAttribute", format!("{}.{attribute}", mention.to))),
            ReferenceKind::GetAtt { attribute: None } => {
                fate.map(|_| ("ResourceAttribute", mention.to.clone()))
            }
            ReferenceKind::Mapping | ReferenceKind::Condition | ReferenceKind::DependsOn => None,
        }
    }

    fn value(&self, section: &str, difference: &Difference<'_>) -> ChangeValue {
        let text = |value: Option<&Value>| value.map(|value| self.shown.text(value));
        let steps = difference.path.iter();
        let steps = steps.map(|step| step.replace('~', "~0").replace('/', "~1"));
        ChangeValue {
            path: steps.fold(format!("/{section}"), |path, step| path + "/" + &step),
            before_value: text(difference.before),
            after_value: text(difference.after),
            attribute_change_type: difference.kind(),
        }
    }
}

/// What a resource has besides properties, under the names that change sets give it.
fn sections(
    before: &Settings,
    after: &Settings,
) -> [(&'static str, Option<Value>, Option<Value>); 6] {
    let of = |read: fn(&Settings) -> Option<Value>| (read(before), read(after));
    let (metadata, tags) = (
        of(|one| Some(Value::Object(one.metadata.clone()))),
        of(|one| Some(tags_value(&one.tags))),
    );
    let (creation, update) = (
        of(|one| one.creation_policy.clone()),
        of(|one| one.update_policy.clone()),
    );
    let (deletion, replace) = (
        of(|one| one.deletion_policy.as_ref().map(policy_word)),
        of(|one| one.update_replace_policy.as_ref().map(policy_word)),
    );
    [
        ("Metadata", metadata.0, metadata.1),
        ("CreationPolicy", creation.0, creation.1),
        ("UpdatePolicy", update.0, update.1),
        ("DeletionPolicy", deletion.0, deletion.1),
        ("UpdateReplacePolicy", replace.0, replace.1),
        ("Tags", tags.0, tags.1),
    ]
}

/// A property called Tags is a change of tags, as CloudFormation shows it.
fn on_property(path: &[String], requires: RequiresRecreation) -> ChangeDetail {
    match path.first().map(String::as_str) {
        Some("Tags") => direct("Tags", None, requires.as_str()),
        name => direct("Properties", name.map(str::to_owned), requires.as_str()),
    }
}

fn direct(
    attribute: &'static str,
    name: Option<String>,
    requires_recreation: &'static str,
) -> ChangeDetail {
    ChangeDetail {
        attribute,
        name,
        requires_recreation,
        evaluation: "Static",
        change_source: "DirectModification",
        causing_entity: None,
        value: None,
    }
}
