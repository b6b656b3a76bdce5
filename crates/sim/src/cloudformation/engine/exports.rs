//! What a stack exports and imports, at the moments at which that decides.

use std::collections::{BTreeMap, BTreeSet};

use crate::cloudformation::answer::OutputValue;
use crate::cloudformation::estate::{Estate, Export, Importer};
use crate::cloudformation::operation::{Operation, Progress};
use crate::cloudformation::stack::Stack;
use crate::cloudformation::status::StackStatus;

/// Writes down what the stack imports now; while it is updated, what it imported before too.
pub(super) fn note_imports(stack: &Stack, estate: &mut Estate) {
    let versions = [&stack.definition, &stack.previous].into_iter().flatten();
    let names: BTreeSet<String> = versions
        .flat_map(|one| one.imports.iter().cloned())
        .collect();
    let holds_nothing = matches!(
        stack.status,
        StackStatus::DeleteComplete | StackStatus::RollbackComplete
    );
    if names.is_empty() || holds_nothing {
        estate.imports.remove(&stack.id);
        return;
    }
    let importer = Importer {
        stack_name: stack.name.clone(),
        names,
    };
    estate.imports.insert(stack.id.clone(), importer);
}

/// Before the first resource of a phase is touched: why it cannot even begin.
///
/// An update or creation fails for an import that nobody exports, a deletion for an export
/// that somebody imports.
pub(super) fn obstacle(stack: &Stack, estate: &Estate) -> Option<String> {
    let operation = stack.operation.as_ref()?;
    if !is_at_its_start(operation) {
        return None;
    }
    if stack.status == StackStatus::DeleteInProgress {
        let mut own = estate
            .exports
            .iter()
            .filter(|(_, one)| one.stack_id == stack.id);
        return own.find_map(|(name, _)| {
            let users = estate.importers(name).join(", ");
            (!users.is_empty()).then(|| {
                format!("Delete canceled. Cannot delete export {name} as it is in use by {users}.")
            })
        });
    }
    let begins = matches!(
        stack.status,
        StackStatus::CreateInProgress | StackStatus::UpdateInProgress
    );
    let mut wanted = stack
        .definition
        .iter()
        .filter(|_| begins)
        .flat_map(|one| &one.imports);
    let missing = wanted.find(|name| !estate.exports.contains_key(*name))?;
    Some(format!("No export named {missing} found. "))
}

fn is_at_its_start(operation: &Operation) -> bool {
    let mut works = operation.works.values();
    operation.failure.is_none() && works.all(|work| work.progress == Progress::Waiting)
}

/// Puts the exports of these outputs in force in the place of the stack's former ones.
///
/// # Errors
/// A name is another stack's, or an export that is in use would change or go.
pub(super) fn put(
    stack: &Stack,
    outputs: &[OutputValue],
    estate: &mut Estate,
) -> Result<(), String> {
    let mut wanted: BTreeMap<&str, &str> = BTreeMap::new();
    for output in outputs {
        let Some(name) = output.export_name.as_deref() else {
            continue;
        };
        if wanted.insert(name, &output.output_value).is_some() {
            return Err(format!(
                "Export with name {name} is exported twice by this stack"
            ));
        }
        let other = estate
            .exports
            .get(name)
            .filter(|one| one.stack_id != stack.id);
        if let Some(other) = other {
            return Err(format!(
                "Export with name {name} is already exported by stack {}",
                other.stack_name
            ));
        }
    }
    for (name, before) in estate
        .exports
        .iter()
        .filter(|(_, one)| one.stack_id == stack.id)
    {
        let verb = match wanted.get(name.as_str()) {
            Some(value) if *value == before.value => continue,
            Some(_) => "updated",
            None => "deleted",
        };
        let users = estate.importers(name).join(", ");
        if !users.is_empty() {
            return Err(format!(
                "Export {name} cannot be {verb} as it is in use by {users}"
            ));
        }
    }
    withdraw(stack, estate);
    for (name, value) in wanted {
        let export = Export {
            stack_id: stack.id.clone(),
            stack_name: stack.name.clone(),
            value: value.to_owned(),
        };
        estate.exports.insert(name.to_owned(), export);
    }
    Ok(())
}

/// The stack exports nothing any more.
pub(super) fn withdraw(stack: &Stack, estate: &mut Estate) {
    estate.exports.retain(|_, one| one.stack_id != stack.id);
}

/// Where a stack stood before its deletion was asked for.
pub(super) fn status_before_deletion(stack: &Stack) -> StackStatus {
    let own = stack.events.iter().rev();
    let own = own.filter(|event| event.physical_resource_id.as_deref() == Some(&stack.id));
    let mut statuses = own.filter_map(|event| StackStatus::parse(event.resource_status));
    statuses
        .find(|status| *status != StackStatus::DeleteInProgress)
        .unwrap_or(StackStatus::CreateComplete)
}
