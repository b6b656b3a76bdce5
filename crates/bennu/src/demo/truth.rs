//! The simulated world's own truth, read where anybody can read it: `/_sim/truth`.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::Anything;

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

    /// What is left of anything that an environment can leave.
    pub fn left(&self) -> String {
        let count = |what: &str| self.0["counts"][what].as_u64().unwrap_or(u64::MAX);
        format!(
            "{} stacks, {} instances, {} objects, {} tenants, {} machines",
            count("stacks"),
            count("instances"),
            count("objects"),
            count("tenants"),
            count("machines")
        )
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.left() == "0 stacks, 0 instances, 0 objects, 0 tenants, 0 machines"
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
        self.0["counts"]["objects"].as_u64().unwrap_or(u64::MAX)
    }

    /// A tenant by name.
    pub fn tenant(&self, name: &str) -> Option<Value> {
        let spaces = self.0["octopus"].as_object()?;
        let tenants = spaces
            .values()
            .filter_map(|space| space["tenants"].as_array())
            .flatten();
        tenants
            .into_iter()
            .find(|tenant| tenant["Name"] == name)
            .cloned()
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
