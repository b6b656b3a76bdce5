//! The simulated world's own truth, read where anybody can read it: `/_sim/truth`.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::Anything;

/// What an environment can leave, by the world's key and in words.
const LEAVINGS: &[(&str, &str)] = &[
    ("stacks", "stacks"),
    ("instances", "instances"),
    ("objects", "objects"),
    ("tenants", "tenants"),
    ("tenantvariables", "variables"),
    ("machines", "machines"),
    ("overrides", "overrides"),
];

/// The world at one moment.
#[derive(Debug, Clone)]
pub struct Truth(Value);

impl Truth {
    /// Reads it.
    pub async fn read(aws: &str) -> Result<Self, Anything> {
        let http = reqwest::Client::builder().no_proxy().build()?;
        let answer = http
            .get(format!("{aws}/_sim/truth"))
            .send()
            .await?
            .error_for_status()?;
        Ok(Self(answer.json().await?))
    }

    /// Every change of service since the world began, oldest first.
    pub async fn history(aws: &str) -> Result<Vec<Value>, Anything> {
        let http = reqwest::Client::builder().no_proxy().build()?;
        let answer = http
            .get(format!("{aws}/_sim/history"))
            .send()
            .await?
            .error_for_status()?;
        match answer.json().await? {
            Value::Array(changes) => Ok(changes),
            other => Err(format!("a history that is no list: {other}").into()),
        }
    }

    /// How many there are of a kind.
    pub fn count(&self, what: &str) -> u64 {
        self.0["counts"][what].as_u64().unwrap_or(u64::MAX)
    }

    /// What is left of anything that an environment can leave.
    pub fn left(&self) -> String {
        let kinds = LEAVINGS.iter();
        let counted = kinds.map(|(key, word)| format!("{} {word}", self.count(key)));
        counted.collect::<Vec<_>>().join(", ")
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        LEAVINGS.iter().all(|(key, _)| self.count(key) == 0)
    }

    /// The statuses of all living stacks.
    pub fn stack_statuses(&self) -> Vec<String> {
        texts(&self.of_regions("stacks"), "StackStatus")
    }

    /// The ids of all running instances.
    pub fn running_instances(&self) -> BTreeSet<String> {
        let running: Vec<_> = self
            .of_regions("instances")
            .into_iter()
            .filter(|instance| instance["State"] == "running")
            .collect();
        texts(&running, "InstanceId").into_iter().collect()
    }

    /// How many objects lie in buckets.
    pub fn objects(&self) -> u64 {
        self.count("objects")
    }

    /// The id of a document of Octopus by its collection and name.
    pub fn octopus_id(&self, collection: &str, name: &str) -> Option<String> {
        let spaces = self.0["octopus"].as_object()?;
        let documents = spaces
            .values()
            .filter_map(|space| space[collection].as_array())
            .flatten();
        let mut named = documents.filter(|one| one["Name"] == name);
        named.next()?["Id"].as_str().map(str::to_owned)
    }

    fn of_regions(&self, what: &str) -> Vec<Value> {
        let accounts = self.0["aws"]
            .as_object()
            .into_iter()
            .flat_map(|map| map.values());
        let regions = accounts
            .filter_map(Value::as_object)
            .flat_map(|map| map.values());
        regions
            .filter_map(|region| region[what].as_array())
            .flatten()
            .cloned()
            .collect()
    }
}

fn texts(values: &[Value], key: &str) -> Vec<String> {
    values
        .iter()
        .filter_map(|value| value[key].as_str())
        .map(str::to_owned)
        .collect()
}
