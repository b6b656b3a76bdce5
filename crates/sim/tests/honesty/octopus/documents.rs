//! Documents that people keep: environments, lifecycles, projects, channels, tags.

use serde_json::json;

use super::{Client, id};
use crate::Scenario;
use crate::stage::Stage;

pub const PLACES: Scenario = Scenario {
    name: "environments stand in order, in lifecycles that keep them",
    shows: &[
        "route GET environments",
        "route GET environments/all",
        "route GET environments/v2",
        "route GET environments/{id}",
        "route POST environments",
        "route PUT environments/{id}",
        "route DELETE environments/{id}",
        "route PUT environments/sortorder",
        "route GET lifecycles",
        "route GET lifecycles/all",
        "route GET lifecycles/{id}",
        "route POST lifecycles",
        "route PUT lifecycles/{id}",
        "route DELETE lifecycles/{id}",
        "route GET lifecycles/{id}/preview",
        "route GET lifecycles/{id}/projects",
    ],
    play: places,
};

fn places(stage: &Stage) {
    let client = Client(stage);
    let live = client.create("environments", json!({ "Name": "Live" }));
    let live_path = format!("environments/{}", id(&live));
    client.put(
        "environments/sortorder",
        json!([live["Id"], "Environments-1"]),
    );
    assert_eq!(client.names("environments"), ["Live", "Development"]);
    assert_eq!(client.names("environments/all").len(), 2);
    let v2 = client.get("environments/v2?skip=0&take=2147483647");
    assert_eq!(v2["Items"][0]["Type"], "Static");
    client.change(&live_path, "Description", json!("for all"));
    assert_eq!(client.get(&live_path)["Description"], "for all");

    let phase = json!({ "Name": "Live", "OptionalDeploymentTargets": [live["Id"]] });
    let made = client.create("lifecycles", json!({ "Name": "Short", "Phases": [phase] }));
    let path = format!("lifecycles/{}", id(&made));
    assert!(
        made["Phases"][0]["Id"].is_string(),
        "the server names phases"
    );
    assert_eq!(client.names("lifecycles?partialName=sho"), ["Short"]);
    assert_eq!(client.names("lifecycles/all").len(), 2);
    let (_, why) = client.refused("DELETE", &live_path, json!(null));
    assert!(
        why.contains("used by the following lifecycles: [Short]"),
        "{why}"
    );

    assert_eq!(client.names("lifecycles/Lifecycles-1/projects").len(), 2);
    client.change(&path, "Phases", json!([]));
    let preview = client.get(&format!("{path}/preview"));
    assert_eq!(
        preview["Phases"].as_array().unwrap().len(),
        2,
        "no phases: all environments"
    );
    client.delete(&path);
    client.delete(&live_path);
}

pub const PROJECTS: Scenario = Scenario {
    name: "projects have groups, channels and triggers of their own",
    shows: &[
        "route GET projectgroups",
        "route GET projectgroups/all",
        "route GET projectgroups/{id}",
        "route POST projectgroups",
        "route PUT projectgroups/{id}",
        "route DELETE projectgroups/{id}",
        "route GET projectgroups/{id}/projects",
        "route GET projects",
        "route GET projects/all",
        "route GET projects/{id}",
        "route POST projects",
        "route PUT projects/{id}",
        "route DELETE projects/{id}",
        "route GET projects/{id}/channels",
        "route GET projects/{id}/triggers",
        "route GET channels",
        "route GET channels/all",
        "route GET channels/{id}",
        "route POST channels",
        "route PUT channels/{id}",
        "route DELETE channels/{id}",
        "route GET projecttriggers",
        "route GET projecttriggers/{id}",
        "route POST projecttriggers",
        "route PUT projecttriggers/{id}",
        "route DELETE projecttriggers/{id}",
    ],
    play: projects,
};

