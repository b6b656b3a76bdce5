//! The beginning of a deployment: where it goes, and what will stop it.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::super::Server;
use super::super::documents::Document;
use super::super::events::{Actor, Happened};
use super::super::fields;
use super::super::kind::Kind;
use super::super::plans::{is_on_server, takes};
use super::super::scope::{Scope, serves};
use super::record::moment;
use super::{Category, Job, Running};
use crate::clock::seconds;
use crate::faults::Faults;

/// How long the server takes to find out that there is nothing to deploy to.
const LOOKING: TimeDelta = TimeDelta::seconds(1);

/// A machine as it was when the deployment began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Target {
    pub(in super::super) machine: u64,
    pub(in super::super) name: String,
    pub(in super::super) thumbprint: String,
    /// Its policy lets deployments skip it while it does not answer.
    pub(in super::super) may_be_silent: bool,
}

impl Server {
    pub(super) fn deployment_started(
        &mut self,
        task: u64,
        deployment: u64,
        job: Job,
        now: DateTime<Utc>,
        faults: &mut Faults,
    ) -> Running {
        self.deployment_happened(Happened::DeploymentStarted, deployment, "was started", now);
        let targets = self.targets(deployment);
        let mut running = Running {
            job,
            ends: now.checked_add_signed(seconds(self.assumptions.deployment_s)),
            cancelling: false,
            targets,
            failure: None,
            guidance: None,
        };
        if running.targets.is_empty() && !self.connectivity(deployment).allows_none {
            running.ends = now.checked_add_signed(LOOKING);
            running.failure = Some(self.nothing_to_deploy_to(deployment));
            return running;
        }
        let spot = self.spot_of_deployment(deployment);
        if faults.take_at("interrupt_deployment", &spot).is_some() {
            self.interrupt(task, deployment, Asks::MayGoOn, now);
            running.ends = None;
        } else if faults.take_at("hang_deployment", &spot).is_some() {
            let text = "Waiting for the script to finish.";
            self.work.note(task, now, Category::Info, text);
            running.ends = None;
        } else if let Some(fault) = faults.take_at("fail_deployment", &spot) {
            let error = fault
                .text("error")
                .unwrap_or("The step failed: Deploy (simulated).");
            running.failure = Some(error.to_owned());
        }
        running
    }

    /// The machines that a deployment goes to: those it names that are still there, or
    /// all that serve its scope; never disabled ones.
    fn targets(&self, deployment: u64) -> Vec<Target> {
        let Some(deployment) = self.documents.by_number(Kind::Deployment, deployment) else {
            return Vec::new();
        };
        let scope = Scope::of(deployment);
        let named: Vec<&str> = deployment.texts("SpecificMachineIds").collect();
        let excluded: Vec<&str> = deployment.texts("ExcludedMachineIds").collect();
        let space = deployment.text("SpaceId");
        let skipped: Vec<&str> = deployment.texts("SkipActions").collect();
        let actions = self.actions_of(&scope.project);
        let todo = actions.iter().filter(|action| {
            !action.is_disabled && !action.on_server && !skipped.contains(&action.id.as_str())
        });
        let todo: Vec<_> = todo.collect();
        // A process that nobody wrote is one step on every machine.
        let wanted = |machine: &Document| {
            actions.is_empty()
                || todo
                    .iter()
                    .any(|action| action.roles.is_empty() || takes(action, machine))
        };
        let machines: Vec<&Document> = if named.is_empty() {
            self.documents.within(Kind::Machine, space).collect()
        } else {
            let by_id = |id: &&str| self.documents.by_id(Kind::Machine, id);
            named.iter().filter_map(by_id).collect()
        };
        machines
            .into_iter()
            .filter(|machine| !machine.is("IsDisabled") && serves(&self.documents, machine, &scope))
            .filter(|machine| wanted(machine))
            .filter(|machine| !excluded.contains(&machine.id().as_str()))
            .map(|machine| Target {
                machine: machine.number,
                name: machine.text("Name").to_owned(),
                thumbprint: self.tentacles.of(machine).to_owned(),
                may_be_silent: self.may_be_silent(machine),
            })
            .collect()
    }

    /// Whether the machine's policy bears it being offline.
    fn may_be_silent(&self, machine: &Document) -> bool {
        let policy = machine.text("MachinePolicyId");
        let policy = self.documents.by_id(Kind::MachinePolicy, policy);
        let behavior = policy
            .and_then(|policy| policy.fields.get("MachineConnectivityPolicy"))
            .and_then(|part| part.get("MachineConnectivityBehavior"))
            .and_then(Value::as_str);
        behavior == Some("MayBeOfflineAndCanBeSkipped")
    }

