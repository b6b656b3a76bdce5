//! The links of documents and roots, and documents as clients see them.

use serde_json::{Map, Value, json};

use super::documents::Document;
use super::kind::Kind;

/// A document with its links.
pub(super) fn present(document: &Document) -> Value {
    let mut fields = document.fields.clone();
    fields.insert("Links".to_owned(), of(document));
    Value::Object(fields)
}

/// The path of a collection in a space; those of spaces and of tasks are outside.
pub(super) fn collection(kind: Kind, space: &str) -> String {
    match kind {
        Kind::Space => "/api/spaces".to_owned(),
        Kind::Task => "/api/tasks".to_owned(),
        Kind::Event => "/api/events".to_owned(),
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
        | Kind::Subscription => format!("/api/{space}/{}", kind.collection()),
    }
}

/// The path of one document.
pub(super) fn to(document: &Document) -> String {
    format!(
        "{}/{}",
        collection(document.kind, document.text("SpaceId")),
        document.id()
    )
}

fn of(document: &Document) -> Value {
    let own = to(document);
    let space = document.text("SpaceId");
    let other =
        |kind: Kind, key: &str| format!("{}/{}", collection(kind, space), document.text(key));
    match document.kind {
        Kind::Space => json!({ "Self": own, "SpaceHome": format!("/api/{}", document.id()) }),
        Kind::Environment | Kind::MachinePolicy => {
            json!({ "Self": own, "Machines": format!("{own}/machines{{?skip,take}}") })
        }
        Kind::Lifecycle => json!({
            "Self": own,
            "Preview": format!("{own}/preview"),
            "Projects": format!("{own}/projects"),
        }),
        Kind::VariableSet => json!({
            "Self": own,
            "Variables": format!("/api/{space}/variables/{}", document.text("VariableSetId")),
        }),
        Kind::TagSet | Kind::Proxy | Kind::Subscription | Kind::Event => json!({ "Self": own }),
        Kind::Tenant => json!({ "Self": own, "Variables": format!("{own}/variables") }),
        Kind::ProjectGroup => {
            json!({ "Self": own, "Projects": format!("{own}/projects{{?skip,take}}") })
        }
        Kind::Project => json!({
            "Self": own,
            "Channels": format!("{own}/channels{{?skip,take,partialName}}"),
            "Releases": format!("{own}/releases{{/version}}{{?skip,take,searchByVersion}}"),
            "Triggers": format!("{own}/triggers{{?skip,take,partialName}}"),
            "DeploymentProcess": format!("{own}/deploymentprocesses"),
            "DeploymentSettings": format!("{own}/deploymentsettings"),
            "Progression": format!("{own}/progression"),
            "Variables": format!("/api/{space}/variables/{}", document.text("VariableSetId")),
            "Lifecycle": other(Kind::Lifecycle, "LifecycleId"),
            "ProjectGroup": other(Kind::ProjectGroup, "ProjectGroupId"),
        }),
        Kind::Channel => json!({
            "Self": own,
            "Project": other(Kind::Project, "ProjectId"),
            "Releases": format!("{own}/releases{{?skip,take,searchByVersion}}"),
        }),
        Kind::Machine => {
            json!({
                "Self": own,
                "MachinePolicy": other(Kind::MachinePolicy, "MachinePolicyId"),
                "Connection": format!("{own}/connection"),
                "TasksTemplate": format!("{own}/tasks{{?skip,take,type}}"),
            })
        }
        Kind::Release => json!({
            "Self": own,
            "Project": other(Kind::Project, "ProjectId"),
            "Channel": other(Kind::Channel, "ChannelId"),
            "Deployments": format!("{own}/deployments{{?skip,take}}"),
            "DeploymentTemplate": format!("{own}/deployments/template"),
            "DeploymentPreviews": format!("{own}/deployments/previews"),
            "Progression": format!("{own}/progression"),
            "SnapshotVariables": format!("{own}/snapshot-variables"),
        }),
        Kind::Trigger => json!({ "Self": own, "Project": other(Kind::Project, "ProjectId") }),
        Kind::Deployment => json!({
            "Self": own,
            "Project": other(Kind::Project, "ProjectId"),
            "Environment": other(Kind::Environment, "EnvironmentId"),
            "Release": other(Kind::Release, "ReleaseId"),
            "Task": other(Kind::Task, "TaskId"),
            "Interruptions": format!("/api/{space}/interruptions?regarding={}", document.id()),
        }),
        Kind::Task => json!({
            "Self": own,
            "Details": format!("{own}/details"),
            "Raw": format!("{own}/raw"),
            "Cancel": format!("{own}/cancel"),
            "QueuedBehind": format!("{own}/queued-behind{{?skip,take}}"),
            "State": format!("{own}/state"),
            "Rerun": format!("/api/tasks/rerun/{}", document.id()),
            "Interruptions": format!("/api/{space}/interruptions?regarding={}", document.id()),
        }),
        Kind::Interruption => json!({
            "Self": own,
            "Responsible": format!("{own}/responsible"),
            "Submit": format!("{own}/submit"),
        }),
    }
}

