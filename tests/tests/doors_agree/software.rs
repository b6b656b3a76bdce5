//! Octopus: releases, deployments, and what is set for them.

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::action::{DeploymentsAction, PolicyRules, TriggerFilter};
use bennu_model::deployment::Override;
use bennu_model::ids::{OctopusEnvironmentId, ProjectId, TaskId, TenantId};
use bennu_model::outcome::Outcome;
use bennu_sim::ports::SimDeployments;
use chrono::TimeDelta;
use serde_json::json;

use crate::deployments::{Way, adapter, main_server};
use crate::{Log, assert_same, fault, gist, kind, world};

/// The ids of what the scripts are about; both worlds give the same.
struct Names {
    project: ProjectId,
    environment: OctopusEnvironmentId,
    tenant: TenantId,
}

impl Names {
    /// A tenant with one machine and two releases, made past the doors but for the tenant.
    async fn set(way: &Way<'_>) -> Self {
        let (gate, server, space) = (&way.gate, &way.server, &way.space);
        let known = way.port.space(gate, server, space).await.unwrap();
        let project = known.projects.into_values().next().unwrap();
        let environment = known.environments.into_values().next().unwrap();
        let create = DeploymentsAction::CreateTenant {
            name: "ryan0001".parse().unwrap(),
            description: String::new(),
            connections: BTreeMap::from([(project.clone(), BTreeSet::from([environment.clone()]))]),
        };
        way.begin(&create).await;
        let machine = json!({
            "Name": "web-1", "Roles": ["web", "bennu-dev"], "TenantIds": ["Tenants-1"],
            "EnvironmentIds": [environment], "Endpoint": {"CommunicationStyle": "None"},
            "TenantedDeploymentParticipation": "Tenanted",
        });
        way.other("/api/machines", &machine);
        for version in ["1.0.0-a", "1.0.0+b/1"] {
            let release = json!({"ProjectId": project, "Version": version});
            way.other("/api/releases", &release);
        }
        Self {
            project,
            environment,
            tenant: "Tenants-1".parse().unwrap(),
        }
    }

    fn deploy(&self, release: &str) -> DeploymentsAction {
        DeploymentsAction::Deploy {
            project: self.project.clone(),
            project_name: "Checkout Web".to_owned(),
            release: release.parse().unwrap(),
            version: "1.0.0-a".to_owned(),
            environment: self.environment.clone(),
            tenant: self.tenant.clone(),
            machines: BTreeSet::from(["Machines-1".parse().unwrap()]),
            comments: "bennu dev/1".to_owned(),
            token: "t1".parse().unwrap(),
        }
    }

    fn edit(&self, set: &str, clear: bool) -> DeploymentsAction {
        let wanted = Override {
            environment: self.environment.clone(),
            tenant: Some(self.tenant.clone()),
            release: set.parse().unwrap(),
        };
        let pair = (self.environment.clone(), self.tenant.clone());
        DeploymentsAction::EditOverrides {
            project: self.project.clone(),
            set: (!clear).then_some(wanted).into_iter().collect(),
            clear: clear.then_some(pair).into_iter().collect(),
        }
    }
}

fn pass(way: &Way<'_>, seconds: i64) {
    way.running.sim.with(|world| {
        world.advance_to(world.now + TimeDelta::seconds(seconds));
    });
}

/// Reads everything that the script may have changed.
async fn look(way: &Way<'_>, names: &Names, log: &mut Log) {
    let (gate, server, space) = (&way.gate, &way.server, &way.space);
    let (port, project) = (way.port, &names.project);
    log.note(
        "overrides",
        port.overrides(gate, server, space, project).await,
    );
    let trigger = port.trigger(gate, server, space, project, "Bennu-Dev");
    log.note("trigger", trigger.await);
    let policy = port.machine_policy(gate, server, space, "Bennu-Dev");
    log.note("policy", policy.await);
    let listed = port.list_deployments(gate, server, space, &names.tenant, None);
    let listed = listed.await;
    log.note("deployments", &listed);
    for deployment in listed.unwrap().items {
        let told = port.task_log(gate, server, space, &deployment.task.id);
        log.note("task", told.await);
    }
}

