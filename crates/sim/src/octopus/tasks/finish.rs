//! The end of a task, and what it leaves behind.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::Server;
use super::super::kind::Kind;
use super::deploy::Asks;
use super::record::State;
use super::{Category, Guidance, Job, Running, Target};

impl Server {
    /// Ends the tasks that are done at `now`, oldest first.
    pub(in super::super) fn finish_tasks(&mut self, now: DateTime<Utc>) {
        let done: Vec<u64> = self
            .work
            .executing
            .iter()
            .filter(|(_, running)| running.ends.is_some_and(|end| end <= now))
            .map(|(task, _)| *task)
            .collect();
        for task in done {
            if let Some(running) = self.work.executing.remove(&task) {
                self.finish(task, running, now);
            }
        }
    }

    fn finish(&mut self, task: u64, running: Running, now: DateTime<Utc>) {
        let outcome = match (&running.job, running.cancelling) {
            (_, true) => Err((
                State::Canceled,
                "The task was canceled by a user.".to_owned(),
            )),
            (Job::Deploy { deployment, .. }, false) => self
                .deployed(task, *deployment, &running, now)
                .map_err(|error| (State::Failed, error)),
            (Job::Health { machines, policy }, false) => {
                self.checked(task, machines, *policy, now);
                Ok(())
            }
        };
        let failed = matches!(outcome, Err((State::Failed, _)));
        if let (Job::Deploy { deployment, .. }, true) = (&running.job, failed)
            && running.guidance != Some(Guidance::Fail)
        {
            let deployment = *deployment;
            if running.guidance == Some(Guidance::Ignore) {
                let text = "The failure was ignored.";
                self.work.note(task, now, Category::Warning, text);
                self.task_ended(task, &running.job, State::Success, "", now);
                return;
            }
            if self.is_guided(deployment) {
                let failure = outcome.err().map(|(_, error)| error);
                let waiting = Running {
                    ends: None,
                    failure,
                    ..running
                };
                self.work.executing.insert(task, waiting);
                self.interrupt(task, deployment, Asks::WhatNow, now);
                return;
            }
        }
        let (state, error) = match outcome {
            Ok(()) => (State::Success, String::new()),
            Err((state, error)) => (state, error),
        };
        self.task_ended(task, &running.job, state, &error, now);
    }

    /// Whether a failure of the deployment asks a person what to do.
    fn is_guided(&self, deployment: u64) -> bool {
        let found = self.documents.by_number(Kind::Deployment, deployment);
        found.is_some_and(|deployment| deployment.is("UseGuidedFailure"))
    }

    /// Brings the release to each target that answers.
    ///
    /// # Errors
    /// Why the deployment failed.
    fn deployed(
        &mut self,
        task: u64,
        deployment: u64,
        running: &Running,
        now: DateTime<Utc>,
    ) -> Result<(), String> {
        if let Some(failure) = &running.failure {
            for target in &running.targets {
                self.tell(task, target, Category::Error, failure, now);
            }
            return Err(failure.clone());
        }
        let policy = self.connectivity(deployment);
        let mut unreached = Vec::new();
        let mut reached = 0_usize;
        for target in &running.targets {
            if self.tentacles.answers(&target.thumbprint) {
                self.bring(task, deployment, target, now);
                reached += 1;
            } else if policy.skips_silent
                || target.may_be_silent
                || running.guidance == Some(Guidance::Exclude)
            {
                let text = "The machine is unavailable and was skipped.";
                self.tell(task, target, Category::Warning, text, now);
            } else {
                let text =
                    "The client was unable to establish the initial connection to the Tentacle.";
                self.tell(task, target, Category::Error, text, now);
                unreached.push(target.name.as_str());
            }
        }
        if !unreached.is_empty() {
            return Err(format!(
                "The deployment failed because these machines did not answer: {}.",
                unreached.join(", ")
            ));
        }
        if reached == 0 && !policy.allows_none {
            return Err("All machines of the deployment were skipped.".to_owned());
        }
        Ok(())
    }

    fn bring(&mut self, task: u64, deployment: u64, target: &Target, now: DateTime<Utc>) {
        let Some(found) = self.documents.by_number(Kind::Deployment, deployment) else {
            return;
        };
        let (project, release) = (found.text("ProjectId"), found.text("ReleaseId"));
        let text = |kind, id, key| {
            let found = self.documents.by_id(kind, id);
            found.map_or("", |found| found.text(key)).to_owned()
        };
        let name = text(Kind::Project, project, "Name");
        let version = text(Kind::Release, release, "Version");
        self.tentacles.deployed(target.machine, project, release);
        self.tentacles.install(&target.thumbprint, &name, &version);
        let machine = json!(Kind::Machine.id(target.machine));
        if let Some(deployment) = self.documents.numbered_mut(Kind::Deployment, deployment)
            && let Some(list) = deployment.fields.get_mut("DeployedToMachineIds")
            && let Some(list) = list.as_array_mut()
        {
            list.push(machine);
        }
        let text = format!("{name} {version} was installed.");
        self.tell(task, target, Category::Info, &text, now);
    }

    fn tell(
        &mut self,
        task: u64,
        target: &Target,
        category: Category,
        text: &str,
        now: DateTime<Utc>,
    ) {
        let log = self.work.logs.entry(task).or_default();
        log.add(now, category, Some(&target.name), text);
    }

    /// Adds a line about a machine to the log of a health check.
    pub(in super::super) fn tell_of_machine(
        &mut self,
        task: u64,
        machine: &str,
        category: Category,
        text: &str,
        now: DateTime<Utc>,
    ) {
        let log = self.work.logs.entry(task).or_default();
        log.add(now, category, Some(machine), text);
    }

    /// No interruption of a task that is done is pending.
    pub(super) fn close_interruptions(&mut self, task: u64) {
        let id = Kind::Task.id(task);
        let open: Vec<u64> = self
            .documents
            .all(Kind::Interruption)
            .filter(|interruption| {
                interruption.is("IsPending") && interruption.text("TaskId") == id
            })
            .map(|interruption| interruption.number)
            .collect();
        for number in open {
            self.close_interruption(task, number);
        }
    }

    /// The interruption is decided.
    pub(in super::super) fn close_interruption(&mut self, task: u64, interruption: u64) {
        if let Some(found) = self
            .documents
            .numbered_mut(Kind::Interruption, interruption)
        {
            let fields = &mut found.fields;
            fields.insert("IsPending".to_owned(), Value::from(false));
            fields.insert("CanTakeResponsibility".to_owned(), Value::from(false));
        }
        self.write(
            task,
            &[
                ("HasPendingInterruptions", json!(false)),
                ("PendingInterruptionTypes", json!([])),
            ],
        );
    }
}
