//! What an instance reaches by its own network: its metadata, the credentials of its role,
//! and the health endpoint of what runs on it.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, put};
use bennu_sim::doors::serve::Sim;
use bennu_sim::octopus::Request;
use tokio::net::TcpListener;
use tokio::sync::Notify;

const TOKEN: &str = "token-of-this-instance";
const ROLE: &str = "WebRole";

/// What the software on an instance tells about itself.
#[derive(Debug, Clone, Copy)]
pub enum Health {
    /// This release.
    Tells(&'static str),
    /// Nothing until a machine is registered with the server, this release from then on.
    WhenRegistered(&'static str),
    /// Nothing: whoever asks gives the sign to shut the instance down.
    AskedShutsDown,
}

/// An instance as its own network shows it.
pub struct Instance {
    pub id: String,
    pub health: Health,
    pub sim: Sim,
    /// Told when the instance is to be shut down.
    pub shut_down: Arc<Notify>,
}

type Answer = Result<String, StatusCode>;

/// Answers until whoever asked for it is gone.
pub async fn serve(listener: TcpListener, instance: Instance) {
    let credentials = "/latest/meta-data/iam/security-credentials";
    let router = Router::new()
        .route("/latest/api/token", put(token))
        .route("/latest/meta-data/instance-id", get(instance_id))
        .route(&format!("{credentials}/"), get(role))
        .route(&format!("{credentials}/{{role}}"), get(role_credentials))
        .route("/release", get(release))
        .with_state(Arc::new(instance));
    axum::serve(listener, router).await.unwrap();
}

async fn token(headers: HeaderMap) -> Answer {
    let lasts = headers.get("x-aws-ec2-metadata-token-ttl-seconds");
    lasts
        .map(|_| TOKEN.to_owned())
        .ok_or(StatusCode::BAD_REQUEST)
}

async fn instance_id(State(instance): State<Arc<Instance>>, headers: HeaderMap) -> Answer {
    with_token(&headers, instance.id.clone())
}

async fn role(headers: HeaderMap) -> Answer {
    with_token(&headers, ROLE.to_owned())
}

async fn role_credentials(Path(role): Path<String>, headers: HeaderMap) -> Answer {
    let credentials = serde_json::json!({
        "Code": "Success",
        "Type": "AWS-HMAC",
        "LastUpdated": "2026-01-01T00:00:00Z",
        "AccessKeyId": "AKIDINSTANCE",
        "SecretAccessKey": "not-verified",
        "Token": "of-the-role",
        "Expiration": "2999-01-01T00:00:00Z",
    });
    if role != ROLE {
        return Err(StatusCode::NOT_FOUND);
    }
    with_token(&headers, credentials.to_string())
}

/// The instance asks for tokens (`HttpTokens: required`): nothing is told without one.
fn with_token(headers: &HeaderMap, answer: String) -> Answer {
    match headers.get("x-aws-ec2-metadata-token") {
        Some(token) if token == TOKEN => Ok(answer),
        _ => Err(StatusCode::UNAUTHORIZED),
    }
}

async fn release(State(instance): State<Arc<Instance>>) -> Answer {
    match instance.health {
        Health::Tells(release) => Ok(release.to_owned()),
        Health::WhenRegistered(release) if is_registered(&instance.sim) => Ok(release.to_owned()),
        Health::WhenRegistered(_) => Err(StatusCode::NOT_FOUND),
        Health::AskedShutsDown => {
            instance.shut_down.notify_one();
            Err(StatusCode::NOT_FOUND)
        }
    }
}

fn is_registered(sim: &Sim) -> bool {
    sim.with(|world| {
        let key = world.octopus.api_key().to_owned();
        let request = Request::new("GET", "/api/machines/all").with_key(&key);
        let reply = (world.octopus).handle(&request, world.now, &mut world.faults);
        let machines = reply.body.unwrap_or_default();
        machines.as_array().is_some_and(|all| !all.is_empty())
    })
}
