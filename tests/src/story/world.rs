//! What others do to the world in a story: CI, colleagues, strangers, and bad luck.

use bennu_sim::cloudformation::request::{DeleteStack, ParameterInput, UpdateStack};
use bennu_sim::faults::Fault;
use bennu_sim::octopus::Request;
use serde_json::{Value, json};

use super::Story;
use super::declared::place;

impl Story {
    /// Switches a fault on.
    pub fn fault(&mut self, fault: Value) {
        self.note(&format!("> fault {fault}"));
        let fault: Fault = serde_json::from_value(fault).expect("a fault");
        self.sim
            .sim
            .with(|world| world.faults.add(fault))
            .expect("a known fault");
    }

    /// Somebody asks Octopus for something; the answer's body.
    pub fn octopus(&self, method: &str, path: &str, body: &Value) -> Value {
        let now = *self.now.lock().expect("no test panicked");
        let reply = self.sim.sim.with(|world| {
            world.advance_to(now);
            let key = world.octopus.api_key().to_owned();
            let request = Request::new(method, path).with_key(&key);
            let request = if body.is_null() {
                request
            } else {
                request.with_json(body)
            };
            world.octopus.handle(&request, now, &mut world.faults)
        });
        assert!(
            (200..300).contains(&reply.status),
            "{method} {path}: {} {:?}",
            reply.status,
            reply.body
        );
        reply.body.unwrap_or(Value::Null)
    }

    /// The one document of a collection with this name.
    pub fn octopus_named(&self, collection: &str, name: &str) -> Value {
        let all = self.octopus(
            "GET",
            &format!("/api/Spaces-1/{collection}/all"),
            &Value::Null,
        );
        let found = all
            .as_array()
            .into_iter()
            .flatten()
            .find(|one| one["Name"] == name);
        found
            .unwrap_or_else(|| panic!("no {name} in {collection}"))
            .clone()
    }

    /// CI creates a release in the projects.
    pub fn release(&mut self, version: &str, projects: &[&str]) {
        for project in projects {
            let id = self.octopus_named("projects", project)["Id"].clone();
            let body = json!({ "Version": version, "ProjectId": id });
            self.octopus("POST", "/api/Spaces-1/releases", &body);
        }
        self.note(&format!("> release {version} in {}", projects.join(", ")));
    }

    /// Somebody else makes a tenant of that name.
    pub fn strangers_tenant(&mut self, name: &str) {
        self.note(&format!("> somebody else creates a tenant {name}"));
        let body = json!({ "Name": name, "ProjectEnvironments": {} });
        self.octopus("POST", "/api/Spaces-1/tenants", &body);
    }

    /// Somebody deletes the stack by hand.
    pub fn strangers_delete(&mut self) {
        self.note("> somebody deletes the stack by hand");
        self.sim.sim.with(|world| {
            let place = place();
            let arn = world.regions[&place].truth()["stacks"][0]["StackId"].clone();
            let stack_name = arn.as_str().expect("one stack").to_owned();
            let request = DeleteStack {
                stack_name,
                ..DeleteStack::default()
            };
            let deleted = world.on(&place, |region, moment| {
                region.delete_stack(request, moment)
            });
            deleted.expect("it can be deleted");
        });
    }

    /// Somebody updates the stack by hand, so that a failure leaves it as it is then.
    pub fn strangers_update(&mut self, parameter: &str, value: &str) {
        self.note(&format!("> somebody sets {parameter} to {value:?} by hand"));
        self.sim.sim.with(|world| {
            let place = place();
            let arn = world.regions[&place].truth()["stacks"][0]["StackId"].clone();
            let request = UpdateStack {
                stack_name: arn.as_str().expect("one stack").to_owned(),
                use_previous_template: true,
                parameters: vec![ParameterInput {
                    key: parameter.to_owned(),
                    value: Some(value.to_owned()),
                    ..ParameterInput::default()
                }],
                disable_rollback: Some(true),
                ..UpdateStack::default()
            };
            let updated = world.on(&place, |region, moment| {
                region.update_stack(request, moment)
            });
            updated.expect("it can be updated");
        });
    }

    /// Somebody changes fields of the one document of a collection with this name.
    pub fn strangers_edit(&mut self, collection: &str, name: &str, fields: &[(&str, Value)]) {
        self.note(&format!("> somebody edits {name} in {collection}"));
        let all = format!("/api/Spaces-1/{collection}?take=100");
        let all = self.octopus("GET", &all, &Value::Null);
        let found = all["Items"].as_array().into_iter().flatten();
        let mut found = found.filter(|one| one["Name"] == name).cloned();
        let mut document = found.next().expect("it is there");
        for (field, value) in fields {
            document[*field] = value.clone();
        }
        let id = document["Id"].as_str().expect("an id").to_owned();
        let path = format!("/api/Spaces-1/{collection}/{id}");
        self.octopus("PUT", &path, &document);
    }

    /// Somebody terminates the oldest instance by hand.
    pub fn strangers_terminate(&mut self) {
        let id = self.sim.sim.with(|world| {
            let truth = world.regions[&place()].truth();
            let id = truth["groups"][0]["Instances"][0]["InstanceId"].clone();
            id.as_str().expect("an instance").to_owned()
        });
        self.terminate(&id);
    }

    /// Somebody terminates an instance of a group.
    pub(super) fn terminate(&mut self, id: &str) {
        self.sim.sim.with(|world| {
            let ended = world.on(&place(), |region, moment| {
                region.terminate_instance_in_auto_scaling_group(id, false, moment)
            });
            ended.expect("it can be terminated");
        });
        self.note(&format!("> somebody terminates {id} by hand"));
    }
}
