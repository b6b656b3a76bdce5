//! What parents want of their nested stacks, carried out.

use serde_json::Value;

use super::{Aim, Child, Errand};
use crate::cloudformation::change_set::{make_obsolete, preview};
use crate::cloudformation::definition::{Definition, Given};
use crate::cloudformation::engine::plan_convergence;
use crate::cloudformation::evaluate::{Identity, as_text};
use crate::cloudformation::lifecycle::{
    Beginning, begin_creation, begin_deletion, begin_update, first_event_at, is_updatable, quota,
};
use crate::cloudformation::operation::Operation;
use crate::cloudformation::request::{DeleteStack, ParameterInput, Tag};
use crate::cloudformation::stack::{Settings, Stack};
use crate::cloudformation::status::{OnFailure, OperationType, StackStatus};
use crate::cloudformation::template_url;
use crate::region::Region;
use crate::world::{Moment, Stores};

/// Carries out what can be, and lets parents know how their nested stacks stand. Tells
/// whether anything changed that a parent may wait for.
pub(crate) fn follow(
    region: &mut Region,
    moment: &mut Moment<'_>,
    stores: &mut Stores<'_>,
) -> bool {
    if region.compute.estate.nested.children.is_empty() {
        return false;
    }
    let mut moved = false;
    for errand in std::mem::take(&mut region.compute.estate.nested.errands) {
        let done = match errand.aim {
            Aim::Create => Some(create(region, &errand, moment, stores)),
            Aim::Update => update(region, &errand, moment, stores),
            Aim::RollBack => Some(Ok(roll_back(region, &errand, moment))),
            Aim::Delete => delete(region, &errand, moment),
        };
        let nested = &mut region.compute.estate.nested;
        match (done, nested.children.get_mut(&errand.child)) {
            (Some(done), Some(child)) => {
                child.pending = false;
                child.touched = done == Ok(true);
                child.failure = done.err();
                moved = true;
            }
            (Some(_), None) => {}
            (None, _) => nested.errands.push(errand),
        }
    }
    moved |= release(region, moment);
    moved |= mirror(region);
    region.compute.changed |= moved;
    moved
}

/// Whether something was begun, or why it could not be.
type Begun = Result<bool, String>;

fn create(
    region: &mut Region,
    errand: &Errand,
    moment: &mut Moment<'_>,
    stores: &mut Stores<'_>,
) -> Begun {
    let Some(parent) = region.stacks.get(&errand.parent) else {
        return Err(format!("Stack {} does not exist", errand.parent));
    };
    let given = given(&errand.settings, parent, stores)?;
    let root = parent.root_id.clone().unwrap_or_else(|| parent.id.clone());
    let protected = parent.termination_protection;
    quota(region, moment.parameters).map_err(|error| error.message)?;
    let name = errand.child.split('/').nth(1).unwrap_or_default();
    let identity = Identity {
        place: region.place.clone(),
        stack_id: errand.child.clone(),
        stack_name: name.to_owned(),
    };
    let definition = Definition::prepare(given, None, &identity, &mut region.compute);
    let definition = definition.map_err(|error| error.message)?;
    let mut stack = Stack::new(identity, StackStatus::CreateInProgress, moment.now);
    // What it made goes with the parent's own rollback.
    stack.on_failure = OnFailure::DoNothing;
    stack.parent_id = Some(errand.parent.clone());
    stack.root_id = Some(root);
    stack.termination_protection = protected;
    let minutes = errand
        .settings
        .properties
        .get("TimeoutInMinutes")
        .and_then(as_text);
    stack.timeout_in_minutes = minutes.and_then(|text| text.parse().ok());
    let beginning = beginning(region, errand);
    begin_creation(&mut stack, definition, beginning, moment);
    region.admit(stack);
    Ok(true)
}

/// `None` while the nested stack is busy with something else.
fn update(
    region: &mut Region,
    errand: &Errand,
    moment: &mut Moment<'_>,
    stores: &mut Stores<'_>,
) -> Option<Begun> {
    let busy = region
        .stacks
        .get(&errand.child)
        .is_some_and(|child| child.status.is_busy());
    if busy {
        return None;
    }
    Some(begin_update_of(region, errand, moment, stores))
}

