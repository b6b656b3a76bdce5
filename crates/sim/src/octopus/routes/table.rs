//! The table of routes, and how a path is looked up in it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::super::kind::Kind;
use super::{DeliveryCall, List, Operation, PackageCall, PlanCall, VariablesCall, WorkCall};

/// Every route there is.
pub(super) static TABLE: LazyLock<Table> = LazyLock::new(Table::new);

/// Paths outside of every space.
const SYSTEM: &[(&str, &str, Operation)] = {
    use Operation as O;
    &[
        ("GET", "", O::Root),
        ("GET", "capabilities", O::Capabilities),
        ("GET", "serverstatus/health", O::ServerHealth),
        ("GET", "users/me", O::CurrentUser),
        ("GET", "users/{id}", O::User),
        ("GET", "users/{id}/spaces", O::UserSpaces),
        ("GET", "users/{id}/permissions", O::UserPermissions),
        ("GET", "ratelimitingpolicies", O::RatePolicies),
        ("GET", "ratelimitingpolicies/{id}", O::RatePolicy),
        ("PUT", "ratelimitingpolicies/{id}", O::WriteRatePolicy),
        ("GET", "configuration/certificates", O::Certificates),
        ("GET", "configuration/certificates/{id}", O::Certificate),
    ]
};

/// Paths that mean one space if they name it, and all of them if they do not.
const EITHER: &[(&str, &str, Operation)] = {
    use Operation::Work;
    &[
        ("GET", "tasks", Work(WorkCall::Tasks)),
        ("POST", "tasks", Work(WorkCall::QueueTask)),
        ("GET", "tasks/{id}", Work(WorkCall::Task)),
        ("GET", "tasks/{id}/details", Work(WorkCall::TaskDetails)),
        ("GET", "tasks/{id}/raw", Work(WorkCall::TaskLog)),
        ("POST", "tasks/{id}/cancel", Work(WorkCall::CancelTask)),
        (
            "GET",
            "tasks/{id}/queued-behind",
            Work(WorkCall::QueuedBehind),
        ),
        ("POST", "tasks/{id}/state", Work(WorkCall::SetState)),
        ("POST", "tasks/rerun/{id}", Work(WorkCall::Rerun)),
        ("GET", "events", Operation::Events),
        ("GET", "events/{id}", Operation::Event),
        ("GET", "events/categories", Operation::EventCategories),
        ("GET", "events/groups", Operation::EventGroups),
        ("GET", "events/agents", Operation::EventAgents),
        ("GET", "events/documenttypes", Operation::EventDocumentTypes),
    ]
};

/// Paths inside a space, besides those of the collections.
const SCOPED: &[(&str, &str, Operation)] = {
    use Operation as O;
    use Operation::{Variables, Work};
    use VariablesCall as V;
    &[
        ("GET", "", O::SpaceRoot),
        ("GET", "machineroles/all", O::MachineRoles),
        ("GET", "environments/v2", O::EnvironmentsV2),
        ("PUT", "environments/sortorder", O::Sort(Kind::Environment)),
        ("PUT", "tagsets/sortorder", O::Sort(Kind::TagSet)),
        ("GET", "machinepolicies/template", O::MachinePolicyTemplate),
        (
            "GET",
            "projects/{id}/releases/{version}",
            O::ReleaseByVersion,
        ),
        ("GET", "machines/discover", O::Discover),
        ("GET", "machines/{id}/connection", O::Connection),
        ("GET", "machines/{id}/tasks", O::TasksOfMachine),
        ("GET", "tenants/status", O::TenantStatus),
        ("GET", "tenants/tag-test", O::TagTest),
        ("GET", "tenants/variables-missing", O::MissingVariables),
        ("GET", "tenants/{id}/variables", Variables(V::Read)),
        ("PUT", "tenants/{id}/variables", Variables(V::Write)),
        ("POST", "tenants/{id}/variables", Variables(V::Write)),
        (
            "GET",
            "tenants/{id}/projectvariables",
            Variables(V::ReadList(List::Project)),
        ),
        (
            "PUT",
            "tenants/{id}/projectvariables",
            Variables(V::WriteList(List::Project)),
        ),
        (
            "GET",
            "tenants/{id}/commonvariables",
            Variables(V::ReadList(List::Common)),
        ),
        (
            "PUT",
            "tenants/{id}/commonvariables",
            Variables(V::WriteList(List::Common)),
        ),
        ("GET", "tenantvariables/all", Variables(V::All)),
        (
            "GET",
            "interruptions/{id}/responsible",
            Work(WorkCall::Responsible),
        ),
        (
            "PUT",
            "interruptions/{id}/responsible",
            Work(WorkCall::TakeResponsibility),
        ),
        (
            "POST",
            "interruptions/{id}/submit",
            Work(WorkCall::SubmitInterruption),
        ),
    ]
};

