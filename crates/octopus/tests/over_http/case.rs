//! A client of a stub, and what it is asked to do.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bennu_model::action::DeploymentsAction;
use bennu_model::ids::{
    EnvironmentName, OctopusEnvironmentId, ProjectId, ServerName, SpaceName, TenantId,
};
use bennu_model::outcome::Outcome;
use bennu_model::plan::TenantRef;
use bennu_octopus::{ApiKey, Octopus, ServerConfig};
use bennu_ports::{Deployments as _, PortErrorKind, Secrets};
use bennu_sim::ports::LoggingGate;

use crate::stub::{Answer, Stub};

/// The answer that comes first: the one space.
pub const SPACES: &str =
    r#"{"Items":[{"Id":"Spaces-7","Name":"Default"}],"TotalResults":1,"Links":{}}"#;
/// What is not from Octopus.
pub const HTML: &str = "<html>Bad Gateway</html>";

/// A client of a stub, with a limit that no answer of it comes near to.
pub struct Case {
    pub stub: Stub,
    pub octopus: Octopus,
    pub gate: LoggingGate,
    pub server: ServerName,
    pub space: SpaceName,
}

impl Case {
    pub async fn new(answers: Vec<Answer>) -> Self {
        Self::with_limit(answers, Duration::from_secs(10)).await
    }

    pub async fn with_limit(answers: Vec<Answer>, limit: Duration) -> Self {
        let stub = Stub::start(answers).await;
        let octopus = client(&format!("http://{}/octopus/", stub.address), limit);
        Self {
            stub,
            octopus,
            gate: LoggingGate::default(),
            server: ServerName::new("main").unwrap(),
            space: SpaceName::new("default").unwrap(),
        }
    }

    pub async fn tenant(&self) -> Result<Option<String>, PortErrorKind> {
        let by_id = TenantRef::Id(TenantId::new("Tenants-3").unwrap());
        let found = self
            .octopus
            .tenant(&self.gate, &self.server, &self.space, &by_id)
            .await;
        found
            .map(|tenant| tenant.map(|t| t.name))
            .map_err(|error| error.kind)
    }

    pub async fn begin(&self, action: &DeploymentsAction) -> Outcome {
        self.begin_with(action, &Secrets::none()).await
    }

    pub async fn begin_with(&self, action: &DeploymentsAction, secrets: &Secrets) -> Outcome {
        self.octopus
            .begin(&self.gate, &self.server, &self.space, action, secrets)
            .await
    }
}

pub fn client(url: &str, limit: Duration) -> Octopus {
    let config = ServerConfig {
        name: ServerName::new("main").unwrap(),
        url: url.to_owned(),
        api_key: ApiKey::new("API-TOPSECRET").unwrap(),
    };
    Octopus::with_time_limit(vec![config], limit).unwrap()
}

pub fn create() -> DeploymentsAction {
    DeploymentsAction::CreateTenant {
        name: EnvironmentName::new("ryan0001").unwrap(),
        description: "bennu dev/00112233445566aa".to_owned(),
        connections: connections(),
    }
}

pub fn connect() -> DeploymentsAction {
    let tenant = TenantId::new("Tenants-3").unwrap();
    DeploymentsAction::ConnectTenant {
        tenant,
        connections: connections(),
    }
}

pub fn delete() -> DeploymentsAction {
    DeploymentsAction::DeleteTenant {
        tenant: TenantId::new("Tenants-3").unwrap(),
    }
}

pub fn connections() -> BTreeMap<ProjectId, BTreeSet<OctopusEnvironmentId>> {
    let environment = OctopusEnvironmentId::new("Environments-2").unwrap();
    let project = ProjectId::new("Projects-1").unwrap();
    BTreeMap::from([(project, BTreeSet::from([environment]))])
}
