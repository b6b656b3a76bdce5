//! Octopus.

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::action::DeploymentsAction;
use bennu_model::ids::{ProjectId, ServerName, SpaceName, TenantId};
use bennu_model::outcome::Outcome;
use bennu_model::plan::TenantRef;
use bennu_octopus::{ApiKey, Octopus, ServerConfig};
use bennu_ports::deployments::MachineFilter;
use bennu_ports::{Deployments, Secrets};
use bennu_sim::doors::serve::Running;
use bennu_sim::octopus::Request;
use bennu_sim::ports::{LoggingGate, SimDeployments};
use serde_json::{Value, json};

use crate::{Log, assert_same, fault, gist, kind, world};

/// One of the two ways into a world.
pub struct Way<'a> {
    pub running: &'a Running,
    pub port: &'a dyn Deployments,
    pub gate: LoggingGate,
    pub server: ServerName,
    pub space: SpaceName,
}

pub fn main_server() -> ServerName {
    ServerName::new("main").unwrap()
}

pub fn adapter(running: &Running) -> Octopus {
    let config = ServerConfig {
        name: main_server(),
        url: running.octopus.clone(),
        api_key: ApiKey::new(running.octopus_api_key.clone()).unwrap(),
    };
    Octopus::new(vec![config]).unwrap()
}

impl<'a> Way<'a> {
    pub fn new(running: &'a Running, port: &'a dyn Deployments) -> Self {
        let space = SpaceName::new("default").unwrap();
        let gate = LoggingGate::default();
        Self {
            running,
            port,
            gate,
            server: main_server(),
            space,
        }
    }

    pub async fn begin(&self, action: &DeploymentsAction) -> Outcome {
        self.begin_with(action, &Secrets::none()).await
    }

    pub async fn begin_with(&self, action: &DeploymentsAction, secrets: &Secrets) -> Outcome {
        self.port
            .begin(&self.gate, &self.server, &self.space, action, secrets)
            .await
    }

    /// A request past both doors, as another person's.
    pub fn other(&self, path: &str, body: &Value) {
        self.running.sim.with(|world| {
            let request = Request::new("POST", path).with_json(body);
            let request = request.with_key(world.octopus.api_key());
            let reply = world.octopus.handle(&request, world.now, &mut world.faults);
            assert_eq!(reply.status, 201, "{reply:?}");
        });
    }

    async fn find(&self, tenant: TenantRef, log: &mut Log) {
        let (gate, server, space) = (&self.gate, &self.server, &self.space);
        log.note(
            "tenant",
            self.port.tenant(gate, server, space, &tenant).await,
        );
    }

    async fn lists(&self, log: &mut Log) {
        let (gate, server, space) = (&self.gate, &self.server, &self.space);
        let mut from = None;
        loop {
            let page = self.port.list_tenants(gate, server, space, from).await;
            log.note("tenants", &page);
            from = page.unwrap().next;
            if from.is_none() {
                break;
            }
        }
        let tenant = MachineFilter::Tenant(TenantId::new("Tenants-1").unwrap());
        for which in [tenant, MachineFilter::Role("WEB".to_owned())] {
            let page = self.port.list_machines(gate, server, space, &which, None);
            log.note("machines", page.await);
        }
        for project in ["Projects-1", "Projects-404"] {
            let project = ProjectId::new(project).unwrap();
            let page = self.port.list_releases(gate, server, space, &project, None);
            log.note("releases", page.await);
        }
    }
}

