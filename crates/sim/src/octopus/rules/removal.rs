//! What stands in the way of a deletion, and what goes along with one.

use serde_json::Value;

use super::super::assumptions::{Assumptions, WhenInUse, WhenTenantGoes};
use super::{Document, Documents, Fields, Kind, places, tags};

/// Why the document may not be deleted, as a line for people.
pub(in super::super) fn veto(
    document: &Document,
    documents: &Documents,
    assumptions: &Assumptions,
) -> Option<String> {
    let id = document.id();
    let space = document.text("SpaceId");
    let users = |kind: Kind, key: &str| -> Vec<&Document> {
        documents
            .within(kind, space)
            .filter(|user| user.text(key) == id)
            .collect()
    };
    match document.kind {
        Kind::Space if document.is("IsDefault") => {
            Some("The default space cannot be deleted.".to_owned())
        }
        Kind::Space if !document.is("TaskQueueStopped") => Some(
            "The task queue of a space must be stopped before the space can be deleted.".to_owned(),
        ),
        Kind::Environment => {
            let lifecycles: Vec<&Document> = documents
                .within(Kind::Lifecycle, space)
                .filter(|lifecycle| places::names(lifecycle, &id))
                .collect();
            in_use("environment", "lifecycles", &lifecycles)
        }
        Kind::Lifecycle => in_use(
            "lifecycle",
            "projects",
            &users(Kind::Project, "LifecycleId"),
        )
        .or_else(|| {
            in_use(
                "lifecycle",
                "channels",
                &users(Kind::Channel, "LifecycleId"),
            )
        }),
        Kind::ProjectGroup => in_use(
            "project group",
            "projects",
            &users(Kind::Project, "ProjectGroupId"),
        ),
        Kind::VariableSet => {
            let projects: Vec<&Document> = documents
                .within(Kind::Project, space)
                .filter(|project| {
                    let mut sets = project.texts("IncludedLibraryVariableSetIds");
                    sets.any(|set| set == id)
                })
                .collect();
            in_use("library variable set", "projects", &projects)
        }
        Kind::MachinePolicy if document.is("IsDefault") => {
            Some("The default machine policy cannot be deleted.".to_owned())
        }
        Kind::MachinePolicy => match assumptions.machine_policy_in_use {
            WhenInUse::Refuse => in_use(
                "machine policy",
                "machines",
                &users(Kind::Machine, "MachinePolicyId"),
            ),
            WhenInUse::Detach => None,
        },
        Kind::Channel if document.is("IsDefault") => {
            Some("The default channel of a project cannot be deleted.".to_owned())
        }
        Kind::Channel => in_use("channel", "releases", &users(Kind::Release, "ChannelId")),
        Kind::Tenant => match assumptions.tenant_with_machines {
            WhenInUse::Refuse => {
                let machines: Vec<&Document> = documents
                    .within(Kind::Machine, space)
                    .filter(|machine| machine.texts("TenantIds").any(|tenant| tenant == id))
                    .collect();
                in_use("tenant", "machines", &machines)
            }
            WhenInUse::Detach => None,
        },
        Kind::Space
        | Kind::Project
        | Kind::Machine
        | Kind::Release
        | Kind::Trigger
        | Kind::Deployment
        | Kind::Task
        | Kind::Interruption
        | Kind::Subscription
        | Kind::Event => None,
        Kind::Proxy => {
            let machines: Vec<&Document> = documents
                .within(Kind::Machine, space)
                .filter(|machine| {
                    let endpoint = machine.fields.get("Endpoint");
                    let proxy = endpoint.and_then(|endpoint| endpoint.get("ProxyId"));
                    proxy.and_then(Value::as_str) == Some(&id)
                })
                .collect();
            in_use("proxy", "machines", &machines)
        }
        Kind::TagSet => tags::veto(document, documents),
    }
}

fn in_use(noun: &str, users: &str, by: &[&Document]) -> Option<String> {
    let names: Vec<&str> = by
        .iter()
        .map(|user| user.text(user.kind.name_key()))
        .collect();
    (!names.is_empty()).then(|| {
        format!(
            "This {noun} cannot be deleted because it is being used by the following {users}: [{}]",
            names.join(", ")
        )
    })
}

