//! Which documents of a collection a query asks for. Filters of different names are
//! combined by AND, the values of one by OR; names that a kind does not have are
//! ignored, as by the server.

use serde_json::Value;

use super::documents::{Document, text};
use super::kind::Kind;
use super::refusal::Refusal;
use super::request::Query;

/// How a filter's values are compared with a document; always without case.
#[derive(Debug, Clone, Copy)]
enum Compare {
    /// The id itself.
    Id,
    /// The name as a whole.
    Name,
    /// A part of the name.
    NamePart,
    /// A text field.
    Text(&'static str),
    /// A text field of the object in the first key.
    Inner(&'static str, &'static str),
    /// Any item of a list.
    Member(&'static str),
    /// Any key of a map.
    Key(&'static str),
    /// A flag; the value is `true` or `false`.
    Flag(&'static str),
    /// A flag that must not be what the value is.
    Unless(&'static str),
    /// A flag that must be set if the value is `true`.
    Only(&'static str),
    /// Tags: any within a tag set, all of the sets that are named.
    Tags(&'static str),
}

/// The filters of one query.
#[derive(Debug)]
pub(super) struct Filters(Vec<(Compare, Vec<String>)>);

impl Filters {
    /// # Errors
    /// A flag that is neither `true` nor `false`.
    pub(super) fn read(kind: Kind, query: &Query) -> Result<Self, Refusal> {
        let mut filters = Vec::new();
        for (name, compare) in of(kind) {
            // Names may hold commas; everything else is a comma list.
            let values = match compare {
                Compare::Name | Compare::NamePart => query.value(name).map(|value| vec![value]),
                Compare::Id
                | Compare::Text(_)
                | Compare::Inner(..)
                | Compare::Member(_)
                | Compare::Key(_)
                | Compare::Flag(_)
                | Compare::Unless(_)
                | Compare::Only(_)
                | Compare::Tags(_) => query.list(name),
            };
            let Some(values) = values else { continue };
            let values: Vec<String> = values.into_iter().map(str::to_lowercase).collect();
            let flags = values
                .iter()
                .all(|value| value == "true" || value == "false");
            let is_flag = matches!(
                compare,
                Compare::Flag(_) | Compare::Unless(_) | Compare::Only(_)
            );
            if is_flag && !flags {
                return Err(Refusal::invalid(format!("{name} must be true or false.")));
            }
            filters.push((*compare, values));
        }
        Ok(Self(filters))
    }

    pub(super) fn accept(&self, document: &Document) -> bool {
        self.0
            .iter()
            .all(|(compare, values)| compare.accepts(document, values))
    }
}

impl Compare {
    fn accepts(self, document: &Document, values: &[String]) -> bool {
        let any = |found: &str| values.contains(&found.to_lowercase());
        match self {
            Self::Id => any(&document.id()),
            Self::Name => values.contains(&document.folded_name),
            Self::NamePart => values
                .iter()
                .any(|value| document.folded_name.contains(value)),
            Self::Text(key) => any(document.text(key)),
            Self::Inner(outer, key) => document
                .fields
                .get(outer)
                .and_then(Value::as_object)
                .is_some_and(|inner| any(text(inner, key))),
            Self::Member(key) => document.texts(key).any(any),
            Self::Key(key) => document
                .fields
                .get(key)
                .and_then(Value::as_object)
                .is_some_and(|map| map.keys().any(|found| any(found))),
            Self::Flag(key) => any(&document.is(key).to_string()),
            Self::Unless(key) => any(&(!document.is(key)).to_string()),
            Self::Only(key) => document.is(key) || !any("true"),
            Self::Tags(key) => tagged(document, key, values),
        }
    }
}

fn tagged(document: &Document, key: &str, wanted: &[String]) -> bool {
    let set = |tag: &str| tag.split('/').next().unwrap_or_default().to_owned();
    let has: Vec<String> = document.texts(key).map(str::to_lowercase).collect();
    wanted.iter().all(|tag| {
        wanted
            .iter()
            .any(|other| set(other) == set(tag) && has.contains(other))
    })
}

/// The filters of a kind's collection, by their names in the query.
fn of(kind: Kind) -> &'static [(&'static str, Compare)] {
    const IDS: (&str, Compare) = ("ids", Compare::Id);
    const NAME: (&str, Compare) = ("name", Compare::Name);
    const PARTIAL: (&str, Compare) = ("partialName", Compare::NamePart);
    match kind {
        Kind::Space | Kind::Environment => &[IDS, NAME, PARTIAL],
        // Registration looks for policies and proxies by `name`, which is not documented.
        Kind::MachinePolicy | Kind::Proxy => &[IDS, NAME, PARTIAL],
        Kind::Lifecycle | Kind::ProjectGroup | Kind::Channel => &[IDS, PARTIAL],
        Kind::TagSet => &[IDS, PARTIAL, ("scopes", Compare::Member("Scopes"))],
        Kind::Subscription => &[IDS, PARTIAL, ("spaces", Compare::Text("SpaceId"))],
        Kind::Event => &[
            IDS,
            ("user", Compare::Text("UserId")),
            ("users", Compare::Text("UserId")),
            ("eventCategories", Compare::Text("Category")),
            ("regardingAny", Compare::Member("RelatedDocumentIds")),
            ("projects", Compare::Member("RelatedDocumentIds")),
            ("projectGroups", Compare::Member("RelatedDocumentIds")),
            ("environments", Compare::Member("RelatedDocumentIds")),
            ("tenants", Compare::Member("RelatedDocumentIds")),
            ("spaces", Compare::Text("SpaceId")),
        ],
        Kind::VariableSet => &[IDS, PARTIAL, ("contentType", Compare::Text("ContentType"))],
        Kind::Project => &[
            IDS,
            NAME,
            PARTIAL,
            ("clonedFromProjectId", Compare::Text("ClonedFromProjectId")),
        ],
        Kind::Tenant => &[
            IDS,
            NAME,
            PARTIAL,
            ("projectId", Compare::Key("ProjectEnvironments")),
            ("tags", Compare::Tags("TenantTags")),
            ("isDisabled", Compare::Flag("IsDisabled")),
            ("clonedFromTenantId", Compare::Text("ClonedFromTenantId")),
        ],
        Kind::Machine => &[
            IDS,
            NAME,
            PARTIAL,
            ("roles", Compare::Member("Roles")),
            ("isDisabled", Compare::Flag("IsDisabled")),
            ("healthStatuses", Compare::Text("HealthStatus")),
            (
                "commStyles",
                Compare::Inner("Endpoint", "CommunicationStyle"),
            ),
            ("tenantTags", Compare::Member("TenantTags")),
            ("environmentIds", Compare::Member("EnvironmentIds")),
            ("thumbprint", Compare::Text("Thumbprint")),
            ("shellNames", Compare::Text("ShellName")),
            (
                "deploymentTargetTypes",
                Compare::Inner("Endpoint", "CommunicationStyle"),
            ),
        ],
        Kind::Release => &[IDS, ("searchByVersion", Compare::NamePart)],
        Kind::Trigger => &[IDS, PARTIAL],
        Kind::Deployment => &[
            IDS,
            PARTIAL,
            ("projects", Compare::Text("ProjectId")),
            ("environments", Compare::Text("EnvironmentId")),
            ("tenants", Compare::Text("TenantId")),
            ("channels", Compare::Text("ChannelId")),
        ],
        Kind::Task => &[
            IDS,
            NAME,
            PARTIAL,
            ("active", Compare::Unless("IsCompleted")),
            ("states", Compare::Text("State")),
            ("project", Compare::Text("ProjectId")),
            ("spaces", Compare::Text("SpaceId")),
            ("node", Compare::Text("ServerNode")),
            // No runbook runs here, so those of a runbook are none.
            ("runbook", Compare::Text("RunbookId")),
            ("hasWarningsOrErrors", Compare::Flag("HasWarningsOrErrors")),
            (
                "hasPendingInterruptions",
                Compare::Flag("HasPendingInterruptions"),
            ),
        ],
        Kind::Interruption => &[
            IDS,
            ("regarding", Compare::Member("RelatedDocumentIds")),
            ("pendingOnly", Compare::Only("IsPending")),
        ],
    }
}