    fn nothing_to_deploy_to(&self, deployment: u64) -> String {
        let Some(deployment) = self.documents.by_number(Kind::Deployment, deployment) else {
            return String::new();
        };
        let name = |kind, key| {
            let found = self.documents.by_id(kind, deployment.text(key));
            found.map_or("", |found| found.text("Name"))
        };
        let tenant = match name(Kind::Tenant, "TenantId") {
            "" => String::new(),
            tenant => format!(" for the tenant '{tenant}'"),
        };
        format!(
            "There are no enabled deployment targets in the environment '{}'{tenant} that this deployment \
             may go to.",
            name(Kind::Environment, "EnvironmentId")
        )
    }

    fn project_of(&self, deployment: u64) -> Option<&Document> {
        let deployment = self.documents.by_number(Kind::Deployment, deployment)?;
        self.documents
            .by_id(Kind::Project, deployment.text("ProjectId"))
    }

    /// What the deployment's project says about machines that are not there.
    pub(super) fn connectivity(&self, deployment: u64) -> Connectivity {
        let policy = self
            .project_of(deployment)
            .and_then(|project| project.fields.get("ProjectConnectivityPolicy"));
        let of = |key: &str| policy.and_then(|policy| policy.get(key));
        let on_server = self.project_of(deployment).is_some_and(|project| {
            let actions = self.actions_of(&project.id());
            is_on_server(&actions)
        });
        Connectivity {
            allows_none: on_server
                || of("AllowDeploymentsToNoTargets").and_then(Value::as_bool) == Some(true),
            skips_silent: of("SkipMachineBehavior").and_then(Value::as_str)
                == Some("SkipUnavailableMachines"),
        }
    }

    /// Has the deployment wait for a person.
    pub(super) fn interrupt(&mut self, task: u64, deployment: u64, asks: Asks, now: DateTime<Utc>) {
        let Some(found) = self.documents.by_number(Kind::Deployment, deployment) else {
            return;
        };
        let space = found.text("SpaceId").to_owned();
        let project = found.text("ProjectId").to_owned();
        let own = [
            ("Created", json!(moment(now))),
            ("TaskId", json!(Kind::Task.id(task))),
            ("Type", json!(asks.kind())),
            ("Form", asks.form()),
            (
                "CorrelationId",
                json!(format!("{}_interruption", Kind::Task.id(task))),
            ),
            (
                "RelatedDocumentIds",
                json!([
                    Kind::Deployment.id(deployment),
                    Kind::Task.id(task),
                    project
                ]),
            ),
        ];
        let id = self.place(Kind::Interruption, &space, asks.title(), &own);
        if let Some(interruption) = self.documents.by_id(Kind::Interruption, &id).cloned() {
            let what = match asks {
                Asks::MayGoOn => Happened::ManualInterventionRaised,
                Asks::WhatNow => Happened::GuidedFailureRaised,
            };
            self.happened(what, &interruption, "was raised", Actor::System, now);
        }
        self.write(
            task,
            &[
                ("HasPendingInterruptions", json!(true)),
                ("PendingInterruptionTypes", json!([asks.kind()])),
            ],
        );
        let text = "Waiting for a person to decide whether the deployment may go on.";
        self.work.note(task, now, Category::Info, text);
    }
}

/// What a deployment asks a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    /// Whether it may go on.
    MayGoOn,
    /// What to do about a failure.
    WhatNow,
}

impl Asks {
    fn kind(self) -> &'static str {
        match self {
            Self::MayGoOn => "ManualIntervention",
            Self::WhatNow => "GuidedFailure",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::MayGoOn => "Manual intervention",
            Self::WhatNow => "Failure encountered",
        }
    }

    /// What the person fills in.
    fn form(self) -> Value {
        match self {
            Self::MayGoOn => fields::fresh(Kind::Interruption)
                .get("Form")
                .cloned()
                .unwrap_or_default(),
            Self::WhatNow => json!({
                "Values": { "Guidance": null, "Notes": null },
                "Elements": [
                    { "Name": "Notes", "Control": { "Type": "TextArea", "Label": "Notes" }, "IsValueRequired": false },
                    { "Name": "Guidance", "Control": { "Type": "SubmitButtonGroup", "Buttons": [
                        { "Text": "Fail", "Value": "Fail" }, { "Text": "Retry", "Value": "Retry" },
                        { "Text": "Ignore", "Value": "Ignore" }, { "Text": "Exclude machine", "Value": "Exclude" } ] },
                        "IsValueRequired": true },
                ],
            }),
        }
    }
}

/// A project's policy about machines that are not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Connectivity {
    /// No machine is fine: the project says so, or all of its steps run on the server.
    pub(super) allows_none: bool,
    pub(super) skips_silent: bool,
}