/// The links of the server's root: what is outside of spaces, and the default space's.
pub(super) fn root(default_space: &str) -> Value {
    let mut links = space_templates(default_space);
    for (name, template) in [
        ("Self", "/api"),
        (
            "Spaces",
            "/api/spaces{/id}{?name,skip,ids,take,partialName}",
        ),
        ("SpaceHome", "/api/{spaceId}"),
        ("CurrentUser", "/api/users/me"),
        (
            "Tasks",
            "/api/tasks{/id}{?skip,take,ids,active,states,name,project,environment,tenant,spaces,\
             hasPendingInterruptions}",
        ),
        (
            "Events",
            "/api/events{/id}{?skip,take,ids,regarding,regardingAny,user,users,projects,projectGroups,\
             environments,eventGroups,eventCategories,eventAgents,tenants,from,to,internal,fromAutoId,\
             toAutoId,documentTypes,spaces,excludeDifference}",
        ),
        ("ServerHealthStatus", "/api/serverstatus/health"),
        (
            "CertificateConfiguration",
            "/api/configuration/certificates{/id}{?skip,take}",
        ),
    ] {
        links.insert(name.to_owned(), Value::from(template));
    }
    Value::Object(links)
}

/// The links of a space's root.
pub(super) fn space_root(space: &str) -> Value {
    let mut links = space_templates(space);
    links.insert("Self".to_owned(), Value::from(format!("/api/{space}")));
    Value::Object(links)
}

fn space_templates(space: &str) -> Map<String, Value> {
    const TEMPLATES: &[(&str, &str)] = &[
        (
            "Environments",
            "environments{/id}{?name,skip,ids,take,partialName}",
        ),
        (
            "EnvironmentsV2",
            "environments/v2{?name,skip,ids,take,partialName,type}",
        ),
        ("EnvironmentSortOrder", "environments/sortorder"),
        ("TagSets", "tagsets{/id}{?skip,take,ids,partialName,scopes}"),
        ("TagSetSortOrder", "tagsets/sortorder"),
        ("TenantsStatus", "tenants/status"),
        ("TenantTagTest", "tenants/tag-test{?tenantIds,tags}"),
        (
            "TenantsMissingVariables",
            "tenants/variables-missing{?tenantId,projectId,environmentId,includeDetails}",
        ),
        (
            "DiscoverMachine",
            "machines/discover{?host,port,type,proxyId}",
        ),
        ("Proxies", "proxies{/id}{?skip,take,ids,partialName}"),
        (
            "Subscriptions",
            "subscriptions{/id}{?skip,take,ids,partialName,spaces}",
        ),
        (
            "Dashboard",
            "dashboard{?projectId,releaseId,selectedTenants,selectedTags}",
        ),
        (
            "DashboardDynamic",
            "dashboard/dynamic{?projects,environments}",
        ),
        ("DeploymentProcesses", "deploymentprocesses{/id}"),
        ("Variables", "variables{/id}"),
        ("Feeds", "feeds{/id}{?skip,take,ids,partialName,feedType}"),
        (
            "Packages",
            "packages{/id}{?nuGetPackageId,filter,latest,skip,take}",
        ),
        ("PackageUpload", "packages/raw{?overwriteMode}"),
        ("Lifecycles", "lifecycles{/id}{?skip,take,ids,partialName}"),
        (
            "ProjectGroups",
            "projectgroups{/id}{?skip,take,ids,partialName}",
        ),
        (
            "LibraryVariables",
            "libraryvariablesets{/id}{?skip,contentType,take,ids,partialName}",
        ),
        ("TenantVariables", "tenantvariables/all{?projectId}"),
        (
            "Projects",
            "projects{/id}{?name,skip,ids,take,partialName,clonedFromProjectId}",
        ),
        ("Channels", "channels{/id}{?skip,take,ids,partialName}"),
        (
            "Tenants",
            "tenants{/id}{?skip,projectId,name,tags,take,ids,clone,partialName,clonedFromTenantId,isDisabled}",
        ),
        (
            "Machines",
            "machines{/id}{?skip,take,name,ids,partialName,roles,isDisabled,healthStatuses,commStyles,\
             tenantIds,tenantTags,environmentIds,thumbprint,shellNames}",
        ),
        (
            "MachinePolicies",
            "machinepolicies{/id}{?skip,take,ids,partialName}",
        ),
        ("MachinePolicyTemplate", "machinepolicies/template"),
        ("Releases", "releases{/id}{?skip,take,ids}"),
        ("ProjectTriggers", "projecttriggers{/id}{?skip,take,ids}"),
        (
            "Deployments",
            "deployments{/id}{?skip,take,ids,projects,environments,tenants,channels,taskState,partialName}",
        ),
        (
            "Interruptions",
            "interruptions{/id}{?skip,take,ids,regarding,pendingOnly}",
        ),
    ];
    let mut links: Map<String, Value> = TEMPLATES
        .iter()
        .map(|(name, template)| {
            (
                (*name).to_owned(),
                Value::from(format!("/api/{space}/{template}")),
            )
        })
        .collect();
    links.insert(
        "MachineRoles".to_owned(),
        Value::from(format!("/api/{space}/machineroles/all")),
    );
    links
}
