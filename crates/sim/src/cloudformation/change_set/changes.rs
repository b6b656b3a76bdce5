//! What an update would change: the resources, and whether anything at all.

use std::collections::BTreeMap;

use bennu_template::RemovalPolicy;
use serde_json::Value;

use super::causes::Causes;
use crate::cloudformation::answer::{ChangeDetail, ResourceChange};
use crate::cloudformation::definition::Definition;
use crate::cloudformation::engine::{Live, settings_of};
use crate::cloudformation::evaluate::{Lookup, Scope};
use crate::cloudformation::nested::NESTED;
use crate::cloudformation::provision::LAUNCH_TEMPLATE;
use crate::cloudformation::stack::{Resource, Settings, Stack};
use crate::compute::Compute;

/// What stands for a value that is known only when the update runs.
pub(super) const KNOWN_AFTER_APPLY: &str = "{{changeSet:KNOWN_AFTER_APPLY}}";

/// What an update would do.
pub(crate) struct Preview {
    /// To resources, by logical id.
    pub changes: Vec<ResourceChange>,
    /// Whether tags or outputs change, which shows in no resource.
    pub elsewhere: bool,
}

impl Preview {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && !self.elsewhere
    }
}

/// What becomes of a resource, as far as its dependants see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Its id and all its attributes will be new.
    New,
    /// Some of its attributes may be new.
    Modified,
}

/// Works out what turning the stack into `new` would change.
pub(crate) fn preview(
    stack: &Stack,
    new: &Definition,
    compute: &Compute,
) -> Result<Preview, String> {
    let mut sight = Sight {
        stack,
        compute,
        fates: BTreeMap::new(),
    };
    let dependencies = new.template.dependencies();
    let causes = Causes::between(stack.definition.as_ref(), new);
    let mut changes = Vec::new();
    let order = new
        .template
        .creation_order()
        .map_err(|error| error.to_string())?;
    for name in order.iter().filter(|name| new.has(name)) {
        let Some(declared) = new.template.resources.get(name) else {
            continue;
        };
        let existing = stack.resources.get(name).filter(|one| one.exists());
        let Some(existing) = existing else {
            sight.fates.insert(name.clone(), Fate::New);
            changes.push(addition(name, &declared.kind));
            continue;
        };
        if existing.kind != declared.kind {
            return Err(format!(
                "Update of resource type is not permitted. The new template modifies resource \
                 type of the following resources: [{name}]"
            ));
        }
        let scope = Scope {
            definition: new,
            identity: &stack.identity,
            resources: &sight,
        };
        let needs = dependencies.get(name).into_iter().flatten();
        let needs = needs.filter(|need| new.has(need)).cloned().collect();
        let settings = settings_of(new, name, needs, &scope)?;
        let mut details = causes.of(existing, &settings, &sight.fates);
        if details.is_empty() && declared.kind == NESTED {
            details.push(automatic());
        }
        if details.is_empty() {
            continue;
        }
        let change = modification(existing, &settings, details);
        let fate = if change.replacement == Some("True") {
            Fate::New
        } else {
            Fate::Modified
        };
        sight.fates.insert(name.clone(), fate);
        changes.push(change);
    }
    let gone = stack
        .resources
        .values()
        .filter(|one| one.exists() && !new.has(&one.logical_id));
    changes.extend(gone.map(removal));
    changes.sort_by(|a, b| a.logical_resource_id.cmp(&b.logical_resource_id));
    let elsewhere = changes_elsewhere(stack, new, &sight)?;
    Ok(Preview { changes, elsewhere })
}

/// What is behind a nested stack's URL may always have changed.
fn automatic() -> ChangeDetail {
    ChangeDetail {
        attribute: "Properties",
        name: None,
        requires_recreation: "Never",
        evaluation: "Dynamic",
        change_source: "Automatic",
        causing_entity: None,
    }
}

