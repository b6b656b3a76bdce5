//! What the template language sees of the resources that are there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::cloudformation::definition::Definition;
use crate::cloudformation::evaluate::{Lookup, Scope, as_text};
use crate::cloudformation::nested::NESTED;
use crate::cloudformation::provision::{attribute, is_taggable};
use crate::cloudformation::stack::{Resource, Settings};
use crate::compute::Compute;
use crate::world::Place;

/// The real things of a stack.
pub(crate) struct Live<'a> {
    pub resources: &'a BTreeMap<String, Resource>,
    pub compute: &'a Compute,
    pub place: &'a Place,
}

impl Live<'_> {
    fn real(&self, logical_id: &str) -> Option<(&str, &str)> {
        let resource = self.resources.get(logical_id).filter(|one| one.exists())?;
        Some((&resource.kind, resource.physical_id.as_deref()?))
    }
}

impl Lookup for Live<'_> {
    fn reference(&self, logical_id: &str) -> Option<Value> {
        self.real(logical_id)
            .map(|(_, physical_id)| Value::from(physical_id))
    }

    fn attribute(&self, logical_id: &str, name: &str) -> Option<Value> {
        let (kind, physical_id) = self.real(logical_id)?;
        if kind == NESTED {
            let told = self.compute.estate.nested.output(physical_id, name);
            return told.map(Value::from);
        }
        // A thing tells of itself what it was made with: the block of a network, for one.
        let own = self
            .resources
            .get(logical_id)?
            .settings
            .properties
            .get(name);
        if let Some(text) = own.and_then(as_text) {
            return Some(Value::String(text));
        }
        Some(attribute(self.compute, kind, physical_id, name, self.place))
    }

    fn is_preview(&self) -> bool {
        false
    }

    fn export(&self, name: &str) -> Result<String, String> {
        let found = self.compute.estate.exports.get(name);
        found
            .map(|export| export.value.clone())
            .ok_or_else(|| format!("No export named {name} found"))
    }
}

/// What a definition says of a resource, worked out.
pub(crate) fn settings_of(
    definition: &Definition,
    logical_id: &str,
    dependencies: BTreeSet<String>,
    scope: &Scope<'_>,
) -> Result<Settings, String> {
    let declared = definition.template.resources.get(logical_id);
    let declared = declared.ok_or_else(|| format!("Resource {logical_id} is not declared"))?;
    let policy = |policy: &Option<Value>| match policy {
        Some(policy) => scope.evaluate(policy),
        None => Ok(None),
    };
    let tagged = is_taggable(&declared.kind);
    Ok(Settings {
        properties: scope.evaluate_map(&declared.properties)?,
        metadata: scope.evaluate_map(&declared.metadata)?,
        tags: if tagged {
            definition.tags.clone()
        } else {
            Vec::new()
        },
        creation_policy: policy(&declared.creation_policy)?,
        update_policy: policy(&declared.update_policy)?,
        deletion_policy: declared.deletion_policy.clone(),
        update_replace_policy: declared.update_replace_policy.clone(),
        dependencies,
    })
}
