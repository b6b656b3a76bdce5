//! Whole documents: what a write keeps, what it resets, what it refuses.

use serde_json::{Value, json};

use super::Bench;

#[test]
fn a_put_is_the_whole_document() {
    let mut bench = Bench::new();
    let mut project = bench.get("/api/Spaces-1/projects/checkout-web");
    project["Description"] = json!("the shop");
    project["FromNextYear"] = json!({ "Kept": [1, 2] });
    project["VariableSetId"] = json!("variableset-of-somebody");
    let path = "/api/Spaces-1/projects/Projects-1";
    let (_, stored) = bench.send("PUT", path, &project);
    assert_eq!(
        stored["FromNextYear"],
        json!({ "Kept": [1, 2] }),
        "unknown keys are kept"
    );
    assert_eq!(
        stored["VariableSetId"], "variableset-Projects-1",
        "the server's keys are the server's"
    );
    assert_eq!(bench.get(path), stored);

    let body = stored.as_object().unwrap().clone();
    let left_out = [
        "FromNextYear",
        "Description",
        "Slug",
        "Links",
        "TenantedDeploymentMode",
    ];
    let body: Value = Value::Object(
        body.into_iter()
            .filter(|(key, _)| !left_out.contains(&key.as_str()))
            .collect(),
    );
    let (_, stored) = bench.send("PUT", path, &body);
    assert_eq!(stored.get("FromNextYear"), None);
    assert_eq!(stored["Description"], "");
    assert_eq!(stored["TenantedDeploymentMode"], "Untenanted");
    assert_eq!(
        stored["Slug"], "checkout-web",
        "a slug is not lost by leaving it out"
    );
}

#[test]
fn keys_are_read_in_any_case_and_values_have_forms() {
    let mut bench = Bench::new();
    let (_, tenant) = bench.send(
        "POST",
        "/api/tenants",
        &json!({ "name": " ryan0001 ", "description": null }),
    );
    assert_eq!(
        (&tenant["Name"], &tenant["Description"]),
        (&json!("ryan0001"), &json!(""))
    );
    assert_eq!(tenant.get("name"), None);
    let lines = bench.refusal(
        "POST",
        "/api/tenants",
        &json!({ "Name": 5, "IsDisabled": "yes", "ProjectEnvironments": ["Projects-1"] }),
    );
    assert_eq!(
        lines,
        "Name must be a string.\n\
         ProjectEnvironments must be an object that maps project ids to lists of environment ids.\n\
         IsDisabled must be true or false."
    );
    let torn = bench.keyed("POST", "/api/tenants");
    let torn = bench.ask(&crate::octopus::Request {
        body: b"{\"Name\":".to_vec(),
        ..torn
    });
    assert_eq!(torn.status, 400);
}

#[test]
fn names_are_unique_without_case_short_and_not_all() {
    let mut bench = Bench::new();
    let id = bench.create("/api/tenants", &json!({ "Name": "Ryan 0001" }));
    let mut refused = |name: &str| bench.refusal("POST", "/api/tenants", &json!({ "Name": name }));
    assert!(refused("ryan 0001").starts_with("A tenant named 'ryan 0001' already exists."));
    assert_eq!(refused("ALL"), "The name or slug must not be called 'all'.");
    assert_eq!(refused("  "), "Please provide a Name for the tenant.");
    assert_eq!(
        refused(&"x".repeat(201)),
        "Name must be no longer than 200 characters."
    );
    let same_slug = bench.create("/api/tenants", &json!({ "Name": "ryan/0001" }));
    assert_eq!(
        bench.get(&format!("/api/tenants/{same_slug}"))["Slug"],
        "ryan-0001-1"
    );
    let (status, _) = bench.send(
        "PUT",
        &format!("/api/tenants/{id}"),
        &json!({ "Name": "RYAN 0001" }),
    );
    assert_eq!(status, 200, "a document does not clash with itself");
}

#[test]
fn numbers_are_not_used_twice() {
    let mut bench = Bench::new();
    let first = bench.create("/api/tenants", &json!({ "Name": "ryan0001" }));
    bench.send("DELETE", &format!("/api/tenants/{first}"), &Value::Null);
    let second = bench.create("/api/tenants", &json!({ "Name": "ryan0001" }));
    assert_eq!(
        (first.as_str(), second.as_str()),
        ("Tenants-1", "Tenants-2")
    );
}

#[test]
fn every_new_document_can_carry_a_key_from_the_future() {
    let mut bench = Bench::new();
    bench.server.assumptions.unknown_keys = true;
    let id = bench.create("/api/tenants", &json!({ "Name": "ryan0001" }));
    let tenant = bench.get(&format!("/api/tenants/{id}"));
    assert_eq!(tenant["AddedInALaterVersion"], "keep me");
}
