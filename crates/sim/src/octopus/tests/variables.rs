//! Tenants' values for variables: what is seen, what stays, what is never told.

use serde_json::{Value, json};

use super::stage::tenant;
use super::{Bench, machine};
use crate::octopus::{VariableTemplate, WhenInUse};

const SECRET: &str = "Server=db;Password=hunter2";

/// The ids of a template's owner and its own, by the names.
fn template(bench: &mut Bench, collection: &str, owner: &str, name: &str) -> (String, String) {
    let owners = bench.get(&format!("/api/{collection}/all"));
    let mut owners = owners.as_array().unwrap().iter();
    let owner = owners.find(|one| one["Name"] == owner).unwrap();
    let templates = owner["Templates"].as_array().unwrap().iter();
    let mut templates = templates.filter(|template| template["Name"] == name);
    let id = templates.next().unwrap()["Id"].as_str().unwrap();
    (owner["Id"].as_str().unwrap().to_owned(), id.to_owned())
}

/// A tenant with all four values of the default world set; its document's path.
fn set(bench: &mut Bench) -> String {
    let path = format!("/api/tenants/{}/variables", tenant(bench, "ryan0001"));
    let (project, greeting) = template(bench, "projects", "Checkout Web", "Greeting");
    let (_, connection) = template(bench, "projects", "Checkout Web", "ConnectionString");
    let (set, currency) = template(bench, "libraryvariablesets", "Checkout", "Currency");
    let (_, licence) = template(bench, "libraryvariablesets", "Checkout", "LicenceKey");
    let mut document = bench.get(&path);
    document["ProjectVariables"][&project]["Variables"]["Environments-1"] =
        json!({ greeting: "hello", connection: { "HasValue": true, "NewValue": SECRET } });
    document["LibraryVariables"][&set]["Variables"] =
        json!({ currency: "AUD", licence: { "HasValue": true, "NewValue": "AAA-BBB" } });
    assert_eq!(bench.send("PUT", &path, &document).0, 200);
    path
}

fn values(document: &Value) -> Vec<Value> {
    let project = &document["ProjectVariables"]["Projects-1"]["Variables"]["Environments-1"];
    let set = &document["LibraryVariables"]["LibraryVariableSets-1"]["Variables"];
    let maps = [project, set].into_iter().filter_map(Value::as_object);
    let mut values: Vec<Value> = maps.flat_map(|map| map.values().cloned()).collect();
    values.sort_by_key(Value::to_string);
    values
}

fn disconnect(bench: &mut Bench, path: &str, connections: &Value) {
    let path = path.trim_end_matches("/variables");
    let mut document = bench.get(path);
    document["ProjectEnvironments"] = connections.clone();
    assert_eq!(bench.send("PUT", path, &document).0, 200);
}

#[test]
fn a_secret_is_kept_and_never_told() {
    let mut bench = Bench::new();
    let path = set(&mut bench);
    let document = bench.get(&path);
    let concealed = json!({ "HasValue": true, "NewValue": null, "Hint": null });
    assert_eq!(
        values(&document),
        [json!("AUD"), json!("hello"), concealed.clone(), concealed]
    );
    assert!(
        bench
            .server
            .secret_is("ryan0001", "Checkout Web", "ConnectionString", SECRET)
    );
    assert!(
        !bench
            .server
            .secret_is("ryan0001", "Checkout", "LicenceKey", SECRET)
    );
    // Written back as it came, it stays.
    let (status, again) = bench.send("POST", &path, &document);
    assert_eq!((status, values(&again)), (200, values(&document)));
    let told = [
        bench.server.truth().to_string(),
        format!("{:?}", bench.server),
        bench.get("/api/tenantvariables/all").to_string(),
        bench.get("/api/projects/all").to_string(),
        bench
            .get("/api/tenants/Tenants-1/projectvariables")
            .to_string(),
    ];
    for text in told {
        assert!(
            text.contains("hello") || text.contains("Greeting"),
            "{text}"
        );
        assert!(!text.contains("hunter2") && !text.contains("AAA-BBB"));
    }
}

#[test]
fn what_is_left_out_of_a_write_is_cleared() {
    let mut bench = Bench::new();
    let path = set(&mut bench);
    let mut document = bench.get(&path);
    let set = &mut document["LibraryVariables"]["LibraryVariableSets-1"]["Variables"];
    *set = json!({});
    let project = &mut document["ProjectVariables"]["Projects-1"]["Variables"]["Environments-1"];
    for value in project.as_object_mut().unwrap().values_mut() {
        if value.is_object() {
            *value = json!({ "HasValue": false, "NewValue": null });
        }
    }
    let (_, after) = bench.send("PUT", &path, &document);
    assert_eq!(values(&after), [json!("hello")]);
    assert_eq!(bench.server.variable_count(), 1);
}

