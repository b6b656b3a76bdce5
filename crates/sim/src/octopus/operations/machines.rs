//! Questions about machines: what answers at an address, how they were last found, and what
//! was done with them.

use serde_json::{Value, json};

use super::super::Server;
use super::super::documents::{Document, texts};
use super::super::fields;
use super::super::kind::Kind;
use super::super::links;
use super::super::page::Window;
use super::super::refusal::Refusal;
use super::super::request::Query;
use super::super::tasks::moment;
use crate::chance::Chance;

impl Server {
    /// An unsaved machine of the Tentacle at an address: that of the machine registered
    /// there; any other address has a Tentacle whose thumbprint follows from it.
    pub(super) fn discover(&self, space: &str, query: &Query) -> Result<Value, Refusal> {
        let Some(host) = query.value("host").map(str::to_lowercase) else {
            return Err(Refusal::invalid("Please provide the host to discover."));
        };
        let port = query.value("port").unwrap_or("10933");
        let port: u16 = port
            .parse()
            .map_err(|_| Refusal::invalid(format!("'{port}' is not a port.")))?;
        let style = query.value("type").unwrap_or("TentaclePassive");
        if !style.eq_ignore_ascii_case("TentaclePassive") {
            return Err(Refusal::invalid(format!(
                "Only machines of the type TentaclePassive can be discovered, not '{style}'."
            )));
        }
        let uri = format!("https://{host}:{port}/");
        let known = self
            .documents
            .within(Kind::Machine, space)
            .find(|machine| machine.text("Uri").eq_ignore_ascii_case(&uri));
        let thumbprint = match known {
            Some(machine) if !self.tentacles.answers(self.tentacles.of(machine)) => {
                return Err(Refusal::invalid(format!(
                    "The Tentacle at {uri} could not be contacted."
                )));
            }
            Some(machine) => machine.text("Thumbprint").to_owned(),
            None => Chance::new(0, &uri).hex(40).to_uppercase(),
        };
        let mut machine = fields::fresh(Kind::Machine);
        for (key, value) in [
            ("Id", Value::Null),
            ("Name", json!(host)),
            ("SpaceId", json!(space)),
            ("Thumbprint", json!(thumbprint)),
            ("Uri", json!(uri)),
            (
                "Endpoint",
                json!({
                    "CommunicationStyle": "TentaclePassive",
                    "Thumbprint": thumbprint,
                    "Uri": uri,
                    "ProxyId": query.value("proxyId"),
                }),
            ),
        ] {
            machine.insert(key.to_owned(), value);
        }
        Ok(Value::Object(machine))
    }

    /// How a machine was found when it was last checked.
    pub(super) fn connection(&self, space: &str, id: &str) -> Result<Value, Refusal> {
        let machine = self.find(Kind::Machine, space, id)?;
        let checked = self.checks.last(machine.number).map(moment);
        let logs: Vec<Value> = checked
            .iter()
            .map(|at| {
                json!({
                    "Category": "Info",
                    "OccurredAt": at,
                    "MessageText": machine.text("StatusSummary"),
                    "Detail": null,
                })
            })
            .collect();
        Ok(json!({
            "Id": null,
            "MachineId": machine.id(),
            "Status": machine.text("Status"),
            "HealthStatus": machine.text("HealthStatus"),
            "CurrentTentacleVersion": "8.2.1000",
            "LastChecked": checked,
            "Logs": logs,
            "Links": {
                "Self": format!("{}/connection", links::to(machine)),
                "Machine": links::to(machine),
            },
        }))
    }

    /// A page of the tasks that a machine has part in, newest first.
    pub(super) fn tasks_of_machine(
        &self,
        space: &str,
        id: &str,
        query: &Query,
    ) -> Result<Value, Refusal> {
        let machine = self.find(Kind::Machine, space, id)?;
        let id = machine.id();
        let of_type = query.value("type");
        let has_part = |task: &&Document| {
            let arguments = task.fields.get("Arguments");
            let of = |key: &str| arguments.and_then(|arguments| arguments.get(key));
            let deployment = of("DeploymentId")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let deployment = self.documents.by_id(Kind::Deployment, deployment);
            let is_meant = match of_type {
                None => true,
                Some(kind) => kind.eq_ignore_ascii_case("Deployment") && deployment.is_some(),
            };
            is_meant
                && (texts(of("MachineIds")).any(|own| own == id)
                    || deployment.is_some_and(|deployment| {
                        let mut named = deployment.texts("SpecificMachineIds");
                        let mut reached = deployment.texts("DeployedToMachineIds");
                        named.any(|own| own == id) || reached.any(|own| own == id)
                    }))
        };
        let tasks = self.documents.within(Kind::Task, space).rev();
        let found: Vec<&Document> = tasks.filter(has_part).collect();
        let path = format!("{}/tasks", links::to(machine));
        Ok(Window::read(query)?.page("Task", &path, query, &found, |task| links::present(task)))
    }
}
