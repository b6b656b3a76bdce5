//! How the work on a resource goes on and ends.

use super::import;
use super::start::work_time;
use crate::clock::seconds;
use crate::cloudformation::nested::{self, Aim, NESTED};
use crate::cloudformation::operation::{Progress, Task, Work};
use crate::cloudformation::provision::{GROUP, INSTANCE, Workshop, is_gone, unrest};
use crate::cloudformation::rolling::Step;
use crate::cloudformation::signal::Verdict;
use crate::cloudformation::stack::{Former, Stack};
use crate::cloudformation::status::{ResourceStatus, StackStatus};
use crate::cloudformation::wait::CONDITION;

/// Moves a running work on; tells whether it moved.
pub(super) fn advance(
    stack: &mut Stack,
    key: &str,
    work: &mut Work,
    shop: &mut Workshop<'_, '_, '_>,
) -> bool {
    let now = shop.moment.now;
    match work.progress {
        Progress::Begun { initiates } if initiates <= now => {
            initiate(stack, key, work, shop);
            true
        }
        Progress::Working {
            until,
            passed: false,
        } if until <= now => {
            work.progress = Progress::Working {
                until,
                passed: true,
            };
            work.gives_up = takes_its_time(stack, key, &work.task)
                .then(|| now + seconds(shop.moment.parameters.stabilization_s));
            if let Some(reason) = work.fault.take() {
                fail(stack, key, work, &reason, shop);
            } else if shop.moment.parameters.configuration_complete_shown
                && waits(stack, key, work, shop)
            {
                stack.show_configured(key, now);
            }
            true
        }
        Progress::Working { passed: true, .. } => look(stack, key, work, shop),
        Progress::Begun { .. }
        | Progress::Working { .. }
        | Progress::Waiting
        | Progress::Done
        | Progress::Failed => false,
    }
}

/// Whether the thing has to come to rest by itself, after the time of its type.
fn takes_its_time(stack: &Stack, key: &str, task: &Task) -> bool {
    let resource = stack.resources.get(key);
    let resource = resource.filter(|_| *task != Task::Delete);
    resource.is_some_and(|one| one.kind == GROUP || one.kind == INSTANCE)
}

/// The real thing comes into being.
fn initiate(stack: &mut Stack, name: &str, work: &mut Work, shop: &mut Workshop<'_, '_, '_>) {
    let now = shop.moment.now;
    let Some(resource) = stack.resources.get_mut(name) else {
        return;
    };
    let (kind, settings, status) = match &work.task {
        Task::Replace(settings) => (
            resource.kind.clone(),
            (**settings).clone(),
            ResourceStatus::UpdateInProgress,
        ),
        Task::Converge
        | Task::Create
        | Task::Update(_)
        | Task::Restore
        | Task::Import(_)
        | Task::Release
        | Task::Delete
        | Task::DeleteFormer(_) => (
            resource.kind.clone(),
            resource.settings.clone(),
            ResourceStatus::CreateInProgress,
        ),
    };
    // A broken expression left no settings to make anything of.
    let made = match (
        &work.fault,
        settings.properties.is_empty() && work.fault.is_some(),
    ) {
        (Some(reason), true) => Err(reason.clone()),
        _ => shop.create(&kind, name, &settings),
    };
    let physical_id = match made {
        Ok(physical_id) => physical_id,
        Err(reason) => return fail(stack, name, work, &reason, shop),
    };
    if let Task::Replace(_) = &work.task {
        let before = std::mem::replace(&mut resource.settings, settings);
        if let Some(physical_id) = resource.physical_id.take() {
            let former = Former {
                logical_id: name.to_owned(),
                kind: kind.clone(),
                physical_id,
                settings: before,
            };
            // Replaced twice without a success between: the first stays what to go back to.
            match resource.former {
                None => resource.former = Some(former),
                Some(_) => stack.doomed.push(former),
            }
        }
    }
    resource.physical_id = Some(physical_id);
    resource.drift = None;
    resource.dirty = true;
    stack.set_resource_status(name, status, Some("Resource creation Initiated"), now);
    let until = now + work_time(shop, &kind).0;
    work.progress = Progress::Working {
        until,
        passed: false,
    };
}

