//! From verb and path to what is asked, and in which space.

mod variables;
mod work;

use super::kind::Kind;
use super::refusal::Refusal;
pub(super) use variables::{List, VariablesCall};
pub(super) use work::WorkCall;

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Operation {
    Root,
    CurrentUser,
    User(String),
    UserSpaces(String),
    UserPermissions(String),
    Certificates,
    Certificate(String),
    SpaceRoot,
    List(Kind),
    All(Kind),
    Create(Kind),
    Read(Kind, String),
    Replace(Kind, String),
    Delete(Kind, String),
    /// The documents of one kind that belong to one of another.
    Members {
        of: Kind,
        id: String,
        kind: Kind,
    },
    /// A release by its project and version: the look-up before a create.
    ReleaseByVersion {
        project: String,
        version: String,
    },
    /// The read model of all three kinds of environment.
    EnvironmentsV2,
    SortEnvironments,
    MachinePolicyTemplate,
    MachineRoles,
    /// About the values that tenants have for variables.
    Variables(VariablesCall),
    /// About the server's tasks and what they wait for.
    Work(WorkCall),
}

/// The space that a path means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SpaceRef {
    /// `/api/…`
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
}

impl Route {
    /// Finds what `verb` on the decoded `segments` asks for.
    ///
    /// # Errors
    /// [`Refusal::NoRoute`] for a path that is not served, [`Refusal::WrongVerb`] for
    /// one that is, with other verbs.
    pub(super) fn find(verb: &str, segments: &[String]) -> Result<Self, Refusal> {
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let Some((first, rest)) = segments.split_first() else {
            return Err(Refusal::NoRoute);
        };
        if !first.eq_ignore_ascii_case("api") {
            return Err(Refusal::NoRoute);
        }
        if let Some(route) = matched(verb, rest) {
            return Ok(route);
        }
        let served = ["GET", "POST", "PUT", "DELETE"]
            .iter()
            .any(|other| matched(other, rest).is_some());
        Err(if served {
            Refusal::WrongVerb {
                verb: verb.to_owned(),
            }
        } else {
            Refusal::NoRoute
        })
    }
}

impl Operation {
    /// Verb and path without space and with placeholders for ids, as faults name
    /// an operation: `POST tenants`, `GET tenants/{id}`, `GET projects/{id}/releases`.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Root => "GET api".to_owned(),
            Self::CurrentUser => "GET users/me".to_owned(),
            Self::User(_) => "GET users/{id}".to_owned(),
            Self::UserSpaces(_) => "GET users/{id}/spaces".to_owned(),
            Self::UserPermissions(_) => "GET users/{id}/permissions".to_owned(),
            Self::Certificates => "GET configuration/certificates".to_owned(),
            Self::Certificate(_) => "GET configuration/certificates/{id}".to_owned(),
            Self::SpaceRoot => "GET space".to_owned(),
            Self::List(kind) => format!("GET {}", kind.collection()),
            Self::All(kind) => format!("GET {}/all", kind.collection()),
            Self::Create(kind) => format!("POST {}", kind.collection()),
            Self::Read(kind, _) => format!("GET {}/{{id}}", kind.collection()),
            Self::Replace(kind, _) => format!("PUT {}/{{id}}", kind.collection()),
            Self::Delete(kind, _) => format!("DELETE {}/{{id}}", kind.collection()),
            Self::Members { of, kind, .. } => {
                format!("GET {}/{{id}}/{}", of.collection(), kind.members())
            }
            Self::ReleaseByVersion { .. } => "GET projects/{id}/releases/{version}".to_owned(),
            Self::EnvironmentsV2 => "GET environments/v2".to_owned(),
            Self::SortEnvironments => "PUT environments/sortorder".to_owned(),
            Self::MachinePolicyTemplate => "GET machinepolicies/template".to_owned(),
            Self::MachineRoles => "GET machineroles/all".to_owned(),
            Self::Variables(call) => call.name().to_owned(),
            Self::Work(call) => call.name().to_owned(),
        }
    }
}

fn matched(verb: &str, segments: &[&str]) -> Option<Route> {
    if let Some(operation) = system(verb, segments) {
        return Some(Route {
            space: SpaceRef::Default,
            operation,
        });
    }
    let (space, rest) = match segments {
        [spaces, identifier, rest @ ..] if is(spaces, "spaces") => {
            (SpaceRef::IdOrSlug((*identifier).to_owned()), rest)
        }
        [id, rest @ ..] if Kind::Space.number(id).is_some() => {
            (SpaceRef::Id((*id).to_owned()), rest)
        }
        rest => (SpaceRef::Default, rest),
    };
    scoped(verb, rest).map(|operation| Route { space, operation })
}

