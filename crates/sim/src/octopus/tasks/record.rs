//! A task's document through its life.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::super::Server;
use super::super::events::Happened;
use super::super::kind::Kind;
use super::{Category, Job, Waiting};

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Executing,
    Cancelling,
    Canceled,
    Failed,
    TimedOut,
    Success,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Executing => "Executing",
            Self::Cancelling => "Cancelling",
            Self::Canceled => "Canceled",
            Self::Failed => "Failed",
            Self::TimedOut => "TimedOut",
            Self::Success => "Success",
        }
    }
}

impl Server {
    /// Stores a task and queues its job; gives its number.
    pub(in super::super) fn queue_task(
        &mut self,
        space: &str,
        name: &str,
        own: &[(&str, Value)],
        waiting: Waiting,
        now: DateTime<Utc>,
    ) -> u64 {
        let number = self.documents.next_number(Kind::Task);
        let queued = waiting.not_before.unwrap_or(now);
        let mut fields = vec![
            ("QueueTime", json!(moment(queued))),
            ("QueueTimeExpiry", json!(waiting.expiry.map(moment))),
            ("LastUpdatedTime", json!(moment(now))),
        ];
        fields.extend_from_slice(own);
        self.place(Kind::Task, space, name, &fields);
        let moments = [waiting.not_before, waiting.expiry];
        self.work.alarms.extend(moments.into_iter().flatten());
        self.work.queued.insert(number, waiting);
        self.work.tell(number, "Queued", now);
        number
    }

    /// The task begins to execute.
    pub(super) fn task_started(&mut self, task: u64, now: DateTime<Utc>) {
        self.work.tell(task, State::Executing.name(), now);
        self.write(
            task,
            &[
                ("State", json!(State::Executing.name())),
                ("Completed", json!("Executing...")),
                ("StartTime", json!(moment(now))),
                ("LastUpdatedTime", json!(moment(now))),
                ("ServerNode", json!("octopus-server")),
                ("HasBeenPickedUpByProcessor", json!(true)),
            ],
        );
    }

    /// The task is told to stop.
    pub(super) fn task_cancelling(&mut self, task: u64, now: DateTime<Utc>) {
        self.work.tell(task, State::Cancelling.name(), now);
        self.write(
            task,
            &[
                ("State", json!(State::Cancelling.name())),
                ("Completed", json!("Cancelling...")),
                ("LastUpdatedTime", json!(moment(now))),
            ],
        );
    }

    /// The task is done, for good; `error` is why not well.
    pub(super) fn task_ended(
        &mut self,
        task: u64,
        job: &Job,
        state: State,
        error: &str,
        now: DateTime<Utc>,
    ) {
        self.work.tell(task, state.name(), now);
        let started = self
            .documents
            .by_number(Kind::Task, task)
            .and_then(|task| DateTime::parse_from_rfc3339(task.text("StartTime")).ok());
        let took = started.map_or(0, |started| (now - started.to_utc()).num_seconds());
        let warned = self.work.log(task).is_some_and(super::Log::has_warnings);
        self.write(
            task,
            &[
                ("State", json!(state.name())),
                ("Completed", json!(moment(now))),
                ("CompletedTime", json!(moment(now))),
                ("LastUpdatedTime", json!(moment(now))),
                ("Duration", json!(format!("{took} seconds"))),
                ("ErrorMessage", json!(error)),
                ("IsCompleted", json!(true)),
                ("FinishedSuccessfully", json!(state == State::Success)),
                ("HasWarningsOrErrors", json!(warned || !error.is_empty())),
            ],
        );
        if !error.is_empty() {
            self.work.note(task, now, Category::Fatal, error);
        }
        self.close_interruptions(task);
        match job {
            Job::Deploy { deployment, .. } => {
                let failed = json!(state != State::Success);
                if let Some(deployment) = self.documents.numbered_mut(Kind::Deployment, *deployment)
                {
                    deployment
                        .fields
                        .insert("FailureEncountered".to_owned(), failed);
                }
                let (what, verb) = match state {
                    State::Success => (Happened::DeploymentSucceeded, "succeeded"),
                    State::Canceled => (Happened::TaskCanceled, "was canceled"),
                    State::Executing | State::Cancelling | State::Failed | State::TimedOut => {
                        (Happened::DeploymentFailed, "failed")
                    }
                };
                self.deployment_happened(what, *deployment, verb, now);
            }
            Job::Health { .. } => self.tidy_checks(task),
        }
    }

    /// Sets keys of a task's document.
    pub(in super::super) fn write(&mut self, task: u64, fields: &[(&str, Value)]) {
        if let Some(task) = self.documents.numbered_mut(Kind::Task, task) {
            let fields = fields.iter().cloned();
            task.fields
                .extend(fields.map(|(key, value)| (key.to_owned(), value)));
        }
    }

    /// Like the real server's retention, keeps the newest health checks only.
    fn tidy_checks(&mut self, task: u64) {
        const KEPT: usize = 200;
        self.work.checks_done.push_back(task);
        if self.work.checks_done.len() > KEPT
            && let Some(oldest) = self.work.checks_done.pop_front()
        {
            self.documents.remove(Kind::Task, oldest);
            self.work.logs.remove(&oldest);
        }
    }
}

/// A moment as documents write it.
pub(in super::super) fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, false)
}
