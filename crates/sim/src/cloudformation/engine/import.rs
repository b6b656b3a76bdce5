//! How things that are there already are taken into a stack, and let go again.
//!
//! Nothing real changes but the tags: an import makes the stack answer for a thing.

use super::live::{Live, settings_of};
use super::start::{fault, work_time};
use crate::cloudformation::evaluate::Scope;
use crate::cloudformation::operation::{Progress, Task, Work};
use crate::cloudformation::provision::{Workshop, is_there};
use crate::cloudformation::stack::{Resource, Settings, Stack};
use crate::cloudformation::status::ResourceStatus;

/// Begins to take in the thing of this id.
pub(super) fn start(
    stack: &mut Stack,
    name: &str,
    physical_id: &str,
    work: &mut Work,
    shop: &mut Workshop<'_, '_, '_>,
) {
    let now = shop.moment.now;
    let declared = stack.definition.as_ref().and_then(|definition| {
        let declared = definition.template.resources.get(name)?;
        Some((declared.kind.clone(), settings(stack, name, shop)))
    });
    let (kind, settings) = declared.unwrap_or_else(|| {
        let missing = format!("Resource {name} is not declared");
        (String::new(), Err(missing))
    });
    work.fault = match &settings {
        Err(reason) => Some(reason.clone()),
        Ok(_) if !is_there(shop.compute, &kind, physical_id) => Some(format!(
            "Resource of type '{kind}' with identifier '{physical_id}' was not found."
        )),
        Ok(_) => fault(shop, name, &kind, "import"),
    };
    let status = ResourceStatus::ImportInProgress;
    let settings = settings.unwrap_or_default();
    let mut resource = Resource::new(name, kind.clone(), status, settings, now);
    resource.physical_id = Some(physical_id.to_owned());
    stack.resources.insert(name.to_owned(), resource);
    let reason = Some("Resource import started.");
    stack.set_resource_status(name, status, reason, now);
    work.progress = Progress::Working {
        until: now + work_time(shop, &kind).1,
        passed: false,
    };
}

/// What the template says of a resource to take in.
fn settings(stack: &Stack, name: &str, shop: &Workshop<'_, '_, '_>) -> Result<Settings, String> {
    let Some(definition) = &stack.definition else {
        return Err(format!("Resource {name} is not declared"));
    };
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
    let needs = definition.template.dependencies().remove(name);
    settings_of(definition, name, needs.unwrap_or_default(), &scope)
}

/// The thing belongs to the stack now; then it gets the stack's tags.
pub(super) fn taken(
    stack: &mut Stack,
    name: &str,
    work: &mut Work,
    shop: &mut Workshop<'_, '_, '_>,
) {
    let now = shop.moment.now;
    let done = Some("Resource import completed.");
    stack.set_resource_status(name, ResourceStatus::ImportComplete, done, now);
    let tags = Some("Apply stack-level tags to imported resource if applicable.");
    stack.set_resource_status(name, ResourceStatus::UpdateInProgress, tags, now);
    let resource = stack.resources.get(name);
    let (kind, settings) = resource
        .map(|one| (one.kind.clone(), one.settings.clone()))
        .unwrap_or_default();
    work.task = Task::Update(Box::new(settings));
    work.progress = Progress::Working {
        until: now + work_time(shop, &kind).1,
        passed: false,
    };
}

/// Begins to let a thing go that was taken in.
pub(super) fn start_release(
    stack: &mut Stack,
    name: &str,
    work: &mut Work,
    shop: &mut Workshop<'_, '_, '_>,
) {
    let now = shop.moment.now;
    let kind = stack.resources.get(name).map(|one| one.kind.clone());
    let kind = kind.unwrap_or_default();
    stack.set_resource_status(name, ResourceStatus::ImportRollbackInProgress, None, now);
    work.fault = fault(shop, name, &kind, "import_rollback");
    work.progress = Progress::Working {
        until: now + work_time(shop, &kind).1,
        passed: false,
    };
}

/// The thing no longer belongs to the stack.
pub(super) fn released(
    stack: &mut Stack,
    name: &str,
    work: &mut Work,
    shop: &mut Workshop<'_, '_, '_>,
) {
    let now = shop.moment.now;
    stack.set_resource_status(name, ResourceStatus::ImportRollbackComplete, None, now);
    work.progress = Progress::Done;
}
