//! What the table of routes is made of, besides the collections of every kind: verb, path
//! and operation, by where the path may stand.

use super::super::kind::Kind;
use super::{DeliveryCall, List, Operation, PackageCall, PlanCall, VariablesCall, WorkCall};

/// Paths outside of every space.
pub(super) const SYSTEM: &[(&str, &str, Operation)] = {
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
pub(super) const EITHER: &[(&str, &str, Operation)] = {
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
pub(super) const SCOPED: &[(&str, &str, Operation)] = {
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
pub(super) const DELIVERY: &[(&str, &str, Operation)] = {
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
pub(super) const MEMBERS: &[(Kind, Kind)] = &[
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
