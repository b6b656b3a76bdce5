//! Claims, leases, renewal, and the end of a pass.

mod recording;
mod renewal;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use bennu_model::work::{Lease, WorkKey};
use bennu_ports::ledger::Finish;
use bennu_ports::work::{Claim, ClaimLimits};
use bennu_ports::{Commit, LedgerError, Moment};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument as _, error, info, warn};

use crate::Engine;
use crate::clock::{DatabaseClock, monotonic};
use crate::dispatch::dispatch;
use crate::gate::{Deadline, LeaseGate};
use crate::tell;

use self::recording::{finish_loop, give_back};
use self::renewal::renew_loop;

/// Whether the loop is alive: the last claim was answered.
#[derive(Debug, Default)]
pub struct Health(Mutex<Option<String>>);

impl Health {
    /// Why the loop is not alive; `None` when it is.
    pub fn trouble(&self) -> Option<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn say(&self, trouble: Option<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }
}

/// What this replica holds: each key with its epoch and its deadline.
type Held = Arc<Mutex<BTreeMap<WorkKey, (i64, Deadline)>>>;

/// Works until `stop`, then lets what has begun come to its end and gives up its leases.
/// A pass ends with the replies to its calls, so this takes no longer than a few request
/// time-outs, or a lease while the database is away.
pub async fn run(engine: Arc<Engine>, stop: CancellationToken) {
    let held = Held::default();
    let (finishes, inbox) = mpsc::channel(1_024);
    let finisher = tokio::spawn(finish_loop(engine.clone(), held.clone(), inbox));
    let drained = CancellationToken::new();
    let renewer = tokio::spawn(renew_loop(engine.clone(), held.clone(), drained.clone()));
    claim_loop(&engine, &held, finishes, stop).await;
    // The last sender is gone: what is in the inbox is still recorded.
    if finisher.await.is_err() {
        error!("the task that records passes has died; leases will run out by themselves");
    }
    drained.cancel();
    if renewer.await.is_err() {
        warn!("the task that renews leases has died");
    }
}

async fn claim_loop(
    engine: &Arc<Engine>,
    held: &Held,
    finishes: mpsc::Sender<Finish>,
    stop: CancellationToken,
) {
    let permits = Arc::new(Semaphore::new(engine.settings.workers));
    let mut chance = StdRng::seed_from_u64(engine.settings.seed);
    let mut passes = JoinSet::new();
    let mut unheard = false;
    while !stop.is_cancelled() {
        while let Some(ended) = passes.try_join_next() {
            tell_panic(ended);
        }
        let free = permits.available_permits();
        let mut claimed = 0;
        if free > 0 {
            let sent = monotonic();
            match claim(engine, held, free, &mut unheard).await {
                Ok(claims) => {
                    engine.health.say(None);
                    claimed = claims.len();
                    for claim in claims {
                        let Ok(permit) = permits.clone().acquire_owned().await else {
                            return;
                        };
                        let span = tell::span(&claim.lease, &claim.load);
                        let task = Task::new(engine, held, claim, sent, chance.random());
                        let finishes = finishes.clone();
                        let run = async move {
                            task.run(finishes).await;
                            drop(permit);
                        };
                        passes.spawn(run.instrument(span));
                    }
                }
                Err(error) => {
                    engine.metrics.ledger_errors.inc();
                    engine.health.say(Some(error.to_string()));
                    warn!(%error, "no work could be claimed");
                }
            }
        }
        if claimed == 0 || claimed == free {
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(engine.settings.claim_poll) => {}
            }
        }
    }
    info!(
        passes = passes.len(),
        "stopping: letting what has begun come to its end"
    );
    while let Some(ended) = passes.join_next().await {
        tell_panic(ended);
    }
}

/// A claim whose answer does not come may have been carried out all the same: what it took
/// would stand still for a lease, and count as a crash. So it is given back before the next
/// one.
async fn claim(
    engine: &Engine,
    held: &Held,
    free: usize,
    unheard: &mut bool,
) -> Result<Vec<Claim>, LedgerError> {
    let limits = ClaimLimits {
        batch: u32::try_from(free.min(32)).unwrap_or(32),
        per_team_and_target: engine.settings.per_team_and_target,
        lease: engine.settings.lease,
    };
    let (work, replica) = (&engine.world.work, &engine.settings.replica);
    if *unheard {
        work.release_all_but(&all(held), replica).await?;
    }
    let claimed = work.claim(replica, limits).await;
    *unheard = claimed.is_err();
    claimed
}