fn begin_update_of(
    region: &mut Region,
    errand: &Errand,
    moment: &mut Moment<'_>,
    stores: &mut Stores<'_>,
) -> Begun {
    let beginning = beginning(region, errand);
    let Some(parent) = region.stacks.get(&errand.parent) else {
        return Err(format!("Stack {} does not exist", errand.parent));
    };
    let given = given(&errand.settings, parent, stores)?;
    let compute = &mut region.compute;
    let missing = || format!("Stack {} does not exist", errand.child);
    let child = region.stacks.get_mut(&errand.child).ok_or_else(missing)?;
    if !is_updatable(child, beginning.disable_rollback) {
        let (id, status) = (&child.id, child.status);
        return Err(format!(
            "Stack:{id} is in {status} state and can not be updated."
        ));
    }
    let before = child.definition.as_ref();
    let definition = Definition::prepare(given, before, &child.identity, compute);
    let definition = definition.map_err(|error| error.message)?;
    if preview(child, &definition, compute, moment.parameters)?.is_empty() {
        return Ok(false);
    }
    make_obsolete(child);
    begin_update(child, definition, beginning, moment);
    Ok(true)
}

/// Turns a nested stack back, as far as the parent's update has changed it.
fn roll_back(region: &mut Region, errand: &Errand, moment: &mut Moment<'_>) -> bool {
    let beginning = beginning(region, errand);
    let continues = region.stacks.get(&errand.parent).is_some_and(|parent| {
        let last = parent.last_operations.first();
        last.is_some_and(|one| one.operation_type == OperationType::ContinueRollback)
    });
    let Some(child) = region.stacks.get_mut(&errand.child) else {
        return false;
    };
    match child.status {
        StackStatus::UpdateInProgress => {
            if let Some(operation) = &mut child.operation {
                operation.failure = Some("Resource update cancelled. ".to_owned());
                operation.disable_rollback = false;
            }
        }
        StackStatus::UpdateCompleteCleanupInProgress | StackStatus::UpdateFailed => {
            if let Some(previous) = child.previous.take() {
                child.definition = Some(previous);
            }
            turn_back(child, beginning, moment);
        }
        StackStatus::UpdateRollbackFailed if continues => turn_back(child, beginning, moment),
        StackStatus::UpdateRollbackFailed
        | StackStatus::UpdateRollbackInProgress
        | StackStatus::UpdateRollbackCompleteCleanupInProgress => {}
        // It is as it was: the parent's update did not come to it, or it is back already.
        StackStatus::ReviewInProgress
        | StackStatus::CreateInProgress
        | StackStatus::CreateFailed
        | StackStatus::CreateComplete
        | StackStatus::RollbackInProgress
        | StackStatus::RollbackFailed
        | StackStatus::RollbackComplete
        | StackStatus::DeleteInProgress
        | StackStatus::DeleteFailed
        | StackStatus::DeleteComplete
        | StackStatus::UpdateComplete
        | StackStatus::UpdateRollbackComplete
        | StackStatus::ImportInProgress
        | StackStatus::ImportComplete
        | StackStatus::ImportRollbackInProgress
        | StackStatus::ImportRollbackComplete
        | StackStatus::ImportRollbackFailed => return false,
    }
    true
}

fn turn_back(child: &mut Stack, beginning: Beginning, moment: &Moment<'_>) {
    let Some(definition) = &child.definition else {
        return;
    };
    let id = beginning.operation_id;
    let mut operation = Operation::new(id, beginning.token, first_event_at(moment));
    operation.works = plan_convergence(definition);
    operation.rolls_back = true;
    child.operation = Some(operation);
    child.set_status(StackStatus::UpdateRollbackInProgress, None, moment.now);
}

/// `None` while the nested stack cannot be interrupted.
fn delete(region: &mut Region, errand: &Errand, moment: &Moment<'_>) -> Option<Begun> {
    let beginning = beginning(region, errand);
    let mode = region
        .stacks
        .get(&errand.parent)
        .and_then(|parent| parent.deletion_mode);
    let Some(child) = region.stacks.get_mut(&errand.child) else {
        return Some(Ok(false));
    };
    let interrupts = matches!(
        child.status,
        StackStatus::CreateInProgress | StackStatus::DeleteInProgress
    );
    if child.status.is_busy() && !interrupts && !child.is_held() {
        return None;
    }
    if child.status != StackStatus::DeleteInProgress && !child.is_deleted() {
        let request = DeleteStack {
            stack_name: errand.child.clone(),
            deletion_mode: mode,
            client_request_token: beginning.token,
            ..DeleteStack::default()
        };
        begin_deletion(child, request, beginning.operation_id, moment);
    }
    Some(Ok(true))
}