/// Paths about what is planned, made and delivered.
const DELIVERY: &[(&str, &str, Operation)] = {
    use DeliveryCall as D;
    use Operation::{Delivery, Package, Plan};
    use PackageCall as F;
    use PlanCall as P;
    &[
        ("POST", "releases/create/v1", Delivery(D::CreateRelease)),
        (
            "POST",
            "deployments/create/tenanted/v1",
            Delivery(D::DeployTenanted),
        ),
        (
            "POST",
            "deployments/create/untenanted/v1",
            Delivery(D::DeployUntenanted),
        ),
        (
            "GET",
            "releases/{id}/progression",
            Delivery(D::ReleaseProgression),
        ),
        (
            "GET",
            "projects/{id}/progression",
            Delivery(D::ProjectProgression),
        ),
        ("GET", "progression/{id}", Delivery(D::ProjectProgression)),
        ("GET", "dashboard", Delivery(D::Dashboard)),
        ("GET", "dashboard/dynamic", Delivery(D::Dashboard)),
        (
            "GET",
            "lifecycles/{id}/preview",
            Delivery(D::LifecyclePreview),
        ),
        (
            "GET",
            "releases/{id}/deployments/template",
            Delivery(D::Template),
        ),
        (
            "GET",
            "releases/{id}/deployments/preview/{environment}",
            Delivery(D::Preview),
        ),
        (
            "GET",
            "releases/{id}/deployments/preview/{environment}/{tenant}",
            Delivery(D::Preview),
        ),
        (
            "POST",
            "releases/{id}/deployments/previews",
            Delivery(D::Previews),
        ),
        (
            "POST",
            "releases/{id}/snapshot-variables",
            Delivery(D::SnapshotVariables),
        ),
        ("GET", "deploymentprocesses/{id}", Plan(P::Process)),
        ("PUT", "deploymentprocesses/{id}", Plan(P::WriteProcess)),
        (
            "GET",
            "deploymentprocesses/{id}/template",
            Plan(P::ReleaseTemplate),
        ),
        (
            "GET",
            "projects/{id}/deploymentprocesses",
            Plan(P::ProcessOfProject),
        ),
        (
            "PUT",
            "projects/{id}/deploymentprocesses",
            Plan(P::WriteProcessOfProject),
        ),
        ("GET", "projects/{id}/deploymentsettings", Plan(P::Settings)),
        (
            "PUT",
            "projects/{id}/deploymentsettings",
            Plan(P::WriteSettings),
        ),
        ("GET", "variables/{id}", Plan(P::Variables)),
        ("PUT", "variables/{id}", Plan(P::WriteVariables)),
        ("GET", "feeds", Package(F::Feeds)),
        ("GET", "feeds/all", Package(F::AllFeeds)),
        ("GET", "feeds/{id}", Package(F::Feed)),
        ("GET", "feeds/{id}/packages/versions", Package(F::Versions)),
        ("GET", "packages", Package(F::List)),
        ("GET", "packages/{id}", Package(F::Read)),
        ("POST", "packages/raw", Package(F::Push)),
        ("DELETE", "packages/{id}", Package(F::Delete)),
    ]
};

/// The collections inside a document: `{parents}/{id}/{members}`.
const MEMBERS: &[(Kind, Kind)] = &[
    (Kind::Environment, Kind::Machine),
    (Kind::MachinePolicy, Kind::Machine),
    (Kind::Project, Kind::Channel),
    (Kind::Project, Kind::Release),
    (Kind::Channel, Kind::Release),
    (Kind::ProjectGroup, Kind::Project),
    (Kind::Project, Kind::Trigger),
    (Kind::Release, Kind::Deployment),
    (Kind::Lifecycle, Kind::Project),
];

/// A verb on a path.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) verb: &'static str,
    pub(super) operation: Operation,
    pub(super) name: String,
    /// In lower case; `None` in the place of an id.
    segments: Vec<Option<String>>,
    reach: Reach,
}

/// Where a path may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    System,
    Either,
    Space,
}

/// All rows, found by the number of their segments and the first of these.
#[derive(Debug)]
pub(super) struct Table {
    rows: Vec<Row>,
    places: BTreeMap<(usize, String), Vec<usize>>,
}