/// Whether tags or outputs change.
fn changes_elsewhere(stack: &Stack, new: &Definition, sight: &Sight<'_>) -> Result<bool, String> {
    let Some(old) = &stack.definition else {
        return Ok(true);
    };
    if old.tags != new.tags {
        return Ok(true);
    }
    let scope = Scope {
        definition: new,
        identity: &stack.identity,
        resources: sight,
    };
    let mut shown = 0;
    for (name, output) in &new.template.outputs {
        if !new.holds(output.condition.as_ref()) {
            continue;
        }
        shown += 1;
        let value = scope.text(&output.value)?;
        let export = output
            .export_name
            .as_ref()
            .map(|name| scope.text(name))
            .transpose()?;
        let same = stack.outputs.iter().any(|before| {
            before.output_key == *name
                && before.export_name == export
                && before.description == output.description
                // What is known later alone is no change: its cause is one.
                && (before.output_value == value || value.contains(KNOWN_AFTER_APPLY))
        });
        if !same {
            return Ok(true);
        }
    }
    Ok(shown != stack.outputs.len())
}

/// The resources as an update would find them, with stand-ins for what it will bring.
struct Sight<'a> {
    stack: &'a Stack,
    compute: &'a Compute,
    fates: BTreeMap<String, Fate>,
}

impl Sight<'_> {
    fn live(&self) -> Live<'_> {
        let place = &self.stack.identity.place;
        Live {
            resources: &self.stack.resources,
            compute: self.compute,
            place,
        }
    }
}

impl Lookup for Sight<'_> {
    fn reference(&self, logical_id: &str) -> Option<Value> {
        match self.fates.get(logical_id) {
            Some(Fate::New) => Some(Value::from(KNOWN_AFTER_APPLY)),
            Some(Fate::Modified) | None => self.live().reference(logical_id),
        }
    }

    fn attribute(&self, logical_id: &str, attribute: &str) -> Option<Value> {
        let kind = self
            .stack
            .resources
            .get(logical_id)
            .map(|one| one.kind.as_str());
        match self.fates.get(logical_id) {
            Some(Fate::New) => Some(Value::from(KNOWN_AFTER_APPLY)),
            Some(Fate::Modified) if kind == Some(LAUNCH_TEMPLATE) => {
                Some(Value::from(KNOWN_AFTER_APPLY))
            }
            Some(Fate::Modified) | None => self.live().attribute(logical_id, attribute),
        }
    }

    fn is_preview(&self) -> bool {
        true
    }

    fn export(&self, name: &str) -> Result<String, String> {
        self.live().export(name)
    }
}

fn addition(name: &str, kind: &str) -> ResourceChange {
    ResourceChange {
        policy_action: None,
        action: "Add",
        logical_resource_id: name.to_owned(),
        physical_resource_id: None,
        resource_type: kind.to_owned(),
        replacement: None,
        scope: Vec::new(),
        details: Vec::new(),
    }
}

fn removal(existing: &Resource) -> ResourceChange {
    let policy = match &existing.settings.deletion_policy {
        Some(RemovalPolicy::Retain | RemovalPolicy::RetainExceptOnCreate) => "Retain",
        Some(RemovalPolicy::Snapshot) => "Snapshot",
        Some(RemovalPolicy::Delete | RemovalPolicy::Computed(_)) | None => "Delete",
    };
    ResourceChange {
        policy_action: Some(policy),
        action: "Remove",
        physical_resource_id: existing.physical_id.clone(),
        ..addition(&existing.logical_id, &existing.kind)
    }
}

fn modification(
    existing: &Resource,
    settings: &Settings,
    details: Vec<ChangeDetail>,
) -> ResourceChange {
    let requires = |word: &str| details.iter().any(|one| one.requires_recreation == word);
    let replacement = if requires("Always") {
        "True"
    } else if requires("Conditionally") {
        "Conditional"
    } else {
        "False"
    };
    let policy = (replacement == "True").then_some(match &settings.update_replace_policy {
        Some(RemovalPolicy::Retain | RemovalPolicy::RetainExceptOnCreate) => "ReplaceAndRetain",
        Some(RemovalPolicy::Snapshot) => "ReplaceAndSnapshot",
        Some(RemovalPolicy::Delete | RemovalPolicy::Computed(_)) | None => "ReplaceAndDelete",
    });
    let mut scope: Vec<&'static str> = details.iter().map(|one| one.attribute).collect();
    scope.sort_unstable();
    scope.dedup();
    ResourceChange {
        policy_action: policy,
        action: "Modify",
        physical_resource_id: existing.physical_id.clone(),
        replacement: Some(replacement),
        scope,
        details,
        ..addition(&existing.logical_id, &existing.kind)
    }
}