async fn script(way: &Way<'_>) -> Vec<String> {
    let mut log = Log::default();
    let names = Names::set(way).await;
    let (gate, server, space) = (&way.gate, &way.server, &way.space);
    for version in ["1.0.0-a", "1.0.0+b/1", "2.0.0", "..", ""] {
        let release = way
            .port
            .release(gate, server, space, &names.project, version);
        log.note(version, release.await);
    }
    let filter = TriggerFilter {
        environments: BTreeSet::from([names.environment.clone()]),
        role: "bennu-dev".to_owned(),
    };
    let other_filter = TriggerFilter {
        role: "bennu-other".to_owned(),
        ..filter.clone()
    };
    let rules = |delete_after_s| PolicyRules {
        check_every_s: 120,
        delete_after_s,
    };
    let (trigger, policy) = ("ProjectTriggers-1", "MachinePolicies-2");
    let update_trigger = |filter: &TriggerFilter| DeploymentsAction::UpdateTrigger {
        trigger: trigger.parse().unwrap(),
        filter: filter.clone(),
    };
    let update_policy = |rules| DeploymentsAction::UpdateMachinePolicy {
        policy: policy.parse().unwrap(),
        rules,
    };
    let create_trigger = DeploymentsAction::CreateTrigger {
        project: names.project.clone(),
        name: "bennu-dev".to_owned(),
        filter: filter.clone(),
    };
    let create_policy = DeploymentsAction::CreateMachinePolicy {
        name: "bennu-dev".to_owned(),
        rules: rules(300),
    };
    look(way, &names, &mut log).await;
    for action in [
        names.edit("Releases-1", false),
        names.edit("Releases-1", false),
        names.edit("Releases-2", false),
        create_trigger.clone(),
        create_trigger,
        update_trigger(&filter),
        update_trigger(&other_filter),
        create_policy.clone(),
        create_policy,
        update_policy(rules(300)),
        update_policy(rules(90_000)),
        names.deploy("Releases-1"),
        names.deploy("Releases-404"),
    ] {
        log.note(&action.to_string(), way.begin(&action).await);
    }
    look(way, &names, &mut log).await;
    log.note("again", way.begin(&names.deploy("Releases-2")).await);
    pass(way, 5);
    let listed = way
        .port
        .list_deployments(gate, server, space, &names.tenant, None);
    let mut tasks: Vec<TaskId> = listed
        .await
        .unwrap()
        .items
        .into_iter()
        .map(|d| d.task.id)
        .collect();
    tasks.push("ServerTasks-404".parse().unwrap());
    for task in tasks {
        let cancel = DeploymentsAction::CancelTask { task };
        log.note("cancel", way.begin(&cancel).await);
        pass(way, 60);
        log.note("cancel again", way.begin(&cancel).await);
    }
    fault(
        way.running,
        json!({"name": "fail_deployment", "on": "*", "times": 1}),
    );
    log.note("fail", way.begin(&names.deploy("Releases-1")).await);
    pass(way, 60);
    look(way, &names, &mut log).await;
    for action in [
        names.edit("Releases-1", true),
        DeploymentsAction::DeleteTrigger {
            trigger: trigger.parse().unwrap(),
        },
        DeploymentsAction::DeleteMachinePolicy {
            policy: policy.parse().unwrap(),
        },
    ] {
        log.note(&action.to_string(), way.begin(&action).await);
        log.note("once more", way.begin(&action).await);
    }
    log.note("gone", way.begin(&update_trigger(&filter)).await);
    log.note("gone", way.begin(&update_policy(rules(1))).await);
    look(way, &names, &mut log).await;
    log.with(&way.gate)
}

async fn script_of_faults(way: &Way<'_>) -> Vec<String> {
    let mut log = Log::default();
    let names = Names::set(way).await;
    let (gate, server, space) = (&way.gate, &way.server, &way.space);
    let arm = names.edit("Releases-1", false);
    let deploy = names.deploy("Releases-1");
    let cancel = DeploymentsAction::CancelTask {
        task: "ServerTasks-1".parse().unwrap(),
    };
    let begin_under = async |name: &str, on: &str, action: &DeploymentsAction, log: &mut Log| {
        fault(way.running, json!({"name": name, "on": on, "times": 1}));
        let outcome: Outcome = way.begin(action).await;
        log.note(name, (on, gist(&outcome)));
    };
    for name in ["throttle", "error", "conflict", "lose_reply"] {
        begin_under(name, "PUT projects/{id}", &arm, &mut log).await;
    }
    for name in ["throttle", "error", "lose_reply"] {
        begin_under(name, "GET projects/{id}", &arm, &mut log).await;
        begin_under(name, "POST deployments", &deploy, &mut log).await;
        begin_under(name, "POST tasks/{id}/cancel", &cancel, &mut log).await;
    }
    for on in ["GET deployments", "GET tasks", "GET releases"] {
        for name in ["throttle", "error", "lose_reply"] {
            fault(way.running, json!({"name": name, "on": on, "times": 1}));
            let listed = way
                .port
                .list_deployments(gate, server, space, &names.tenant, None);
            log.note(on, kind(listed.await.map(|page| page.items.len())));
        }
    }
    log.with(&way.gate)
}

#[tokio::test]
async fn software_is_the_same_at_both_doors() {
    let (one, other) = (world().await, world().await);
    let over_http = adapter(&one);
    let without = SimDeployments::new(other.sim.clone(), main_server());
    assert_same(
        &script(&Way::new(&one, &over_http)).await,
        &script(&Way::new(&other, &without)).await,
    );
}

#[tokio::test]
async fn software_fails_the_same_at_both_doors() {
    let (one, other) = (world().await, world().await);
    let over_http = adapter(&one);
    let without = SimDeployments::new(other.sim.clone(), main_server());
    assert_same(
        &script_of_faults(&Way::new(&one, &over_http)).await,
        &script_of_faults(&Way::new(&other, &without)).await,
    );
}
