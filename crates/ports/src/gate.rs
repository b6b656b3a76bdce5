//! The one gate that every effect passes, and the registry of what passes it.

use std::fmt;

use async_trait::async_trait;

use crate::PortError;

/// Asked by an adapter before each send and told after each reply.
///
/// # Guarantees expected of an implementation
/// `before` lets a call through only while the caller's lease outlives the request
/// time-out; what it lets through is counted and can be stopped there by a test.
#[async_trait]
pub trait Gate: Send + Sync {
    /// May this be sent now?
    ///
    /// # Errors
    /// [`Closed`]: it must not be sent.
    async fn before(&self, call: Call) -> Result<(), Closed>;

    /// The reply has come, or has failed to.
    async fn after(&self, call: Call, result: Result<(), &PortError>);
}

/// Why the gate is closed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not sent: {0}")]
pub struct Closed(pub String);

/// A point at which a crash must leave nothing wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Boundary {
    /// A call to a provider.
    Call(Call, Moment),
    /// A statement to the ledger.
    Commit(Commit, Moment),
}

/// On which side of an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moment {
    /// About to be sent.
    Before,
    /// Answered.
    After,
}

macro_rules! registry {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "each is named for the operation that it stands for")]
        pub enum $name { $($variant),+ }

        impl $name {
            /// Every one there is.
            pub const ALL: &[$name] = &[$($name::$variant),+];

            /// `service:Operation`, as it stands in metrics, logs and errors.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

registry! {
    /// Every call that an adapter can make.
    Call {
        GetCallerIdentity = "sts:GetCallerIdentity",
        DescribeStacks = "cloudformation:DescribeStacks",
        DescribeStackEvents = "cloudformation:DescribeStackEvents",
        DescribeChangeSet = "cloudformation:DescribeChangeSet",
        CreateStack = "cloudformation:CreateStack",
        CreateChangeSet = "cloudformation:CreateChangeSet",
        ExecuteChangeSet = "cloudformation:ExecuteChangeSet",
        DeleteChangeSet = "cloudformation:DeleteChangeSet",
        CancelUpdateStack = "cloudformation:CancelUpdateStack",
        ContinueUpdateRollback = "cloudformation:ContinueUpdateRollback",
        RollbackStack = "cloudformation:RollbackStack",
        DeleteStack = "cloudformation:DeleteStack",
        DescribeAutoScalingGroups = "autoscaling:DescribeAutoScalingGroups",
        DescribeInstances = "ec2:DescribeInstances",
        ConsoleOutput = "ec2:GetConsoleOutput",
        GetSecretValue = "secretsmanager:GetSecretValue",
        ListObjects = "s3:ListObjectsV2",
        PutObject = "s3:PutObject",
        DeleteObjects = "s3:DeleteObjects",
        ListTenants = "octopus:GET tenants",
        GetTenant = "octopus:GET tenants/{id}",
        CreateTenant = "octopus:POST tenants",
        UpdateTenant = "octopus:PUT tenants/{id}",
        DeleteTenant = "octopus:DELETE tenants/{id}",
        TenantVariables = "octopus:GET tenants/{id}/variables",
        UpdateTenantVariables = "octopus:PUT tenants/{id}/variables",
        ListMachines = "octopus:GET machines",
        DeleteMachine = "octopus:DELETE machines/{id}",
        ListProjects = "octopus:GET projects",
        ListEnvironments = "octopus:GET environments",
        ListSpaces = "octopus:GET spaces",
        ListReleases = "octopus:GET projects/{id}/releases",
        GetReleaseByVersion = "octopus:GET projects/{id}/releases/{version}",
        ReleasesById = "octopus:GET releases",
        ListDeployments = "octopus:GET deployments",
        CreateDeployment = "octopus:POST deployments",
        ListTasks = "octopus:GET tasks",
        GetTaskDetails = "octopus:GET tasks/{id}/details",
        CancelTask = "octopus:POST tasks/{id}/cancel",
        GetProject = "octopus:GET projects/{id}",
        UpdateProject = "octopus:PUT projects/{id}",
        ListTriggers = "octopus:GET projects/{id}/triggers",
        GetTrigger = "octopus:GET projecttriggers/{id}",
        CreateTrigger = "octopus:POST projecttriggers",
        UpdateTrigger = "octopus:PUT projecttriggers/{id}",
        DeleteTrigger = "octopus:DELETE projecttriggers/{id}",
        ListMachinePolicies = "octopus:GET machinepolicies",
        MachinePolicyTemplate = "octopus:GET machinepolicies/template",
        GetMachinePolicy = "octopus:GET machinepolicies/{id}",
        CreateMachinePolicy = "octopus:POST machinepolicies",
        UpdateMachinePolicy = "octopus:PUT machinepolicies/{id}",
        DeleteMachinePolicy = "octopus:DELETE machinepolicies/{id}",
    }
}

registry! {
    /// Every statement by which the engine changes the ledger.
    Commit {
        Claim = "ledger:claim",
        Renew = "ledger:renew",
        OpenAttempts = "ledger:open-attempts",
        RecordSweep = "ledger:record-sweep",
        RecordDocument = "ledger:record-document",
        Burn = "ledger:burn",
        Finish = "ledger:finish",
        Release = "ledger:release",
    }
}

impl Call {
    /// Whom it is sent to, and what is asked: `cloudformation` and `CreateStack`.
    pub fn service_and_operation(self) -> (&'static str, &'static str) {
        self.as_str().split_once(':').unwrap_or((self.as_str(), ""))
    }
}

impl fmt::Display for Boundary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, moment) = match self {
            Self::Call(call, moment) => (call.as_str(), moment),
            Self::Commit(commit, moment) => (commit.as_str(), moment),
        };
        match moment {
            Moment::Before => write!(f, "before {name}"),
            Moment::After => write!(f, "after {name}"),
        }
    }
}

impl Boundary {
    /// Every boundary there is: what a crash campaign has to reach.
    pub fn all() -> Vec<Self> {
        let both = [Moment::Before, Moment::After];
        let calls = Call::ALL
            .iter()
            .flat_map(|c| both.map(|m| Self::Call(*c, m)));
        let commits = Commit::ALL
            .iter()
            .flat_map(|c| both.map(|m| Self::Commit(*c, m)));
        calls.chain(commits).collect()
    }
}
