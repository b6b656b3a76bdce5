//! Who asks, whom they ask, and in which space.

use serde_json::json;

use super::{Client, id};
use crate::Scenario;
use crate::stage::Stage;

pub const SIGNING_IN: Scenario = Scenario {
    name: "a client finds the server, itself and the certificate to trust",
    shows: &[
        "route GET api",
        "route GET space",
        "route GET capabilities",
        "route GET serverstatus/health",
        "route GET users/me",
        "route GET users/{id}",
        "route GET users/{id}/spaces",
        "route GET users/{id}/permissions",
        "route GET configuration/certificates",
        "route GET configuration/certificates/{id}",
    ],
    play: signing_in,
};

fn signing_in(stage: &Stage) {
    let client = Client(stage);
    let root = client.get("");
    assert_eq!(root["ApiVersion"], "3.0.0");
    let template = root["Links"]["Spaces"].as_str().unwrap();
    assert!(template.starts_with("/api/spaces{/id}"));
    assert!(client.get("capabilities")["Capabilities"].is_array());
    assert_eq!(
        client.get("serverstatus/health")["IsOperatingNormally"],
        true
    );

    let me = client.get("users/me");
    let own = me["Links"]["Spaces"].as_str().unwrap().to_owned();
    let spaces = client.get(own.strip_prefix("/api/").unwrap());
    assert_eq!(spaces[0]["IsDefault"], true, "a bare list");
    assert_eq!(client.get(&format!("users/{}", id(&me)))["Id"], me["Id"]);
    let rights = client.get(&format!("users/{}/permissions", id(&me)));
    assert!(rights["SpacePermissions"]["MachineCreate"].is_array());

    let home = client.get("Spaces-1");
    assert!(home["Links"]["Machines"].is_string());
    let trusted = client.get("configuration/certificates/certificate-global");
    assert_eq!(trusted["Thumbprint"].as_str().unwrap().len(), 40);
    let all = client.get("configuration/certificates");
    assert_eq!(all["Items"][0]["Thumbprint"], trusted["Thumbprint"]);
}

pub const SPACES: Scenario = Scenario {
    name: "a space is a world of its own and goes when its queue is stopped",
    shows: &[
        "route GET spaces",
        "route GET spaces/all",
        "route GET spaces/{id}",
        "route POST spaces",
        "route PUT spaces/{id}",
        "route DELETE spaces/{id}",
    ],
    play: spaces,
};

fn spaces(stage: &Stage) {
    let client = Client(stage);
    let space = client.create("spaces", json!({ "Name": "Other Team" }));
    let path = format!("spaces/{}", id(&space));
    assert_eq!(client.names("spaces/all"), ["Default", "Other Team"]);
    assert_eq!(client.names("spaces?partialName=team"), ["Other Team"]);
    assert_eq!(client.get("spaces/other-team")["Id"], space["Id"]);
    // Three spellings, one store.
    let environment = json!({ "Name": "Review" });
    client.create(&format!("{}/environments", id(&space)), environment);
    assert_eq!(client.names("spaces/other-team/environments"), ["Review"]);
    assert_eq!(client.names("environments"), ["Development"]);

    let (status, _) = client.refused("DELETE", &path, json!(null));
    assert_eq!(status, 400);
    client.change(&path, "TaskQueueStopped", json!(true));
    client.delete(&path);
}

pub const RATES: Scenario = Scenario {
    name: "a caller that asks too much is told to wait, once the limiter is on",
    shows: &[
        "route GET ratelimitingpolicies",
        "route GET ratelimitingpolicies/{id}",
        "route PUT ratelimitingpolicies/{id}",
    ],
    play: rates,
};

fn rates(stage: &Stage) {
    let client = Client(stage);
    let all = client.get("ratelimitingpolicies");
    let policies = all["Items"].as_array().unwrap().iter();
    let mut policies = policies.filter(|policy| policy["ScopeType"] == "AuthenticatedAgent");
    let path = format!("ratelimitingpolicies/{}", id(policies.next().unwrap()));
    let mut policy = client.get(&path);
    assert_eq!(
        (&policy["RequestsPerMinute"], &policy["BurstLimit"]),
        (&json!(200), &json!(200))
    );
    policy["IsEnabled"] = json!(true);
    policy["BurstLimit"] = json!(3);
    policy["RequestsPerMinute"] = json!(30);
    client.put(&path, policy.clone());
    let ask = || stage.octopus("GET", "/api/users/me", None);
    assert_eq!([(); 4].map(|()| ask().status), [200, 200, 200, 429]);
    assert_eq!(ask().header("retry-after"), Some("2"));
    stage.advance(2.0);
    assert_eq!([(); 2].map(|()| ask().status), [200, 429]);
    stage.advance(60.0);
    policy["IsEnabled"] = json!(false);
    client.put(&path, policy);
    assert_eq!([(); 9].map(|()| ask().status), [200; 9]);
}
