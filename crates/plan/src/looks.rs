//! What must be read, by id, before a decision can be made. A converged environment asks
//! for nothing: sweeps tell when something moved.

mod refresh;
mod software;
mod variables;

use bennu_model::environment::Presence;
use bennu_model::ids::{ChangeSetName, ObjectKey};
use bennu_model::names::object_prefix;
use bennu_model::observed::Seen;
use bennu_model::plan::{Look, Resource, StackRef, TenantRef};
use bennu_model::spec::DeletionPolicy;
use bennu_model::stack::Stack;
use bennu_model::verdict::Verdict;

use crate::case::Case;
use crate::classify;
use crate::classify::phase::{Phase, phase};
use crate::pruning;

pub(crate) use refresh::is_fresh;
use refresh::stale;

/// The reads that a decision needs now. The pass asks again after each round, for what one
/// read shows can ask for the next; it never repeats a look within a pass.
pub fn looks(case: &Case<'_>) -> Vec<Look> {
    if is_idle(case) {
        return Vec::new();
    }
    let report = classify::all(case);
    let mut looks = Vec::new();
    stack(case, classify::of(&report, Resource::Stack), &mut looks);
    if let Some(stack) = case.living_stack() {
        change_set(
            case,
            stack,
            classify::of(&report, Resource::Stack),
            &mut looks,
        );
    }
    failure(case, &mut looks);
    objects(case, classify::of(&report, Resource::Objects), &mut looks);
    octopus(case, classify::of(&report, Resource::Tenant), &mut looks);
    variables::looks(case, &report, &mut looks);
    machines(case, &mut looks);
    software::looks(case, &report, &mut looks);
    let asked = case.desired.refresh_at.map(|since| stale(case, since));
    for look in asked.into_iter().flatten() {
        if !looks.contains(&look) {
            looks.push(look);
        }
    }
    looks
}

/// Whether nothing is looked at: the earlier life goes first, or the last one is let go.
pub(crate) fn is_idle(case: &Case<'_>) -> bool {
    !case.observed.predecessor_gone
        || (case.desired.presence == Presence::Absent
            && case.desired.deletion == DeletionPolicy::Retain)
}

fn stack(case: &Case<'_>, verdict: &Verdict, looks: &mut Vec<Look>) {
    let is_settled = *verdict == Verdict::InSync && case.open(Resource::Stack).next().is_none();
    if is_settled {
        return;
    }
    let stack = match &case.known.stack {
        Some(arn) => StackRef::Arn(arn.clone()),
        None => StackRef::Name(case.desired.stack.name.clone()),
    };
    looks.push(Look::Stack(case.desired.target.clone(), stack));
}

fn change_set(case: &Case<'_>, stack: &Stack, verdict: &Verdict, looks: &mut Vec<Look>) {
    // A change set that was begun is asked for by its own name, whatever the spec says now.
    let begun = case
        .open(Resource::Stack)
        .find(|a| a.verb == "create-change-set")
        .and_then(|a| ChangeSetName::new(a.token.as_str()).ok());
    let is_judged = case.wanted() && matches!(verdict, Verdict::Outdated(_) | Verdict::Drifted(_));
    let name = begun.or_else(|| is_judged.then(|| case.change_set_name(stack)));
    if let (Some(name), Some(arn)) = (name, &case.known.stack) {
        looks.push(Look::ChangeSet(
            case.desired.target.clone(),
            arn.clone(),
            name,
        ));
    }
}

/// Why an operation failed is read once for each moment of a stack.
fn failure(case: &Case<'_>, looks: &mut Vec<Look>) {
    let Some(stack) = case.observed.stack.seen.present() else {
        return;
    };
    let is_failed = match phase(&stack.status) {
        Phase::NeverWorked
        | Phase::UpdateFailed
        | Phase::RolledBack
        | Phase::RollbackFailed
        | Phase::DeleteFailed => true,
        Phase::Gone => case.open(Resource::Stack).any(|a| a.verb == "create-stack"),
        Phase::Busy(_) | Phase::Good | Phase::Shell | Phase::Unrecognised => false,
    };
    let moment = stack.moment();
    let is_read = match &case.observed.failure.seen {
        Seen::Present(failure) => failure.moment == moment,
        Seen::Absent | Seen::Unknown(_) => false,
    };
    if is_failed && !is_read {
        looks.push(Look::Failure {
            target: case.desired.target.clone(),
            stack: stack.arn.clone(),
            moment: moment.clone(),
            since: stack.updated_at.unwrap_or(stack.created_at),
            otherwise: stack
                .reason
                .clone()
                .unwrap_or_else(|| stack.status.to_string()),
        });
    }
    if is_failed && is_read {
        console(case, &moment, looks);
    }
}

/// What the instance has to say whose boot failed, once for each moment of a stack.
fn console(case: &Case<'_>, moment: &str, looks: &mut Vec<Look>) {
    let Some(failure) = case.observed.failure.seen.present() else {
        return;
    };
    let is_of_instances = failure.instance.is_some()
        || failure.kind.as_deref() == Some("AWS::AutoScaling::AutoScalingGroup");
    let silent = case.known.booting.first();
    let Some(instance) = failure.instance.as_ref().or(silent) else {
        return;
    };
    let read = case.observed.console.seen.present();
    if is_of_instances && read.is_none_or(|console| console.moment != moment) {
        looks.push(Look::Console {
            target: case.desired.target.clone(),
            instance: instance.clone(),
            moment: moment.to_owned(),
        });
    }
}

fn objects(case: &Case<'_>, verdict: &Verdict, looks: &mut Vec<Look>) {
    let is_due = if case.wanted() {
        !case.desired.stack.objects.is_empty()
    } else {
        case.stack_is_gone()
    };
    // Buckets are not swept: that nobody removed anything is looked at now and then.
    let is_old = case.wanted()
        && !case
            .observed
            .objects
            .began_by(case.now - case.policy.evidence);
    let prefix = object_prefix(&case.desired.installation, &case.desired.uid);
    if let (true, false, Ok(prefix)) = (
        is_due,
        *verdict == Verdict::InSync && !is_old,
        ObjectKey::new(prefix),
    ) {
        looks.push(Look::Objects(case.desired.target.clone(), prefix));
    }
}

fn octopus(case: &Case<'_>, verdict: &Verdict, looks: &mut Vec<Look>) {
    let Some(desired) = &case.desired.tenant else {
        return;
    };
    let place = || (desired.server.clone(), desired.space.clone());
    if *verdict != Verdict::InSync {
        let (server, space) = place();
        let tenant = match &case.known.tenant {
            Some(id) => TenantRef::Id(id.clone()),
            None => TenantRef::Name(desired.name.to_string()),
        };
        looks.push(Look::Tenant(server, space, tenant));
    }
    let space_is_old = !case
        .observed
        .space
        .began_by(case.now - case.policy.space_freshness);
    if case.wanted() && space_is_old && classify::connections(case, desired).is_err() {
        let (server, space) = place();
        looks.push(Look::Space(server, space));
    }
    if let (false, Some(tenant)) = (case.wanted(), &case.known.tenant) {
        let (server, space) = place();
        looks.push(Look::Deployments(
            server.clone(),
            space.clone(),
            tenant.clone(),
        ));
        if case.stack_is_gone() {
            looks.push(Look::Machines(server, space, tenant.clone()));
        }
    }
}

/// Instances that machines are named after and no group has are asked for by id.
fn machines(case: &Case<'_>, looks: &mut Vec<Look>) {
    let instances = pruning::to_ask(case);
    if !instances.is_empty() {
        looks.push(Look::Fates(case.desired.target.clone(), instances));
    }
}
