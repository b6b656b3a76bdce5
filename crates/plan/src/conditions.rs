//! What people and programs are told. Computed anew each time; `Ready` is derived.

use bennu_model::condition::{Condition, ConditionKind, Status};
use bennu_model::environment::{Environment, Presence};
use bennu_model::plan::{Plan, Resource, When};
use bennu_model::verdict::Verdict;
use chrono::{DateTime, Utc};

use crate::is_stalled;

/// A condition before it is compared with what was said last time.
struct Said {
    kind: ConditionKind,
    status: Status,
    reason: String,
    message: String,
}

/// All conditions of an environment. `trouble` is what went wrong in this pass, in words.
/// A transition time moves only when a status does.
pub fn conditions(
    environment: &Environment,
    plan: &Plan,
    trouble: Option<&str>,
    before: &[Condition],
    now: DateTime<Utc>,
) -> Vec<Condition> {
    let mut said = Vec::new();
    for (resource, kind) in [
        (Resource::Stack, ConditionKind::StackReady),
        (Resource::Tenant, ConditionKind::TenantReady),
        (Resource::Variables, ConditionKind::VariablesReady),
        (Resource::Software, ConditionKind::SoftwareReady),
    ] {
        said.extend(of_resource(plan, resource, kind));
    }
    said.extend(machines(plan));
    said.insert(0, ready(environment, plan, trouble));
    said.extend(progress(environment, plan, trouble));
    let date = |said: Said| {
        let same = before
            .iter()
            .find(|old| old.kind == said.kind && old.status == said.status);
        Condition {
            kind: said.kind,
            status: said.status,
            reason: said.reason,
            message: said.message,
            observed_generation: plan.generation,
            last_transition_time: same.map_or(now, |old| old.last_transition_time),
        }
    };
    said.into_iter().map(date).collect()
}

/// Machines that are left for a person to decide about.
fn machines(plan: &Plan) -> Option<Said> {
    let first = plan.remarks.first()?;
    let each: Vec<_> = plan.remarks.iter().map(ToString::to_string).collect();
    Some(Said {
        kind: ConditionKind::MachinesClean,
        status: Status::False,
        reason: first.reason.clone(),
        message: each.join("; "),
    })
}

fn of_resource(plan: &Plan, resource: Resource, kind: ConditionKind) -> Option<Said> {
    let line = plan.report.iter().find(|line| line.resource == resource)?;
    let blocked = plan.steps.iter().find_map(|step| match &step.when {
        When::Blocked(blocked) if step.resource == resource => Some(blocked),
        When::Blocked(_) | When::Go | When::Wait(_) => None,
    });
    if let Some(blocked) = blocked {
        return Some(Said {
            kind,
            status: Status::False,
            reason: blocked.reason.clone(),
            message: blocked.to_string(),
        });
    }
    let (status, reason) = match &line.verdict {
        Verdict::InSync => (Status::True, "InSync"),
        Verdict::Missing => (Status::False, "Missing"),
        Verdict::Outdated(_) => (Status::False, "Outdated"),
        Verdict::Drifted(_) => (Status::False, "Drifted"),
        Verdict::Busy(_) => (Status::False, "Busy"),
        Verdict::Broken(_) => (Status::False, "Broken"),
        Verdict::Foreign(_) => (Status::False, "Foreign"),
        Verdict::Unknown(_) => (Status::Unknown, "Unknown"),
    };
    Some(Said {
        kind,
        status,
        reason: reason.to_owned(),
        message: line.verdict.to_string(),
    })
}

fn ready(environment: &Environment, plan: &Plan, trouble: Option<&str>) -> Said {
    let said = |status, reason: &str, message: String| Said {
        kind: ConditionKind::Ready,
        status,
        reason: reason.to_owned(),
        message,
    };
    if environment.presence == Presence::Absent {
        return said(Status::False, "Deleting", waiting_for(plan, trouble));
    }
    if plan.is_converged() {
        return said(
            Status::True,
            "Converged",
            "everything is as declared".into(),
        );
    }
    if is_stalled(plan) {
        return said(Status::False, "Stalled", waiting_for(plan, trouble));
    }
    let is_unknown = !plan.report.is_empty()
        && plan
            .report
            .iter()
            .all(|line| matches!(line.verdict, Verdict::Unknown(_) | Verdict::InSync));
    if is_unknown {
        return said(Status::Unknown, "Unknown", waiting_for(plan, trouble));
    }
    said(Status::False, "Reconciling", waiting_for(plan, trouble))
}

fn progress(environment: &Environment, plan: &Plan, trouble: Option<&str>) -> Option<Said> {
    if environment.presence == Presence::Present && plan.is_converged() {
        return None;
    }
    let (kind, reason) = if is_stalled(plan) {
        (ConditionKind::Stalled, "Blocked")
    } else {
        (ConditionKind::Reconciling, "InProgress")
    };
    Some(Said {
        kind,
        status: Status::True,
        reason: reason.to_owned(),
        message: waiting_for(plan, trouble),
    })
}

/// The first thing that a person would want to know.
fn waiting_for(plan: &Plan, trouble: Option<&str>) -> String {
    if let Some(trouble) = trouble {
        return trouble.to_owned();
    }
    let blocked = plan.steps.iter().find_map(|step| match &step.when {
        When::Blocked(blocked) => Some(blocked.to_string()),
        When::Go | When::Wait(_) => None,
    });
    let first = plan
        .steps
        .first()
        .map(|step| match (&step.when, &step.action) {
            (When::Wait(on), _) => format!("waiting for {on}"),
            (When::Go | When::Blocked(_), Some(action)) => action.to_string(),
            (When::Go | When::Blocked(_), None) => step.because.clone(),
        });
    blocked
        .or(first)
        .unwrap_or_else(|| "nothing is left to be done".into())
}
