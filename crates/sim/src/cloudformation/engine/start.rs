//! How the work on a resource begins.

use chrono::{DateTime, Utc};

use super::advance::fail;
use super::import;
use super::live::{Live, settings_of};
use super::removal::{start_delete, start_delete_former};
use crate::clock::seconds;
use crate::cloudformation::drift::Actual;
use crate::cloudformation::evaluate::Scope;
use crate::cloudformation::nested::{Aim, NESTED};
use crate::cloudformation::operation::{Progress, Task, Work};
use crate::cloudformation::policy::UpdateAction;
use crate::cloudformation::provision::{GROUP, Workshop};
use crate::cloudformation::replacement::{is_replacement, kept_name};
use crate::cloudformation::rolling::{Rolling, RollingPolicy, Stale, check_update};
use crate::cloudformation::signal::SignalWait;
use crate::cloudformation::stack::{Former, Resource, Settings, Stack};
use crate::cloudformation::status::{ResourceStatus, StackStatus};
use crate::cloudformation::wait::CONDITION;
use crate::faults::{self, Spot};

/// Begins a work: afterwards it runs or is at its end.
pub(super) fn start(
    stack: &mut Stack,
    key: &str,
    work: &mut Work,
    shop: &mut Workshop<'_, '_, '_>,
) {
    match work.task.clone() {
        Task::Delete => start_delete(stack, key, work, shop),
        Task::DeleteFormer(former) => start_delete_former(stack, &former, work, shop),
        Task::Import(physical_id) => import::start(stack, key, &physical_id, work, shop),
        Task::Release => import::start_release(stack, key, work, shop),
        Task::Converge | Task::Create | Task::Update(_) | Task::Replace(_) | Task::Restore => {
            converge(stack, key, work, shop);
        }
    }
}

fn converge(stack: &mut Stack, name: &str, work: &mut Work, shop: &mut Workshop<'_, '_, '_>) {
    let now = shop.moment.now;
    let skipped = stack
        .operation
        .as_ref()
        .is_some_and(|one| one.skip.contains(name));
    if skipped {
        skip(stack, name, now);
        work.progress = Progress::Done;
        return;
    }
    // Refused before anything began.
    if let Some(reason) = work.fault.take() {
        return fail(stack, name, work, &reason, shop);
    }
    let Some(definition) = &stack.definition else {
        return;
    };
    let kind = definition
        .template
        .resources
        .get(name)
        .map(|one| one.kind.clone());
    let kind = kind.unwrap_or_default();
    let live = Live {
        resources: &stack.resources,
        compute: shop.compute,
        place: &stack.identity.place,
    };
    let scope = Scope {
        definition,
        identity: &stack.identity,
        resources: &live,
    };
    let settings = settings_of(definition, name, work.waits_for.clone(), &scope);
    let existing = stack.resources.get(name).filter(|one| one.exists());
    let existing = existing.filter(|one| one.physical_id.is_some());
    match (existing.cloned(), settings) {
        (None, Ok(settings)) => start_create(stack, name, kind, settings, work, shop),
        (None, Err(reason)) => {
            start_create(stack, name, kind, Settings::default(), work, shop);
            work.fault = Some(reason);
        }
        (Some(existing), Err(reason)) => {
            start_update(stack, &existing, existing.settings.clone(), work, shop);
            work.fault = Some(reason);
        }
        (Some(existing), Ok(settings)) => {
            let rolls_back = stack.status == StackStatus::UpdateRollbackInProgress;
            let restores = rolls_back && shop.moment.parameters.rollback_restores_values;
            let before = existing.before.clone().filter(|_| restores);
            let settings = before.map_or(settings, |before| *before);
            // What a nested stack's URL leads to may have changed as well.
            let changes = existing.dirty || existing.settings.differs(&settings) || kind == NESTED;
            if rolls_back && existing.former.is_some() {
                start_restore(stack, existing, work, shop);
            } else if changes {
                start_change(stack, existing, settings, work, shop);
            } else {
                // Policies and dependencies change without an event.
                if let Some(resource) = stack.resources.get_mut(name) {
                    resource.settings = settings;
                }
                work.progress = Progress::Done;
            }
        }
    }
}

