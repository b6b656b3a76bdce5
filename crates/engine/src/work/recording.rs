//! The end of a pass: what it did is recorded, or its claim is given back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bennu_model::work::WorkKey;
use bennu_ports::ledger::Finish;
use bennu_ports::work::Finished;
use bennu_ports::{Commit, LedgerError, Moment};
use tokio::sync::mpsc;
use tracing::{info, warn};

use super::{Held, forget};
use crate::Engine;
use crate::clock::monotonic;

/// Records passes in batches: while one statement is on its way, the next batch gathers.
pub(super) async fn finish_loop(
    engine: Arc<Engine>,
    held: Held,
    mut inbox: mpsc::Receiver<Finish>,
) {
    let mut batch = Vec::with_capacity(32);
    while inbox.recv_many(&mut batch, 32).await > 0 {
        let passes: Vec<_> = std::mem::take(&mut batch);
        let keys: Vec<_> = passes
            .iter()
            .map(|f| (f.lease.key.clone(), f.lease.epoch))
            .collect();
        match record(&engine, passes).await {
            Ok(Recorded { results, tries }) => {
                let results = keys.iter().zip(results);
                let refused = results.filter(|(_, result)| *result == Finished::Fenced);
                for ((key, epoch), _) in refused {
                    let pass = format!("{key}.{epoch}");
                    if tries > 1 {
                        info!(%key, pass, "recorded by an earlier try, or by somebody else");
                        continue;
                    }
                    engine.metrics.fenced.inc();
                    warn!(%key, pass, "somebody else holds this key by now: nothing was recorded");
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

/// What became of a batch. After more than one try a refusal can mean that an earlier one was
/// carried out and its answer lost.
struct Recorded {
    results: Vec<Finished>,
    tries: u32,
}

/// What was done must not be forgotten for a short outage.
async fn record(engine: &Engine, passes: Vec<Finish>) -> Result<Recorded, LedgerError> {
    let tries = AtomicU32::new(0);
    let cross = async |moment| {
        for _ in &passes {
            let boundary = bennu_ports::Boundary::Commit(Commit::Finish, moment);
            engine.probe.at(boundary).await;
        }
    };
    let write = || async {
        tries.fetch_add(1, Ordering::Relaxed);
        cross(Moment::Before).await;
        let result = engine.world.work.finish(passes.clone()).await;
        cross(Moment::After).await;
        result
    };
    let results = insist(engine, "recording", write).await?;
    Ok(Recorded {
        results,
        tries: tries.into_inner(),
    })
}

/// A claim that came to nothing: somebody can take it at once.
pub(super) async fn give_back(engine: &Engine, held: &Held, key: &WorkKey, epoch: i64) {
    forget(held, key, epoch);
    let keys = [(key.clone(), epoch)];
    let release = || engine.world.work.release(&keys, &engine.settings.replica);
    if let Err(error) = insist(engine, "giving a lease back", release).await {
        warn!(%error, "the lease could not be given back and runs out by itself");
    }
}

/// Writes, and tries again for as long as a lease lasts if the database is away: then it goes
/// on at once when it is back. A lease that nobody ends is waited out, and counts as a crash of
/// whoever held it.
async fn insist<T, F>(
    engine: &Engine,
    doing: &'static str,
    mut write: impl FnMut() -> F,
) -> Result<T, LedgerError>
where
    F: Future<Output = Result<T, LedgerError>>,
{
    const LONGEST_PAUSE: Duration = Duration::from_secs(1);
    let until = monotonic() + engine.settings.lease;
    let mut tried = 0;
    loop {
        match write().await {
            Err(error) if error.transient && monotonic() < until => {
                tried += 1;
                warn!(%error, tried, "{doing} is tried again");
                let pause = Duration::from_millis(200) * tried;
                tokio::time::sleep(pause.min(LONGEST_PAUSE)).await;
            }
            other => return other,
        }
    }
}