/// An operation of a nested stack: it carries the token of the parent's.
fn beginning(region: &mut Region, errand: &Errand) -> Beginning {
    let operation_id = region.chance.uuid();
    let parent = region.stacks.get(&errand.parent);
    let operation = parent.and_then(|parent| parent.operation.as_ref());
    Beginning {
        operation_id,
        token: operation.and_then(|one| one.token.clone()),
        disable_rollback: errand.aim == Aim::Create
            || operation.is_some_and(|one| one.disable_rollback),
        express: operation.is_some_and(|one| one.express),
        policy: None,
    }
}

/// What the resource's properties and the parent give a nested stack.
fn given(settings: &Settings, parent: &Stack, stores: &Stores<'_>) -> Result<Given, String> {
    let properties = &settings.properties;
    let url = properties.get("TemplateURL").and_then(Value::as_str);
    let url = url.ok_or("Property TemplateURL cannot be empty.")?;
    let own: Vec<String> = stores.address.map(str::to_owned).into_iter().collect();
    let body = template_url::fetch(url, &own, stores.buckets).map_err(|error| error.message)?;
    let parameters = properties.get("Parameters").and_then(Value::as_object);
    let parameters = parameters
        .into_iter()
        .flatten()
        .map(|(key, value)| ParameterInput {
            key: key.clone(),
            value: Some(joined(value)),
            use_previous_value: false,
        });
    let topics = properties.get("NotificationARNs").and_then(Value::as_array);
    let inherited = parent.definition.as_ref();
    let mut tags = inherited.map(|one| one.tags.clone()).unwrap_or_default();
    for tag in properties
        .get("Tags")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let text = |name: &str| tag.get(name).and_then(as_text).unwrap_or_default();
        let (key, value) = (text("Key"), text("Value"));
        tags.retain(|one| one.key != key);
        tags.push(Tag { key, value });
    }
    Ok(Given {
        template_body: Some(body),
        use_previous_template: false,
        parameters: parameters.collect(),
        capabilities: inherited
            .map(|one| one.capabilities.clone())
            .unwrap_or_default(),
        tags: Some(tags),
        notification_arns: Some(topics.into_iter().flatten().filter_map(as_text).collect()),
        role_arn: inherited.and_then(|one| one.role_arn.clone()),
    })
}

/// Lists go to parameters with commas.
fn joined(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let texts: Vec<String> = items.iter().filter_map(as_text).collect();
            texts.join(",")
        }
        other => as_text(other).unwrap_or_default(),
    }
}

/// Lets held updates come to their end once the parent's is through.
fn release(region: &mut Region, moment: &Moment<'_>) -> bool {
    let free = |id: &&String| {
        let child = region.stacks.get(*id).filter(|child| child.is_held());
        let parent = child.map(|child| {
            child
                .parent_id
                .as_ref()
                .and_then(|id| region.stacks.get(id))
        });
        parent.is_some_and(|parent| {
            !parent.is_some_and(|parent| {
                parent.is_held()
                    || matches!(
                        parent.status,
                        StackStatus::UpdateInProgress | StackStatus::UpdateRollbackInProgress
                    )
            })
        })
    };
    let children = region.compute.estate.nested.children.keys();
    let free: Vec<String> = children.filter(free).cloned().collect();
    for id in &free {
        if let Some(operation) = region
            .stacks
            .get_mut(id)
            .and_then(|one| one.operation.as_mut())
        {
            operation.held = false;
            operation.begins = moment.now;
        }
    }
    !free.is_empty()
}

/// Shows parents how their nested stacks stand now.
fn mirror(region: &mut Region) -> bool {
    let (stacks, nested) = (&region.stacks, &mut region.compute.estate.nested);
    let mut moved = false;
    nested.children.retain(|id, child| {
        let Some(stack) = stacks.get(id) else {
            return child.pending || child.failure.is_some();
        };
        let outputs = stack.outputs.iter();
        let seen = Child {
            status: Some(stack.status),
            reason: stack.status_reason.clone().unwrap_or_default(),
            outputs: outputs
                .map(|one| (one.output_key.clone(), one.output_value.clone()))
                .collect(),
            ..child.clone()
        };
        moved |= *child != seen;
        *child = seen;
        !stack.is_deleted()
    });
    moved
}
