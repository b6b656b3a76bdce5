//! What every call passes before it is sent: the lease has to outlive the request.
//!
//! Fencing protects our database, not the providers: they never compare our epoch. So a
//! request may only leave while it is certain to end before anybody else can own the key.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bennu_ports::{Boundary, Call, Closed, Commit, Gate, Moment, PortError};
use tokio::time::Instant;

use crate::clock::monotonic;
use crate::metrics::Metrics;

/// Watches boundaries. In tests it stops a replica at one of them; in production it does
/// nothing.
#[async_trait]
pub trait Probe: Send + Sync {
    /// A boundary is about to be crossed, or was just crossed.
    async fn at(&self, boundary: Boundary);
}

/// Watches nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProbe;

#[async_trait]
impl Probe for NoProbe {
    async fn at(&self, _boundary: Boundary) {}
}

/// Until when a lease is held, by our own clock. Renewal moves it, loss ends it.
#[derive(Debug, Clone)]
pub struct Deadline(Arc<Mutex<Option<Instant>>>);

impl Deadline {
    /// Held until `until`, counted from before the claim was sent.
    pub fn new(until: Instant) -> Self {
        Self(Arc::new(Mutex::new(Some(until))))
    }

    /// The lease was renewed.
    pub fn move_to(&self, until: Instant) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.is_some() {
            *held = Some(until);
        }
    }

    /// The lease is lost, and does not come back.
    pub fn lose(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn left(&self) -> Option<Duration> {
        let held = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.map(|until| until.saturating_duration_since(monotonic()))
    }
}

/// The gate of one claim.
pub struct LeaseGate {
    deadline: Deadline,
    request_timeout: Duration,
    metrics: Metrics,
    probe: Arc<dyn Probe>,
}

impl LeaseGate {
    /// A gate that is open while `deadline` is further away than a request can take.
    pub fn new(
        deadline: Deadline,
        request_timeout: Duration,
        metrics: Metrics,
        probe: Arc<dyn Probe>,
    ) -> Self {
        Self {
            deadline,
            request_timeout,
            metrics,
            probe,
        }
    }

    /// A statement to the ledger is about to be sent, or was answered.
    pub async fn commit(&self, commit: Commit, moment: Moment) {
        self.probe.at(Boundary::Commit(commit, moment)).await;
    }
}

#[async_trait]
impl Gate for LeaseGate {
    async fn before(&self, call: Call) -> Result<(), Closed> {
        self.probe.at(Boundary::Call(call, Moment::Before)).await;
        // Checked after the probe: a replica that was stopped there must not send.
        match self.deadline.left() {
            Some(left) if left > self.request_timeout => Ok(()),
            Some(_) => Err(Closed("the lease is about to end".into())),
            None => Err(Closed("the lease is lost".into())),
        }
    }

    async fn after(&self, call: Call, result: Result<(), &PortError>) {
        self.metrics.provider_call(call, result);
        self.probe.at(Boundary::Call(call, Moment::After)).await;
    }
}
