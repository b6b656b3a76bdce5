//! Tasks and interruptions: looking at them, asking for them, deciding about them.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::super::assumptions::WhenFinal;
use super::super::command::Command;
use super::super::documents::{Document, text};
use super::super::filters::Filters;
use super::super::kind::Kind;
use super::super::page::Window;
use super::super::people::{self, USER};
use super::super::refusal::Refusal;
use super::super::request::{Query, Reply, Request};
use super::super::routes::{Route, SpaceRef, WorkCall};
use super::super::tasks::{Category, moment};
use super::super::{Server, links};
use super::json_of;

/// The states that a page counts.
const STATES: [&str; 7] = [
    "Queued",
    "Executing",
    "Cancelling",
    "Canceled",
    "Failed",
    "TimedOut",
    "Success",
];

fn is_running(task: &Document) -> bool {
    matches!(task.text("State"), "Executing" | "Cancelling")
}

impl Server {
    /// Does what is asked about tasks and interruptions.
    pub(super) fn work(
        &mut self,
        call: WorkCall,
        route: &Route,
        space: &str,
        request: &Request,
        now: DateTime<Utc>,
    ) -> Result<Reply, Refusal> {
        let id = route.ids.first();
        let body = match call {
            WorkCall::Tasks => {
                let within = Some(space).filter(|_| route.space != SpaceRef::Default);
                self.tasks(within, &request.query())?
            }
            WorkCall::QueueTask => return self.ask_for_task(space, &json_of(request)?, now),
            WorkCall::Task => links::present(self.task(id)?),
            WorkCall::TaskDetails => self.task_details(self.task(id)?),
            WorkCall::TaskLog => {
                let log = self.work.log(self.task(id)?.number);
                let text = log.map(|log| log.raw()).unwrap_or_default();
                let mut reply = Reply::json(200, Value::from(text));
                reply
                    .headers
                    .push(("Content-Type", "text/plain; charset=utf-8".to_owned()));
                return Ok(reply);
            }
            WorkCall::QueuedBehind => self.queued_behind(id, &request.query())?,
            WorkCall::Rerun => return self.rerun(id, now),
            WorkCall::SetState => self.set_state(id, json_of(request)?, now)?,
            WorkCall::CancelTask => {
                let task = self.task(id)?;
                if task.is("IsCompleted")
                    && self.assumptions.cancelling_final_task == WhenFinal::Refuse
                {
                    return Err(Refusal::invalid(format!(
                        "The task is {} already and cannot be canceled.",
                        task.text("State")
                    )));
                }
                let number = task.number;
                self.cancel_task(number, now);
                links::present(self.task(id)?)
            }
            WorkCall::Responsible => {
                let interruption = self.find(Kind::Interruption, space, id)?;
                if !interruption.is("HasResponsibility") {
                    return Err(Refusal::NoResource(id.to_owned()));
                }
                people::user()
            }
            WorkCall::TakeResponsibility => {
                let number = self.find(Kind::Interruption, space, id)?.number;
                if let Some(found) = self.documents.numbered_mut(Kind::Interruption, number) {
                    let fields = &mut found.fields;
                    fields.insert("ResponsibleUserId".to_owned(), json!(USER));
                    fields.insert("HasResponsibility".to_owned(), json!(true));
                }
                people::user()
            }
            WorkCall::SubmitInterruption => self.decide(space, id, &json_of(request)?, now)?,
        };
        Ok(Reply::json(200, body))
    }

    /// A task by its id; ids of tasks are the same in all spaces.
    pub(super) fn task(&self, id: &str) -> Result<&Document, Refusal> {
        self.documents
            .by_id(Kind::Task, id)
            .ok_or_else(|| Refusal::NoResource(id.to_owned()))
    }