fn projects(stage: &Stage) {
    let client = Client(stage);
    let group = client.create("projectgroups", json!({ "Name": "Shop" }));
    let group_path = format!("projectgroups/{}", id(&group));
    let project =
        json!({ "Name": "Basket", "LifecycleId": "Lifecycles-1", "ProjectGroupId": group["Id"] });
    let project = client.create("projects", project);
    let path = format!("projects/{}", id(&project));
    assert_eq!(client.names(&format!("{group_path}/projects")), ["Basket"]);
    assert_eq!(client.names("projectgroups/all").len(), 2);
    assert_eq!(client.names("projectgroups?partialName=sh"), ["Shop"]);
    assert_eq!(client.get(&group_path)["Name"], "Shop");
    client.change(&group_path, "Description", json!("all that sells"));
    assert_eq!(
        client.get("projects/basket")["Id"],
        project["Id"],
        "by slug"
    );
    assert_eq!(client.names("projects?partialName=bask"), ["Basket"]);
    assert_eq!(client.names("projects/all").len(), 3);

    let body = json!({ "Name": "Beta", "ProjectId": project["Id"], "IsDefault": true });
    let channel = client.create("channels", body);
    let channel_path = format!("channels/{}", id(&channel));
    assert_eq!(
        client.names(&format!("{path}/channels")),
        ["Beta", "Default"]
    );
    assert!(client.names("channels/all").len() >= 4 && client.names("channels").len() >= 4);
    let (_, why) = client.refused("DELETE", &channel_path, json!(null));
    assert!(why.contains("default channel"), "{why}");
    let other = client.get(&format!("{path}/channels?partialName=default"));
    let other = format!("channels/{}", id(&other["Items"][0]));
    client.change(&other, "IsDefault", json!(true));
    assert_eq!(
        client.get(&channel_path)["IsDefault"],
        false,
        "there is one default"
    );
    client.delete(&channel_path);

    let body = json!({
        "Name": "Arrivals",
        "ProjectId": project["Id"],
        "Filter": { "FilterType": "MachineFilter", "EventGroups": ["MachineAvailableForDeployment"] },
        "Action": { "ActionType": "AutoDeploy", "ShouldRedeployWhenMachineHasBeenDeployedTo": true },
    });
    let trigger = client.create("projecttriggers", body);
    let trigger_path = format!("projecttriggers/{}", id(&trigger));
    assert_eq!(client.get(&trigger_path)["Filter"]["Roles"], json!([]));
    assert_eq!(client.names("projecttriggers"), ["Arrivals"]);
    assert_eq!(client.names(&format!("{path}/triggers")), ["Arrivals"]);
    client.change(&trigger_path, "IsDisabled", json!(true));
    client.delete(&trigger_path);

    let (_, why) = client.refused("DELETE", &group_path, json!(null));
    assert!(why.contains("Basket"), "{why}");
    client.change(&path, "Description", json!("soon gone"));
    client.delete(&path);
    client.delete(&group_path);
}

pub const TAGS: Scenario = Scenario {
    name: "tags are made in sets, keep their users and take new names",
    shows: &[
        "route GET tagsets",
        "route GET tagsets/all",
        "route GET tagsets/{id}",
        "route POST tagsets",
        "route PUT tagsets/{id}",
        "route DELETE tagsets/{id}",
        "route PUT tagsets/sortorder",
        "route GET tenants/tag-test",
    ],
    play: tags,
};