#[test]
fn a_stale_token_is_refused() {
    let mut bench = Bench::new();
    let path = set(&mut bench);
    let document = bench.get(&path);
    assert_eq!(bench.send("PUT", &path, &document).0, 200);
    let (status, refused) = bench.send("PUT", &path, &document);
    assert_eq!(status, 409);
    assert!(
        refused["Errors"][0]
            .as_str()
            .unwrap()
            .contains("was out of date")
    );
    let mut unasked = document;
    unasked["ConcurrencyToken"] = Value::Null;
    assert_eq!(bench.send("PUT", &path, &unasked).0, 200);
    bench.fault(json!({ "name": "conflict", "on": "PUT tenants/{id}/variables", "times": 1 }));
    assert_eq!(bench.send("PUT", &path, &unasked).0, 409);
}

#[test]
fn a_write_says_what_the_tenant_has_no_place_for() {
    let mut bench = Bench::new();
    let path = set(&mut bench);
    let before = bench.get(&path);
    let (_, greeting) = template(&mut bench, "projects", "Checkout Web", "Greeting");
    let (_, secret) = template(&mut bench, "projects", "Checkout Web", "ConnectionString");
    let mut odd = before.clone();
    let web = &mut odd["ProjectVariables"]["Projects-1"]["Variables"];
    web["Environments-1"] = json!({ &greeting: { "NewValue": "x" }, &secret: "plain" });
    web["Environments-9"] = json!({ &greeting: "elsewhere" });
    odd["LibraryVariables"]["LibraryVariableSets-9"] = json!({ "Variables": { "t": "x" } });
    let lines = bench.refusal("PUT", &path, &odd);
    for line in [
        "The tenant has no variable template 't' of 'LibraryVariableSets-9'.".to_owned(),
        format!(
            "The tenant has no variable template '{greeting}' of 'Projects-1' in 'Environments-9'."
        ),
        "The variable template 'Greeting' is not sensitive and takes a plain value only."
            .to_owned(),
        "The variable template 'ConnectionString' is sensitive and takes no plain value."
            .to_owned(),
    ] {
        assert!(lines.contains(&line), "{line} in\n{lines}");
    }
    assert_eq!(bench.get(&path), before, "nothing was written");
}

#[test]
fn values_outlive_their_connection_and_stand_in_a_deletions_way() {
    let mut bench = Bench::new();
    let path = set(&mut bench);
    let before = bench.get(&path);
    let connections = bench.get(path.trim_end_matches("/variables"))["ProjectEnvironments"].clone();
    disconnect(&mut bench, &path, &json!({}));
    let hidden = bench.get(&path);
    assert_eq!(
        (&hidden["ProjectVariables"], &hidden["LibraryVariables"]),
        (&json!({}), &json!({}))
    );
    let tenant = path.trim_end_matches("/variables").to_owned();
    let (status, refused) = bench.send("DELETE", &tenant, &Value::Null);
    assert_eq!(
        (status, &refused["ErrorMessage"]),
        (500, &json!("Sequence contains no elements"))
    );
    // The way out: connect it again, clear, disconnect, delete.
    disconnect(&mut bench, &path, &connections);
    assert_eq!(bench.get(&path), before);
    let empty = json!({ "ProjectVariables": {}, "LibraryVariables": {} });
    assert_eq!(bench.send("PUT", &path, &empty).0, 200);
    disconnect(&mut bench, &path, &json!({}));
    assert_eq!(bench.send("DELETE", &tenant, &Value::Null).0, 200);
    assert_eq!(bench.server.variable_count(), 0);

    let path = set(&mut bench);
    disconnect(&mut bench, &path, &json!({}));
    bench.server.assumptions.tenant_with_common_values = WhenInUse::Detach;
    let tenant = path.trim_end_matches("/variables");
    assert_eq!(bench.send("DELETE", tenant, &Value::Null).0, 200);
    assert_eq!(bench.server.variable_count(), 0);
}

#[test]
fn values_go_with_what_they_are_for() {
    let mut bench = Bench::new();
    let path = set(&mut bench);
    assert_eq!(bench.server.variable_count(), 4);
    // A value of a template that is gone goes with the next write.
    let mut project = bench.get("/api/projects/Projects-1");
    project["Templates"].as_array_mut().unwrap().remove(0);
    assert_eq!(
        bench.send("PUT", "/api/projects/Projects-1", &project).0,
        200
    );
    assert_eq!(bench.server.variable_count(), 4);
    let document = bench.get(&path);
    assert_eq!(values(&document).len(), 3);
    assert_eq!(bench.send("PUT", &path, &document).0, 200);
    assert_eq!(bench.server.variable_count(), 3);

    let line = bench.refusal(
        "DELETE",
        "/api/libraryvariablesets/LibraryVariableSets-1",
        &Value::Null,
    );
    assert!(line.ends_with("[Checkout Web, Checkout Jobs]"), "{line}");
    bench.send("DELETE", "/api/projects/Projects-1", &Value::Null);
    assert_eq!(bench.server.variable_count(), 2);
}

