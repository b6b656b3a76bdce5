//! What the engine counts. Names that controller-runtime also has are spelled as there, so
//! that existing dashboards work. No series per environment.

use std::time::Duration;

use bennu_ports::{Call, PortError, PortErrorKind};
use prometheus::{
    HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
};

/// The engine's metrics. Clones count into the same series.
#[derive(Debug, Clone)]
pub struct Metrics {
    reconcile_total: IntCounterVec,
    reconcile_seconds: HistogramVec,
    active: IntGaugeVec,
    calls: IntCounterVec,
    /// Leases that ended under a pass.
    pub leases_lost: IntCounter,
    /// Records that were refused because somebody else held the key.
    pub fenced: IntCounter,
    /// Statements to the ledger that failed.
    pub ledger_errors: IntCounter,
    /// Sweeps by kind and result.
    pub sweeps: IntCounterVec,
    /// 1 while the brake holds a sweep.
    pub brakes: IntGauge,
}

impl Metrics {
    /// Makes the metrics and registers them.
    ///
    /// # Errors
    /// When a registry already has one of the names.
    pub fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let counter = |name: &str, help: &str, labels: &[&str]| {
            let made = IntCounterVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(made.clone()))?;
            Ok::<_, prometheus::Error>(made)
        };
        let plain = |name: &str, help: &str| {
            let made = IntCounter::new(name, help)?;
            registry.register(Box::new(made.clone()))?;
            Ok::<_, prometheus::Error>(made)
        };
        let reconcile_seconds = HistogramVec::new(
            HistogramOpts::new(
                "controller_runtime_reconcile_time_seconds",
                "Length of a pass.",
            )
            .buckets(vec![0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 30.0]),
            &["controller"],
        )?;
        registry.register(Box::new(reconcile_seconds.clone()))?;
        let active = IntGaugeVec::new(
            Opts::new("controller_runtime_active_workers", "Passes that run now."),
            &["controller"],
        )?;
        registry.register(Box::new(active.clone()))?;
        let brakes = IntGauge::new("bennu_sweep_brake", "1 while a sweep is not believed.")?;
        registry.register(Box::new(brakes.clone()))?;
        Ok(Self {
            reconcile_total: counter(
                "controller_runtime_reconcile_total",
                "Passes by what they were over and how they ended.",
                &["controller", "result"],
            )?,
            reconcile_seconds,
            active,
            calls: counter(
                "bennu_provider_calls_total",
                "Calls to providers by operation and result.",
                &["call", "result"],
            )?,
            leases_lost: plain("bennu_leases_lost_total", "Leases that ended under a pass.")?,
            fenced: plain(
                "bennu_fenced_writes_total",
                "Records refused to an outdated claim.",
            )?,
            ledger_errors: plain("bennu_ledger_errors_total", "Statements that failed.")?,
            sweeps: counter(
                "bennu_sweeps_total",
                "Sweeps by result.",
                &["kind", "result"],
            )?,
            brakes,
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

    /// A provider has answered, or failed to.
    pub fn provider_call(&self, call: Call, result: Result<(), &PortError>) {
        let result = match result {
            Ok(()) => "ok",
            Err(error) => match &error.kind {
                PortErrorKind::Throttled(_) => "throttled",
                PortErrorKind::Denied => "denied",
                PortErrorKind::NotFound => "not_found",
                PortErrorKind::Conflict => "conflict",
                PortErrorKind::NoChange => "no_change",
                PortErrorKind::Invalid => "invalid",
                PortErrorKind::Quota => "quota",
                PortErrorKind::NoAnswer => "no_answer",
                PortErrorKind::Unavailable => "unavailable",
                PortErrorKind::Closed => "not_sent",
            },
        };
        self.calls.with_label_values(&[call.as_str(), result]).inc();
    }
}
