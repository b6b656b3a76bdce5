//! Claims, leases, renewal, and the end of a pass.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bennu_model::work::WorkKey;
use bennu_ports::ledger::Finish;
use bennu_ports::work::{Claim, ClaimLimits, Finished};
use bennu_ports::{Commit, LedgerError, Moment};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::Engine;
use crate::clock::{DatabaseClock, monotonic};
use crate::dispatch::dispatch;
use crate::gate::{Deadline, LeaseGate};

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
/// time-outs.
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
    while !stop.is_cancelled() {
        while passes.try_join_next().is_some() {}
        let free = permits.available_permits();
        let mut claimed = 0;
        if free > 0 {
            let sent = monotonic();
            match claim(engine, free).await {
                Ok(claims) => {
                    engine.health.say(None);
                    claimed = claims.len();
                    for claim in claims {
                        let Ok(permit) = permits.clone().acquire_owned().await else {
                            return;
                        };
                        let task = Task::new(engine, held, claim, sent, chance.random());
                        let finishes = finishes.clone();
                        passes.spawn(async move {
                            task.run(finishes).await;
                            drop(permit);
                        });
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
    while passes.join_next().await.is_some() {}
}

async fn claim(engine: &Engine, free: usize) -> Result<Vec<Claim>, LedgerError> {
    let limits = ClaimLimits {
        batch: u32::try_from(free.min(32)).unwrap_or(32),
        per_team_and_target: engine.settings.per_team_and_target,
        lease: engine.settings.lease,
    };
    engine
        .world
        .work
        .claim(&engine.settings.replica, limits)
        .await
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
        let gate = LeaseGate::new(
            deadline,
            engine.settings.request_timeout,
            engine.metrics.clone(),
            engine.probe.clone(),
        );
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
        self.engine.metrics.pass_begins(kind);
        let (engine, held) = (self.engine.clone(), self.held.clone());
        let ended = self.work().await;
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
                    error!(key = %lease.key, "nobody records passes any more");
                }
            }
            Ok(None) => give_back(&engine, &held, &lease.key, lease.epoch).await,
            Err(error) => {
                engine.metrics.ledger_errors.inc();
                warn!(key = %lease.key, %error, "the pass is dropped");
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

/// A claim that came to nothing: somebody can take it at once.
async fn give_back(engine: &Engine, held: &Held, key: &WorkKey, epoch: i64) {
    forget(held, key, epoch);
    let given = engine
        .world
        .work
        .release(&[(key.clone(), epoch)], &engine.settings.replica)
        .await;
    if let Err(error) = given {
        warn!(%key, %error, "the lease could not be given back and runs out by itself");
    }
}

fn forget(held: &Held, key: &WorkKey, epoch: i64) {
    let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
    if held.get(key).is_some_and(|(of, _)| *of == epoch) {
        held.remove(key);
    }
}

/// Records passes in batches: while one statement is on its way, the next batch gathers.
async fn finish_loop(engine: Arc<Engine>, held: Held, mut inbox: mpsc::Receiver<Finish>) {
    let mut batch = Vec::with_capacity(32);
    while inbox.recv_many(&mut batch, 32).await > 0 {
        let passes: Vec<_> = std::mem::take(&mut batch);
        let keys: Vec<_> = passes
            .iter()
            .map(|f| (f.lease.key.clone(), f.lease.epoch))
            .collect();
        match record(&engine, passes).await {
            Ok(results) => {
                for ((key, _), result) in keys.iter().zip(results) {
                    if result == Finished::Fenced {
                        engine.metrics.fenced.inc();
                        warn!(%key, "somebody else holds this key by now: nothing was recorded");
                    }
                }
            }
            Err(error) => {
                engine.metrics.ledger_errors.inc();
                warn!(%error, passes = keys.len(), "passes could not be recorded");
            }
        }
        for (key, epoch) in &keys {
            forget(&held, key, *epoch);
        }
    }
}

/// A few tries within the lease: what was done must not be forgotten for a short outage.
async fn record(engine: &Engine, passes: Vec<Finish>) -> Result<Vec<Finished>, LedgerError> {
    const TRIES: u32 = 5;
    let mut tried = 0;
    loop {
        for _ in &passes {
            engine
                .probe
                .at(bennu_ports::Boundary::Commit(
                    Commit::Finish,
                    Moment::Before,
                ))
                .await;
        }
        let result = engine.world.work.finish(passes.clone()).await;
        for _ in &passes {
            engine
                .probe
                .at(bennu_ports::Boundary::Commit(Commit::Finish, Moment::After))
                .await;
        }
        match result {
            Err(error) if error.transient && tried < TRIES => {
                tried += 1;
                warn!(%error, tried, "recording is tried again");
                tokio::time::sleep(Duration::from_millis(200) * tried).await;
            }
            other => return other,
        }
    }
}

async fn renew_loop(engine: Arc<Engine>, held: Held, drained: CancellationToken) {
    loop {
        tokio::select! {
            () = drained.cancelled() => return,
            () = tokio::time::sleep(engine.settings.renew) => {}
        }
        let before: Vec<_> = held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .map(|(key, (epoch, _))| (key.clone(), *epoch))
            .collect();
        if before.is_empty() {
            continue;
        }
        let sent = monotonic();
        let lease = engine.settings.lease;
        match engine
            .world
            .work
            .renew(&engine.settings.replica, &before, lease)
            .await
        {
            Ok(kept) => extend(&engine, &held, &before, &kept, sent + lease),
            Err(error) => {
                engine.metrics.ledger_errors.inc();
                warn!(%error, "leases could not be renewed");
            }
        }
    }
}

fn extend(
    engine: &Engine,
    held: &Held,
    asked: &[(WorkKey, i64)],
    kept: &[WorkKey],
    until: Instant,
) {
    let held = held.lock().unwrap_or_else(PoisonError::into_inner);
    for (key, epoch) in asked {
        let Some((of, deadline)) = held.get(key) else {
            continue;
        };
        if of != epoch {
            continue;
        }
        if kept.contains(key) {
            deadline.move_to(until);
        } else {
            deadline.lose();
            engine.metrics.leases_lost.inc();
            warn!(%key, "the lease is lost");
        }
    }
}
