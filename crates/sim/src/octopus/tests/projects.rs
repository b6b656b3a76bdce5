//! Projects with their channels, releases and tenants; environments in order.

use serde_json::{Value, json};

use super::Bench;

fn project(name: &str) -> Value {
    json!({ "Name": name, "LifecycleId": "Lifecycles-1", "ProjectGroupId": "ProjectGroups-1" })
}

#[test]
fn a_tenant_is_connected_only_where_project_and_lifecycle_allow() {
    let mut bench = Bench::new();
    let production = bench.create("/api/environments", &json!({ "Name": "Production" }));
    let closed = bench.create("/api/projects", &project("Closed"));
    let mut connect = |project: &str, environments: &[&str]| {
        let body = json!({ "Name": "ryan0001", "ProjectEnvironments": { project: environments } });
        bench.refusal("POST", "/api/tenants", &body)
    };
    assert_eq!(
        connect(&closed, &[]),
        "Tenants cannot be connected to the project 'Closed' because it does not allow tenanted deployments."
    );
    assert_eq!(
        connect("Projects-1", &["Environments-1", &production]),
        "Tenants cannot be connected to the project 'Checkout Web' in the environment 'Production' because \
         no lifecycle of the project includes that environment."
    );
    assert_eq!(
        connect("Projects-9", &["Environments-9"]),
        "ProjectEnvironments names 'Projects-9', which is no project of this space.\n\
         ProjectEnvironments names 'Environments-9', which is no environment of this space."
    );

    // A channel's lifecycle without phases lets every environment in.
    let anywhere = bench.create("/api/lifecycles", &json!({ "Name": "Anywhere" }));
    let channel = json!({ "Name": "Hotfix", "ProjectId": "Projects-1", "LifecycleId": anywhere });
    bench.create("/api/channels", &channel);
    let connections = json!({ "Projects-1": ["Environments-1", production] });
    let id = bench.create(
        "/api/tenants",
        &json!({ "Name": "ryan0001", "ProjectEnvironments": connections }),
    );
    let path = format!("/api/tenants/{id}");
    assert_eq!(bench.get(&path)["ProjectEnvironments"], connections);
    assert_eq!(
        bench.get("/api/tenants?projectId=Projects-1")["TotalResults"],
        1
    );
    let clone = bench.create(
        &format!("/api/tenants?clone={id}"),
        &json!({ "Name": "ryan0002" }),
    );
    assert_eq!(
        bench.get(&format!("/api/tenants/{clone}"))["ProjectEnvironments"],
        connections
    );
    bench.send(
        "PUT",
        &path,
        &json!({ "Name": "ryan0001", "ProjectEnvironments": {} }),
    );
    assert_eq!(
        bench.get(&path)["ProjectEnvironments"],
        json!({}),
        "an empty map disconnects"
    );
}

#[test]
fn a_version_is_there_once_in_a_project() {
    let mut bench = Bench::new();
    let other = bench.create("/api/projects", &project("Checkout Mail"));
    let release = |project: &str| json!({ "Version": "1.0.0-ryan0001", "ProjectId": project });
    bench.create("/api/releases", &release("Projects-1"));
    bench.create("/api/releases", &release(&other));
    assert_eq!(
        bench.refusal("POST", "/api/releases", &release("Projects-1")),
        "Release '1.0.0-ryan0001' already exists for this project. Please use a different version, or look \
         at using a mask to auto-increment the number."
    );
    let found = bench.get("/api/projects/checkout-web/releases/1.0.0-RYAN0001");
    assert_eq!(
        (&found["Id"], &found["ChannelId"]),
        (&json!("Releases-1"), &json!("Channels-1"))
    );
    assert_eq!(found["Assembled"], "2026-01-01T00:00:00.000+00:00");
    let moved = json!({ "Version": "1.0.1", "ProjectId": other });
    let (_, moved) = bench.send("PUT", "/api/releases/Releases-1", &moved);
    assert_eq!(
        moved["ProjectId"], "Projects-1",
        "a release stays in its project"
    );
    bench.create(
        "/api/releases",
        &json!({ "Version": "0.9.0", "ProjectId": "Projects-1" }),
    );
    let page = bench.get("/api/projects/Projects-1/releases");
    let versions: Vec<&Value> = page["Items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["Version"])
        .collect();
    assert_eq!(versions, ["0.9.0", "1.0.1"], "newest first");
    assert_eq!(
        bench
            .send("DELETE", "/api/releases/Releases-1", &Value::Null)
            .0,
        200
    );
    let gone = bench.ask(&bench.keyed("GET", "/api/projects/Projects-1/releases/1.0.1"));
    assert_eq!(gone.status, 404);
}

#[test]
fn a_project_keeps_one_override_for_each_scope() {
    let mut bench = Bench::new();
    let mut document = bench.get("/api/projects/Projects-1");
    let entry = |tenant: &str, release: &str| json!({ "EnvironmentId": "Environments-1", "TenantId": tenant, "ReleaseId": release });
    document["AutoDeployReleaseOverrides"] = json!([
        entry("Tenants-1", "Releases-1"),
        entry("Tenants-2", "Releases-1"),
        entry("Tenants-1", "Releases-2")
    ]);
    let (_, stored) = bench.send("PUT", "/api/projects/Projects-1", &document);
    assert_eq!(
        stored["AutoDeployReleaseOverrides"],
        json!([
            entry("Tenants-2", "Releases-1"),
            entry("Tenants-1", "Releases-2")
        ])
    );
    document["AutoDeployReleaseOverrides"] = json!([{ "EnvironmentId": "Environments-1" }]);
    assert_eq!(
        bench.refusal("PUT", "/api/projects/Projects-1", &document),
        "Each entry of AutoDeployReleaseOverrides needs its ReleaseId."
    );
}

#[test]
fn one_channel_of_a_project_is_the_default() {
    let mut bench = Bench::new();
    let channel = json!({ "Name": "Branches", "ProjectId": "Projects-1", "IsDefault": true });
    bench.create("/api/channels", &channel);
    let page = bench.get("/api/projects/Projects-1/channels");
    let defaults: Vec<(&Value, &Value)> = page["Items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (&item["Name"], &item["IsDefault"]))
        .collect();
    assert_eq!(
        defaults,
        [
            (&json!("Branches"), &json!(true)),
            (&json!("Default"), &json!(false))
        ]
    );
}

#[test]
fn environments_have_an_order_and_a_second_read_model() {
    let mut bench = Bench::new();
    bench.create("/api/environments", &json!({ "Name": "Acceptance" }));
    let names = |page: &Value| -> Vec<String> {
        page["Items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["Name"].to_string())
            .collect()
    };
    assert_eq!(
        names(&bench.get("/api/environments")),
        ["\"Development\"", "\"Acceptance\""]
    );
    let short = json!(["Environments-2"]);
    bench.refusal("PUT", "/api/environments/sortorder", &short);
    bench.send(
        "PUT",
        "/api/environments/sortorder",
        &json!(["Environments-2", "Environments-1"]),
    );
    let page = bench.get("/api/Spaces-1/environments/v2?skip=0&take=2147483647");
    assert_eq!(names(&page), ["\"Acceptance\"", "\"Development\""]);
    assert_eq!(page["Items"][0]["Type"], "Static");
    assert_eq!(
        bench.get("/api/environments/v2?type=Ephemeral")["TotalResults"],
        0
    );
}
