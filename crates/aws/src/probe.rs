//! Whether a target's credentials may do what the daemon does, found out without an effect.
//!
//! A read is made for real. A write is asked for about something that is not there, so that AWS
//! refuses it for that reason, or has nothing to do; somebody without the right is refused for
//! that reason, and before. In which order AWS checks is not promised anywhere: a request that
//! is wrong in itself may be refused as such before rights are looked at, so "allowed" is a
//! strong hint, and "denied" is sure.

mod date;
mod object;
mod stack;

use bennu_model::ids::TargetName;
use bennu_ports::{Call, Gate, PortErrorKind};
use chrono::{DateTime, Utc};

use crate::call::send;
use crate::error::Failure;
use crate::target::Aws;

/// The uid of an environment that nobody has: real ones are taken from a hash, and this is all
/// zeros.
const NOBODY: &str = "0000000000000000";

/// What a probe found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// It may be done.
    Allowed,
    /// It may not. AWS's words.
    Denied(String),
    /// It is not known: no answer, or none that says anything about rights.
    Unknown(String),
    /// There is nothing to ask: why, and what to look at instead.
    NotChecked(&'static str),
}

/// Who a target's credentials are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Twelve digits.
    pub account: String,
    /// The user or the assumed role.
    pub arn: String,
    /// What time it is by the clock of AWS, to the second; requests that are five minutes
    /// away from it are refused.
    pub date: Option<DateTime<Utc>>,
}

impl Probe {
    /// What the answer to a real read says.
    pub fn of_read<T>(answer: Result<T, Failure>) -> Self {
        match answer {
            Ok(_) => Self::Allowed,
            Err(failure) => match failure.error.kind {
                PortErrorKind::Denied => Self::Denied(failure.error.message),
                PortErrorKind::Throttled(_)
                | PortErrorKind::NotFound
                | PortErrorKind::Conflict
                | PortErrorKind::NoChange
                | PortErrorKind::Invalid
                | PortErrorKind::Quota
                | PortErrorKind::NoAnswer
                | PortErrorKind::Unavailable
                | PortErrorKind::Closed => Self::Unknown(failure.error.message),
            },
        }
    }

    /// What the answer to a request about something says that is not there: any refusal of
    /// the request itself means that the right to make it was there.
    pub fn of_absent<T>(answer: Result<T, Failure>) -> Self {
        match answer {
            Ok(_) => Self::Allowed,
            Err(failure) => match failure.error.kind {
                PortErrorKind::NotFound
                | PortErrorKind::Conflict
                | PortErrorKind::NoChange
                | PortErrorKind::Invalid
                | PortErrorKind::Quota => Self::Allowed,
                PortErrorKind::Denied => Self::Denied(failure.error.message),
                PortErrorKind::Throttled(_)
                | PortErrorKind::NoAnswer
                | PortErrorKind::Unavailable
                | PortErrorKind::Closed => Self::Unknown(failure.error.message),
            },
        }
    }
}

impl Aws {
    /// Who a target's credentials are, and what time it is there.
    ///
    /// # Errors
    /// There are no credentials, AWS refuses them, or it does not answer.
    pub async fn identity(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
    ) -> Result<Identity, Failure> {
        let call = Call::GetCallerIdentity;
        let clients = self.clients(target, call).await?;
        let dates = date::Dates::default();
        let request = clients.sts.get_caller_identity().customize();
        let reply = send(gate, call, request.interceptor(dates.clone()).send()).await?;
        Ok(Identity {
            account: reply.account.unwrap_or_default(),
            arn: reply.arn.unwrap_or_default(),
            date: dates.last(),
        })
    }

    /// Whether `call` may be made in a target; `None` for a call that another crate makes.
    pub async fn probe(&self, gate: &dyn Gate, target: &TargetName, call: Call) -> Option<Probe> {
        let clients = match self.clients(target, call).await {
            Ok(clients) => clients,
            Err(failure) => return Some(Probe::Unknown(failure.error.message)),
        };
        let bucket = self.config(target, call).ok()?.artifact_bucket.as_deref();
        let role = self.config(target, call).ok()?.service_role_arn.as_deref();
        let stacks = stack::Stacks::new(&clients.cloudformation, gate, self.installation(), role);
        let objects = object::Objects::new(&clients.s3, gate, self.installation(), bucket);
        Some(match call {
            Call::GetCallerIdentity => {
                let request = clients.sts.get_caller_identity().send();
                Probe::of_read(send(gate, call, request).await)
            }
            Call::DescribeStacks => stacks.list().await,
            Call::DescribeStackEvents => stacks.events().await,
            Call::DescribeChangeSet => stacks.change_set().await,
            Call::CreateStack => stacks.create().await,
            Call::CreateChangeSet => stacks.create_change_set().await,
            Call::ExecuteChangeSet => stacks.execute_change_set().await,
            Call::DeleteChangeSet => stacks.delete_change_set().await,
            Call::CancelUpdateStack => stacks.cancel_update().await,
            Call::ContinueUpdateRollback => stacks.continue_rollback().await,
            Call::RollbackStack => stacks.roll_back().await,
            Call::DeleteStack => stacks.delete().await,
            Call::DescribeAutoScalingGroups => {
                let request = clients.autoscaling.describe_auto_scaling_groups();
                Probe::of_read(send(gate, call, request.max_records(1).send()).await)
            }
            Call::GetSecretValue => {
                // Nobody is given a secret: there is none of this name.
                let name = format!("bennu/{}/doctor", self.installation());
                let request = clients.secrets.get_secret_value().secret_id(name);
                Probe::of_absent(send(gate, call, request.send()).await)
            }
            Call::ListObjects => objects.list().await,
            Call::PutObject => objects.put().await,
            Call::DeleteObjects => objects.delete().await,
            Call::DescribeInstances
            | Call::ConsoleOutput
            | Call::ListTenants
            | Call::GetTenant
            | Call::CreateTenant
            | Call::UpdateTenant
            | Call::DeleteTenant
            | Call::TenantVariables
            | Call::UpdateTenantVariables
            | Call::ListMachines
            | Call::DeleteMachine
            | Call::ListProjects
            | Call::ListEnvironments
            | Call::ListSpaces
            | Call::ListReleases
            | Call::GetReleaseByVersion
            | Call::ReleasesById
            | Call::ListDeployments
            | Call::CreateDeployment
            | Call::ListTasks
            | Call::GetTaskDetails
            | Call::CancelTask
            | Call::GetProject
            | Call::UpdateProject
            | Call::ListTriggers
            | Call::GetTrigger
            | Call::CreateTrigger
            | Call::UpdateTrigger
            | Call::DeleteTrigger
            | Call::ListMachinePolicies
            | Call::MachinePolicyTemplate
            | Call::GetMachinePolicy
            | Call::CreateMachinePolicy
            | Call::UpdateMachinePolicy
            | Call::DeleteMachinePolicy => return None,
        })
    }
}
