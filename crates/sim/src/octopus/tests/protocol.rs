//! Paths, credentials, verbs, pages and errors.

use serde_json::{Value, json};

use super::{Bench, Request, machine};
use crate::octopus::{operation_name, route_names};

#[test]
fn the_root_needs_no_key_and_says_what_a_tentacle_asks_of_it() {
    let root = Bench::new().ask(&Request::new("GET", "/api")).body.unwrap();
    assert_eq!(root["ApiVersion"], "3.0.0");
    assert_eq!(
        root["Links"]["Spaces"],
        "/api/spaces{/id}{?name,skip,ids,take,partialName}"
    );
    assert_eq!(
        root["Links"]["Tenants"].as_str().unwrap().split('{').next(),
        Some("/api/Spaces-1/tenants")
    );
}

#[test]
fn three_spellings_of_a_space_are_one_store() {
    let mut bench = Bench::new();
    let id = bench.create(
        "/api/spaces/default/tenants",
        &json!({ "Name": "ryan0001" }),
    );
    for path in [
        "/api/tenants",
        "/api/Spaces-1/tenants",
        "/api/spaces/Spaces-1/tenants/",
    ] {
        assert_eq!(
            bench.get(path)["Items"][0]["Id"],
            Value::from(id.clone()),
            "{path}"
        );
    }
    let other = bench.create("/api/spaces", &json!({ "Name": "Other" }));
    assert_eq!(
        bench.get(&format!("/api/{other}/tenants"))["TotalResults"],
        0
    );
    assert_eq!(
        bench.get(&format!("/api/{other}/lifecycles"))["TotalResults"],
        1
    );
    let reply = bench.ask(&bench.keyed("GET", &format!("/api/{other}/tenants/{id}")));
    assert_eq!(
        reply.status, 404,
        "a tenant is seen from its own space only"
    );
}

#[test]
fn a_key_may_stand_in_three_places_and_must_be_right() {
    let mut bench = Bench::new();
    let key = bench.server.api_key().to_owned();
    assert!(key.starts_with("API-"), "{key}");
    let plain = Request::new("GET", "/api/users/me");
    for request in [
        plain.clone().with_header("x-octopus-apikey", &key),
        plain
            .clone()
            .with_header("Authorization", &format!("Bearer {key}")),
        Request::new("GET", &format!("/api/users/me?apikey={key}")),
    ] {
        assert_eq!(bench.ask(&request).status, 200, "{request:?}");
    }
    for request in [plain.clone(), plain.with_key("API-WRONG")] {
        let reply = bench.ask(&request);
        assert_eq!(reply.status, 401);
        let message = reply.body.unwrap()["ErrorMessage"].clone();
        assert!(message.as_str().unwrap().contains("API key"), "{message}");
    }
}

#[test]
fn what_is_not_there_and_what_is_not_allowed_are_told_apart() {
    let mut bench = Bench::new();
    let mut ask = |method, path| {
        let reply = bench.ask(&bench.keyed(method, path));
        (
            reply.status,
            reply.body.unwrap_or_default()["ErrorMessage"]
                .as_str()
                .unwrap()
                .to_owned(),
        )
    };
    let gone = |id| (404, format!("The resource '{id}' was not found."));
    assert_eq!(
        ask("GET", "/api/Spaces-1/tenants/Tenants-9"),
        gone("Tenants-9")
    );
    assert_eq!(ask("GET", "/api/Spaces-9/tenants"), gone("Spaces-9"));
    assert_eq!(ask("GET", "/api/Spaces-1/runbooks").0, 404);
    assert_eq!(ask("GET", "/elsewhere").0, 404);
    assert_eq!(ask("DELETE", "/api/Spaces-1/tenants").0, 405);
    assert_eq!(
        ask("GET", "/api/Spaces-1/releases/all").0,
        404,
        "releases have no /all"
    );
}

#[test]
fn pages_hold_thirty_and_the_last_has_no_next() {
    let mut bench = Bench::new();
    for number in 0..31 {
        bench.create(
            "/api/tenants",
            &json!({ "Name": format!("Tenant {number:02}") }),
        );
    }
    let first = bench.get("/api/tenants?partialName=tenant%20&apikey=secret");
    assert_eq!(first["Items"].as_array().unwrap().len(), 30);
    assert_eq!(first["TotalResults"], 31);
    assert_eq!(first["LastPageNumber"], 1);
    assert_eq!(first["Links"].get("Page.Previous"), None);
    let next = first["Links"]["Page.Next"].as_str().unwrap();
    assert_eq!(next, "/api/Spaces-1/tenants?skip=30&partialName=tenant%20");
    let last = bench.get(next);
    assert_eq!(last["Items"][0]["Name"], "Tenant 30");
    assert_eq!(last["Links"].get("Page.Next"), None);
    assert_eq!(
        bench.get("/api/tenants?take=2147483647")["Items"]
            .as_array()
            .unwrap()
            .len(),
        31
    );
    assert_eq!(bench.get("/api/tenants/all").as_array().unwrap().len(), 31);
    assert_eq!(
        bench.get("/api/tenants?ids=")["TotalResults"],
        31,
        "an empty list is no filter"
    );
    assert_eq!(
        bench.get("/api/tenants?ids=Tenants-2,Tenants-3")["TotalResults"],
        2
    );
    assert_eq!(bench.get("/api/tenants?name=TENANT+07")["TotalResults"], 1);
    let refused = bench.ask(&bench.keyed("GET", "/api/tenants?take=some"));
    assert_eq!(refused.status, 400);
}

