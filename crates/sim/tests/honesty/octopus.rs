//! Octopus Deploy.

mod audit;
mod delivery;
mod documents;
mod machines;
mod people;
mod plans;
mod tenants;
mod work;

use serde_json::Value;

use crate::Scenario;
use crate::stage::Stage;

pub const SCENARIOS: &[Scenario] = &[
    people::SIGNING_IN,
    people::SPACES,
    people::RATES,
    documents::PLACES,
    documents::PROJECTS,
    documents::TAGS,
    documents::LIBRARY,
    tenants::TENANTS,
    tenants::VALUES,
    machines::REGISTRATION,
    machines::ARRIVALS,
    machines::POLICIES,
    plans::PROCESS,
    plans::PACKAGES,
    delivery::BY_NAME,
    delivery::PHASES,
    delivery::CLASSIC,
    work::TASKS,
    work::INTERRUPTIONS,
    work::GUIDANCE,
    audit::EVENTS,
    audit::SUBSCRIPTIONS,
];

/// A client of the default space.
struct Client<'a>(&'a Stage);

impl Client<'_> {
    /// The body of a GET that succeeds.
    fn get(&self, path: &str) -> Value {
        let answer = self.0.octopus("GET", &format!("/api/{path}"), None);
        assert_eq!(answer.status, 200, "GET {path}: {}", answer.body);
        answer.value()
    }

    /// The names on a page, in its order.
    fn names(&self, path: &str) -> Vec<String> {
        let page = self.get(path);
        let items = page["Items"].as_array().or(page.as_array()).unwrap();
        let names = items.iter().map(|item| item["Name"].as_str().unwrap());
        names.map(str::to_owned).collect()
    }

    /// The document that a POST makes.
    fn create(&self, path: &str, body: Value) -> Value {
        let answer = self.0.octopus("POST", &format!("/api/{path}"), Some(body));
        assert_eq!(answer.status, 201, "POST {path}: {}", answer.body);
        answer.value()
    }

    /// What a POST that makes nothing answers.
    fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.0.octopus("POST", &format!("/api/{path}"), Some(body));
        assert_eq!(answer.status, 200, "POST {path}: {}", answer.body);
        answer.value()
    }

    /// The document that a PUT leaves.
    fn put(&self, path: &str, body: Value) -> Value {
        let answer = self.0.octopus("PUT", &format!("/api/{path}"), Some(body));
        assert_eq!(answer.status, 200, "PUT {path}: {}", answer.body);
        answer.value()
    }

    fn delete(&self, path: &str) {
        let answer = self.0.octopus("DELETE", &format!("/api/{path}"), None);
        assert_eq!(answer.status, 200, "DELETE {path}: {}", answer.body);
        assert_eq!(self.status("GET", path), 404, "{path} is gone");
    }

    fn status(&self, method: &str, path: &str) -> u16 {
        self.0.octopus(method, &format!("/api/{path}"), None).status
    }

    /// The lines of a write that is refused, and its status.
    fn refused(&self, method: &str, path: &str, body: Value) -> (u16, String) {
        let answer = self.0.octopus(method, &format!("/api/{path}"), Some(body));
        assert!(answer.status >= 400, "{method} {path}: {}", answer.body);
        let told = answer.value();
        let lines: Vec<&str> = told["Errors"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        (answer.status, lines.join("\n"))
    }

    /// Changes a document as its clients do: all of it, read and written back.
    fn change(&self, path: &str, key: &str, value: Value) -> Value {
        let mut document = self.get(path);
        document[key] = value;
        self.put(path, document)
    }
}

fn id(document: &Value) -> String {
    document["Id"].as_str().unwrap().to_owned()
}
