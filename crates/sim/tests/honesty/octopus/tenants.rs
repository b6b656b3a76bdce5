//! Tenants, and the values that they have for variables.

use serde_json::json;

use super::{Client, id};
use crate::Scenario;
use crate::stage::Stage;

pub const TENANTS: Scenario = Scenario {
    name: "tenants are connected, found by every filter, copied and deleted",
    shows: &[
        "route GET tenants",
        "route GET tenants/all",
        "route GET tenants/{id}",
        "route POST tenants",
        "route PUT tenants/{id}",
        "route DELETE tenants/{id}",
        "route GET tenants/status",
    ],
    play: tenants,
};

fn tenants(stage: &Stage) {
    let client = Client(stage);
    assert_eq!(client.get("tenants/status")["Enabled"], true);
    let connections = json!({ "Projects-1": ["Environments-1"] });
    let body = json!({ "Name": "ada", "ProjectEnvironments": connections });
    let ada = client.create("tenants", body);
    let path = format!("tenants/{}", id(&ada));
    let body = json!({ "Name": "bob" });
    let bob = client.create(&format!("tenants?clone={}", id(&ada)), body);
    assert_eq!(bob["ProjectEnvironments"], connections);
    client.create("tenants", json!({ "Name": "eve", "IsDisabled": true }));
    for (query, names) in [
        ("", vec!["ada", "bob", "eve"]),
        ("?projectId=Projects-1", vec!["ada", "bob"]),
        ("?name=ADA", vec!["ada"]),
        ("?partialName=B", vec!["bob"]),
        ("?isDisabled=true", vec!["eve"]),
        ("?clonedFromTenantId=Tenants-1", vec!["bob"]),
        ("?ids=Tenants-1,Tenants-3", vec!["ada", "eve"]),
        ("?ids=", vec!["ada", "bob", "eve"]),
        ("?skip=1&take=1", vec!["bob"]),
    ] {
        assert_eq!(client.names(&format!("tenants{query}")), names, "{query}");
    }
    assert_eq!(client.names("tenants/all").len(), 3);
    let last = client.get("tenants?skip=2&take=2");
    assert_eq!(last["Links"].get("Page.Next"), None);
    assert_eq!(
        last["Links"]["Page.Previous"],
        "/api/Spaces-1/tenants?skip=0&take=2"
    );

    let mut away = client.get(&path);
    away["ProjectEnvironments"] = json!({ "Projects-1": ["Environments-9"] });
    let (status, why) = client.refused("PUT", &path, away);
    assert_eq!(status, 400);
    assert!(why.contains("Environments-9"), "{why}");
    client.change(&path, "ProjectEnvironments", json!({}));
    assert_eq!(client.get(&path)["ProjectEnvironments"], json!({}));
    client.delete(&path);
}

pub const VALUES: Scenario = Scenario {
    name: "both forms of tenants' values tell the same",
    shows: &[
        "route GET tenants/{id}/variables",
        "route PUT tenants/{id}/variables",
        "route POST tenants/{id}/variables",
        "route GET tenants/{id}/projectvariables",
        "route PUT tenants/{id}/projectvariables",
        "route GET tenants/{id}/commonvariables",
        "route PUT tenants/{id}/commonvariables",
        "route GET tenantvariables/all",
        "route GET tenants/variables-missing",
    ],
    play: values,
};

fn values(stage: &Stage) {
    let client = Client(stage);
    let connections = json!({ "Projects-1": ["Environments-1"] });
    let body = json!({ "Name": "ada", "ProjectEnvironments": connections });
    let path = format!("tenants/{}", id(&client.create("tenants", body)));
    let all = "tenants/variables-missing?includeDetails=true";
    let lacks = client.get(all)[0]["MissingVariables"].clone();
    assert_eq!(lacks.as_array().unwrap().len(), 4, "{lacks}");

    let mut old = client.get(&format!("{path}/variables"));
    let templates = old["ProjectVariables"]["Projects-1"]["Templates"].clone();
    let template = |name: &str| {
        let all = templates.as_array().unwrap().iter();
        let found = all.into_iter().find(|one| one["Name"] == name).unwrap();
        id(found)
    };
    let (greeting, secret) = (template("Greeting"), template("ConnectionString"));
    old["ProjectVariables"]["Projects-1"]["Variables"]["Environments-1"] = json!({
        &greeting: "hello",
        &secret: { "HasValue": true, "NewValue": "Server=…" },
    });
    let written = client.put(&format!("{path}/variables"), old.clone());
    assert!(
        !written.to_string().contains("Server="),
        "a secret is not told"
    );
    let (status, why) = client.refused("POST", &format!("{path}/variables"), old);
    assert_eq!(status, 409, "it is out of date: {why}");
    client.post(&format!("{path}/variables"), written);

    let mut list = client.get(&format!("{path}/projectvariables"));
    let own = list["Variables"].as_array_mut().unwrap();
    assert_eq!(own.len(), 2);
    let place = own
        .iter()
        .position(|one| one["TemplateId"] == json!(greeting))
        .unwrap();
    assert_eq!(own[place]["Value"], "hello");
    own[place]["Value"] = json!("welcome");
    client.put(&format!("{path}/projectvariables"), list);
    let old = client.get("tenantvariables/all?projectId=Projects-1");
    let value = &old[0]["ProjectVariables"]["Projects-1"]["Variables"]["Environments-1"];
    assert_eq!(value[&greeting], "welcome");
    assert_eq!(value[&secret]["HasValue"], true);

    let common = client.get(&format!(
        "{path}/commonvariables?includeMissingVariables=true"
    ));
    let missing = common["MissingVariables"].as_array().unwrap();
    let currency = missing
        .iter()
        .find(|one| one["Template"]["Name"] == "Currency")
        .unwrap();
    let body = json!({ "Variables": [{
        "LibraryVariableSetId": currency["LibraryVariableSetId"],
        "TemplateId": currency["TemplateId"],
        "Value": "AUD",
        "Scope": { "EnvironmentIds": [] },
    }] });
    let written = client.put(&format!("{path}/commonvariables"), body);
    assert_eq!(written["Variables"][0]["Value"], "AUD");
    let lacks = client.get(all)[0]["MissingVariables"].clone();
    assert_eq!(lacks[0]["VariableTemplateName"], "LicenceKey", "{lacks}");
}