impl Table {
    fn new() -> Self {
        let mut table = Self {
            rows: Vec::new(),
            places: BTreeMap::new(),
        };
        for (reach, rows) in [
            (Reach::System, SYSTEM),
            (Reach::Either, EITHER),
            (Reach::Space, SCOPED),
            (Reach::Space, DELIVERY),
        ] {
            for (verb, path, operation) in rows {
                table.add(reach, verb, path, *operation);
            }
        }
        for kind in Kind::ALL {
            table.add_collection(kind);
        }
        for (of, kind) in MEMBERS.iter().copied() {
            let path = format!("{}/{{id}}/{}", of.collection(), kind.members());
            table.add(Reach::Space, "GET", &path, Operation::Members { of, kind });
        }
        table
    }

    /// What every collection offers, as far as its kind goes.
    fn add_collection(&mut self, kind: Kind) {
        let reach = match kind {
            Kind::Space => Reach::System,
            // What clients ask about these is listed above.
            Kind::Task | Kind::Event => return,
            Kind::Environment
            | Kind::Lifecycle
            | Kind::ProjectGroup
            | Kind::MachinePolicy
            | Kind::VariableSet
            | Kind::Project
            | Kind::Channel
            | Kind::Tenant
            | Kind::Machine
            | Kind::Release
            | Kind::Trigger
            | Kind::Deployment
            | Kind::Interruption
            | Kind::TagSet
            | Kind::Proxy
            | Kind::Subscription => Reach::Space,
        };
        let collection = kind.collection();
        let (one, all) = (format!("{collection}/{{id}}"), format!("{collection}/all"));
        self.add(reach, "GET", collection, Operation::List(kind));
        if kind.has_all() {
            self.add(reach, "GET", &all, Operation::All(kind));
        }
        self.add(reach, "GET", &one, Operation::Read(kind));
        for (verb, path, operation) in [
            ("POST", collection, Operation::Create(kind)),
            ("PUT", one.as_str(), Operation::Replace(kind)),
            ("DELETE", one.as_str(), Operation::Delete(kind)),
        ] {
            if kind.takes(verb) {
                self.add(reach, verb, path, operation);
            }
        }
    }

    fn add(&mut self, reach: Reach, verb: &'static str, path: &str, operation: Operation) {
        let segments: Vec<Option<String>> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| (!segment.starts_with('{')).then(|| segment.to_lowercase()))
            .collect();
        let first = segments.first().cloned().flatten().unwrap_or_default();
        let place = (segments.len(), first);
        self.places.entry(place).or_default().push(self.rows.len());
        let path = match (path, reach) {
            ("", Reach::System | Reach::Either) => "api",
            ("", Reach::Space) => "space",
            (path, _) => path,
        };
        self.rows.push(Row {
            verb,
            operation,
            name: format!("{verb} {path}"),
            segments,
            reach,
        });
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter()
    }

    /// The rows, one for each verb, of a path that names no space and is in none.
    pub(super) fn system(&self, segments: &[&str]) -> Vec<&Row> {
        self.best(segments, |reach| reach != Reach::Space)
    }

    /// The rows of a path inside a space.
    pub(super) fn scoped(&self, segments: &[&str]) -> Vec<&Row> {
        self.best(segments, |reach| reach != Reach::System)
    }

    /// Of the rows that match, those with the most words before their first id: a word
    /// in the path is never taken for an id where it means something.
    fn best(&self, segments: &[&str], stands: impl Fn(Reach) -> bool) -> Vec<&Row> {
        let first = segments.first().map(|word| word.to_lowercase());
        let place = (segments.len(), first.unwrap_or_default());
        let rows = self.places.get(&place).into_iter().flatten();
        let rows = rows.filter_map(|row| self.rows.get(*row));
        let matching: Vec<&Row> = rows
            .filter(|row| stands(row.reach) && row.matches(segments))
            .collect();
        let most = matching.iter().map(|row| row.words()).max();
        matching
            .into_iter()
            .filter(|row| Some(row.words()) == most)
            .collect()
    }
}

impl Row {
    fn matches(&self, segments: &[&str]) -> bool {
        let mut pairs = self.segments.iter().zip(segments);
        pairs.all(|(word, given)| {
            word.as_ref()
                .is_none_or(|word| word.eq_ignore_ascii_case(given))
        })
    }

    /// Where words stand, and where ids.
    fn words(&self) -> Vec<bool> {
        self.segments.iter().map(Option::is_some).collect()
    }

    /// What a matching path has in the places of ids.
    pub(super) fn ids(&self, segments: &[&str]) -> Vec<String> {
        let pairs = self.segments.iter().zip(segments);
        let ids = pairs.filter(|(word, _)| word.is_none());
        ids.map(|(_, given)| (*given).to_owned()).collect()
    }
}
