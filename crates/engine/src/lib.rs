//! The loop: claim a key, look, decide, act, record.
//!
//! What it guarantees:
//! - One replica at a time works on a key, and an outdated one cannot record anything.
//! - Nothing is sent unless the lease outlives the request.
//! - Nothing is held while the world is slow: a pass ends when its calls are answered, and
//!   "begun; look again later" is a result.
//! - A pass starts from the top every time; it keeps no memory of a step.
//!
//! It names no provider, and it makes no choice: those are in `plan`.
//!
//! | module | what it does |
//! |---|---|
//! | [`pass`] | one pass over one environment: load → look → plan → act → record |
//! | [`dispatch`] | from a claimed key to whoever works on it |
//! | [`document`] | the one writer of a document that we share |
//! | [`look`], [`act`] | the plan's looks and actions, as calls to the ports |
//! | [`fingerprint`] | what tells that a secret has changed |
//! | [`retry`] | when to come back |
//! | [`sweep`] | reads a whole target or space, and wakes what moved |
//! | [`work`] | claims, leases, renewal, and the end of a pass |
//! | [`gate`] | what every call passes before it is sent |
//! | [`budget`] | how many calls may be sent where, for all replicas together |
//! | `tell` | what a pass says in the log |
//! | [`clock`] | the database's time, and deadlines |
//!
//! Start with [`pass::pass`].

pub mod act;
pub mod budget;
pub mod clock;
pub mod dispatch;
pub mod document;
pub mod fingerprint;
pub mod gate;
pub mod look;
pub mod metrics;
pub mod pass;
pub mod retry;
pub mod settings;
pub mod sweep;
mod tell;
pub mod work;

use std::sync::Arc;

use bennu_plan::{Context, Policy};
use bennu_ports::{Deployments, Infrastructure, Instances, Ledger, Work};

pub use settings::Settings;
pub use work::run;

/// Everything that the engine can touch.
#[derive(Clone)]
pub struct World {
    /// AWS.
    pub infrastructure: Arc<dyn Infrastructure>,
    /// EC2.
    pub instances: Arc<dyn Instances>,
    /// Octopus.
    pub deployments: Arc<dyn Deployments>,
    /// Leases.
    pub work: Arc<dyn Work>,
    /// What passes record.
    pub ledger: Arc<dyn Ledger>,
    /// What fingerprints of secrets are taken with; none where no secret is used.
    pub key: Option<fingerprint::Key>,
}

/// The engine of one replica.
pub struct Engine {
    /// What it can touch.
    pub world: World,
    /// What the configuration offers.
    pub context: Context,
    /// The limits of decisions.
    pub policy: Policy,
    /// The limits of the loop.
    pub settings: Settings,
    /// How many calls may be sent.
    pub budget: Arc<budget::Budget>,
    /// What it counts.
    pub metrics: metrics::Metrics,
    /// Who watches the boundaries; in production nobody.
    pub probe: Arc<dyn gate::Probe>,
    /// Whether the loop is alive, for `/readyz`.
    pub health: Arc<work::Health>,
}
