//! What budgets count, for people who wonder why something is slow.

use bennu_model::work::Class;
use bennu_ports::budget::{Granted, Meter};
use prometheus::{GaugeVec, HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry};

/// From the time of a statement to the longest that a call waits.
const WAIT_S: [f64; 6] = [0.01, 0.1, 0.5, 1.0, 2.5, 5.0];

/// The series of budgets. Clones count into the same ones.
#[derive(Debug, Clone)]
pub struct BudgetMetrics {
    left: GaugeVec,
    rate: GaugeVec,
    waits: IntCounterVec,
    wait_seconds: HistogramVec,
}

impl BudgetMetrics {
    /// Makes the series and registers them.
    ///
    /// # Errors
    /// When a registry already has one of the names.
    pub fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let left = GaugeVec::new(
            Opts::new(
                "bennu_budget_left",
                "Calls that a meter had left for all replicas when this one last took some.",
            ),
            &["meter"],
        )?;
        let rate = GaugeVec::new(
            Opts::new(
                "bennu_budget_rate",
                "Calls a second that a meter gives: less than configured after throttles.",
            ),
            &["meter"],
        )?;
        let waits = IntCounterVec::new(
            Opts::new(
                "bennu_budget_waits_total",
                "Calls that had to wait because a meter had nothing left for their class.",
            ),
            &["meter", "class"],
        )?;
        let wait_seconds = HistogramVec::new(
            HistogramOpts::new(
                "bennu_budget_wait_seconds",
                "How long calls stood before a meter, those that were not sent included.",
            )
            .buckets(WAIT_S.to_vec()),
            &["meter"],
        )?;
        registry.register(Box::new(left.clone()))?;
        registry.register(Box::new(rate.clone()))?;
        registry.register(Box::new(waits.clone()))?;
        registry.register(Box::new(wait_seconds.clone()))?;
        Ok(Self {
            left,
            rate,
            waits,
            wait_seconds,
        })
    }

    pub(super) fn granted(&self, meter: &Meter, granted: &Granted) {
        let labels = [meter.as_str()];
        self.left.with_label_values(&labels).set(granted.left);
        self.rate.with_label_values(&labels).set(granted.rate);
    }

    pub(super) fn waits(&self, meter: &Meter, class: Class) {
        let word = match class {
            Class::First => "first",
            Class::Waited => "waited",
            Class::Routine => "routine",
        };
        self.waits.with_label_values(&[meter.as_str(), word]).inc();
    }

    pub(super) fn waited(&self, meter: &Meter, seconds: f64) {
        let of = self.wait_seconds.with_label_values(&[meter.as_str()]);
        of.observe(seconds);
    }
}
