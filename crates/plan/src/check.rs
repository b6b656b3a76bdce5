//! Whether a plan contradicts itself. Tests hold every plan against this.

use std::collections::BTreeMap;

use bennu_model::action::{Action, DeploymentsAction, InfrastructureAction};
use bennu_model::plan::{Plan, Resource, When};
use bennu_model::verdict::Verdict;

use crate::classify;

/// Everything that is wrong with a plan; empty means nothing.
pub fn check(plan: &Plan) -> Vec<String> {
    let mut wrong = Vec::new();
    for step in plan.ready() {
        let verdict = classify::of(&plan.report, step.resource);
        if matches!(verdict, Verdict::Unknown(_) | Verdict::Foreign(_)) {
            wrong.push(format!("acts on a resource that is {verdict}: {step}"));
        }
        if step.action.is_none() {
            wrong.push(format!("may go, and has no action: {step}"));
        }
        let deletes = step.action.as_ref().is_some_and(is_destructive);
        if deletes && *verdict == Verdict::InSync {
            wrong.push(format!("deletes what is as it should be: {step}"));
        }
    }
    let mut ready = BTreeMap::<Resource, usize>::new();
    for step in plan.ready() {
        *ready.entry(step.resource).or_default() += 1;
    }
    for (resource, n) in ready {
        let may_be_many = matches!(
            resource,
            Resource::Machines | Resource::Software | Resource::Objects
        );
        if n > 1 && !may_be_many {
            wrong.push(format!("{n} steps at once on {resource}"));
        }
    }
    for line in &plan.report {
        let is_explained = plan.steps.iter().any(|step| step.resource == line.resource);
        if line.verdict != Verdict::InSync && !is_explained {
            wrong.push(format!(
                "{} is {} and nothing is said about it",
                line.resource, line.verdict
            ));
        }
    }
    if plan.tombstone.is_some() && !plan.steps.is_empty() {
        wrong.push("ends a life with something left to do".into());
    }
    for step in &plan.steps {
        if let When::Blocked(blocked) = &step.when
            && (blocked.cause.is_empty() || blocked.remedy.is_empty())
        {
            wrong.push(format!(
                "is blocked and does not say by what, or by whom not: {step}"
            ));
        }
    }
    wrong
}

fn is_destructive(action: &Action) -> bool {
    match action {
        Action::Infrastructure(_, action) => match action {
            InfrastructureAction::DeleteStack { .. } => true,
            InfrastructureAction::PutObject { .. }
            | InfrastructureAction::DeleteObjects { .. }
            | InfrastructureAction::CreateStack { .. }
            | InfrastructureAction::CreateChangeSet { .. }
            | InfrastructureAction::ExecuteChangeSet { .. }
            | InfrastructureAction::DeleteChangeSet { .. }
            | InfrastructureAction::CancelUpdate { .. }
            | InfrastructureAction::ContinueRollback { .. }
            | InfrastructureAction::RollBack { .. } => false,
        },
        Action::Deployments(_, _, action) => {
            match action {
                DeploymentsAction::DeleteTenant { .. }
                | DeploymentsAction::ClearVariables { .. }
                | DeploymentsAction::DeleteMachine { .. } => true,
                DeploymentsAction::CreateTenant { .. }
                | DeploymentsAction::ConnectTenant { .. }
                | DeploymentsAction::SetVariables { .. }
                | DeploymentsAction::Deploy { .. }
                | DeploymentsAction::CancelTask { .. } => false,
                // Only a shared document's own worker does these.
                DeploymentsAction::EditOverrides { .. }
                | DeploymentsAction::CreateTrigger { .. }
                | DeploymentsAction::UpdateTrigger { .. }
                | DeploymentsAction::DeleteTrigger { .. }
                | DeploymentsAction::CreateMachinePolicy { .. }
                | DeploymentsAction::UpdateMachinePolicy { .. }
                | DeploymentsAction::DeleteMachinePolicy { .. } => true,
            }
        }
    }
}
