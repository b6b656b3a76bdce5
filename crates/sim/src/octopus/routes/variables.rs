//! The paths about tenants' values for variables: the old form, one document for all of a
//! tenant, and the new ones, a list for those of projects and one for those in common.

use super::is;

/// What is asked about tenants' values; the texts are ids of tenants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum VariablesCall {
    /// The whole document of a tenant.
    Read(String),
    /// The same, written back. Go clients `PUT` it, C# clients `POST` it.
    Write {
        tenant: String,
        posts: bool,
    },
    /// The documents of all tenants, as a bare array.
    All,
    ReadList(List, String),
    WriteList(List, String),
}

/// One of the new lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum List {
    /// Values for templates of projects.
    Project,
    /// Values for templates of library variable sets.
    Common,
}

impl VariablesCall {
    /// The call as faults name it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Read(_) => "GET tenants/{id}/variables",
            Self::Write { posts: false, .. } => "PUT tenants/{id}/variables",
            Self::Write { posts: true, .. } => "POST tenants/{id}/variables",
            Self::All => "GET tenantvariables/all",
            Self::ReadList(List::Project, _) => "GET tenants/{id}/projectvariables",
            Self::ReadList(List::Common, _) => "GET tenants/{id}/commonvariables",
            Self::WriteList(List::Project, _) => "PUT tenants/{id}/projectvariables",
            Self::WriteList(List::Common, _) => "PUT tenants/{id}/commonvariables",
        }
    }

    /// The tenant whose values are written.
    pub(in super::super) fn written(&self) -> Option<&str> {
        match self {
            Self::Write { tenant, .. } | Self::WriteList(_, tenant) => Some(tenant),
            Self::Read(_) | Self::All | Self::ReadList(..) => None,
        }
    }
}

/// What `verb` asks for at `/tenants/{id}/{part}`.
pub(super) fn of_tenant(verb: &str, id: &str, part: &str) -> Option<VariablesCall> {
    let id = id.to_owned();
    if is(part, "variables") {
        return match verb {
            "GET" => Some(VariablesCall::Read(id)),
            "PUT" | "POST" => Some(VariablesCall::Write {
                tenant: id,
                posts: verb == "POST",
            }),
            _ => None,
        };
    }
    let list = [
        ("projectvariables", List::Project),
        ("commonvariables", List::Common),
    ];
    let (_, list) = list.into_iter().find(|(name, _)| is(part, name))?;
    match verb {
        "GET" => Some(VariablesCall::ReadList(list, id)),
        "PUT" => Some(VariablesCall::WriteList(list, id)),
        _ => None,
    }
}
