//! Registering, finding and checking machines.

use serde_json::{Value, json};

use super::{Bench, machine};
use crate::octopus::Server;
use crate::world::Timed;

#[test]
fn a_new_machine_is_unknown_until_its_first_check() {
    let mut bench = Bench::new();
    let (_, stored) = bench.send("POST", "/api/machines", &machine("web-1"));
    assert_eq!(stored["HealthStatus"], "Unknown");
    assert_eq!(stored["MachinePolicyId"], "MachinePolicies-1");
    assert_eq!(stored["TenantedDeploymentParticipation"], "Untenanted");
    assert_eq!(stored["Thumbprint"], stored["Endpoint"]["Thumbprint"]);
    let mut unchecked = machine("web-2");
    unchecked["SkipInitialHealthCheck"] = json!(true);
    bench.create("/api/machines", &unchecked);

    bench.pass(9);
    assert_eq!(
        bench.get("/api/machines?healthStatuses=Healthy,HasWarnings")["TotalResults"],
        0
    );
    bench.pass(1);
    assert_eq!(bench.server.next_due(), Some(bench.now));
    bench.later(0);
    let healthy = bench.get("/api/machines?healthStatuses=Healthy,HasWarnings");
    assert_eq!(
        (&healthy["TotalResults"], &healthy["Items"][0]["Name"]),
        (&json!(1), &json!("web-1"))
    );
}

#[test]
fn a_put_does_not_write_health_but_everything_else() {
    let mut bench = Bench::new();
    let id = bench.create("/api/machines", &machine("web-1"));
    let mut again = machine("web-1");
    again["HealthStatus"] = json!("Healthy");
    again["Roles"] = json!(["web", "WEB", "jobs"]);
    let (_, stored) = bench.send("PUT", &format!("/api/machines/{id}"), &again);
    assert_eq!(
        (&stored["HealthStatus"], &stored["Roles"]),
        (&json!("Unknown"), &json!(["web", "jobs"]))
    );
}

#[test]
fn what_cannot_be_a_machine_is_refused() {
    let mut bench = Bench::new();
    bench.create("/api/machines", &machine("web-1"));
    assert!(
        bench
            .refusal("POST", "/api/machines", &machine("WEB-1"))
            .starts_with("A machine named 'WEB-1' already exists.")
    );
    let lost = json!({
        "Name": "web-2",
        "Roles": [],
        "EnvironmentIds": ["Environments-9"],
        "TenantIds": ["Tenants-9"],
        "Endpoint": { "CommunicationStyle": "TentaclePassive", "Thumbprint": "short" },
    });
    assert_eq!(
        bench.refusal("POST", "/api/machines", &lost),
        "EnvironmentIds names 'Environments-9', which is no environment of this space.\n\
         TenantIds names 'Tenants-9', which is no tenant of this space.\n\
         Please select at least one role (Roles).\n\
         The Endpoint of a Tentacle needs its Thumbprint: 40 hexadecimal digits."
    );
}

#[test]
fn filters_narrow_together_and_their_values_widen() {
    let mut bench = Bench::new();
    let tenant = bench.create("/api/tenants", &json!({ "Name": "ryan0001" }));
    for (name, roles, tenants) in [
        ("a", json!(["web"]), json!([tenant])),
        ("b", json!(["jobs"]), json!([tenant])),
        ("c", json!(["web"]), json!([])),
    ] {
        let mut body = machine(name);
        body["Roles"] = roles;
        body["TenantIds"] = tenants;
        bench.create("/api/machines", &body);
    }
    let mut names = |query: &str| -> String {
        let all = bench.get(&format!("/api/machines/all?{query}"));
        all.as_array()
            .unwrap()
            .iter()
            .filter_map(|item| item["Name"].as_str())
            .collect()
    };
    assert_eq!(names("roles=WEB"), "ac");
    assert_eq!(names("roles=web,jobs"), "abc");
    assert_eq!(names(&format!("roles=web&tenantIds={tenant}")), "a");
    assert_eq!(names("environmentIds=Environments-2"), "");
    assert_eq!(names("commStyles=TentaclePassive&isDisabled=false"), "abc");
    assert_eq!(
        names("thumbprint=0123456789abcdef0123456789abcdef01234567"),
        "abc"
    );
    assert_eq!(names("notAFilter=1"), "abc");
    assert_eq!(bench.get("/api/machineroles/all"), json!(["jobs", "web"]));
    assert_eq!(
        bench.get("/api/environments/Environments-1/machines")["TotalResults"],
        3
    );
}

#[test]
fn the_calls_of_a_registering_tentacle_are_served() {
    let mut bench = Bench::new();
    let me = bench.get("/api/users/me");
    let spaces = bench.get(me["Links"]["Spaces"].as_str().unwrap());
    let home = spaces[0]["Links"]["SpaceHome"].as_str().unwrap().to_owned();
    assert!(spaces[0]["IsDefault"].as_bool().unwrap());
    let links = bench.get(&home)["Links"].clone();
    let collection = |name: &str| {
        links[name]
            .as_str()
            .unwrap()
            .split('{')
            .next()
            .unwrap()
            .to_owned()
    };
    let certificate = bench.get("/api/configuration/certificates/certificate-global");
    assert_eq!(certificate["Thumbprint"].as_str().unwrap().len(), 40);
    assert_eq!(
        bench.get(&format!("{}?name=web-1", collection("Machines")))["TotalResults"],
        0
    );
    let id = bench.create(&collection("Machines"), &machine("web-1"));
    let own = bench.get(&format!("{}/{id}", collection("Machines")))["Links"]["Self"].clone();
    assert_eq!(own, Value::from(format!("{home}/machines/{id}")));
}

#[test]
fn truth_tells_what_is_stored_by_space() {
    let mut bench = Bench::new();
    bench.create("/api/machines", &machine("web-1"));
    let truth = bench.server.truth();
    assert_eq!(truth["Default"]["machines"][0]["Name"], "web-1");
    assert_eq!(truth["Default"]["tenants"], json!([]));
    assert_eq!(bench.server.machine_count(), 1);
    assert_eq!(
        Server::new(7).truth()["Default"]["projects"][0]["Name"],
        "Checkout Web"
    );
}
