//! The client over HTTP, against the simulated server.

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::action::DeploymentsAction;
use bennu_model::ids::{EnvironmentName, OctopusEnvironmentId, ProjectId, ServerName, SpaceName};
use bennu_model::outcome::{Outcome, Retry};
use bennu_model::plan::TenantRef;
use bennu_model::tenant::Tenant;
use bennu_octopus::{ApiKey, Octopus, ServerConfig};
use bennu_ports::{Deployments as _, Secrets};
use bennu_sim::doors::serve::{Options, Running, serve};
use bennu_sim::faults::Fault;
use bennu_sim::octopus::Request;
use bennu_sim::ports::LoggingGate;
use serde_json::Value;

/// The client and the server, with a way past the client.
pub struct Bench {
    pub running: Running,
    pub octopus: Octopus,
    pub gate: LoggingGate,
    pub server: ServerName,
    pub space: SpaceName,
}

impl Bench {
    pub async fn new() -> Self {
        let running = serve(Options::default()).await.unwrap();
        let config = ServerConfig {
            name: ServerName::new("main").unwrap(),
            url: running.octopus.clone(),
            api_key: ApiKey::new(running.octopus_api_key.clone()).unwrap(),
        };
        Self {
            octopus: Octopus::new(vec![config]).unwrap(),
            running,
            gate: LoggingGate::default(),
            server: ServerName::new("main").unwrap(),
            space: SpaceName::new("DEFAULT").unwrap(),
        }
    }

    pub async fn begin(&self, action: &DeploymentsAction) -> Outcome {
        self.begin_with(action, &Secrets::none()).await
    }

    pub async fn begin_with(&self, action: &DeploymentsAction, secrets: &Secrets) -> Outcome {
        self.octopus
            .begin(&self.gate, &self.server, &self.space, action, secrets)
            .await
    }

    pub async fn find(&self, tenant: TenantRef) -> Option<Tenant> {
        self.octopus
            .tenant(&self.gate, &self.server, &self.space, &tenant)
            .await
            .unwrap()
    }

    /// The connection that the default world allows.
    pub async fn connections(&self) -> BTreeMap<ProjectId, BTreeSet<OctopusEnvironmentId>> {
        let space = self
            .octopus
            .space(&self.gate, &self.server, &self.space)
            .await
            .unwrap();
        let (project, environment) = (&space.projects, &space.environments);
        let project = project[&"Checkout Web".parse().unwrap()].clone();
        let environment = environment[&"Development".parse().unwrap()].clone();
        BTreeMap::from([(project, BTreeSet::from([environment]))])
    }

    pub async fn create(&self, name: &str) -> Outcome {
        let connections = self.connections().await;
        self.begin(&DeploymentsAction::CreateTenant {
            name: EnvironmentName::new(name).unwrap(),
            description: "bennu dev/00112233445566aa".to_owned(),
            connections,
        })
        .await
    }

    /// A request past the client, as another person's.
    pub fn other(&self, method: &str, path: &str, body: &Value) -> Value {
        self.running.sim.with(|world| {
            let request = Request::new(method, path).with_json(body);
            let request = request.with_key(world.octopus.api_key());
            let reply = world.octopus.handle(&request, world.now, &mut world.faults);
            assert!(reply.status < 300, "{method} {path}: {reply:?}");
            reply.body.unwrap_or_default()
        })
    }

    pub fn fault(&self, fault: Value) {
        let fault: Fault = serde_json::from_value(fault).unwrap();
        self.running
            .sim
            .with(|world| world.faults.add(fault))
            .unwrap();
    }
}

/// The id of what was created or changed.
pub fn done(outcome: Outcome) -> String {
    let said = format!("{outcome:?}");
    let id = match outcome {
        Outcome::Done(id) => id,
        _ => None,
    };
    assert!(id.is_some(), "{said}");
    id.unwrap()
}

/// Whether trying again can help what was refused.
pub fn retry(outcome: Outcome) -> Option<Retry> {
    match outcome {
        Outcome::Rejected { retry, .. } => Some(retry),
        _ => None,
    }
}
