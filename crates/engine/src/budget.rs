//! Budgets: no call leaves before the meter that its provider counts it on has given one.
//!
//! The meters are rows that all replicas take from, a batch at a time, so that any number of
//! replicas together stay under what a provider allows and leave room for people. Within a
//! replica calls wait in a queue for each meter: `queue` says who is next. A call that gets
//! nothing in time is not sent, and its pass comes back. There is no way round: while the
//! ledger cannot be asked, nothing is sent.

mod class;
mod line;
mod metrics;
mod queue;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bennu_model::ids::{ServerName, TargetName};
use bennu_model::work::{Class, WorkKey};
use bennu_ports::budget::{Allowance, Meter};
use bennu_ports::{Budgets, Call};
use tokio::time::Instant;

pub use class::class;
pub use metrics::BudgetMetrics;
pub use queue::allowance;

use self::line::Line;
use crate::clock::monotonic;

/// A call stands before a meter at most this long: a worker is held meanwhile, and whoever
/// comes back is not forgotten.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// A key whose calls were refused is remembered so long after the last refusal: several
/// times the pause after which it is back.
const REMEMBERED: Duration = Duration::from_secs(60);

/// Where a call goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// An account and a region.
    Target(&'a TargetName),
    /// A server, and all its spaces.
    Server(&'a ServerName),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Target(target) => target.fmt(f),
            Self::Server(server) => server.fmt(f),
        }
    }
}

/// For whom a call is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// What is worked on.
    pub key: WorkKey,
    /// How much it matters.
    pub class: Class,
}

/// What the configuration says of budgets.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// By [`Call::metered_as`]. A call without one is never sent.
    pub allowances: BTreeMap<&'static str, Allowance>,
    /// The account and region of each target, as they stand in a meter's name. Targets that
    /// share them share their budgets.
    pub accounts: BTreeMap<TargetName, String>,
}

/// The budgets of one replica.
pub struct Budget {
    metered: Option<Metered>,
}

struct Metered {
    ledger: Arc<dyn Budgets>,
    limits: Limits,
    metrics: BudgetMetrics,
    lines: Mutex<BTreeMap<Meter, Arc<Line>>>,
    /// Who was refused where: since when it waits, and when it was refused last. A hint that
    /// only age is taken from: nothing is lost with it.
    refused: Mutex<BTreeMap<(WorkKey, Meter), (Instant, Instant)>>,
}

impl Budget {
    /// Budgets that are kept in `ledger`, for all replicas together.
    pub fn new(ledger: Arc<dyn Budgets>, limits: Limits, metrics: BudgetMetrics) -> Self {
        Self {
            metered: Some(Metered {
                ledger,
                limits,
                metrics,
                lines: Mutex::default(),
                refused: Mutex::default(),
            }),
        }
    }

    /// Everything may be sent at once: for worlds that meter nothing.
    pub fn unlimited() -> Self {
        Self { metered: None }
    }

    /// Waits until `call` may be sent, at most `patience`.
    ///
    /// # Errors
    /// Why it may not, in words that stay the same from try to try.
    pub async fn take(
        &self,
        call: Call,
        place: Place<'_>,
        caller: &Caller,
        patience: Duration,
    ) -> Result<(), String> {
        let Some(metered) = &self.metered else {
            return Ok(());
        };
        let line = metered.line(call, place)?;
        let began = monotonic();
        let mark = (caller.key.clone(), line.meter.clone());
        let since = metered.waits_since(&mark, began);
        let taken = line.clone().take(caller.class, since, patience).await;
        let waited = monotonic().duration_since(began);
        metered.metrics.waited(&line.meter, waited.as_secs_f64());
        taken.inspect_err(|_| metered.remember(mark, since))
    }

    /// The provider has refused `call` because there were too many; it may have asked for a
    /// pause. All replicas are slower from now on.
    pub async fn throttled(&self, call: Call, place: Place<'_>, pause: Option<Duration>) {
        let Some(metered) = &self.metered else { return };
        if let Ok(line) = metered.line(call, place) {
            line.throttled(pause).await;
        }
    }
}

impl Metered {
    fn line(&self, call: Call, place: Place<'_>) -> Result<Arc<Line>, String> {
        let service = call.metered_as();
        let Some(allowance) = self.limits.allowances.get(service) else {
            return Err(format!("there is no budget for {service}"));
        };
        let account = match place {
            Place::Target(target) => self.limits.accounts.get(target).cloned(),
            Place::Server(_) => None,
        };
        let meter = Meter::new(call, &account.unwrap_or_else(|| place.to_string()));
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let line = lines.entry(meter.clone()).or_insert_with(|| {
            let (ledger, metrics) = (self.ledger.clone(), self.metrics.clone());
            Arc::new(Line::new(meter, *allowance, ledger, metrics))
        });
        Ok(line.clone())
    }

    fn waits_since(&self, mark: &(WorkKey, Meter), now: Instant) -> Instant {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        match refused.get(mark) {
            Some((since, last)) if now.duration_since(*last) < REMEMBERED => *since,
            Some(_) | None => now,
        }
    }

    fn remember(&self, mark: (WorkKey, Meter), since: Instant) {
        let now = monotonic();
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.retain(|_, (_, last)| now.duration_since(*last) < REMEMBERED);
        refused.insert(mark, (since, now));
    }
}

#[cfg(test)]
mod tests;
