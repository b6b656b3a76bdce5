//! Leases are renewed while their passes run.

use std::sync::{Arc, PoisonError};

use bennu_model::work::WorkKey;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{Held, all};
use crate::Engine;
use crate::clock::monotonic;

pub(super) async fn renew_loop(engine: Arc<Engine>, held: Held, drained: CancellationToken) {
    loop {
        tokio::select! {
            () = drained.cancelled() => return,
            () = tokio::time::sleep(engine.settings.renew) => {}
        }
        let before = all(&held);
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
