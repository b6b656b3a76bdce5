//! The hands of people at the simulated Octopus, by its own interface.

use bennu_sim::octopus::Request;
use serde_json::{Value, json};

use super::Stage;

/// One request; it has to succeed.
pub fn ask(stage: &Stage, method: &str, path: &str, body: Option<&Value>) -> Value {
    let reply = stage.sim.sim.with(|world| {
        let key = world.octopus.api_key().to_owned();
        let request = Request::new(method, path).with_key(&key);
        let request = match body {
            Some(body) => request.with_json(body),
            None => request,
        };
        let now = world.now;
        world.octopus.handle(&request, now, &mut world.faults)
    });
    assert!(reply.status < 300, "{method} {path}: {:?}", reply.body);
    reply.body.unwrap_or_default()
}

/// The project that everybody shares.
pub fn project(stage: &Stage) -> Value {
    let all = ask(stage, "GET", "/api/Spaces-1/projects/all", None);
    let all = all.as_array().unwrap();
    let found = all.iter().find(|one| one["Name"] == "Checkout Web");
    found.unwrap().clone()
}

/// CI creates a release of it.
pub fn release(stage: &Stage, version: &str) {
    let release = json!({ "Version": version, "ProjectId": project(stage)["Id"] });
    ask(stage, "POST", "/api/Spaces-1/releases", Some(&release));
}

/// What of a kind there is.
pub fn documents(stage: &Stage, collection: &str) -> Vec<Value> {
    let truth = stage.sim.sim.with(|world| world.octopus.truth());
    truth["Default"][collection].as_array().unwrap().clone()
}