/// Begins to update a resource in place or to replace it, unless the stack's policy or a name
/// of its own forbids it.
fn start_change(
    stack: &mut Stack,
    existing: Resource,
    settings: Settings,
    work: &mut Work,
    shop: &mut Workshop<'_, '_, '_>,
) {
    let (name, kind) = (existing.logical_id.clone(), &existing.kind);
    let doubtful = shop.moment.parameters.conditional_changes_replace;
    let replaces = is_replacement(kind, &existing.settings, &settings, doubtful);
    let kept = kept_name(kind, &existing.settings, &settings);
    let action = if replaces {
        UpdateAction::Replace
    } else {
        UpdateAction::Modify
    };
    let changes = existing.settings.differs(&settings);
    if let Some(denial) = stack.denial(action, &name).filter(|_| changes) {
        work.task = Task::Update(Box::new(existing.settings));
        fail(stack, &name, work, &denial, shop);
    } else if let Some(kept) = kept.filter(|_| replaces) {
        start_update(stack, &existing, existing.settings.clone(), work, shop);
        work.fault = Some(format!(
            "CloudFormation cannot update a stack when a custom-named resource \
             requires replacing. Rename {kept} and update the stack again."
        ));
    } else if replaces {
        start_replace(stack, &name, settings, work, shop);
    } else {
        start_update(stack, &existing, settings, work, shop);
    }
}

/// Declares a resource restored. What it is stays what the failed update made of it.
fn skip(stack: &mut Stack, name: &str, now: DateTime<Utc>) {
    if let Some(resource) = stack.resources.get_mut(name) {
        if let Some(before) = resource.before.take() {
            resource.settings = *before;
        }
        resource.dirty = false;
        resource.stuck = false;
        resource.skipped = true;
    }
    stack.set_resource_status(name, ResourceStatus::UpdateComplete, None, now);
}

fn start_create(
    stack: &mut Stack,
    name: &str,
    kind: String,
    settings: Settings,
    work: &mut Work,
    shop: &mut Workshop<'_, '_, '_>,
) {
    let now = shop.moment.now;
    work.task = Task::Create;
    work.fault = fault(shop, name, &kind, "create");
    let waits = &shop.compute.estate.waits;
    work.signals = (waits.begin(&settings, now).filter(|_| kind == CONDITION))
        .or_else(|| SignalWait::of_creation(&settings, kind == GROUP, now));
    work.progress = Progress::Begun {
        initiates: now + seconds(shop.moment.parameters.creation_initiated_s),
    };
    let status = ResourceStatus::CreateInProgress;
    let resource = Resource::new(name, kind, status, settings, now);
    stack.resources.insert(name.to_owned(), resource);
    stack.set_resource_status(name, ResourceStatus::CreateInProgress, None, now);
}

fn start_update(
    stack: &mut Stack,
    existing: &Resource,
    settings: Settings,
    work: &mut Work,
    shop: &mut Workshop<'_, '_, '_>,
) {
    let (now, name, kind) = (shop.moment.now, &existing.logical_id, &existing.kind);
    let until = now + work_time(shop, kind).1;
    work.fault = fault(shop, name, kind, "update");
    if existing.drift == Some(Actual::Gone) {
        let gone = "Resource handler returned message: \"The resource does not exist.\" \
                    (HandlerErrorCode: NotFound)";
        work.fault = work.fault.take().or_else(|| Some(gone.to_owned()));
    }
    if let Some(resource) = stack.resources.get_mut(name) {
        resource.overwrite(&settings);
        resource.settings = settings.clone();
        resource.before = match (resource.dirty, resource.before.take()) {
            (false, None) => Some(Box::new(existing.settings.clone())),
            (_, before) => before,
        };
        resource.dirty = true;
    }
    stack.set_resource_status(name, ResourceStatus::UpdateInProgress, None, now);
    let physical_id = existing.physical_id.as_deref().unwrap_or_default();
    let old = &existing.settings;
    // What a rollback goes back to was in force before.
    if kind == GROUP && stack.status == StackStatus::UpdateInProgress && work.fault.is_none() {
        work.fault = check_update(&settings).err();
    }
    if kind == NESTED && work.fault.is_none() {
        let aim = if stack.status == StackStatus::UpdateRollbackInProgress {
            Aim::RollBack
        } else {
            Aim::Update
        };
        shop.send(physical_id, aim, &settings);
    } else if work.fault.is_none()
        && let Err(reason) = shop.update(kind, physical_id, old, &settings, name)
    {
        work.fault = Some(reason);
    }
    if kind == GROUP && work.fault.is_none() {
        let stale = Stale::of(stack, old, &settings, shop);
        work.rolling = shop.compute.groups.get(physical_id).and_then(|group| {
            // A rollback rolls by the policy of the version that it goes back to.
            let policy = RollingPolicy::of(&settings)?;
            Rolling::begin(policy, group, |member| stale.has(member, shop))
        });
    }
    work.task = Task::Update(Box::new(existing.settings.clone()));
    work.progress = Progress::Working {
        until,
        passed: false,
    };
}

