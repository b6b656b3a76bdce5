//! What people and clients ask the server to do besides deploying: checks of health, and
//! going on after an interruption.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::documents::{Document, texts};
use super::super::events::{Actor, Happened};
use super::super::kind::Kind;
use super::super::refusal::Refusal;
use super::super::request::Reply;
use super::super::tasks::Guidance;
use super::super::{Server, links};
use crate::clock::seconds;

impl Server {
    /// Queues a health check: of the machines that are named, or of an environment's, or
    /// of all in the space.
    pub(super) fn ask_for_task(
        &mut self,
        space: &str,
        body: &Value,
        now: DateTime<Utc>,
    ) -> Result<Reply, Refusal> {
        let name = body.get("Name").and_then(Value::as_str).unwrap_or_default();
        if name != "Health" {
            return Err(Refusal::invalid(format!(
                "Tasks with the name '{name}' cannot be queued by clients here; Health can."
            )));
        }
        let space = body
            .get("SpaceId")
            .and_then(Value::as_str)
            .and_then(|id| self.documents.by_id(Kind::Space, id))
            .map_or_else(|| space.to_owned(), Document::id);
        let arguments = body.get("Arguments").cloned().unwrap_or_default();
        let arguments = if arguments.is_object() {
            arguments
        } else {
            json!({})
        };
        let named: Vec<&str> = texts(arguments.get("MachineIds")).collect();
        let of = |key: &str| arguments.get(key).and_then(Value::as_str);
        let machines: Vec<u64> = self
            .documents
            .within(Kind::Machine, &space)
            .filter(|machine| named.is_empty() || named.contains(&machine.id().as_str()))
            .filter(|machine| {
                of("EnvironmentId")
                    .is_none_or(|id| machine.texts("EnvironmentIds").any(|own| own == id))
            })
            .filter(|machine| {
                of("MachinePolicyId").is_none_or(|id| machine.text("MachinePolicyId") == id)
            })
            .map(|machine| machine.number)
            .collect();
        if machines.len() < named.len() {
            return Err(Refusal::invalid(
                "Arguments.MachineIds names a machine that is not in this space, or not in that environment.",
            ));
        }
        let description = body.get("Description").and_then(Value::as_str);
        let description = description.filter(|text| !text.is_empty());
        let what = description.unwrap_or("Check deployment target health");
        let number = self.queue_check(&space, what, machines, None, &arguments, now);
        Ok(Reply::json(
            201,
            links::present(self.task(&Kind::Task.id(number))?),
        ))
    }

    /// Lets the deployment behind an interruption go on, or fails it.
    pub(super) fn decide(
        &mut self,
        space: &str,
        id: &str,
        body: &Value,
        now: DateTime<Utc>,
    ) -> Result<Value, Refusal> {
        let interruption = self.find(Kind::Interruption, space, id)?;
        let task = self.task(interruption.text("TaskId"))?.number;
        if !interruption.is("IsPending") {
            return Err(Refusal::invalid(
                "This interruption has been submitted already.",
            ));
        }
        if !interruption.is("HasResponsibility") {
            return Err(Refusal::invalid(
                "Take responsibility for this interruption before you submit it.",
            ));
        }
        let takes = seconds(self.assumptions.deployment_s);
        if interruption.text("Type") == "GuidedFailure" {
            let guidance = body.get("Guidance").and_then(Value::as_str);
            let guidance = match guidance.unwrap_or_default() {
                "Fail" => Guidance::Fail,
                "Retry" => Guidance::Retry,
                "Ignore" => Guidance::Ignore,
                "Exclude" => Guidance::Exclude,
                _ => {
                    return Err(Refusal::invalid(
                        "Guidance must be Fail, Retry, Ignore or Exclude.",
                    ));
                }
            };
            let again = now.checked_add_signed(takes);
            self.work.guide(task, guidance, now, again);
            return self.decided(space, id, task, body, now);
        }
        match body.get("Result").and_then(Value::as_str) {
            Some("Proceed") => {
                let end = now.checked_add_signed(takes).unwrap_or(now);
                self.work.go_on(task, end, None);
            }
            Some("Abort") => {
                let why = "The deployment was aborted by a manual intervention.";
                self.work.go_on(task, now, Some(why.to_owned()));
            }
            Some(_) | None => {
                return Err(Refusal::invalid("Result must be Proceed or Abort."));
            }
        }
        self.decided(space, id, task, body, now)
    }

    /// What a person decided is written down, and what follows at once is done.
    fn decided(
        &mut self,
        space: &str,
        id: &str,
        task: u64,
        body: &Value,
        now: DateTime<Utc>,
    ) -> Result<Value, Refusal> {
        let number = self.find(Kind::Interruption, space, id)?.number;
        self.close_interruption(task, number);
        if let Some(found) = self.documents.numbered_mut(Kind::Interruption, number)
            && let Some(values) = found
                .fields
                .get_mut("Form")
                .and_then(|form| form.get_mut("Values"))
        {
            *values = body.clone();
        }
        if let Some(interruption) = self
            .documents
            .by_number(Kind::Interruption, number)
            .cloned()
        {
            let what = Happened::DeploymentResumed;
            self.happened(what, &interruption, "was submitted", Actor::User, now);
        }
        self.finish_tasks(now);
        Ok(links::present(self.find(Kind::Interruption, space, id)?))
    }
}