/// Paths outside of every space.
fn system(verb: &str, segments: &[&str]) -> Option<Operation> {
    let owned = |text: &str| text.to_owned();
    match (verb, segments) {
        ("GET", []) => Some(Operation::Root),
        ("GET", [users, me]) if is(users, "users") && is(me, "me") => Some(Operation::CurrentUser),
        ("GET", [users, id]) if is(users, "users") => Some(Operation::User(owned(id))),
        ("GET", [users, id, spaces]) if is(users, "users") && is(spaces, "spaces") => {
            Some(Operation::UserSpaces(owned(id)))
        }
        ("GET", [users, id, permissions])
            if is(users, "users") && is(permissions, "permissions") =>
        {
            Some(Operation::UserPermissions(owned(id)))
        }
        ("GET", [configuration, certificates, rest @ ..])
            if is(configuration, "configuration") && is(certificates, "certificates") =>
        {
            match rest {
                [] => Some(Operation::Certificates),
                [id] => Some(Operation::Certificate(owned(id))),
                _ => None,
            }
        }
        (_, [tasks, rest @ ..]) if is(tasks, "tasks") => {
            work::tasks(verb, rest, true).map(Operation::Work)
        }
        (_, [spaces, rest @ ..]) if is(spaces, "spaces") => documents(verb, Kind::Space, rest),
        _ => None,
    }
}

/// Paths inside a space.
fn scoped(verb: &str, segments: &[&str]) -> Option<Operation> {
    match (verb, segments) {
        ("GET", []) => Some(Operation::SpaceRoot),
        ("GET", [roles, all]) if is(roles, "machineroles") && is(all, "all") => {
            Some(Operation::MachineRoles)
        }
        ("GET", [environments, v2]) if is(environments, "environments") && is(v2, "v2") => {
            Some(Operation::EnvironmentsV2)
        }
        ("PUT", [environments, order])
            if is(environments, "environments") && is(order, "sortorder") =>
        {
            Some(Operation::SortEnvironments)
        }
        ("GET", [policies, template])
            if is(policies, "machinepolicies") && is(template, "template") =>
        {
            Some(Operation::MachinePolicyTemplate)
        }
        (_, [tasks, rest @ ..]) if is(tasks, "tasks") => {
            work::tasks(verb, rest, false).map(Operation::Work)
        }
        (_, [interruptions, id, rest @ ..])
            if is(interruptions, "interruptions") && !rest.is_empty() =>
        {
            work::interruption(verb, id, rest).map(Operation::Work)
        }
        (verb, [tenants, id, part]) if is(tenants, "tenants") => {
            variables::of_tenant(verb, id, part).map(Operation::Variables)
        }
        ("GET", [variables, all]) if is(variables, "tenantvariables") && is(all, "all") => {
            Some(Operation::Variables(VariablesCall::All))
        }
        (_, [collection, rest @ ..]) => {
            let kind = Kind::of_collection(collection).filter(|kind| *kind != Kind::Space)?;
            documents(verb, kind, rest)
        }
        _ => None,
    }
}

/// What every collection offers, and the collections inside a document.
fn documents(verb: &str, kind: Kind, rest: &[&str]) -> Option<Operation> {
    let owned = |text: &str| text.to_owned();
    match (verb, rest) {
        ("GET", []) => Some(Operation::List(kind)),
        (verb, [] | [_]) if !kind.takes(verb) => None,
        ("POST", []) => Some(Operation::Create(kind)),
        ("GET", [all]) if is(all, "all") && kind.has_all() => Some(Operation::All(kind)),
        ("GET", [id]) => Some(Operation::Read(kind, owned(id))),
        ("PUT", [id]) => Some(Operation::Replace(kind, owned(id))),
        ("DELETE", [id]) => Some(Operation::Delete(kind, owned(id))),
        ("GET", [id, members]) => {
            let member = Kind::ALL
                .into_iter()
                .find(|member| is(members, member.members()) && contains(kind, *member))?;
            Some(Operation::Members {
                of: kind,
                id: owned(id),
                kind: member,
            })
        }
        ("GET", [project, releases, version])
            if kind == Kind::Project && is(releases, "releases") =>
        {
            Some(Operation::ReleaseByVersion {
                project: owned(project),
                version: owned(version),
            })
        }
        _ => None,
    }
}

/// Whether `/{parents}/{id}/{members}` is a path of the server.
fn contains(parent: Kind, member: Kind) -> bool {
    matches!(
        (parent, member),
        (Kind::Environment | Kind::MachinePolicy, Kind::Machine)
            | (Kind::Project, Kind::Channel)
            | (Kind::Project | Kind::Channel, Kind::Release)
            | (Kind::ProjectGroup, Kind::Project)
            | (Kind::Project, Kind::Trigger)
            | (Kind::Release, Kind::Deployment)
    )
}

fn is(segment: &str, word: &str) -> bool {
    segment.eq_ignore_ascii_case(word)
}
