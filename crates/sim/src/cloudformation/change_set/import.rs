//! IMPORT change sets: things that are there already, to be taken into a stack.

use std::collections::BTreeMap;

use super::ChangeSet;
use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::definition::Definition;
use crate::cloudformation::request::{CreateChangeSet, ResourceToImport};
use crate::cloudformation::stack::Stack;
use crate::cloudformation::status::ChangeSetType;
use crate::region::Region;
use crate::world::Moment;

/// What an import takes in, physical ids by logical ids; nothing for the other kinds.
///
/// # Errors
///
/// `ValidationError` for a resource to import that the template does not declare so, that has
/// no deletion policy, or that the stack has already, and for a template that changes anything
/// else.
pub(super) fn check(
    stack: &Stack,
    definition: &Definition,
    kind: ChangeSetType,
    wanted: &[ResourceToImport],
) -> AwsResult<BTreeMap<String, String>> {
    match (kind, wanted) {
        (ChangeSetType::Create | ChangeSetType::Update, []) => return Ok(BTreeMap::new()),
        (ChangeSetType::Create | ChangeSetType::Update, [_, ..]) => {
            return refused("ResourcesToImport is for change sets of type IMPORT only".to_owned());
        }
        (ChangeSetType::Import, []) => {
            return refused("An IMPORT change set needs ResourcesToImport".to_owned());
        }
        (ChangeSetType::Import, [_, ..]) => {}
    }
    let mut imports = BTreeMap::new();
    for one in wanted {
        let name = &one.logical_resource_id;
        let declared = definition.active().find(|(declared, _)| *declared == name);
        let Some((_, declared)) = declared.filter(|(_, it)| it.kind == one.resource_type) else {
            return refused(format!(
                "Resource [{name}] of type [{}] in ResourcesToImport is not in the template",
                one.resource_type
            ));
        };
        if declared.deletion_policy.is_none() {
            return refused(format!(
                "Following resources to import [{name}] must have DeletionPolicy attribute \
                 specified in the template."
            ));
        }
        if stack.resources.get(name).is_some_and(|it| it.exists()) {
            return refused(format!(
                "Resource [{name}] in ResourcesToImport belongs to the stack already"
            ));
        }
        if one.resource_identifier.is_empty() {
            return refused(format!("Resource [{name}] has no ResourceIdentifier"));
        }
        let parts: Vec<&str> = one
            .resource_identifier
            .values()
            .map(String::as_str)
            .collect();
        imports.insert(name.clone(), parts.join("|"));
    }
    unchanged(stack, definition, &imports)?;
    Ok(imports)
}

/// Besides what is imported a template stays what it was.
fn unchanged(stack: &Stack, new: &Definition, imports: &BTreeMap<String, String>) -> AwsResult<()> {
    let none = new.emptied();
    let old = stack.definition.as_ref().unwrap_or(&none);
    let kept = new
        .template
        .resources
        .iter()
        .filter(|(name, _)| !imports.contains_key(*name));
    let same = kept.eq(old.template.resources.iter());
    let what = if !same {
        "Resources"
    } else if old.template.outputs != new.template.outputs {
        "Outputs"
    } else if old.parameters != new.parameters {
        "Parameters"
    } else {
        return Ok(());
    };
    refused(format!(
        "As part of the import operation, you cannot modify or add [{what}]"
    ))
}

/// What the preview takes for additions are imports.
pub(super) fn show(one: &mut ChangeSet) {
    for change in &mut one.changes {
        if let Some(physical_id) = one.imports.get(&change.logical_resource_id) {
            change.action = "Import";
            change.physical_resource_id = Some(physical_id.clone());
        }
    }
}

impl Region {
    /// The stack that an IMPORT change set is for: one that is there, or a new shell. What
    /// another stack holds cannot be taken in.
    pub(super) fn importable(
        &mut self,
        request: &CreateChangeSet,
        moment: &Moment<'_>,
    ) -> AwsResult<String> {
        for one in &request.resources_to_import {
            let ids: Vec<&str> = one
                .resource_identifier
                .values()
                .map(String::as_str)
                .collect();
            let id = ids.join("|");
            let mut others = self.stacks.values().filter(|stack| !stack.is_deleted());
            let holder = others.find(|stack| {
                stack.resources.values().any(|it| {
                    it.exists()
                        && it.kind == one.resource_type
                        && it.physical_id.as_ref() == Some(&id)
                })
            });
            if let Some(holder) = holder {
                return refused(format!(
                    "Resource {id} of type {} belongs to stack [{}] already",
                    one.resource_type, holder.id
                ));
            }
        }
        let there = self.find_stack(&request.stack_name);
        match there.map(|stack| stack.status.is_stable()) {
            Some(true) => self.updatable(&request.stack_name),
            Some(false) | None => self.shell(request, moment),
        }
    }
}

fn refused<T>(text: String) -> AwsResult<T> {
    Err(AwsError::validation(text))
}