#[test]
fn a_post_can_stand_for_other_verbs() {
    let mut bench = Bench::new();
    let id = bench.create("/api/tenants", &json!({ "Name": "ryan0001" }));
    let post = bench.keyed("POST", &format!("/api/tenants/{id}"));
    let put = post.clone().with_header("X-HTTP-Method-Override", "PUT");
    let reply = bench.ask(&put.with_json(&json!({ "Name": "ryan0002" })));
    assert_eq!(
        (reply.status, &reply.body.unwrap()["Name"]),
        (200, &json!("ryan0002"))
    );
    let reply = bench.ask(&post.with_header("X-HTTP-Method-Override", "delete"));
    assert_eq!((reply.status, reply.body), (200, None));
    assert_eq!(bench.server.tenant_count(), 0);
}

#[test]
fn faults_strike_the_operation_they_name() {
    let mut bench = Bench::new();
    let id = bench.create("/api/machines", &machine("web-1"));
    bench.fault(json!({ "name": "throttle", "on": "GET tenants", "times": 1, "params": { "retry_after_s": 7 } }));
    bench.fault(json!({ "name": "conflict", "on": "PUT machines/{id}", "times": 1 }));
    bench.fault(json!({ "name": "error", "on": "POST tenants", "times": 1, "params": { "status": 504, "message": "slow" } }));
    let throttled = bench.ask(&bench.keyed("GET", "/api/tenants"));
    assert_eq!(
        (throttled.status, throttled.headers),
        (429, vec![("Retry-After", "7".to_owned())])
    );
    let path = format!("/api/Spaces-1/machines/{id}");
    let (status, conflict) = bench.send("PUT", &path, &machine("web-1"));
    assert_eq!(status, 409);
    assert_eq!(
        conflict["Errors"][0],
        "Modification failed for 'DeploymentTarget' document with 'Machines-1' Id because submitted data was \
         out of date. Refresh the document and try again."
    );
    let (status, failed) = bench.send("POST", "/api/tenants", &json!({ "Name": "ryan0001" }));
    assert_eq!((status, &failed["ErrorMessage"]), (504, &json!("slow")));
    assert_eq!(
        bench.server.tenant_count(),
        0,
        "an error comes instead of the effect"
    );
    assert_eq!(
        bench.send("PUT", &path, &machine("web-1")).0,
        200,
        "each struck once"
    );
    let named = operation_name(&Request::new(
        "GET",
        "/api/spaces/default/projects/x/releases",
    ));
    assert_eq!(named.as_deref(), Some("GET projects/{id}/releases"));
}

#[test]
fn a_seed_is_a_server() {
    let same = |seed| super::Server::new(seed).api_key().to_owned();
    assert_eq!(same(1), same(1));
    assert_ne!(same(1), same(2));
}

#[test]
fn each_route_is_in_the_table_once_and_found_by_its_name() {
    let names = route_names();
    let mut once = names.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), names.len(), "no route is listed twice");
    for name in &names {
        let (verb, path) = name.split_once(' ').unwrap();
        let path = match path {
            "api" => String::new(),
            "space" => "/Spaces-1".to_owned(),
            path => format!("/{path}"),
        };
        let found = operation_name(&Request::new(verb, &format!("/api{path}")));
        assert_eq!(found.as_deref(), Some(name.as_str()));
    }
}

/// Clients read the message, and the causes in a list that is there even if it is empty.
#[test]
fn every_refusal_has_the_one_body() {
    let mut bench = Bench::new();
    for (status, fault, verb, path) in [
        (400, None, "POST", "/api/Spaces-1/tenants"),
        (
            403,
            Some(json!({ "name": "deny", "times": 1 })),
            "GET",
            "/api/tenants",
        ),
        (404, None, "GET", "/api/tenants/Tenants-9"),
        (405, None, "DELETE", "/api/tenants"),
        (
            429,
            Some(json!({ "name": "throttle", "times": 1 })),
            "GET",
            "/api/tenants",
        ),
        (
            503,
            Some(json!({ "name": "error", "times": 1, "params": { "status": 503 } })),
            "GET",
            "/api/tenants",
        ),
    ] {
        if let Some(fault) = fault {
            bench.fault(fault);
        }
        let (found, body) = bench.send(verb, path, &json!({}));
        assert_eq!(found, status, "{body}");
        assert!(!body["ErrorMessage"].as_str().unwrap().is_empty());
        let causes = body["Errors"].as_array().unwrap();
        assert_eq!(causes.is_empty(), status != 400, "{body}");
        assert!(causes.iter().all(Value::is_string), "{body}");
    }
    let unsigned = bench.ask(&Request::new("GET", "/api/tenants"));
    let body = unsigned.body.unwrap();
    assert_eq!((unsigned.status, &body["Errors"]), (401, &json!([])));
}
