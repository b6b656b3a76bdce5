//! From verb and path to what is asked, and in which space.
//!
//! One [`table`] of routes is behind everything that names one: finding what a request asks
//! for, the names by which faults strike an operation, and the list of what is served.

mod rows;
mod table;

use super::kind::Kind;
use super::refusal::Refusal;
use table::TABLE;

/// What a request asks for; what its path names is in [`Route::ids`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Root,
    Capabilities,
    ServerHealth,
    CurrentUser,
    User,
    UserSpaces,
    UserPermissions,
    Certificates,
    Certificate,
    SpaceRoot,
    List(Kind),
    All(Kind),
    Create(Kind),
    Read(Kind),
    Replace(Kind),
    Delete(Kind),
    /// The documents of one kind that belong to one of another.
    Members {
        of: Kind,
        kind: Kind,
    },
    /// A release by its project and version: the look-up before a create.
    ReleaseByVersion,
    /// The read model of all three kinds of environment.
    EnvironmentsV2,
    /// The order of all documents of a kind that people put in order.
    Sort(Kind),
    MachinePolicyTemplate,
    MachineRoles,
    RatePolicies,
    RatePolicy,
    WriteRatePolicy,
    TenantStatus,
    TagTest,
    MissingVariables,
    Discover,
    Connection,
    TasksOfMachine,
    /// The audit stream, of all spaces or of the path's.
    Events,
    Event,
    EventCategories,
    EventGroups,
    EventAgents,
    EventDocumentTypes,
    /// Where releases go and have come.
    Delivery(DeliveryCall),
    /// About processes, settings and variables.
    Plan(PlanCall),
    /// About the built-in feed.
    Package(PackageCall),
    /// About the values that tenants have for variables.
    Variables(VariablesCall),
    /// About the server's tasks and what they wait for.
    Work(WorkCall),
}

/// What is asked about releases on their way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DeliveryCall {
    CreateRelease,
    DeployTenanted,
    DeployUntenanted,
    ReleaseProgression,
    ProjectProgression,
    Dashboard,
    LifecyclePreview,
    Template,
    /// For an environment, and a tenant if the path names one.
    Preview,
    Previews,
    SnapshotVariables,
}

/// What is asked about a project's process, settings and variables. A process is named by
/// its own id or by its project's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PlanCall {
    Process,
    WriteProcess,
    ReleaseTemplate,
    ProcessOfProject,
    WriteProcessOfProject,
    Settings,
    WriteSettings,
    Variables,
    WriteVariables,
}

/// What is asked about feeds and packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PackageCall {
    Feeds,
    AllFeeds,
    Feed,
    Versions,
    List,
    Read,
    Push,
    Delete,
}

/// What is asked about tenants' values; the path names the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum VariablesCall {
    /// The whole document of a tenant.
    Read,
    /// The same, written back. Go clients `PUT` it, C# clients `POST` it.
    Write,
    /// The documents of all tenants, as a bare array.
    All,
    ReadList(List),
    WriteList(List),
}

/// One of the new lists of tenants' values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    /// Values for templates of projects.
    Project,
    /// Values for templates of library variable sets.
    Common,
}

/// What is asked about the server's work; the path names the task or the interruption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WorkCall {
    /// A page of tasks: of all spaces, or of the path's.
    Tasks,
    QueueTask,
    Task,
    TaskDetails,
    TaskLog,
    CancelTask,
    QueuedBehind,
    Rerun,
    SetState,
    /// Who answers for an interruption.
    Responsible,
    TakeResponsibility,
    SubmitInterruption,
}

/// The space that a path means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SpaceRef {
    /// `/api/…`: the default one, or none where a path is for all of them.
    Default,
    /// `/api/{spaceId}/…`
    Id(String),
    /// `/api/spaces/{spaceIdOrSlug}/…`
    IdOrSlug(String),
}

/// A request understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) space: SpaceRef,
    pub(super) operation: Operation,
    /// What stands in the places of the path's placeholders.
    pub(super) ids: Ids,
    /// Verb and path without space and with placeholders for ids: `POST tenants`,
    /// `GET tenants/{id}`, `GET projects/{id}/releases`.
    pub(super) name: &'static str,
}

/// The ids that a path names, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ids(Vec<String>);

impl Ids {
    /// The first; empty for a path that names none.
    pub(super) fn first(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// The second; empty for a path that names fewer.
    pub(super) fn second(&self) -> &str {
        self.0.get(1).map_or("", String::as_str)
    }

    /// The third; empty for a path that names fewer.
    pub(super) fn third(&self) -> &str {
        self.0.get(2).map_or("", String::as_str)
    }
}

impl Route {
    /// Finds what `verb` on the decoded `segments` asks for.
    ///
    /// # Errors
    /// [`Refusal::NoRoute`] for a path that is not served, [`Refusal::WrongVerb`] for
    /// one that is, with other verbs.
    pub(super) fn find(verb: &str, segments: &[String]) -> Result<Self, Refusal> {
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let Some((_, rest)) = segments
            .split_first()
            .filter(|(first, _)| first.eq_ignore_ascii_case("api"))
        else {
            return Err(Refusal::NoRoute);
        };
        let (space, inside) = split(rest);
        let of_system = TABLE.system(rest);
        let (rows, space, path) = match of_system.is_empty() {
            false => (of_system, SpaceRef::Default, rest),
            true => (TABLE.scoped(inside), space, inside),
        };
        let Some(row) = rows.iter().find(|row| row.verb == verb) else {
            return Err(match rows.is_empty() {
                true => Refusal::NoRoute,
                false => Refusal::WrongVerb {
                    verb: verb.to_owned(),
                },
            });
        };
        Ok(Self {
            space,
            operation: row.operation,
            ids: Ids(row.ids(path)),
            name: &row.name,
        })
    }
}

/// The names of all routes, as faults use them, in the order of the table.
pub(super) fn names() -> Vec<String> {
    TABLE.rows().map(|row| row.name.clone()).collect()
}

/// The space that a path names, and the rest of the path.
fn split<'a, 'b>(segments: &'a [&'b str]) -> (SpaceRef, &'a [&'b str]) {
    match segments {
        [spaces, identifier, rest @ ..] if spaces.eq_ignore_ascii_case("spaces") => {
            (SpaceRef::IdOrSlug((*identifier).to_owned()), rest)
        }
        [id, rest @ ..] if Kind::Space.number(id).is_some() => {
            (SpaceRef::Id((*id).to_owned()), rest)
        }
        rest => (SpaceRef::Default, rest),
    }
}
