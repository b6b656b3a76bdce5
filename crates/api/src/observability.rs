//! Metrics and health, for a listener that only operators reach: it asks no token.

mod fleet;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bennu_ports::Environments;
use prometheus::{Registry, TextEncoder};

pub use fleet::Fleet;

/// Says whether something is well, and if not, why.
pub type Check = Arc<dyn Fn() -> Result<(), String> + Send + Sync>;

/// Probes give up after a second by default; an answer after that is none.
const DATABASE_TIME_LIMIT: Duration = Duration::from_millis(900);

/// What the process says of itself.
#[derive(Clone)]
pub struct Health {
    /// Fails only if a restart would help.
    pub live: Check,
    /// Fails while it cannot do its work, whoever's fault that is. The database is asked
    /// besides.
    pub ready: Check,
}

/// What the second listener needs.
#[derive(Clone)]
pub struct Observability {
    /// Everything that is measured.
    pub registry: Registry,
    /// Counts when somebody scrapes.
    pub fleet: Fleet,
    /// Asked for the database's health.
    pub environments: Arc<dyn Environments>,
    /// Asked for the process's own.
    pub health: Health,
}

impl std::fmt::Debug for Observability {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Observability").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Health {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Health").finish_non_exhaustive()
    }
}

impl Observability {
    /// The second listener's routes.
    pub fn router(self) -> Router {
        Router::new()
            .route("/metrics", get(metrics))
            .route("/livez", get(live))
            .route("/readyz", get(ready))
            .with_state(self)
    }
}

async fn metrics(State(state): State<Observability>) -> Response {
    state.fleet.refresh().await;
    match TextEncoder::new().encode_to_string(&state.registry.gather()) {
        Ok(text) => ([(header::CONTENT_TYPE, prometheus::TEXT_FORMAT)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "metrics could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

async fn live(State(state): State<Observability>) -> Response {
    probe((state.health.live)())
}

async fn ready(State(state): State<Observability>) -> Response {
    if let Err(why) = (state.health.ready)() {
        return probe(Err(why));
    }
    let asked = tokio::time::timeout(DATABASE_TIME_LIMIT, state.environments.ready());
    probe(match asked.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(format!("database: {error}")),
        Err(_) => Err("database: no answer".to_owned()),
    })
}

fn probe(result: Result<(), String>) -> Response {
    match result {
        Ok(()) => (StatusCode::OK, "ok\n").into_response(),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")).into_response(),
    }
}