async fn script(way: &Way<'_>) -> Vec<String> {
    let mut log = Log::default();
    let (gate, server, space) = (&way.gate, &way.server, &way.space);
    let names = way.port.space(gate, server, space).await;
    log.note("space", &names);
    let names = names.unwrap();
    let project = names.projects.values().next().unwrap().clone();
    let environment = names.environments.values().next().unwrap().clone();
    let connections = BTreeMap::from([(project.clone(), BTreeSet::from([environment]))]);

    let create = DeploymentsAction::CreateTenant {
        name: "ryan0001".parse().unwrap(),
        description: "bennu dev/00112233445566aa".to_owned(),
        connections: connections.clone(),
    };
    log.note("create", way.begin(&create).await);
    log.note("create again", way.begin(&create).await);
    let tenant = TenantId::new("Tenants-1").unwrap();
    way.find(TenantRef::Id(tenant.clone()), &mut log).await;
    way.find(TenantRef::Name("Ryan0001".to_owned()), &mut log)
        .await;
    way.find(TenantRef::Name("nobody".to_owned()), &mut log)
        .await;

    for number in 0..150 {
        way.other("/api/tenants", &json!({"Name": format!("other{number}")}));
    }
    let machine = json!({
        "Name": "web-1", "Roles": ["web", "bennu-dev"], "TenantIds": [tenant],
        "EnvironmentIds": ["Environments-1"], "TenantedDeploymentParticipation": "Tenanted",
        "Endpoint": {
            "CommunicationStyle": "TentaclePassive", "Uri": "https://10.0.0.5:10933/",
            "Thumbprint": "0123456789ABCDEF0123456789ABCDEF01234567",
        },
    });
    way.other("/api/machines", &machine);
    for version in ["1.0.0-a", "1.0.0-b"] {
        way.other(
            "/api/releases",
            &json!({"ProjectId": project, "Version": version}),
        );
    }
    way.lists(&mut log).await;

    let connect = |connections| DeploymentsAction::ConnectTenant {
        tenant: tenant.clone(),
        connections,
    };
    log.note("connect, and it is", way.begin(&connect(connections)).await);
    log.note("disconnect", way.begin(&connect(BTreeMap::new())).await);
    let odd = BTreeMap::from([(ProjectId::new("Projects-404").unwrap(), BTreeSet::new())]);
    log.note("connect to nothing", way.begin(&connect(odd)).await);
    let take_out = DeploymentsAction::DeleteMachine {
        machine: "Machines-1".parse().unwrap(),
        name: "web-1".to_owned(),
    };
    let delete = DeploymentsAction::DeleteTenant {
        tenant: tenant.clone(),
    };
    for action in [
        &take_out,
        &take_out,
        &delete,
        &delete,
        &connect(BTreeMap::new()),
    ] {
        log.note("go away", way.begin(action).await);
    }
    way.find(TenantRef::Id(tenant), &mut log).await;
    let nowhere = SpaceName::new("Nowhere").unwrap();
    log.note(
        "no such space",
        way.port.space(gate, server, &nowhere).await,
    );
    let nobody = ServerName::new("nobody").unwrap();
    log.note("no such server", way.port.space(gate, &nobody, space).await);
    log.with(&way.gate)
}

async fn script_of_faults(way: &Way<'_>) -> Vec<String> {
    let mut log = Log::default();
    let (gate, server, space) = (&way.gate, &way.server, &way.space);
    let create = |name: &str| DeploymentsAction::CreateTenant {
        name: name.parse().unwrap(),
        description: String::new(),
        connections: BTreeMap::new(),
    };
    for (number, on_create) in [
        json!({"name": "throttle", "params": {"retry_after_s": 9}}),
        json!({"name": "error"}),
        json!({"name": "lose_reply"}),
        json!({"name": "error", "params": {"status": 403}}),
    ]
    .into_iter()
    .enumerate()
    {
        let mut once = on_create.clone();
        once["on"] = json!("POST tenants");
        once["times"] = json!(1);
        fault(way.running, once);
        let name = format!("t{number}");
        log.note(
            "create",
            (on_create, gist(&way.begin(&create(&name)).await)),
        );
        let found = way
            .port
            .tenant(gate, server, space, &TenantRef::Name(name))
            .await;
        log.note("found", kind(found));
    }
    fault(
        way.running,
        json!({"name": "throttle", "on": "GET tenants", "times": 1}),
    );
    fault(
        way.running,
        json!({"name": "error", "on": "GET tenants", "times": 1}),
    );
    fault(
        way.running,
        json!({"name": "lose_reply", "on": "GET tenants", "times": 1}),
    );
    for _ in 0..4 {
        let listed = way.port.list_tenants(gate, server, space, None).await;
        log.note("list", kind(listed));
    }
    log.with(&way.gate)
}

#[tokio::test]
async fn octopus_answers_the_same_at_both_doors() {
    let (one, other) = (world().await, world().await);
    let over_http = adapter(&one);
    let without = SimDeployments::new(other.sim.clone(), main_server());
    assert_same(
        &script(&Way::new(&one, &over_http)).await,
        &script(&Way::new(&other, &without)).await,
    );
}

#[tokio::test]
async fn octopus_fails_the_same_at_both_doors() {
    let (one, other) = (world().await, world().await);
    let over_http = adapter(&one);
    let without = SimDeployments::new(other.sim.clone(), main_server());
    assert_same(
        &script_of_faults(&Way::new(&one, &over_http)).await,
        &script_of_faults(&Way::new(&other, &without)).await,
    );
}
