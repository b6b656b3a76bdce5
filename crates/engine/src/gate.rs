//! What every call passes before it is sent: the lease has to outlive the request, and the
//! budget of where it goes has to have a call left.
//!
//! Fencing protects our database, not the providers: they never compare our epoch. So a
//! request may only leave while it is certain to end before anybody else can own the key.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bennu_model::ids::{ServerName, TargetName};
use bennu_ports::work::Claim;
use bennu_ports::{Boundary, Call, Closed, Commit, Gate, Moment, PortError, PortErrorKind};
use tokio::time::Instant;

use crate::Engine;
use crate::budget::{Budget, Caller, PATIENCE, Place, class};
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

/// The gate of one claim. Nothing can be sent before it is said where it goes.
pub struct LeaseGate {
    deadline: Deadline,
    request_timeout: Duration,
    metrics: Metrics,
    probe: Arc<dyn Probe>,
    budget: Arc<Budget>,
    caller: Caller,
}

impl LeaseGate {
    /// A gate that is open while `deadline` is further away than a request can take, and the
    /// budgets of `engine` have a call for the claim.
    pub fn new(engine: &Engine, claim: &Claim, deadline: Deadline) -> Self {
        Self {
            deadline,
            request_timeout: engine.settings.request_timeout,
            metrics: engine.metrics.clone(),
            probe: engine.probe.clone(),
            budget: engine.budget.clone(),
            caller: Caller {
                key: claim.lease.key.clone(),
                class: class(&claim.lease, &claim.load),
            },
        }
    }

    /// The gate for calls to one place.
    pub fn at<'a>(&'a self, place: Place<'a>) -> PlacedGate<'a> {
        PlacedGate {
            gate: self,
            place,
            sent: Mutex::default(),
        }
    }

    /// The gate for calls to a target.
    pub fn to_target<'a>(&'a self, target: &'a TargetName) -> PlacedGate<'a> {
        self.at(Place::Target(target))
    }

    /// The gate for calls to a server.
    pub fn to_server<'a>(&'a self, server: &'a ServerName) -> PlacedGate<'a> {
        self.at(Place::Server(server))
    }

    /// A statement to the ledger is about to be sent, or was answered.
    pub async fn commit(&self, commit: Commit, moment: Moment) {
        self.probe.at(Boundary::Commit(commit, moment)).await;
    }

    /// How long a send may still be put off so that its request ends within the lease.
    fn left(&self) -> Result<Duration, Closed> {
        match self.deadline.left() {
            Some(left) if left > self.request_timeout => Ok(left - self.request_timeout),
            Some(_) => Err(Closed("the lease is about to end".into())),
            None => Err(Closed("the lease is lost".into())),
        }
    }
}

/// The gate of one claim, for calls to one place.
pub struct PlacedGate<'a> {
    gate: &'a LeaseGate,
    place: Place<'a>,
    /// Calls that were let through and are not answered, with when that was.
    sent: Mutex<Vec<(Call, Instant)>>,
}

impl PlacedGate<'_> {
    fn sent(&self) -> MutexGuard<'_, Vec<(Call, Instant)>> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long ago the call was let through.
    fn took(&self, call: Call) -> Option<Duration> {
        let mut sent = self.sent();
        let last = sent.iter().rposition(|(one, _)| *one == call)?;
        let (_, at) = sent.swap_remove(last);
        Some(monotonic().duration_since(at))
    }
}

#[async_trait]
impl Gate for PlacedGate<'_> {
    async fn before(&self, call: Call) -> Result<(), Closed> {
        let Self { gate, place, .. } = self;
        gate.probe.at(Boundary::Call(call, Moment::Before)).await;
        // Checked after the probe: a replica that was stopped there must not send.
        let patience = gate.left()?.min(PATIENCE);
        let taken = gate.budget.take(call, *place, &gate.caller, patience).await;
        taken.map_err(Closed)?;
        gate.left()?;
        self.sent().push((call, monotonic()));
        Ok(())
    }

    async fn after(&self, call: Call, result: Result<(), &PortError>) {
        let Self { gate, place, .. } = self;
        gate.metrics.provider_call(call, result, self.took(call));
        if let Err(error) = result
            && let PortErrorKind::Throttled(pause) = error.kind
        {
            gate.budget.throttled(call, *place, pause).await;
        }
        gate.probe.at(Boundary::Call(call, Moment::After)).await;
    }
}