/// Whether a work whose own time is over waits for something else.
fn waits(stack: &Stack, key: &str, work: &Work, shop: &Workshop<'_, '_, '_>) -> bool {
    let Some(resource) = stack.resources.get(key) else {
        return false;
    };
    let physical_id = resource.physical_id.as_deref().unwrap_or_default();
    let made = matches!(work.task, Task::Create | Task::Update(_) | Task::Replace(_));
    made && (work.signals.is_some()
        || work.rolling.is_some()
        || unrest(shop.compute, &resource.kind, physical_id).is_some())
}

/// Looks whether what the work waits for has come.
fn look(stack: &mut Stack, key: &str, work: &mut Work, shop: &mut Workshop<'_, '_, '_>) -> bool {
    match work.task.clone() {
        Task::Delete => {
            let status = stack.status;
            let Some(resource) = stack.resources.get(key) else {
                return false;
            };
            let physical_id = resource.physical_id.as_deref().unwrap_or_default();
            let express = stack.operation.as_ref().is_some_and(|one| one.express);
            match of_child(status, &resource.kind, physical_id, work, shop) {
                nested::Progress::Wait => return false,
                nested::Progress::Done => {}
                nested::Progress::Failed(reason) => {
                    fail(stack, key, work, &reason, shop);
                    return true;
                }
            }
            (is_gone(shop.compute, &resource.kind, physical_id) || express) && {
                stack.set_resource_status(
                    key,
                    ResourceStatus::DeleteComplete,
                    None,
                    shop.moment.now,
                );
                work.progress = Progress::Done;
                true
            }
        }
        Task::DeleteFormer(former) => {
            is_gone(shop.compute, &former.kind, &former.physical_id) && {
                stack.record_former(
                    &former,
                    ResourceStatus::DeleteComplete,
                    None,
                    shop.moment.now,
                );
                work.progress = Progress::Done;
                true
            }
        }
        Task::Import(_) => {
            import::taken(stack, key, work, shop);
            true
        }
        Task::Release => {
            import::released(stack, key, work, shop);
            true
        }
        Task::Converge | Task::Create | Task::Update(_) | Task::Replace(_) | Task::Restore => {
            look_at_made(stack, key, work, shop)
        }
    }
}

fn look_at_made(
    stack: &mut Stack,
    name: &str,
    work: &mut Work,
    shop: &mut Workshop<'_, '_, '_>,
) -> bool {
    let now = shop.moment.now;
    let rolls = work.rolling.is_some();
    let express = stack.operation.as_ref().is_some_and(|one| one.express);
    let waits_for_signals = !express || shop.moment.parameters.express_waits_for_signals;
    if let Some(rolling) = &mut work.rolling {
        match rolling.step(&mut work.signals, shop) {
            Step::Wait => return false,
            Step::Say(text) => {
                stack.set_resource_status(name, ResourceStatus::UpdateInProgress, Some(&text), now);
                return true;
            }
            Step::Done => work.rolling = None,
            Step::Failed(reason) => {
                fail(stack, name, work, &reason, shop);
                return true;
            }
        }
    } else if let Some(wait) = work.signals.as_ref().filter(|_| waits_for_signals) {
        match wait.verdict(now) {
            Verdict::Open => return false,
            Verdict::Satisfied => {}
            Verdict::Failed(reason) => {
                let own = stack.resources.get(name).and_then(|one| {
                    let is_condition = one.kind == CONDITION;
                    let waits = &shop.compute.estate.waits;
                    is_condition.then(|| waits.failure(&one.settings, wait))?
                });
                fail(stack, name, work, &own.unwrap_or(reason), shop);
                return true;
            }
        }
    }
    let status = stack.status;
    let Some(resource) = stack.resources.get_mut(name) else {
        return false;
    };
    let physical_id = resource.physical_id.as_deref().unwrap_or_default();
    match of_child(status, &resource.kind, physical_id, work, shop) {
        nested::Progress::Wait => return false,
        nested::Progress::Done => {}
        nested::Progress::Failed(reason) => {
            fail(stack, name, work, &reason, shop);
            return true;
        }
    }
    // A roll has judged that by its own policy.
    if !rolls
        && !express
        && let Some(unrest) = unrest(shop.compute, &resource.kind, physical_id)
    {
        let late = work.gives_up.is_some_and(|at| at <= now);
        if late {
            fail(stack, name, work, &unrest, shop);
        }
        return late;
    }
    resource.dirty = false;
    resource.before = None;
    resource.stuck = false;
    resource.skipped = false;
    let status = match &work.task {
        Task::Create | Task::Converge => ResourceStatus::CreateComplete,
        Task::Update(_)
        | Task::Replace(_)
        | Task::Restore
        | Task::Import(_)
        | Task::Release
        | Task::Delete
        | Task::DeleteFormer(_) => ResourceStatus::UpdateComplete,
    };
    stack.set_resource_status(name, status, None, now);
    work.progress = Progress::Done;
    true
}