/// Deletes the document, and what cannot be without it; gives the numbers of the tasks
/// that went along.
pub(in super::super) fn remove(
    document: &Document,
    documents: &mut Documents,
    assumptions: &Assumptions,
) -> Vec<u64> {
    let id = document.id();
    let space = document.text("SpaceId").to_owned();
    documents.remove(document.kind, document.number);
    match document.kind {
        Kind::Space => {
            let tasks = documents.within(Kind::Task, &id).map(|task| task.number);
            let tasks = tasks.collect();
            for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Space) {
                remove_where(documents, kind, &id, |_| true);
            }
            tasks
        }
        Kind::Environment => environment_gone(documents, &space, &id),
        Kind::Project => project_gone(documents, &space, &id),
        Kind::Tenant => {
            for machine in documents.within_mut(Kind::Machine, &space) {
                take_out(machine.fields.get_mut("TenantIds"), &id);
            }
            if assumptions.overrides_of_deleted_tenant == WhenTenantGoes::Drop {
                drop_overrides(documents, &space, "TenantId", &id);
            }
            deployments_gone(documents, &space, "TenantId", &id)
        }
        Kind::MachinePolicy => {
            policy_gone(documents, &space, &id);
            Vec::new()
        }
        Kind::Release => deployments_gone(documents, &space, "ReleaseId", &id),
        Kind::Deployment => task_gone(documents, document).into_iter().collect(),
        Kind::Lifecycle
        | Kind::ProjectGroup
        | Kind::VariableSet
        | Kind::Channel
        | Kind::Machine
        | Kind::Trigger
        | Kind::Task
        | Kind::Interruption
        | Kind::TagSet
        | Kind::Proxy
        | Kind::Subscription
        | Kind::Event => Vec::new(),
    }
}

fn environment_gone(documents: &mut Documents, space: &str, id: &str) -> Vec<u64> {
    for tenant in documents.within_mut(Kind::Tenant, space) {
        for environments in connections(tenant)
            .into_iter()
            .flat_map(|map| map.values_mut())
        {
            take_out(Some(environments), id);
        }
    }
    for machine in documents.within_mut(Kind::Machine, space) {
        take_out(machine.fields.get_mut("EnvironmentIds"), id);
    }
    for trigger in documents.within_mut(Kind::Trigger, space) {
        let filter = trigger.fields.get_mut("Filter");
        take_out(
            filter.and_then(|filter| filter.get_mut("EnvironmentIds")),
            id,
        );
    }
    drop_overrides(documents, space, "EnvironmentId", id);
    deployments_gone(documents, space, "EnvironmentId", id)
}

fn drop_overrides(documents: &mut Documents, space: &str, key: &str, id: &str) {
    for project in documents.within_mut(Kind::Project, space) {
        let overrides = project.fields.get_mut("AutoDeployReleaseOverrides");
        if let Some(overrides) = overrides.and_then(Value::as_array_mut) {
            overrides.retain(|entry| entry.get(key) != Some(&Value::from(id)));
        }
    }
}

/// The deployments that name `id` in `key` go, and their tasks with them.
fn deployments_gone(documents: &mut Documents, space: &str, key: &str, id: &str) -> Vec<u64> {
    let of = |deployment: &&Document| deployment.text(key) == id;
    let deployments = documents.within(Kind::Deployment, space).filter(of);
    let deployments: Vec<Document> = deployments.cloned().collect();
    let gone = deployments.iter().filter_map(|deployment| {
        documents.remove(Kind::Deployment, deployment.number);
        task_gone(documents, deployment)
    });
    gone.collect()
}

/// The task of a deployment that is gone goes too, with what it waited for.
fn task_gone(documents: &mut Documents, deployment: &Document) -> Option<u64> {
    let task = deployment.text("TaskId");
    let number = Kind::Task.number(task)?;
    documents.remove(Kind::Task, number);
    let space = deployment.text("SpaceId");
    remove_where(documents, Kind::Interruption, space, |interruption| {
        interruption.text("TaskId") == task
    });
    Some(number)
}

fn project_gone(documents: &mut Documents, space: &str, id: &str) -> Vec<u64> {
    let tasks = deployments_gone(documents, space, "ProjectId", id);
    for kind in [Kind::Channel, Kind::Release, Kind::Trigger] {
        remove_where(documents, kind, space, |member| {
            member.text("ProjectId") == id
        });
    }
    for tenant in documents.within_mut(Kind::Tenant, space) {
        if let Some(connections) = connections(tenant) {
            connections.remove(id);
        }
    }
    tasks
}

fn policy_gone(documents: &mut Documents, space: &str, id: &str) {
    let default = documents
        .within(Kind::MachinePolicy, space)
        .find(|policy| policy.is("IsDefault"));
    let default = default.map_or(Value::Null, |policy| policy.id().into());
    for machine in documents.within_mut(Kind::Machine, space) {
        if machine.text("MachinePolicyId") == id {
            machine
                .fields
                .insert("MachinePolicyId".to_owned(), default.clone());
        }
    }
}

fn connections(tenant: &mut Document) -> Option<&mut Fields> {
    tenant
        .fields
        .get_mut("ProjectEnvironments")
        .and_then(Value::as_object_mut)
}

fn remove_where(
    documents: &mut Documents,
    kind: Kind,
    space: &str,
    gone: impl Fn(&Document) -> bool,
) {
    let numbers: Vec<u64> = documents
        .within(kind, space)
        .filter(|document| gone(document))
        .map(|document| document.number)
        .collect();
    for number in numbers {
        documents.remove(kind, number);
    }
}

fn take_out(list: Option<&mut Value>, id: &str) {
    if let Some(list) = list.and_then(Value::as_array_mut) {
        list.retain(|item| item.as_str() != Some(id));
    }
}
