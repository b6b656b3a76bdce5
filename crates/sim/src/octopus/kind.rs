//! The kinds of document that the simulated server keeps.

/// A kind of document, in the order in which kinds refer to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// The only kind that lives in no space.
    Space,
    Environment,
    Lifecycle,
    ProjectGroup,
    MachinePolicy,
    VariableSet,
    Project,
    Channel,
    Tenant,
    Machine,
    Release,
    Trigger,
    Deployment,
    Task,
    Interruption,
    TagSet,
    Proxy,
    Subscription,
    Event,
}

impl Kind {
    pub(super) const ALL: [Self; 19] = [
        Self::Space,
        Self::Environment,
        Self::Lifecycle,
        Self::ProjectGroup,
        Self::MachinePolicy,
        Self::VariableSet,
        Self::Project,
        Self::Channel,
        Self::Tenant,
        Self::Machine,
        Self::Release,
        Self::Trigger,
        Self::Deployment,
        Self::Task,
        Self::Interruption,
        Self::TagSet,
        Self::Proxy,
        Self::Subscription,
        Self::Event,
    ];

    /// The path segment of the kind's collection.
    pub(super) fn collection(self) -> &'static str {
        match self {
            Self::Space => "spaces",
            Self::Environment => "environments",
            Self::Lifecycle => "lifecycles",
            Self::ProjectGroup => "projectgroups",
            Self::MachinePolicy => "machinepolicies",
            Self::VariableSet => "libraryvariablesets",
            Self::Project => "projects",
            Self::Channel => "channels",
            Self::Tenant => "tenants",
            Self::Machine => "machines",
            Self::Release => "releases",
            Self::Trigger => "projecttriggers",
            Self::Deployment => "deployments",
            Self::Task => "tasks",
            Self::Interruption => "interruptions",
            Self::TagSet => "tagsets",
            Self::Proxy => "proxies",
            Self::Subscription => "subscriptions",
            Self::Event => "events",
        }
    }

    /// What stands before the dash of an id.
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::Space => "Spaces",
            Self::Environment => "Environments",
            Self::Lifecycle => "Lifecycles",
            Self::ProjectGroup => "ProjectGroups",
            Self::MachinePolicy => "MachinePolicies",
            Self::VariableSet => "LibraryVariableSets",
            Self::Project => "Projects",
            Self::Channel => "Channels",
            Self::Tenant => "Tenants",
            Self::Machine => "Machines",
            Self::Release => "Releases",
            Self::Trigger => "ProjectTriggers",
            Self::Deployment => "Deployments",
            Self::Task => "ServerTasks",
            Self::Interruption => "Interruptions",
            Self::TagSet => "TagSets",
            Self::Proxy => "Proxies",
            Self::Subscription => "Subscriptions",
            Self::Event => "Events",
        }
    }

    /// The `ItemType` of a page; machines are deployment targets there.
    pub(super) fn item_type(self) -> &'static str {
        match self {
            Self::Space => "Space",
            Self::Environment => "Environment",
            Self::Lifecycle => "Lifecycle",
            Self::ProjectGroup => "ProjectGroup",
            Self::MachinePolicy => "MachinePolicy",
            Self::VariableSet => "LibraryVariableSet",
            Self::Project => "Project",
            Self::Channel => "Channel",
            Self::Tenant => "Tenant",
            Self::Machine => "DeploymentTarget",
            Self::Release => "Release",
            Self::Trigger => "ProjectTrigger",
            Self::Deployment => "Deployment",
            Self::Task => "Task",
            Self::Interruption => "Interruption",
            Self::TagSet => "TagSet",
            Self::Proxy => "Proxy",
            Self::Subscription => "Subscription",
            Self::Event => "Event",
        }
    }

    /// The word for people, as error texts use it.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Space => "space",
            Self::Environment => "environment",
            Self::Lifecycle => "lifecycle",
            Self::ProjectGroup => "project group",
            Self::MachinePolicy => "machine policy",
            Self::VariableSet => "library variable set",
            Self::Project => "project",
            Self::Channel => "channel",
            Self::Tenant => "tenant",
            Self::Machine => "machine",
            Self::Release => "release",
            Self::Trigger => "project trigger",
            Self::Deployment => "deployment",
            Self::Task => "task",
            Self::Interruption => "interruption",
            Self::TagSet => "tag set",
            Self::Proxy => "proxy",
            Self::Subscription => "subscription",
            Self::Event => "event",
        }
    }

    /// The key that names a document to people.
    pub(super) fn name_key(self) -> &'static str {
        match self {
            Self::Release => "Version",
            Self::Interruption => "Title",
            Self::Event => "Category",
            Self::Space
            | Self::Environment
            | Self::Lifecycle
            | Self::ProjectGroup
            | Self::MachinePolicy
            | Self::VariableSet
            | Self::Project
            | Self::Channel
            | Self::Tenant
            | Self::Machine
            | Self::Trigger
            | Self::Deployment
            | Self::Task
            | Self::TagSet
            | Self::Proxy
            | Self::Subscription => "Name",
        }
    }

    /// The most characters that a name may have; `None` where no limit is known.
    pub(super) fn name_limit(self) -> Option<usize> {
        match self {
            Self::Space | Self::Environment => Some(50),
            Self::Tenant => Some(200),
            Self::Release => Some(349),
            Self::Lifecycle
            | Self::ProjectGroup
            | Self::MachinePolicy
            | Self::VariableSet
            | Self::Project
            | Self::Channel
            | Self::Machine
            | Self::Trigger
            | Self::Deployment
            | Self::Task
            | Self::Interruption
            | Self::TagSet
            | Self::Proxy
            | Self::Subscription
            | Self::Event => None,
        }
    }

    /// Whether a document of this kind may be addressed by its slug too.
    pub(super) fn found_by_slug(self) -> bool {
        match self {
            Self::Space | Self::Project => true,
            Self::Environment
            | Self::Lifecycle
            | Self::ProjectGroup
            | Self::MachinePolicy
            | Self::VariableSet
            | Self::Channel
            | Self::Tenant
            | Self::Machine
            | Self::Release
            | Self::Trigger
            | Self::Deployment
            | Self::Task
            | Self::Interruption
            | Self::TagSet
            | Self::Proxy
            | Self::Subscription
            | Self::Event => false,
        }
    }

    /// Whether documents have names that people give them, and so may clash.
    pub(super) fn is_named(self) -> bool {
        match self {
            Self::Space
            | Self::Environment
            | Self::Lifecycle
            | Self::ProjectGroup
            | Self::MachinePolicy
            | Self::VariableSet
            | Self::Project
            | Self::Channel
            | Self::Tenant
            | Self::Machine
            | Self::Release
            | Self::Trigger
            | Self::TagSet
            | Self::Proxy
            | Self::Subscription => true,
            Self::Deployment | Self::Task | Self::Interruption | Self::Event => false,
        }
    }

    /// Whether documents have a slug.
    pub(super) fn has_slug(self) -> bool {
        self.is_named()
            && !matches!(
                self,
                Self::Release
                    | Self::MachinePolicy
                    | Self::VariableSet
                    | Self::Trigger
                    | Self::TagSet
                    | Self::Proxy
                    | Self::Subscription
            )
    }

    /// Whether the collection can be had as one bare array, at `/all`.
    pub(super) fn has_all(self) -> bool {
        self.is_named() && !matches!(self, Self::Release | Self::Trigger)
    }

    /// Whether clients may use that verb on the collection or its documents: work that
    /// the server does is begun and ended by calls of its own.
    pub(super) fn takes(self, verb: &str) -> bool {
        match self {
            Self::Task | Self::Interruption | Self::Event => verb == "GET",
            Self::Deployment => verb != "PUT",
            Self::Space
            | Self::Environment
            | Self::Lifecycle
            | Self::ProjectGroup
            | Self::MachinePolicy
            | Self::VariableSet
            | Self::Project
            | Self::Channel
            | Self::Tenant
            | Self::Machine
            | Self::Release
            | Self::Trigger
            | Self::TagSet
            | Self::Proxy
            | Self::Subscription => true,
        }
    }

    /// The path segment of the kind's collection inside another document.
    pub(super) fn members(self) -> &'static str {
        if self == Self::Trigger {
            "triggers"
        } else {
            self.collection()
        }
    }

    /// The id of the `number`th document of this kind.
    pub(super) fn id(self, number: u64) -> String {
        format!("{}-{number}", self.prefix())
    }

    /// The number in an id of this kind, whatever the id's case.
    pub(super) fn number(self, id: &str) -> Option<u64> {
        let (prefix, number) = id.rsplit_once('-')?;
        if !prefix.eq_ignore_ascii_case(self.prefix()) {
            return None;
        }
        number.parse().ok()
    }
}