/// How far the stack behind a resource is; a resource that is no stack holds nothing up.
fn of_child(
    status: StackStatus,
    kind: &str,
    physical_id: &str,
    work: &Work,
    shop: &Workshop<'_, '_, '_>,
) -> nested::Progress {
    if kind != NESTED {
        return nested::Progress::Done;
    }
    let aim = match &work.task {
        Task::Create | Task::Converge | Task::Replace(_) => Aim::Create,
        Task::Update(_) | Task::Restore if status == StackStatus::UpdateRollbackInProgress => {
            Aim::RollBack
        }
        Task::Update(_) | Task::Restore => Aim::Update,
        Task::Delete | Task::DeleteFormer(_) => Aim::Delete,
        Task::Import(_) | Task::Release => return nested::Progress::Done,
    };
    shop.compute.estate.nested.progress(physical_id, aim)
}

/// The work ends without success; what that means depends on what it was for.
pub(super) fn fail(
    stack: &mut Stack,
    key: &str,
    work: &mut Work,
    reason: &str,
    shop: &mut Workshop<'_, '_, '_>,
) {
    let now = shop.moment.now;
    let status = match &work.task {
        Task::Create | Task::Converge => ResourceStatus::CreateFailed,
        Task::Update(_) | Task::Replace(_) | Task::Restore => ResourceStatus::UpdateFailed,
        Task::Import(_) => ResourceStatus::ImportFailed,
        Task::Release => ResourceStatus::ImportRollbackFailed,
        Task::Delete => {
            stack.set_resource_status(key, ResourceStatus::DeleteFailed, Some(reason), now);
            return fail_deletion(stack, key, work, shop);
        }
        Task::DeleteFormer(former) => {
            let former = former.clone();
            stack.record_former(&former, ResourceStatus::DeleteFailed, Some(reason), now);
            return fail_deletion(stack, key, work, shop);
        }
    };
    stack.set_resource_status(key, status, Some(reason), now);
    let in_rollback = stack.status == StackStatus::UpdateRollbackInProgress;
    if let Some(resource) = stack.resources.get_mut(key) {
        resource.stuck = in_rollback;
    }
    work.progress = Progress::Failed;
    if let Some(operation) = &mut stack.operation {
        operation.failed.push(key.to_owned());
    }
}

/// A cleanup tries again a few times and then gives the thing up; a forced deletion gives
/// it up at once; any other deletion fails.
fn fail_deletion(stack: &mut Stack, key: &str, work: &mut Work, shop: &mut Workshop<'_, '_, '_>) {
    let cleans_up = matches!(
        stack.status,
        StackStatus::UpdateCompleteCleanupInProgress
            | StackStatus::UpdateRollbackCompleteCleanupInProgress
    );
    let Some(operation) = &mut stack.operation else {
        return;
    };
    work.tries += 1;
    if cleans_up && work.tries < shop.moment.parameters.cleanup_tries {
        work.progress = Progress::Waiting;
    } else if cleans_up {
        operation.left_behind = true;
        work.progress = Progress::Done;
    } else if operation.force {
        work.progress = Progress::Done;
        stack.set_resource_status(key, ResourceStatus::DeleteSkipped, None, shop.moment.now);
    } else {
        let name = key.split('#').next().unwrap_or(key).to_owned();
        operation.failed.push(name);
        work.progress = Progress::Failed;
        if let Task::DeleteFormer(former) = &work.task {
            stack.doomed.push((**former).clone());
        }
    }
}