fn all(held: &Held) -> Vec<(WorkKey, i64)> {
    let held = held.lock().unwrap_or_else(PoisonError::into_inner);
    let held = held.iter();
    held.map(|(key, (epoch, _))| (key.clone(), *epoch))
        .collect()
}

/// One claimed key, on its way through a pass.
struct Task {
    engine: Arc<Engine>,
    held: Held,
    claim: Claim,
    gate: LeaseGate,
    clock: DatabaseClock,
    chance: f64,
}

impl Task {
    fn new(engine: &Arc<Engine>, held: &Held, claim: Claim, sent: Instant, chance: f64) -> Self {
        let deadline = Deadline::new(sent + engine.settings.lease);
        let (key, epoch) = (claim.lease.key.clone(), claim.lease.epoch);
        held.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key, (epoch, deadline.clone()));
        let gate = LeaseGate::new(engine, &claim, deadline);
        let clock = DatabaseClock::new(claim.lease.claimed_at, monotonic());
        Self {
            engine: engine.clone(),
            held: held.clone(),
            claim,
            gate,
            clock,
            chance,
        }
    }

    async fn run(self, finishes: mpsc::Sender<Finish>) {
        let lease = self.claim.lease.clone();
        let kind = lease.key.kind();
        let began = monotonic();
        let (engine, held) = (self.engine.clone(), self.held.clone());
        engine.metrics.pass_begins(kind);
        let watch = Watch::over(&engine, &held, &lease, began);
        let ended = self.work().await;
        watch.end();
        let result = match &ended {
            Ok(Some(finish)) if finish.failed => "error",
            Ok(Some(finish)) if finish.due_in < chrono::Duration::minutes(1) => "requeue_after",
            Ok(Some(_)) => "success",
            Ok(None) | Err(_) => "dropped",
        };
        engine
            .metrics
            .pass_ends(kind, result, monotonic().duration_since(began));
        match ended {
            Ok(Some(finish)) => {
                if finishes.send(finish).await.is_err() {
                    error!("nobody records passes any more");
                }
            }
            Ok(None) => give_back(&engine, &held, &lease.key, lease.epoch).await,
            Err(error) => {
                engine.metrics.ledger_errors.inc();
                warn!(%error, "the pass is dropped");
                give_back(&engine, &held, &lease.key, lease.epoch).await;
            }
        }
    }

    async fn work(self) -> Result<Option<Finish>, LedgerError> {
        let Self {
            engine,
            claim,
            gate,
            clock,
            chance,
            ..
        } = self;
        gate.commit(Commit::Claim, Moment::After).await;
        let lease = claim.lease;
        dispatch(&engine, &gate, clock, &lease, claim.load, chance).await
    }
}

/// Watches over a pass while it runs. One that panics gives up its key: the lease runs out
/// unrenewed and counts as a crash, so that a key that kills its passes is parked in the end.
struct Watch<'a> {
    engine: &'a Engine,
    held: &'a Held,
    lease: &'a Lease,
    began: Instant,
    is_over: bool,
}

impl<'a> Watch<'a> {
    fn over(engine: &'a Engine, held: &'a Held, lease: &'a Lease, began: Instant) -> Self {
        Self {
            engine,
            held,
            lease,
            began,
            is_over: false,
        }
    }

    fn end(mut self) {
        self.is_over = true;
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let kind = self.lease.key.kind();
        let took = monotonic().duration_since(self.began);
        self.engine.metrics.pass_ends(kind, "error", took);
        forget(self.held, &self.lease.key, self.lease.epoch);
        error!(key = %self.lease.key, pass = self.lease.pass_id(), "a pass has died: this is a bug");
    }
}

fn tell_panic(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        error!(%error, "a pass has died");
    }
}

fn forget(held: &Held, key: &WorkKey, epoch: i64) {
    let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
    if held.get(key).is_some_and(|(of, _)| *of == epoch) {
        held.remove(key);
    }
}
