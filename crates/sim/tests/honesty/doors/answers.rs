//! Good answers that are spoilt on their way.

use serde_json::{Value, json};

use super::{TOPIC, create, status};
use crate::stage::Stage;

pub fn stale(stage: &Stage) {
    create(stage, "shop", TOPIC);
    assert_eq!(status(stage, "shop"), "CREATE_IN_PROGRESS");
    stage.octopus("GET", "/api/tenants", None).ok();
    stage.settle();
    stage
        .octopus("POST", "/api/tenants", Some(json!({ "Name": "t" })))
        .ok();
    stage.fault(json!({ "name": "stale_read", "params": { "lag_s": 60 } }));
    assert_eq!(
        status(stage, "shop"),
        "CREATE_IN_PROGRESS",
        "as it was before"
    );
    let tenants = stage.octopus("GET", "/api/tenants", None).value();
    assert_eq!(tenants["TotalResults"], 0);
    let events = stage.cloudformation("DescribeStackEvents", &[("StackName", "shop")]);
    let newest = events.ok().texts("ResourceStatus").remove(0);
    assert_eq!(newest, "CREATE_COMPLETE", "nobody asked for events before");
    stage.advance(61.0);
    assert_eq!(
        status(stage, "shop"),
        "CREATE_COMPLETE",
        "the lag has its bound"
    );
    let tenants = stage.octopus("GET", "/api/tenants", None).value();
    assert_eq!(tenants["TotalResults"], 1);
}

/// The names of the stacks that an answer lists, in order.
fn stacks(stage: &Stage) -> Vec<String> {
    let stacks = stage.cloudformation("DescribeStacks", &[]);
    stacks.ok().texts("StackName")
}

/// The names of the tenants that a page lists.
fn tenants(stage: &Stage) -> Vec<Value> {
    let page = stage.octopus("GET", "/api/tenants", None).ok().value();
    let items = page["Items"].as_array().unwrap().iter();
    items.map(|one| one["Name"].clone()).collect()
}

pub fn wrong_lists(stage: &Stage) {
    for name in ["a", "b", "c"] {
        create(stage, name, TOPIC);
        stage
            .octopus("POST", "/api/tenants", Some(json!({ "Name": name })))
            .ok();
    }
    let (all_stacks, all_tenants) = (stacks(stage), tenants(stage));
    assert_eq!((all_stacks.len(), all_tenants.len()), (3, 3));

    let missing = json!({ "name": "missing_item", "times": 2, "params": { "index": 1 } });
    stage.fault(missing);
    assert_eq!(
        stacks(stage),
        [all_stacks[0].clone(), all_stacks[2].clone()]
    );
    assert_eq!(
        tenants(stage),
        [all_tenants[0].clone(), all_tenants[2].clone()]
    );
    assert_eq!(stacks(stage), all_stacks, "twice was enough");

    stage.fault(json!({ "name": "doubled_item", "times": 2 }));
    assert_eq!(
        stacks(stage)[..2],
        [all_stacks[0].clone(), all_stacks[0].clone()]
    );
    assert_eq!(tenants(stage).len(), 4);

    stage.fault(json!({ "name": "empty_page" }));
    assert_eq!((stacks(stage).len(), tenants(stage).len()), (0, 0));
    let buckets = stage.s3("ListBuckets", "GET", "/", &[], &[]).ok();
    assert!(buckets.texts("Bucket").is_empty(), "{}", buckets.body);
    stage.sts("GetCallerIdentity", &[]).ok();
    let struck = stage.sim("GET", "faults", None).value()["faults"][0]["struck"].clone();
    assert_eq!(struck, 3, "an answer without a list uses nothing up");
}

pub fn unknown(stage: &Stage) {
    create(stage, "shop", TOPIC);
    let check = json!({ "Name": "Health", "Arguments": { "MachineIds": [] } });
    let task = stage
        .octopus("POST", "/api/tasks", Some(check))
        .ok()
        .value();
    stage.fault(json!({ "name": "unknown_status", "params": { "word": "PONDERING" } }));
    assert_eq!(status(stage, "shop"), "PONDERING");
    let path = format!("/api/tasks/{}", task["Id"].as_str().unwrap());
    assert_eq!(
        stage.octopus("GET", &path, None).value()["State"],
        "PONDERING"
    );
    stage.sim("DELETE", "faults", None).ok();

    stage.fault(json!({ "name": "unknown_status", "params": { "field": "StackName" } }));
    let stacks = stage.cloudformation("DescribeStacks", &[]).ok();
    assert_eq!(stacks.text("StackName"), "SIMULATED_STATUS");
    assert_eq!(stacks.text("StackStatus"), "CREATE_IN_PROGRESS");
    stage.sim("DELETE", "faults", None).ok();

    stage.fault(
        json!({ "name": "unknown_field", "params": { "field": "Mood", "value": "<fine>" } }),
    );
    let stacks = stage.cloudformation("DescribeStacks", &[]).ok();
    assert_eq!(
        stacks.texts("Mood"),
        ["<fine>", "<fine>"],
        "in the item and in the result"
    );
    let task = stage.octopus("GET", &path, None).value();
    assert_eq!(task["Mood"], "<fine>");
    let tasks = stage.octopus("GET", "/api/tasks", None).value();
    assert_eq!(
        (&tasks["Mood"], &tasks["Items"][0]["Mood"]),
        (&task["Mood"], &task["Mood"])
    );
}

pub fn of_another_account(stage: &Stage) {
    let id = create(stage, "shop", TOPIC);
    assert!(id.contains(":123456789012:"), "{id}");
    stage.fault(json!({ "name": "wrong_account", "scope": { "account": "123456789012" } }));
    let identity = stage.sts("GetCallerIdentity", &[]).ok();
    assert_eq!(identity.text("Account"), "999999999999");
    assert!(identity.text("Arn").contains(":999999999999:"));
    let stacks = stage.cloudformation("DescribeStacks", &[]).ok();
    assert!(stacks.text("StackId").contains(":999999999999:"));
    *stage.key.borrow_mut() = "111122223333".to_owned();
    let identity = stage.sts("GetCallerIdentity", &[]).ok();
    assert_eq!(
        identity.text("Account"),
        "111122223333",
        "others are told the truth"
    );
}

pub fn malformed(stage: &Stage) {
    create(stage, "shop", TOPIC);
    let spoil = |how: &str| {
        let fault = json!({ "name": "malformed_body", "times": 2, "params": { "body": how } });
        stage.fault(fault);
        let stacks = stage.cloudformation("DescribeStacks", &[]).ok().body;
        let tenants = stage.octopus("GET", "/api/tenants", None).ok().body;
        (stacks, tenants)
    };
    let (xml, json) = spoil("cut");
    assert!(
        xml.starts_with("<?xml") && !xml.contains("</DescribeStacksResponse>"),
        "{xml}"
    );
    assert!(serde_json::from_str::<Value>(&json).is_err(), "{json}");
    let (xml, json) = spoil("html");
    assert!(xml.starts_with("<html>") && json.starts_with("<html>"));
    assert_eq!(spoil("empty"), (String::new(), String::new()));
    assert_eq!(status(stage, "shop"), "CREATE_IN_PROGRESS");
}
