//! Actions in the words of the timeline.

use std::fmt;

use super::{Action, DeploymentsAction, InfrastructureAction};

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Infrastructure(_, action) => action.fmt(f),
            Self::Deployments(_, _, action) => action.fmt(f),
        }
    }
}

impl fmt::Display for InfrastructureAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PutObject { key, .. } => write!(f, "put object {key}"),
            Self::DeleteObjects { keys } => write!(f, "delete {} object(s)", keys.len()),
            Self::CreateStack { name, .. } => write!(f, "create stack {name}"),
            Self::CreateChangeSet { name, .. } => write!(f, "create change set {name}"),
            Self::ExecuteChangeSet { change_set, .. } => {
                write!(f, "execute change set {}", short(change_set.as_str()))
            }
            Self::DeleteChangeSet { change_set, .. } => {
                write!(f, "delete change set {}", short(change_set.as_str()))
            }
            Self::CancelUpdate { stack, .. } => {
                write!(f, "cancel the update of stack {}", short(stack.as_str()))
            }
            Self::ContinueRollback { stack, .. } => {
                write!(
                    f,
                    "continue the roll-back of stack {}",
                    short(stack.as_str())
                )
            }
            Self::RollBack { stack, .. } => write!(f, "roll back stack {}", short(stack.as_str())),
            Self::DeleteStack { stack, .. } => write!(f, "delete stack {}", short(stack.as_str())),
        }
    }
}

impl fmt::Display for DeploymentsAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateTenant { name, .. } => write!(f, "create tenant {name}"),
            Self::ConnectTenant {
                tenant,
                connections,
            } if connections.is_empty() => {
                write!(f, "disconnect tenant {tenant}")
            }
            Self::ConnectTenant {
                tenant,
                connections,
            } => {
                write!(
                    f,
                    "connect tenant {tenant} to {} project(s)",
                    connections.len()
                )
            }
            Self::SetVariables { set, clear, .. } => {
                write!(f, "set {} variable(s)", set.len())?;
                if clear.is_empty() {
                    return Ok(());
                }
                write!(f, " and clear {}", clear.len())
            }
            Self::ClearVariables { tenant } => write!(f, "clear all variables of tenant {tenant}"),
            Self::DeleteTenant { tenant } => write!(f, "delete tenant {tenant}"),
            Self::DeleteMachine { machine, name } => write!(f, "delete machine {name} ({machine})"),
            Self::Deploy {
                project_name,
                version,
                machines,
                ..
            } => write!(
                f,
                "deploy {version} of {project_name} to {} machine(s)",
                machines.len()
            ),
            Self::CancelTask { task } => write!(f, "cancel task {task}"),
            Self::EditOverrides {
                project,
                set,
                clear,
            } => write!(
                f,
                "set {} and clear {} override(s) of {project}",
                set.len(),
                clear.len()
            ),
            Self::CreateTrigger { project, name, .. } => {
                write!(f, "create trigger {name} in {project}")
            }
            Self::UpdateTrigger { trigger, .. } => write!(f, "update trigger {trigger}"),
            Self::DeleteTrigger { trigger } => write!(f, "delete trigger {trigger}"),
            Self::CreateMachinePolicy { name, .. } => write!(f, "create machine policy {name}"),
            Self::UpdateMachinePolicy { policy, .. } => write!(f, "update machine policy {policy}"),
            Self::DeleteMachinePolicy { policy } => write!(f, "delete machine policy {policy}"),
        }
    }
}

/// `arn:aws:cloudformation:…:stack/NAME/ID` → `NAME`.
fn short(arn: &str) -> &str {
    arn.split('/').nth(1).unwrap_or(arn)
}