#[test]
fn the_new_lists_show_and_write_the_same_values() {
    let mut bench = Bench::new();
    let path = set(&mut bench);
    let (project, common) = (
        path.replace("/variables", "/projectvariables"),
        path.replace("/variables", "/commonvariables"),
    );
    let mut list = bench.get(&format!("{project}?includeMissingVariables=true"));
    assert_eq!(list["MissingVariables"], json!([]));
    let items = list["Variables"].as_array_mut().unwrap();
    assert_eq!(items.len(), 2);
    assert_eq!(
        items[0]["Scope"],
        json!({ "EnvironmentIds": ["Environments-1"] })
    );
    // The plain value changes, the secret stays, by its id.
    items
        .iter_mut()
        .find(|item| item["Value"].is_string())
        .unwrap()["Value"] = json!("good day");
    let (status, written) = bench.send("PUT", &project, &list);
    assert_eq!(
        (status, written["Variables"].as_array().unwrap().len()),
        (200, 2)
    );
    let document = bench.get(&path);
    assert!(values(&document).contains(&json!("good day")));
    let secret = |bench: &Bench| {
        let server = &bench.server;
        server.secret_is("ryan0001", "Checkout Web", "ConnectionString", SECRET)
    };
    assert!(secret(&bench));

    let (status, _) = bench.send("PUT", &project, &json!({ "Variables": [] }));
    assert_eq!((status, secret(&bench)), (200, false));
    let list = bench.get(&format!("{project}?includeMissingVariables=true"));
    assert_eq!(list["MissingVariables"].as_array().unwrap().len(), 2);
    assert_eq!(values(&bench.get(&path)).len(), 2, "those in common stand");

    // A value in common that is for one environment is seen in the new form only.
    let mut list = bench.get(&common);
    let item = &mut list["Variables"][0];
    item["Scope"]["EnvironmentIds"] = json!(["Environments-1"]);
    let twice = item.clone();
    assert_eq!(bench.send("PUT", &common, &list).0, 200);
    assert_eq!(values(&bench.get(&path)).len(), 1);
    list["Variables"].as_array_mut().unwrap().push(twice);
    let line = bench.refusal("PUT", &common, &list);
    assert!(line.contains("for one environment"), "{line}");
}

#[test]
fn templates_get_ids_and_controls_and_their_secret_defaults_are_not_told() {
    let mut bench = Bench::new();
    let body = json!({ "Name": "Shared", "Templates": [
        { "Name": "Colour", "DefaultValue": "red" },
        { "Name": "Key", "DefaultValue": "hunter2",
          "DisplaySettings": { "Octopus.ControlType": "Sensitive" } },
    ] });
    let id = bench.create("/api/libraryvariablesets", &body);
    let set = bench.get(&format!("/api/libraryvariablesets/{id}"));
    assert_eq!(set["ContentType"], "Variables");
    assert_eq!(set["Templates"][0]["DefaultValue"], "red");
    assert_eq!(
        set["Templates"][0]["DisplaySettings"]["Octopus.ControlType"],
        "SingleLineText"
    );
    assert!(!set["Templates"][0]["Id"].as_str().unwrap().is_empty());
    assert!(!set.to_string().contains("hunter2"));
    let twice = json!({ "Name": "Other", "Templates": [{ "Name": "a" }, { "Name": "A" }, {}] });
    assert_eq!(
        bench.refusal("POST", "/api/libraryvariablesets", &twice),
        "Templates has the variable template 'A' twice.\nEach entry of Templates needs its Name."
    );
    assert!(
        bench
            .server
            .add_templates("Checkout Jobs", &[VariableTemplate::plain("Size")])
    );
    assert!(!bench.server.add_templates("Nothing", &[]));
}

#[test]
fn a_clone_has_the_values_of_its_source() {
    let mut bench = Bench::new();
    set(&mut bench);
    let body = json!({ "Name": "ryan0002" });
    let clone = bench.create("/api/tenants?clone=Tenants-1", &body);
    let document = bench.get(&format!("/api/tenants/{clone}/variables"));
    assert_eq!(values(&document).len(), 4);
    assert!(
        bench
            .server
            .secret_is("ryan0002", "Checkout Web", "ConnectionString", SECRET)
    );
}

#[test]
fn a_cloned_thumbprint_is_told_twice_and_the_tentacles_stay_two() {
    let mut bench = Bench::new();
    let own = |number: u8| format!("{number:040}");
    let mut first = machine("web-1");
    first["Endpoint"]["Thumbprint"] = json!(own(1));
    let mut second = machine("web-2");
    second["Endpoint"]["Thumbprint"] = json!(own(2));
    bench.fault(json!({ "name": "cloned_thumbprint", "times": 1 }));
    bench.create("/api/machines", &first);
    let clone = bench.create("/api/machines", &second);
    let told = bench.get(&format!("/api/machines/{clone}"));
    assert_eq!(
        (&told["Thumbprint"], &told["Endpoint"]["Thumbprint"]),
        (&json!(own(1)), &json!(own(1)))
    );
    assert_eq!(
        bench.get(&format!("/api/machines?thumbprint={}", own(1)))["TotalResults"],
        2
    );
    bench.server.tentacle(&own(1), false);
    bench.later(60);
    let health = |bench: &mut Bench, id: &str| {
        bench.get(&format!("/api/machines/{id}"))["HealthStatus"].clone()
    };
    assert_eq!(health(&mut bench, "Machines-1"), "Unavailable");
    assert_eq!(health(&mut bench, &clone), "Healthy");
}
