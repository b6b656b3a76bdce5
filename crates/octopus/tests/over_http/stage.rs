//! A tenant that software is deployed to, at the simulated server.

use std::collections::BTreeSet;

use bennu_model::action::DeploymentsAction;
use bennu_model::deployment::Deployment;
use bennu_model::ids::{MachineId, OctopusEnvironmentId, ProjectId, ReleaseId, TenantId, Token};
use bennu_ports::Deployments as _;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::bench::{Bench, done};

/// A tenant with one machine, and releases to deploy to it.
pub struct Stage {
    pub bench: Bench,
    pub project: ProjectId,
    pub environment: OctopusEnvironmentId,
    pub tenant: TenantId,
    pub machine: MachineId,
}

impl Stage {
    pub async fn new() -> Self {
        let bench = Bench::new().await;
        let (project, environments) = bench.connections().await.into_iter().next().unwrap();
        let environment = environments.into_iter().next().unwrap();
        let tenant = TenantId::new(done(bench.create("ryan0001").await)).unwrap();
        let machine = json!({
            "Name": "ryan0001-i-0a1b2c3d4e5f60001", "Roles": ["web", "bennu-dev"],
            "TenantIds": [tenant], "EnvironmentIds": [environment],
            "TenantedDeploymentParticipation": "Tenanted",
            "Endpoint": {"CommunicationStyle": "None"},
        });
        let machine = bench.other("POST", "/api/machines", &machine);
        Self {
            bench,
            project,
            environment,
            tenant,
            machine: MachineId::new(machine["Id"].as_str().unwrap()).unwrap(),
        }
    }

    /// The tenant's deployments, which fit on a page.
    pub async fn listed(&self) -> Vec<Deployment> {
        let Bench {
            octopus,
            gate,
            server,
            space,
            ..
        } = &self.bench;
        let page = octopus.list_deployments(gate, server, space, &self.tenant, None);
        let page = page.await.unwrap();
        assert_eq!(page.next, None);
        page.items
    }

    pub fn release(&self, version: &str) -> ReleaseId {
        let release = json!({"ProjectId": self.project, "Version": version});
        let release = self.bench.other("POST", "/api/releases", &release);
        ReleaseId::new(release["Id"].as_str().unwrap()).unwrap()
    }

    pub fn deploy(&self, release: &ReleaseId, comments: &str) -> DeploymentsAction {
        DeploymentsAction::Deploy {
            project: self.project.clone(),
            project_name: "Checkout Web".to_owned(),
            release: release.clone(),
            version: "1.0.0".to_owned(),
            environment: self.environment.clone(),
            tenant: self.tenant.clone(),
            machines: BTreeSet::from([self.machine.clone()]),
            comments: comments.to_owned(),
            token: Token::new("t1").unwrap(),
        }
    }

    /// Lets the world's time pass.
    pub fn pass(&self, seconds: i64) {
        self.bench.running.sim.with(|world| {
            world.advance_to(world.now + TimeDelta::seconds(seconds));
        });
    }

    pub fn document(&self, path: &str) -> Value {
        self.bench
            .other("GET", &format!("/api/{path}"), &Value::Null)
    }

    pub fn put(&self, path: &str, document: &Value) {
        self.bench.other("PUT", &format!("/api/{path}"), document);
    }
}