fn start_replace(
    stack: &mut Stack,
    name: &str,
    settings: Settings,
    work: &mut Work,
    shop: &mut Workshop<'_, '_, '_>,
) {
    let now = shop.moment.now;
    let kind = stack
        .resources
        .get(name)
        .map(|one| one.kind.clone())
        .unwrap_or_default();
    work.fault = fault(shop, name, &kind, "create");
    work.signals = SignalWait::of_creation(&settings, kind == GROUP, now);
    work.task = Task::Replace(Box::new(settings));
    let reason = "Requested update requires the creation of a new physical resource; hence \
                  creating one.";
    stack.set_resource_status(name, ResourceStatus::UpdateInProgress, Some(reason), now);
    let initiates = now + seconds(shop.moment.parameters.creation_initiated_s);
    work.progress = Progress::Begun { initiates };
}

/// What replaced the resource is doomed, what it was is back.
fn start_restore(
    stack: &mut Stack,
    existing: Resource,
    work: &mut Work,
    shop: &mut Workshop<'_, '_, '_>,
) {
    let (now, name) = (shop.moment.now, existing.logical_id.clone());
    let (Some(former), Some(physical_id)) = (existing.former, existing.physical_id) else {
        return;
    };
    stack.doomed.push(Former {
        logical_id: existing.logical_id,
        kind: existing.kind.clone(),
        physical_id,
        settings: existing.settings,
    });
    if let Some(resource) = stack.resources.get_mut(&name) {
        resource.physical_id = Some(former.physical_id);
        resource.settings = former.settings;
        resource.former = None;
    }
    stack.set_resource_status(&name, ResourceStatus::UpdateInProgress, None, now);
    work.task = Task::Restore;
    work.progress = Progress::Working {
        until: now + work_time(shop, &existing.kind).1,
        passed: false,
    };
}

/// How long creation, update and deletion of a type take this time.
pub(super) fn work_time(
    shop: &mut Workshop<'_, '_, '_>,
    kind: &str,
) -> (chrono::TimeDelta, chrono::TimeDelta, chrono::TimeDelta) {
    let (parameters, chance) = (shop.moment.parameters, shop.chance.fraction());
    let spans = parameters.durations(kind);
    let span = |amount_s| parameters.span(amount_s, chance);
    (
        span(spans.create_s),
        span(spans.update_s),
        span(spans.delete_s),
    )
}

/// The reason that a `fail_resource` fault gives, if one strikes.
pub(super) fn fault(
    shop: &mut Workshop<'_, '_, '_>,
    name: &str,
    kind: &str,
    action: &str,
) -> Option<String> {
    if !shop.moment.faults.is_on("fail_resource") {
        return None;
    }
    let place = &shop.identity.place;
    let spot = Spot::named(name)
        .or_named(kind)
        .within(faults::Scope::Account, &place.account)
        .within(faults::Scope::Region, &place.region)
        .within(faults::Scope::Stack, &shop.identity.stack_name)
        .within(faults::Scope::Resource, name);
    let fault = shop
        .moment
        .faults
        .take_where("fail_resource", &spot, |fault| {
            fault.text("action").is_none_or(|wanted| wanted == action)
        })?;
    let usual = "Resource handler returned message: \"Internal failure\" \
        (HandlerErrorCode: InternalFailure)";
    Some(fault.text("reason").unwrap_or(usual).to_owned())
}
