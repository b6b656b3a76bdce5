//! What the stories about deployments begin with: tenants, releases, triggers, machines.

use serde_json::{Value, json};

use super::{Bench, machine};

/// A tenant that is connected to both projects in the one environment; its id.
pub(super) fn tenant(bench: &mut Bench, name: &str) -> String {
    let connections = json!({ "Projects-1": ["Environments-1"], "Projects-2": ["Environments-1"] });
    let body = json!({ "Name": name, "ProjectEnvironments": connections });
    bench.create("/api/tenants", &body)
}

/// A release of `Checkout Web`; its id.
pub(super) fn release(bench: &mut Bench, version: &str) -> String {
    let body = json!({ "Version": version, "ProjectId": "Projects-1" });
    bench.create("/api/releases", &body)
}

/// A trigger of `Checkout Web` for machines that become available with the role `web`.
pub(super) fn trigger(bench: &mut Bench) -> String {
    bench.create(
        "/api/projecttriggers",
        &trigger_body("Machines that arrive"),
    )
}

pub(super) fn trigger_body(name: &str) -> Value {
    json!({
        "Name": name,
        "ProjectId": "Projects-1",
        "Filter": {
            "FilterType": "MachineFilter",
            "Roles": ["web"],
            "EventGroups": ["MachineAvailableForDeployment"],
        },
        "Action": { "ActionType": "AutoDeploy", "ShouldRedeployWhenMachineHasBeenDeployedTo": false },
    })
}

/// Makes one override the only one of `Checkout Web`.
pub(super) fn arm(bench: &mut Bench, tenant: &str, release: &str) {
    let mut project = bench.get("/api/projects/Projects-1");
    project["AutoDeployReleaseOverrides"] = json!([
        { "EnvironmentId": "Environments-1", "TenantId": tenant, "ReleaseId": release }
    ]);
    assert_eq!(
        bench.send("PUT", "/api/projects/Projects-1", &project).0,
        200
    );
}

/// Registers a machine that serves the tenant; its id. Its thumbprint is derived from
/// its name by [`thumbprint`].
pub(super) fn arrive(bench: &mut Bench, name: &str, tenant: &str) -> String {
    let mut body = machine(name);
    body["TenantIds"] = json!([tenant]);
    body["TenantedDeploymentParticipation"] = json!("Tenanted");
    body["Endpoint"]["Thumbprint"] = json!(thumbprint(name));
    bench.create("/api/machines", &body)
}

/// 40 hexadecimal digits of a machine's own.
pub(super) fn thumbprint(name: &str) -> String {
    let digits: String = name.bytes().map(|byte| format!("{byte:02X}")).collect();
    format!("{digits:0>40}")
}

/// Asks for a deployment to the tenant; its id.
pub(super) fn deploy(bench: &mut Bench, tenant: &str, release: &str, machines: &[&str]) -> String {
    let body = wish(tenant, release, machines);
    bench.create("/api/deployments", &body)
}

pub(super) fn wish(tenant: &str, release: &str, machines: &[&str]) -> Value {
    json!({
        "ReleaseId": release,
        "EnvironmentId": "Environments-1",
        "TenantId": tenant,
        "SpecificMachineIds": machines,
    })
}

/// The deployments of a query, newest first.
pub(super) fn deployments(bench: &mut Bench, query: &str) -> Vec<Value> {
    let page = bench.get(&format!("/api/deployments?{query}"));
    page["Items"].as_array().unwrap().clone()
}

/// The task of a deployment.
pub(super) fn task_of(bench: &mut Bench, deployment: &str) -> Value {
    let deployment = bench.get(&format!("/api/deployments/{deployment}"));
    bench.get(&format!(
        "/api/tasks/{}",
        deployment["TaskId"].as_str().unwrap()
    ))
}

/// The state of the task of a deployment.
pub(super) fn state(bench: &mut Bench, deployment: &str) -> String {
    task_of(bench, deployment)["State"]
        .as_str()
        .unwrap()
        .to_owned()
}