    /// A page of tasks, newest first, with how many are in each state.
    fn tasks(&self, space: Option<&str>, query: &Query) -> Result<Value, Refusal> {
        let filters = Filters::read(Kind::Task, query)?;
        let running = query.value("running").map(|value| value == "true");
        let is_for = |task: &Document, name: &str, key: &str| {
            let Some(wanted) = query.list(name) else {
                return true;
            };
            let arguments = task.fields.get("Arguments").and_then(Value::as_object);
            let deployment = arguments.map_or("", |arguments| text(arguments, "DeploymentId"));
            let deployment = self.documents.by_id(Kind::Deployment, deployment);
            let value = deployment.map_or("", |deployment| deployment.text(key));
            wanted.iter().any(|id| id.eq_ignore_ascii_case(value))
        };
        let found: Vec<&Document> = self
            .documents
            .all(Kind::Task)
            .rev()
            .filter(|task| space.is_none_or(|space| task.text("SpaceId") == space))
            .filter(|task| filters.accept(task))
            .filter(|task| running.is_none_or(|running| running == is_running(task)))
            .filter(|task| is_for(task, "environment", "EnvironmentId"))
            .filter(|task| is_for(task, "tenant", "TenantId"))
            .collect();
        let counts = STATES.iter().map(|state| {
            let count = found
                .iter()
                .filter(|task| task.text("State") == *state)
                .count();
            ((*state).to_owned(), Value::from(count))
        });
        let path = space.map_or("/api/tasks".to_owned(), |space| {
            format!("/api/{space}/tasks")
        });
        let mut page =
            Window::read(query)?.page(Kind::Task.item_type(), &path, query, &found, |task| {
                links::present(task)
            });
        page["TotalCounts"] = Value::Object(counts.collect());
        page["TotalCountsInOtherSpaces"] = Value::Object(Map::new());
        Ok(page)
    }

    /// A page of the tasks that a queued one waits for, oldest first.
    fn queued_behind(&self, id: &str, query: &Query) -> Result<Value, Refusal> {
        let task = self.task(id)?;
        let before: Vec<&Document> = self
            .work
            .before(task.number)
            .into_iter()
            .filter_map(|number| self.documents.by_number(Kind::Task, number))
            .collect();
        let path = format!("{}/queued-behind", links::to(task));
        Ok(Window::read(query)?.page("Task", &path, query, &before, |task| links::present(task)))
    }

    /// Queues a health check anew; nothing else can be run again.
    fn rerun(&mut self, id: &str, now: DateTime<Utc>) -> Result<Reply, Refusal> {
        let task = self.task(id)?.clone();
        if task.text("Name") != "Health" || !task.is("IsCompleted") {
            return Err(Refusal::invalid(format!(
                "The task '{}' cannot be run again.",
                task.text("Description")
            )));
        }
        let body = json!({
            "Name": "Health",
            "Description": task.text("Description"),
            "SpaceId": task.text("SpaceId"),
            "Arguments": task.fields.get("Arguments"),
        });
        self.ask_for_task(task.text("SpaceId"), &body, now)
    }

    /// Writes by hand how a task ended that is done.
    fn set_state(&mut self, id: &str, body: Value, now: DateTime<Utc>) -> Result<Value, Refusal> {
        let command = Command::read(body)?;
        let state = command.needed("state")?;
        let reason = command.needed("reason")?;
        let state = ["Success", "Failed", "Canceled"]
            .into_iter()
            .find(|one| one.eq_ignore_ascii_case(state))
            .ok_or_else(|| {
                Refusal::invalid(format!(
                    "'{state}' is not a state to put a task in; use Success, Failed or Canceled."
                ))
            })?;
        let task = self.task(id)?;
        if !task.is("IsCompleted") {
            return Err(Refusal::invalid(
                "The state of a task that is not done cannot be changed: cancel it first.",
            ));
        }
        let number = task.number;
        let error = if state == "Success" { "" } else { reason };
        self.write(
            number,
            &[
                ("State", json!(state)),
                ("FinishedSuccessfully", json!(state == "Success")),
                ("ErrorMessage", json!(error)),
                ("LastUpdatedTime", json!(moment(now))),
            ],
        );
        let text = format!("The state was changed to {state}: {reason}");
        self.work.note(number, now, Category::Info, text);
        Ok(links::present(self.task(id)?))
    }

    fn task_details(&self, task: &Document) -> Value {
        let log = self.work.log(task.number).cloned().unwrap_or_default();
        let done = if task.is("IsCompleted") { 100 } else { 0 };
        json!({
            "Task": links::present(task),
            "ActivityLogs": [log.activities(task)],
            "Progress": { "ProgressPercentage": done, "EstimatedTimeRemaining": "" },
            "PhysicalLogSize": log.raw().len(),
            "Links": { "Self": format!("{}/details", links::to(task)) },
        })
    }
}