fn tags(stage: &Stage) {
    let client = Client(stage);
    let body = json!({ "Name": "Ring", "Tags": [{ "Name": "Early" }, { "Name": "Late" }] });
    let ring = client.create("tagsets", body);
    let path = format!("tagsets/{}", id(&ring));
    assert_eq!(ring["Tags"][0]["Id"], "TagSets-1/Tags-1");
    assert_eq!(ring["Tags"][0]["CanonicalTagName"], "Ring/Early");
    let size = client.create(
        "tagsets",
        json!({ "Name": "Size", "Tags": [{ "Name": "Big" }] }),
    );
    client.put("tagsets/sortorder", json!([size["Id"], ring["Id"]]));
    assert_eq!(client.names("tagsets"), ["Size", "Ring"]);
    assert_eq!(client.names("tagsets/all").len(), 2);

    let tenant = |name: &str, tags: &[&str]| {
        client.create("tenants", json!({ "Name": name, "TenantTags": tags }))
    };
    let ada = tenant("ada", &["Ring/Early", "Size/Big"]);
    tenant("bob", &["ring/late", "size/big"]);
    tenant("eve", &["Ring/Early"]);
    let body = json!({ "Name": "x", "TenantTags": ["Ring/Never"] });
    let (_, why) = client.refused("POST", "tenants", body);
    assert!(why.contains("'Ring/Never' does not exist"), "{why}");
    // Any within a set, all of the sets.
    let both = "tenants?tags=Ring/Early,Ring/Late,Size/Big";
    assert_eq!(client.names(both), ["ada", "bob"]);
    let test = format!("tenants/tag-test?tags=Ring/Early&tenantIds={}", id(&ada));
    assert_eq!(client.get(&test)[id(&ada)]["IsMatched"], true);

    let mut changed = client.get(&path);
    changed["Tags"].as_array_mut().unwrap().remove(0);
    let (_, why) = client.refused("PUT", &path, changed);
    assert!(why.contains("[ada, eve]"), "{why}");
    let mut changed = client.get(&path);
    changed["Tags"][0]["Name"] = json!("First");
    client.put(&path, changed);
    assert_eq!(client.names("tenants?tags=Ring/First"), ["ada", "eve"]);
    let (_, why) = client.refused("DELETE", &path, json!(null));
    assert!(why.contains("being used by"), "{why}");
    for tenant in ["Tenants-1", "Tenants-2", "Tenants-3"] {
        client.change(&format!("tenants/{tenant}"), "TenantTags", json!([]));
    }
    client.delete(&path);
}

pub const LIBRARY: Scenario = Scenario {
    name: "library variable sets and proxies stay while they are used",
    shows: &[
        "route GET libraryvariablesets",
        "route GET libraryvariablesets/all",
        "route GET libraryvariablesets/{id}",
        "route POST libraryvariablesets",
        "route PUT libraryvariablesets/{id}",
        "route DELETE libraryvariablesets/{id}",
        "route GET proxies",
        "route GET proxies/all",
        "route GET proxies/{id}",
        "route POST proxies",
        "route PUT proxies/{id}",
        "route DELETE proxies/{id}",
    ],
    play: library,
};

fn library(stage: &Stage) {
    let client = Client(stage);
    let set = client.create("libraryvariablesets", json!({ "Name": "Mail" }));
    let path = format!("libraryvariablesets/{}", id(&set));
    assert_eq!(
        client.names("libraryvariablesets/all"),
        ["Checkout", "Mail"]
    );
    assert_eq!(
        client.names("libraryvariablesets?partialName=mai"),
        ["Mail"]
    );
    client.change(
        "projects/Projects-1",
        "IncludedLibraryVariableSetIds",
        json!([set["Id"]]),
    );
    let (_, why) = client.refused("DELETE", &path, json!(null));
    assert!(why.contains("Checkout Web"), "{why}");
    client.change(
        "projects/Projects-1",
        "IncludedLibraryVariableSetIds",
        json!([]),
    );
    client.change(&path, "Description", json!("how to send"));
    client.delete(&path);

    let body = json!({ "Name": "Edge", "Host": "10.0.0.1", "Port": 3128, "Password": "secret" });
    let proxy = client.create("proxies", body);
    let path = format!("proxies/{}", id(&proxy));
    assert_eq!(proxy["Password"]["HasValue"], true);
    assert!(
        !proxy.to_string().contains("secret"),
        "a secret is not told"
    );
    assert_eq!(client.names("proxies?name=edge"), ["Edge"]);
    assert_eq!(client.names("proxies/all"), ["Edge"]);
    client.change(&path, "Port", json!(8080));
    assert_eq!(
        client.get(&path)["Password"]["HasValue"],
        true,
        "written back, it is kept"
    );
    client.delete(&path);
}
