//! What the handlers are given.

use std::sync::Arc;
use std::time::Instant;

use bennu_model::blueprint::{Decision, Event, Situation};
use bennu_model::plan::Plan;
use bennu_ports::ledger::EnvironmentState;
use bennu_ports::{Answers, Environments, Tokens};
use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;

use crate::{Catalog, WebhookSecret};

/// What a pass would do now: the planner that the engine uses, not executed.
pub type Planner = Arc<dyn Fn(&EnvironmentState, DateTime<Utc>) -> Plan + Send + Sync>;

/// Whether all that a decision about an environment rests on was read since a moment, by the
/// database's clock.
pub type Freshness = Arc<dyn Fn(&EnvironmentState, DateTime<Utc>) -> bool + Send + Sync>;

/// What an event of a branch leads to.
pub type Declarer = fn(&Event, &Situation) -> Decision;

/// What blueprints and webhooks need.
#[derive(Clone)]
pub struct Webhooks {
    /// Where blueprints and deliveries are kept.
    pub ledger: Arc<dyn bennu_ports::Hooks>,
    /// Decides about events.
    pub declare: Declarer,
    /// Any of these may have signed a delivery to the generic webhook. None: it is off.
    pub generic: Vec<WebhookSecret>,
}

/// The clocks of the process. Stored times never come from here: they are the database's.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// What time it is, for dry runs and signatures.
    pub now: fn() -> DateTime<Utc>,
    /// How long something took.
    pub instant: fn() -> Instant,
}

/// Everything that the API needs; cheap to clone.
#[derive(Clone)]
pub struct Api {
    /// Where declarations are kept.
    pub environments: Arc<dyn Environments>,
    /// Who may call.
    pub tokens: Arc<dyn Tokens>,
    /// Where answers are kept for requests that may be repeated.
    pub answers: Arc<dyn Answers>,
    /// The targets and Octopus spaces of the configuration.
    pub catalog: Arc<Catalog>,
    /// What blueprints and webhooks need.
    pub hooks: Webhooks,
    /// Answers dry runs.
    pub planner: Planner,
    /// Answers refreshes.
    pub freshness: Freshness,
    /// Reads the time.
    pub clock: Clock,
    /// Goes before the number of each request to make its id: names this process.
    pub replica: Arc<str>,
    /// Cancelled when the process is to end: streams end then, and clients go elsewhere.
    pub stop: CancellationToken,
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Api")
            .field("catalog", &self.catalog)
            .field("replica", &self.replica)
            .finish_non_exhaustive()
    }
}
