//! Webhooks: what CI tells is a declaration, like a PUT, and is kept like one.
//!
//! A delivery goes this way: its signature is checked ([`signature`]), its body read
//! ([`event`]), it is stored, decided about and answered (`settle`). A repeat is answered
//! what it was answered first.

pub mod event;
pub(crate) mod settle;
pub mod signature;

use bennu_ports::hooks::Outcome;
use prometheus::{IntCounterVec, Opts, Registry};

use crate::Kind;

/// The one source that there is.
pub const GENERIC: &str = "generic";

/// Deliveries by source and outcome: as many series as there are outcomes.
#[derive(Debug, Clone)]
pub(crate) struct HookMetrics(IntCounterVec);

impl HookMetrics {
    pub(crate) fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let opts = Opts::new("bennu_webhook_deliveries_total", "Deliveries to webhooks.");
        let count = IntCounterVec::new(opts, &["source", "outcome"])?;
        registry.register(Box::new(count.clone()))?;
        Ok(Self(count))
    }

    pub(crate) fn count(&self, outcome: &str) {
        self.0.with_label_values(&[GENERIC, outcome]).inc();
    }

    /// A delivery that was not taken.
    pub(crate) fn count_refusal(&self, kind: Kind) {
        self.count(kind.slug());
    }
}

/// An outcome's word, in answers and metrics.
pub fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Declared => "declared",
        Outcome::Deleted => "deleted",
        Outcome::Stale => "stale",
        Outcome::NoBlueprint => "no-blueprint",
        Outcome::Ambiguous => "ambiguous",
        Outcome::Refused => "refused",
    }
}
