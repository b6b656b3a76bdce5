//! What stands in the way of a deletion, and what goes along with one.

use serde_json::{Value, json};

use super::{Bench, machine};
use crate::octopus::WhenInUse;

#[test]
fn an_environment_stays_while_a_lifecycle_names_it() {
    let mut bench = Bench::new();
    assert_eq!(
        bench.refusal("DELETE", "/api/environments/Environments-1", &Value::Null),
        "This environment cannot be deleted because it is being used by the following lifecycles: [Default \
         Lifecycle]"
    );
    let connections = json!({ "Projects-1": ["Environments-1"] });
    bench.create(
        "/api/tenants",
        &json!({ "Name": "ryan0001", "ProjectEnvironments": connections }),
    );
    bench.create("/api/machines", &machine("web-1"));
    bench.send(
        "PUT",
        "/api/lifecycles/Lifecycles-1",
        &json!({ "Name": "Default Lifecycle" }),
    );
    assert_eq!(
        bench
            .send("DELETE", "/api/environments/Environments-1", &Value::Null)
            .0,
        200
    );
    assert_eq!(
        bench.get("/api/tenants/Tenants-1")["ProjectEnvironments"],
        json!({ "Projects-1": [] })
    );
    assert_eq!(
        bench.get("/api/machines/Machines-1")["EnvironmentIds"],
        json!([])
    );
}

#[test]
fn a_tenant_with_machines_goes_as_assumed() {
    let mut bench = Bench::new();
    let tenant = bench.create("/api/tenants", &json!({ "Name": "ryan0001" }));
    let mut web = machine("web-1");
    web["TenantIds"] = json!([tenant]);
    bench.create("/api/machines", &web);
    let path = format!("/api/tenants/{tenant}");
    bench.server.assumptions.tenant_with_machines = WhenInUse::Refuse;
    assert_eq!(
        bench.refusal("DELETE", &path, &Value::Null),
        "This tenant cannot be deleted because it is being used by the following machines: [web-1]"
    );
    bench.server.assumptions.tenant_with_machines = WhenInUse::Detach;
    assert_eq!(bench.send("DELETE", &path, &Value::Null).0, 200);
    assert_eq!(
        bench.get("/api/machines/Machines-1")["TenantIds"],
        json!([])
    );
    assert_eq!(bench.send("DELETE", &path, &Value::Null).0, 404);
}

#[test]
fn a_machine_policy_in_use_goes_as_assumed() {
    let mut bench = Bench::new();
    let mut template = bench.get("/api/machinepolicies/template");
    template["Name"] = json!("Throw-away");
    template["MachineCleanupPolicy"] =
        json!({ "DeleteMachinesBehavior": "DeleteUnavailableMachines" });
    let policy = bench.create("/api/machinepolicies", &template);
    let path = format!("/api/machinepolicies/{policy}");
    let cleanup = bench.get(&path)["MachineCleanupPolicy"].clone();
    assert_eq!(
        cleanup["DeleteMachinesElapsedTimeSpan"], "01:00:00",
        "inner keys have defaults too"
    );
    let mut web = machine("web-1");
    web["MachinePolicyId"] = json!(policy);
    bench.create("/api/machines", &web);
    assert!(
        bench
            .refusal("DELETE", &path, &Value::Null)
            .ends_with("the following machines: [web-1]")
    );
    bench.server.assumptions.machine_policy_in_use = WhenInUse::Detach;
    assert_eq!(bench.send("DELETE", &path, &Value::Null).0, 200);
    assert_eq!(
        bench.get("/api/machines/Machines-1")["MachinePolicyId"],
        "MachinePolicies-1"
    );
    bench.refusal(
        "DELETE",
        "/api/machinepolicies/MachinePolicies-1",
        &Value::Null,
    );
}

#[test]
fn a_project_takes_channels_releases_and_connections_along() {
    let mut bench = Bench::new();
    bench.send("DELETE", "/api/projects/Projects-2", &Value::Null);
    bench.create(
        "/api/releases",
        &json!({ "Version": "1.0.0", "ProjectId": "Projects-1" }),
    );
    let connections = json!({ "Projects-1": ["Environments-1"] });
    bench.create(
        "/api/tenants",
        &json!({ "Name": "ryan0001", "ProjectEnvironments": connections }),
    );
    bench.refusal("DELETE", "/api/lifecycles/Lifecycles-1", &Value::Null);
    assert_eq!(
        bench
            .send("DELETE", "/api/projects/Projects-1", &Value::Null)
            .0,
        200
    );
    for kind in ["channels", "releases"] {
        assert_eq!(
            bench.get(&format!("/api/{kind}"))["TotalResults"],
            0,
            "{kind}"
        );
    }
    assert_eq!(
        bench.get("/api/tenants/Tenants-1")["ProjectEnvironments"],
        json!({})
    );
    assert_eq!(
        bench
            .send("DELETE", "/api/lifecycles/Lifecycles-1", &Value::Null)
            .0,
        200
    );
}

#[test]
fn a_space_goes_with_all_that_is_in_it() {
    let mut bench = Bench::new();
    let space = bench.create("/api/spaces", &json!({ "Name": "Other" }));
    bench.create(
        &format!("/api/{space}/tenants"),
        &json!({ "Name": "ryan0001" }),
    );
    let path = format!("/api/spaces/{space}");
    assert!(
        bench
            .refusal("DELETE", &path, &Value::Null)
            .contains("task queue")
    );
    bench.send(
        "PUT",
        &path,
        &json!({ "Name": "Other", "TaskQueueStopped": true }),
    );
    assert_eq!(bench.send("DELETE", &path, &Value::Null).0, 200);
    assert_eq!(bench.server.tenant_count(), 0);
    bench.refusal("DELETE", "/api/spaces/Spaces-1", &Value::Null);
}
