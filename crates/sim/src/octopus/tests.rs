mod audit;
mod checks;
mod deletions;
mod deployments;
mod documents;
mod machines;
mod projects;
mod protocol;
mod stage;
mod tasks;
mod triggers;
mod variables;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{Reply, Request, Server};
use crate::faults::Faults;
use crate::parameters::Parameters;
use crate::world::Timed;

/// A server with its clock, its faults and a client that holds the key.
pub(super) struct Bench {
    server: Server,
    now: DateTime<Utc>,
    faults: Faults,
}

impl Bench {
    pub(super) fn new() -> Self {
        let now = DateTime::from_timestamp(1_767_225_600, 0).unwrap();
        Self {
            server: Server::new(7),
            now,
            faults: Faults::default(),
        }
    }

    pub(super) fn ask(&mut self, request: &Request) -> Reply {
        self.server.handle(request, self.now, &mut self.faults)
    }

    fn keyed(&self, method: &str, target: &str) -> Request {
        Request::new(method, target).with_key(self.server.api_key())
    }

    /// The body of a GET that succeeds.
    pub(super) fn get(&mut self, target: &str) -> Value {
        let reply = self.ask(&self.keyed("GET", target));
        assert_eq!(reply.status, 200, "{target}: {reply:?}");
        reply.body.unwrap()
    }

    /// The status and body of a write.
    pub(super) fn send(&mut self, method: &str, target: &str, body: &Value) -> (u16, Value) {
        let reply = self.ask(&self.keyed(method, target).with_json(body));
        (reply.status, reply.body.unwrap_or_default())
    }

    /// Creates a document; gives its id.
    pub(super) fn create(&mut self, target: &str, body: &Value) -> String {
        let (status, created) = self.send("POST", target, body);
        assert_eq!(status, 201, "{created}");
        created["Id"].as_str().unwrap().to_owned()
    }

    /// The lines of a write that is refused with 400.
    pub(super) fn refusal(&mut self, method: &str, target: &str, body: &Value) -> String {
        let (status, refused) = self.send(method, target, body);
        assert_eq!(status, 400, "{refused}");
        assert_eq!(
            refused["ErrorMessage"],
            "There was a problem with your request."
        );
        let lines: Vec<&str> = refused["Errors"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        lines.join("\n")
    }

    pub(super) fn pass(&mut self, seconds: i64) {
        self.now += TimeDelta::seconds(seconds);
    }

    /// Time passes, and brings what is due.
    pub(super) fn later(&mut self, seconds: i64) {
        self.pass(seconds);
        self.server
            .run_due(self.now, &Parameters::default(), &mut self.faults);
    }

    pub(super) fn fault(&mut self, fault: Value) {
        self.faults
            .add(serde_json::from_value(fault).unwrap())
            .unwrap();
    }
}

/// A listening Tentacle's registration.
pub(super) fn machine(name: &str) -> Value {
    json!({
        "Name": name,
        "EnvironmentIds": ["Environments-1"],
        "Roles": ["web"],
        "Endpoint": {
            "CommunicationStyle": "TentaclePassive",
            "Thumbprint": "0123456789ABCDEF0123456789ABCDEF01234567",
            "Uri": "https://10.0.0.5:10933/",
        },
    })
}
