//! How the removal of a resource begins, and what is kept.

use bennu_template::RemovalPolicy;

use super::start::{fault, work_time};
use crate::cloudformation::operation::{Progress, Work};
use crate::cloudformation::provision::Workshop;
use crate::cloudformation::stack::{Former, Stack};
use crate::cloudformation::status::ResourceStatus;

/// Begins to delete a resource, unless it is to stay.
pub(super) fn start_delete(
    stack: &mut Stack,
    name: &str,
    work: &mut Work,
    shop: &mut Workshop<'_, '_, '_>,
) {
    let now = shop.moment.now;
    let Some(resource) = stack.resources.get(name).cloned() else {
        work.progress = Progress::Done;
        return;
    };
    let Some(physical_id) = resource.physical_id else {
        stack.set_resource_status(name, ResourceStatus::DeleteComplete, None, now);
        work.progress = Progress::Done;
        return;
    };
    let asked = stack
        .operation
        .as_ref()
        .is_some_and(|one| one.retain.contains(name));
    let undone = stack.operation.as_ref().is_some_and(|one| one.rolls_back);
    let fresh = resource.fresh && undone;
    let except = fresh && stack.retain_except_on_create;
    if asked || is_retained(resource.settings.deletion_policy.as_ref(), fresh, except) {
        stack.set_resource_status(name, ResourceStatus::DeleteSkipped, None, now);
        work.progress = Progress::Done;
        return;
    }
    stack.set_resource_status(name, ResourceStatus::DeleteInProgress, None, now);
    work.fault = fault(shop, name, &resource.kind, "delete");
    if work.fault.is_none() {
        shop.delete(&resource.kind, &physical_id);
    }
    let until = now + work_time(shop, &resource.kind).2;
    work.progress = Progress::Working {
        until,
        passed: false,
    };
}

/// Begins to delete what was replaced, unless it is to stay.
pub(super) fn start_delete_former(
    stack: &mut Stack,
    former: &Former,
    work: &mut Work,
    shop: &mut Workshop<'_, '_, '_>,
) {
    let now = shop.moment.now;
    if is_retained(former.settings.update_replace_policy.as_ref(), false, false) {
        stack.record_former(former, ResourceStatus::DeleteSkipped, None, now);
        work.progress = Progress::Done;
        return;
    }
    stack.record_former(former, ResourceStatus::DeleteInProgress, None, now);
    work.fault = fault(shop, &former.logical_id, &former.kind, "delete");
    if work.fault.is_none() {
        shop.delete(&former.kind, &former.physical_id);
    }
    let until = now + work_time(shop, &former.kind).2;
    work.progress = Progress::Working {
        until,
        passed: false,
    };
}

/// Whether a removal policy keeps the real thing. `fresh`: the operation being rolled back
/// made it; `except_fresh`: the caller wants such things deleted all the same.
fn is_retained(policy: Option<&RemovalPolicy>, fresh: bool, except_fresh: bool) -> bool {
    match policy {
        Some(RemovalPolicy::Retain) => !except_fresh,
        Some(RemovalPolicy::RetainExceptOnCreate) => !fresh,
        Some(RemovalPolicy::Delete | RemovalPolicy::Snapshot | RemovalPolicy::Computed(_))
        | None => false,
    }
}
