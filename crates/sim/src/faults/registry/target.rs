//! What faults strike, and what they may be narrowed to.

use serde::Serialize;

use crate::faults::scope::Scope;

/// What a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A call of AWS or of Octopus; `on` is the operation: `CreateStack`, `POST tenants`,
    /// `GET tenants/{id}`.
    Call,
    /// A call of AWS.
    AwsCall,
    /// A call of Octopus.
    OctopusCall,
    /// A resource of a stack; `on` is its logical id or its type.
    Resource,
    /// A change set; `on` is its name.
    ChangeSet,
    /// An alarm that a rollback trigger names; `on` is its ARN or its name.
    Alarm,
    /// An instance; `on` is the logical id of its group, or its own.
    Instance,
    /// A machine of Octopus; `on` is its name.
    Machine,
    /// A deployment; `on` is its project's name.
    Deployment,
    /// A post to a subscriber; `on` is the subscription's name.
    Webhook,
    /// A queue of SQS; `on` is its name.
    Queue,
}

impl Target {
    /// What a fault of this kind may be narrowed to.
    pub fn scopes(self) -> &'static [Scope] {
        match self {
            Self::Call => Scope::ALL,
            Self::AwsCall => &[
                Scope::Account,
                Scope::Region,
                Scope::Service,
                Scope::Stack,
                Scope::Resource,
            ],
            Self::OctopusCall => &[
                Scope::Space,
                Scope::Project,
                Scope::Environment,
                Scope::Tenant,
                Scope::Machine,
            ],
            Self::Alarm => &[Scope::Account, Scope::Region, Scope::Stack],
            Self::Resource | Self::Instance => {
                &[Scope::Account, Scope::Region, Scope::Stack, Scope::Resource]
            }
            Self::ChangeSet => &[Scope::Account, Scope::Region, Scope::Stack],
            Self::Queue => &[Scope::Account, Scope::Region],
            Self::Machine => &[
                Scope::Space,
                Scope::Environment,
                Scope::Tenant,
                Scope::Machine,
            ],
            Self::Deployment => &[
                Scope::Space,
                Scope::Project,
                Scope::Environment,
                Scope::Tenant,
            ],
            Self::Webhook => &[Scope::Space],
        }
    }

    /// What `on` names.
    pub fn on(self) -> &'static str {
        match self {
            Self::Call => "operation, such as CreateStack or POST tenants",
            Self::AwsCall => "operation, such as DescribeStacks",
            Self::OctopusCall => "operation, such as PUT tenants/{id}",
            Self::Resource => "logical id or resource type",
            Self::ChangeSet => "name of the change set",
            Self::Alarm => "ARN or name of an alarm",
            Self::Instance => "logical id of the group, or of the instance",
            Self::Machine => "machine name",
            Self::Deployment => "project name",
            Self::Webhook => "subscription name",
            Self::Queue => "queue name",
        }
    }
}
