//! The audit stream, and those who subscribe to it.

use std::io::{Read, Write};
use std::net::TcpListener;

use serde_json::{Value, json};

use super::{Client, id};
use crate::Scenario;
use crate::stage::Stage;

pub const EVENTS: Scenario = Scenario {
    name: "what happened is told by whom, to what and when",
    shows: &[
        "route GET events",
        "route GET events/{id}",
        "route GET events/categories",
        "route GET events/groups",
        "route GET events/agents",
        "route GET events/documenttypes",
    ],
    play: events,
};

fn events(stage: &Stage) {
    let client = Client(stage);
    let ada = client.create("tenants", json!({ "Name": "ada" }));
    stage.advance(60.0);
    client.change(
        &format!("tenants/{}", id(&ada)),
        "Description",
        json!("first"),
    );
    stage.advance(60.0);
    client.delete(&format!("tenants/{}", id(&ada)));
    let told = |query: &str| -> Vec<String> {
        let page = client.get(&format!("events?{query}"));
        let items = page["Items"].as_array().unwrap().iter();
        items
            .map(|item| item["Category"].as_str().unwrap().to_owned())
            .collect()
    };
    let about = format!("regarding={}", id(&ada));
    assert_eq!(told(&about), ["Deleted", "Modified", "Created"]);
    assert_eq!(
        told(&format!(
            "{about}&from=2026-01-01T00:01:00Z&to=2026-01-01T00:02:00Z"
        )),
        ["Modified"]
    );
    assert_eq!(
        told(&format!("{about}&eventCategories=Created,Deleted")),
        ["Deleted", "Created"]
    );
    assert_eq!(
        told("documentTypes=Tenants&eventGroups=Document&take=1"),
        ["Deleted"]
    );
    assert_eq!(
        told("regardingAny=Tenants-1,Tenants-2&projects=Projects-1"),
        [""; 0]
    );
    assert_eq!(told("users=Users-9"), [""; 0]);
    assert_eq!(told("spaces=Spaces-1").len(), 3);

    let newest = client.get(&format!("Spaces-1/events?{about}"))["Items"][1].clone();
    assert_eq!(newest["Message"], "Tenant ada was changed");
    assert_eq!(newest["Username"], "automation");
    assert_eq!(newest["MessageReferences"][0]["StartIndex"], 7);
    let differences = &newest["ChangeDetails"]["Differences"];
    assert_eq!(differences[0]["path"], "/Description");
    let spare = client.get(&format!("events?{about}&excludeDifference=true"));
    assert_eq!(spare["Items"][1]["ChangeDetails"], json!({}));
    assert_eq!(
        client.get(&format!("events/{}", id(&newest)))["Id"],
        newest["Id"]
    );
    assert_eq!(told(&format!("fromAutoId={}", 3)), ["Deleted"]);

    let named = |path: &str, wanted: &str| {
        let all = client.get(path);
        assert!(
            all.as_array()
                .unwrap()
                .iter()
                .any(|one| one["Id"] == wanted),
            "{all}"
        );
    };
    named("events/categories", "MachineCleanupFailed");
    named("events/groups", "MachineAvailableForDeployment");
    named("events/agents", "OctopusClient");
    named("events/documenttypes", "Machines");
}

pub const SUBSCRIPTIONS: Scenario = Scenario {
    name: "a subscriber hears of each event, or not, or twice",
    shows: &[
        "route GET subscriptions",
        "route GET subscriptions/all",
        "route GET subscriptions/{id}",
        "route POST subscriptions",
        "route PUT subscriptions/{id}",
        "route DELETE subscriptions/{id}",
        "fault lose_webhook",
        "fault double_webhook",
    ],
    play: subscriptions,
};

fn subscriptions(stage: &Stage) {
    let client = Client(stage);
    let receiver = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", receiver.local_addr().unwrap());
    let body = json!({
        "Name": "Listener",
        "EventNotificationSubscription": {
            "Filter": { "EventCategories": ["Created"], "DocumentTypes": ["Tenants"] },
            "WebhookURI": url,
            "WebhookHeaderKey": "X-Token",
            "WebhookHeaderValue": "secret",
            "WebhookTimeout": "00:00:05",
        },
    });
    let made = client.create("subscriptions", body);
    let path = format!("subscriptions/{}", id(&made));
    let of = |document: &Value, key: &str| document["EventNotificationSubscription"][key].clone();
    assert_eq!(of(&made, "WebhookHeaderValue")["HasValue"], true);
    assert_eq!(
        of(&made, "Filter")["Users"],
        json!([]),
        "what is left out is there"
    );
    assert_eq!(
        client.names("subscriptions/all"),
        client.names("subscriptions")
    );

    client.create("tenants", json!({ "Name": "ada" }));
    stage.advance(30.0);
    let (head, heard) = hear(&receiver);
    assert!(head.to_lowercase().contains("x-token: secret"), "{head}");
    assert_eq!(heard["EventType"], "SubscriptionPayload");
    assert_eq!(
        heard["Payload"]["Event"]["Message"],
        "Tenant ada was created"
    );
    assert_eq!(heard["Payload"]["TotalEventsInBatch"], 1);
    assert_eq!(heard["Payload"]["Event"]["Links"], json!({ "Self": {} }));
    assert!(!heard.to_string().contains("secret"));

    stage.fault(json!({ "name": "lose_webhook", "on": "Listener", "times": 1 }));
    stage.fault(json!({ "name": "double_webhook", "on": "Listener", "times": 1 }));
    for name in ["bob", "eve", "joe"] {
        client.create("tenants", json!({ "Name": name }));
    }
    stage.advance(30.0);
    let messages = [(); 3].map(|()| hear(&receiver).1["Payload"]["Event"]["Message"].clone());
    assert_eq!(
        messages,
        ["eve", "eve", "joe"].map(|name| format!("Tenant {name} was created"))
    );
    assert!(of(&client.get(&path), "WebhookLastProcessed").is_string());
    client.change(&path, "IsDisabled", json!(true));
    client.delete(&path);
}

/// Head and body of the next post to a receiver, which answers that all is well.
fn hear(receiver: &TcpListener) -> (String, Value) {
    let (mut stream, _) = receiver.accept().unwrap();
    let mut text = String::new();
    let mut bytes = [0; 4096];
    loop {
        let count = stream.read(&mut bytes).unwrap();
        text.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        if let Ok(body) = serde_json::from_str(body) {
            let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            stream.write_all(answer.as_bytes()).unwrap();
            return (head.to_owned(), body);
        }
    }
}
