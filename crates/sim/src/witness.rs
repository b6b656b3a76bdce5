//! Everything that the simulator claims to offer, one row each, taken from the tables that it
//! serves by; and what of it a world has shown.
//!
//! A test plays scenarios, holds each against what its world has shown, and fails on a row
//! that no scenario shows: `make honesty`.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::cloudformation::definition::RULE_FUNCTIONS;
use crate::cloudformation::evaluate::FUNCTIONS;
use crate::cloudformation::status::{
    ChangeSetStatus, ExecutionStatus, ResourceStatus, StackStatus,
};
use crate::cloudformation::transitions;
use crate::doors;
use crate::faults;
use crate::octopus;
use crate::world::World;

/// The kinds of rows: the first word of a row, and what the summary calls all of them.
pub const KINDS: &[(&str, &str)] = &[
    ("action", "actions"),
    ("function", "functions"),
    ("status", "statuses"),
    ("transition", "transitions"),
    ("route", "octopus routes"),
    ("fault", "faults"),
];

/// What there is: `action cloudformation:CreateStack`, `function Fn::Join`,
/// `status stack:CREATE_COMPLETE`, `transition CREATE_IN_PROGRESS -> CREATE_COMPLETE`,
/// `route GET tenants/{id}`, `fault throttle`.
pub fn rows() -> BTreeSet<String> {
    let mut rows = BTreeSet::new();
    rows.extend(
        doors::actions()
            .iter()
            .map(|(service, action)| format!("action {service}:{action}")),
    );
    rows.extend(functions().map(|name| format!("function {name}")));
    rows.extend(statuses());
    rows.extend(
        transitions::LEGAL
            .iter()
            .map(|one| format!("transition {}", transitions::name(one))),
    );
    rows.extend(
        octopus::route_names()
            .iter()
            .map(|name| format!("route {name}")),
    );
    rows.extend(faults::registry::names().map(|name| format!("fault {name}")));
    rows
}

/// The functions of values and those of rules.
fn functions() -> impl Iterator<Item = &'static str> {
    let of_values = FUNCTIONS.iter().map(|one| one.name);
    of_values.chain(RULE_FUNCTIONS.iter().map(|one| one.name))
}

fn statuses() -> impl Iterator<Item = String> {
    let stack = StackStatus::ALL.iter().map(|one| ("stack", one.as_str()));
    let resource = ResourceStatus::ALL
        .iter()
        .map(|one| ("resource", one.as_str()));
    let change_set = ChangeSetStatus::ALL
        .iter()
        .map(|one| ("change-set", one.as_str()));
    let execution = ExecutionStatus::ALL
        .iter()
        .map(|one| ("execution", one.as_str()));
    stack
        .chain(resource)
        .chain(change_set)
        .chain(execution)
        .map(|(of, word)| format!("status {of}:{word}"))
}

/// The rows of functions, transitions and faults that a world has shown; what answers show,
/// whoever asked has to note.
pub fn shown(world: &World) -> BTreeSet<String> {
    let mut shown = BTreeSet::new();
    for stack in world.regions.values().flat_map(|one| one.stacks.values()) {
        let own = stack
            .events
            .iter()
            .filter(|event| event.physical_resource_id.as_deref() == Some(&stack.id));
        let mut before = "(none)";
        for event in own {
            if event.resource_status != before {
                shown.insert(format!("transition {before} -> {}", event.resource_status));
            }
            before = event.resource_status;
        }
        let completed = ["CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"];
        let mut events = stack.events.iter();
        let completes = events.any(|event| {
            event.resource_type == "AWS::CloudFormation::Stack"
                && completed.contains(&event.resource_status)
        });
        if let Some(definition) = stack.definition.as_ref().filter(|_| completes) {
            let template = &definition.template;
            for resource in template.resources.values() {
                note_functions(&Value::Object(resource.properties.clone()), &mut shown);
                note_functions(&Value::Object(resource.metadata.clone()), &mut shown);
            }
            note_functions(&Value::Object(template.rules.clone()), &mut shown);
            let outputs = template.outputs.values().map(|output| &output.value);
            for value in outputs.chain(template.conditions.values()) {
                note_functions(value, &mut shown);
            }
        }
    }
    let struck = world.faults.struck().keys();
    shown.extend(struck.map(|name| format!("fault {name}")));
    shown
}

fn note_functions(value: &Value, shown: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| note_functions(item, shown)),
        Value::Object(map) => {
            if let Some(name) = map.keys().next().filter(|_| map.len() == 1)
                && functions().any(|one| one == name)
            {
                shown.insert(format!("function {name}"));
            }
            map.values().for_each(|item| note_functions(item, shown));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
