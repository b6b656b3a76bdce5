//! What the engine counts. Names that controller-runtime also has are spelled as there, so
//! that existing dashboards work. No series per environment.

mod latency;
mod make;

use std::time::Duration;

use bennu_model::ids::TargetName;
use bennu_ports::{Call, PortError, PortErrorKind};
use prometheus::{Histogram, HistogramVec, IntCounter, IntCounterVec, IntGaugeVec, Registry};

/// The engine's metrics. Clones count into the same series.
#[derive(Debug, Clone)]
pub struct Metrics {
    reconcile_total: IntCounterVec,
    reconcile_seconds: HistogramVec,
    active: IntGaugeVec,
    calls: IntCounterVec,
    call_seconds: HistogramVec,
    throttles: IntCounterVec,
    sweeps: IntCounterVec,
    brakes: IntGaugeVec,
    to_first_call: Histogram,
    to_ready: Histogram,
    /// Leases that ended under a pass.
    pub leases_lost: IntCounter,
    /// Records that were refused because somebody else held the key.
    pub fenced: IntCounter,
    /// Statements to the ledger that failed.
    pub ledger_errors: IntCounter,
}

/// From a pass that only reads to one that waits for slow replies until its lease is near its
/// end.
const PASS_S: [f64; 8] = [0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 30.0];
/// From an answer at once to the time-out of a request; few, for there is a series of each for
/// each operation.
const CALL_S: [f64; 6] = [0.05, 0.2, 0.5, 1.0, 2.5, 10.0];
/// The goal is 0.3 s for 99 of 100; a queue that is behind shows in the last ones.
const FIRST_CALL_S: [f64; 9] = [0.05, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 120.0, 600.0];
/// A stack takes minutes; a stack of an hour is one that waits for something.
const READY_S: [f64; 9] = [
    10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_200.0, 2_400.0, 4_800.0,
];

impl Metrics {
    /// Makes the metrics and registers them.
    ///
    /// # Errors
    /// When a registry already has one of the names.
    pub fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let make = make::Make(registry);
        Ok(Self {
            reconcile_total: make.counters(
                "controller_runtime_reconcile_total",
                "Passes by what they were over and how they ended.",
                &["controller", "result"],
            )?,
            reconcile_seconds: make.histograms(
                "controller_runtime_reconcile_time_seconds",
                "Length of a pass.",
                &PASS_S,
                &["controller"],
            )?,
            active: make.gauges(
                "controller_runtime_active_workers",
                "Passes that run now.",
                &["controller"],
            )?,
            calls: make.counters(
                "bennu_provider_calls_total",
                "Calls to providers by operation and result.",
                &["service", "operation", "result"],
            )?,
            call_seconds: make.histograms(
                "bennu_provider_call_duration_seconds",
                "How long calls to providers took, whatever came of them.",
                &CALL_S,
                &["service", "operation"],
            )?,
            throttles: make.counters(
                "bennu_provider_throttles_total",
                "Calls that a provider refused because there were too many.",
                &["service"],
            )?,
            sweeps: make.counters(
                "bennu_sweeps_total",
                "Sweeps by result.",
                &["kind", "result"],
            )?,
            brakes: make.gauges(
                "bennu_sweep_brake",
                "1 while what this replica swept last of a place is not believed.",
                &["kind", "place"],
            )?,
            to_first_call: make.histogram(
                "bennu_webhook_to_first_call_seconds",
                "Time from a webhook's declaration to the first step of its generation.",
                &FIRST_CALL_S,
            )?,
            to_ready: make.histogram(
                "bennu_webhook_to_ready_seconds",
                "Time from a webhook's declaration to Ready of its generation.",
                &READY_S,
            )?,
            leases_lost: make
                .counter("bennu_leases_lost_total", "Leases that ended under a pass.")?,
            fenced: make.counter(
                "bennu_fenced_writes_total",
                "Records refused to an outdated claim.",
            )?,
            ledger_errors: make.counter("bennu_ledger_errors_total", "Statements that failed.")?,
        })
    }

    /// A pass over a key of this kind begins.
    pub fn pass_begins(&self, kind: &str) {
        self.active.with_label_values(&[kind]).inc();
    }

    /// A pass has ended: `success`, `requeue_after`, `error` or `dropped`.
    pub fn pass_ends(&self, kind: &str, result: &str, took: Duration) {
        self.active.with_label_values(&[kind]).dec();
        self.reconcile_total
            .with_label_values(&[kind, result])
            .inc();
        self.reconcile_seconds
            .with_label_values(&[kind])
            .observe(took.as_secs_f64());
    }

    /// A provider has answered, or failed to. `took`: since the call was let through.
    pub fn provider_call(
        &self,
        call: Call,
        result: Result<(), &PortError>,
        took: Option<Duration>,
    ) {
        let (service, operation) = call.service_and_operation();
        if let Some(took) = took {
            let seconds = self.call_seconds.with_label_values(&[service, operation]);
            seconds.observe(took.as_secs_f64());
        }
        if let Err(error) = result
            && matches!(error.kind, PortErrorKind::Throttled(_))
        {
            self.throttles.with_label_values(&[service]).inc();
        }
        self.calls
            .with_label_values(&[service, operation, word(result)])
            .inc();
    }

    /// A sweep of a target or a space has ended: `ok` or `failed`.
    pub fn sweep_ends(&self, kind: &str, result: &str) {
        self.sweeps.with_label_values(&[kind, result]).inc();
    }

    /// Whether the sweep of a target is not believed.
    pub fn brake(&self, target: &TargetName, is_held: bool) {
        self.brakes
            .with_label_values(&["target", target.as_str()])
            .set(i64::from(is_held));
    }
}

/// How a call ended, in metrics and logs.
pub fn word(result: Result<(), &PortError>) -> &'static str {
    result.map_or_else(|error| error.kind.word(), |()| "ok")
}
