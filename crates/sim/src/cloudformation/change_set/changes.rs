//! What an update would change: the resources, and whether anything at all.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::causes::Causes;
use super::fate::Fate;
use super::policy;
use super::values::{KNOWN_AFTER_APPLY, Shown, settle};
use crate::cloudformation::answer::{ChangeDetail, ResourceChange};
use crate::cloudformation::definition::Definition;
use crate::cloudformation::engine::{Live, settings_of};
use crate::cloudformation::evaluate::{Lookup, Scope};
use crate::cloudformation::stack::{Resource, Settings, Stack};
use crate::compute::Compute;
use crate::parameters::Parameters;

/// What an update would do.
pub(crate) struct Preview {
    /// To resources, by logical id.
    pub changes: Vec<ResourceChange>,
    /// Whether tags or outputs change, which shows in no resource.
    pub elsewhere: bool,
    /// Why values of a change may be missing.
    pub warning: Option<String>,
}

impl Preview {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && !self.elsewhere
    }

    /// A resource that is made. One that cannot be worked out is no reason against it: its
    /// creation will tell.
    fn add(&mut self, name: &str, kind: &str, settings: Result<Settings, String>, shown: &Shown) {
        let after_context = match settings {
            Ok(settings) => Some(shown.context(&settings)),
            Err(reason) => {
                self.warning.get_or_insert(format!(
                    "[WARN] --include-property-values option can return incomplete ChangeSet \
                     data because: ChangeSet creation failed for resource [{name}] because: \
                     {reason}"
                ));
                None
            }
        };
        self.changes.push(ResourceChange {
            after_context,
            ..of("Add", name, kind)
        });
    }
}

/// Works out what turning the stack into `new` would change.
pub(crate) fn preview(
    stack: &Stack,
    new: &Definition,
    compute: &Compute,
    parameters: &Parameters,
) -> Result<Preview, String> {
    let old = stack.definition.as_ref();
    let shown = Shown::hiding(old, new, parameters.change_value_characters);
    let causes = Causes::between(old, new, &shown, parameters);
    let mut sight = Sight {
        stack,
        compute,
        fates: BTreeMap::new(),
    };
    let mut preview = Preview {
        changes: Vec::new(),
        elsewhere: false,
        warning: None,
    };
    let order = new
        .template
        .creation_order()
        .map_err(|error| error.to_string())?;
    for name in order.iter().filter(|name| new.has(name)) {
        let Some(declared) = new.template.resources.get(name) else {
            continue;
        };
        let settings = sight.settings(new, name);
        let existing = stack.resources.get(name).filter(|one| one.exists());
        let Some(existing) = existing else {
            sight.fates.insert(name.clone(), Fate::New);
            preview.add(name, &declared.kind, settings, &shown);
            continue;
        };
        if existing.kind != declared.kind {
            return Err(format!(
                "Update of resource type is not permitted. The new template modifies resource \
                 type of the following resources: [{name}]"
            ));
        }
        let settings = settings?;
        let details = causes.of(existing, &settings, &sight.fates);
        if details.is_empty() {
            continue;
        }
        let change = modification(existing, &settings, details, &shown);
        let fate = if change.replacement == Some("True") {
            Fate::New
        } else {
            Fate::of_modified(&existing.kind, &change.details)
        };
        sight.fates.insert(name.clone(), fate);
        preview.changes.push(change);
    }
    let gone = stack
        .resources
        .values()
        .filter(|one| one.exists() && !new.has(&one.logical_id));
    preview.changes.extend(gone.map(|one| removal(one, &shown)));
    preview
        .changes
        .sort_by(|a, b| a.logical_resource_id.cmp(&b.logical_resource_id));
    preview.elsewhere = changes_elsewhere(stack, new, &sight)?;
    Ok(preview)
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
    /// What a definition would make of a resource.
    fn settings(&self, new: &Definition, name: &str) -> Result<Settings, String> {
        let scope = Scope {
            definition: new,
            identity: &self.stack.identity,
            resources: self,
        };
        let mut settings = settings_of(new, name, BTreeSet::new(), &scope)?;
        settings.properties.values_mut().for_each(settle);
        settings.metadata.values_mut().for_each(settle);
        Ok(settings)
    }

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
            Some(Fate::Modified(_)) | None => self.live().reference(logical_id),
        }
    }

    fn attribute(&self, logical_id: &str, attribute: &str) -> Option<Value> {
        match self.fates.get(logical_id) {
            Some(fate) if fate.moves(attribute) => Some(Value::from(KNOWN_AFTER_APPLY)),
            Some(Fate::New | Fate::Modified(_)) | None => {
                self.live().attribute(logical_id, attribute)
            }
        }
    }

    fn is_preview(&self) -> bool {
        true
    }

    fn export(&self, name: &str) -> Result<String, String> {
        self.live().export(name)
    }
}

fn of(action: &'static str, name: &str, kind: &str) -> ResourceChange {
    ResourceChange {
        policy_action: None,
        action,
        logical_resource_id: name.to_owned(),
        physical_resource_id: None,
        resource_type: kind.to_owned(),
        replacement: None,
        scope: Vec::new(),
        details: Vec::new(),
        before_context: None,
        after_context: None,
    }
}

fn removal(existing: &Resource, shown: &Shown) -> ResourceChange {
    let policy = policy::of_removal(&existing.kind, &existing.settings);
    ResourceChange {
        policy_action: Some(policy),
        physical_resource_id: existing.physical_id.clone(),
        before_context: Some(shown.context(&existing.settings)),
        ..of("Remove", &existing.logical_id, &existing.kind)
    }
}

fn modification(
    existing: &Resource,
    settings: &Settings,
    details: Vec<ChangeDetail>,
    shown: &Shown,
) -> ResourceChange {
    let kind = &existing.kind;
    let replacement = replacement(&details);
    let policy = (replacement == "True").then(|| policy::of_replacement(kind, settings));
    let changed = |attribute: &&str| details.iter().any(|one| one.attribute == *attribute);
    ResourceChange {
        policy_action: policy,
        physical_resource_id: existing.physical_id.clone(),
        replacement: Some(replacement),
        scope: SCOPES.into_iter().filter(changed).collect(),
        before_context: Some(shown.context(&existing.settings)),
        after_context: Some(shown.context(settings)),
        details,
        ..of("Modify", &existing.logical_id, kind)
    }
}

/// The parts of a resource that a change can be in, in CloudFormation's order.
const SCOPES: [&str; 7] = [
    "Properties",
    "Metadata",
    "CreationPolicy",
    "UpdatePolicy",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "Tags",
];

/// A new resource is certain where a static change always needs one; it depends where the
/// change is dynamic or the need is conditional.
fn replacement(details: &[ChangeDetail]) -> &'static str {
    let any = |of: fn(&ChangeDetail) -> bool| details.iter().any(of);
    if any(|one| one.requires_recreation == "Always" && one.evaluation == "Static") {
        "True"
    } else if any(|one| one.requires_recreation != "Never") {
        "Conditional"
    } else {
        "False"
    }
}
