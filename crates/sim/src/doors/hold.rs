//! Requests that the fault `hold` keeps on the wire. A long poll, which a client asks for
//! itself, is another thing: `aws/long_poll.rs`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::sim::Sim;
use crate::faults::Fault;

/// How often a request that is held for a span of world time looks at the clock, in real time.
const LOOKS_EVERY: Duration = Duration::from_millis(50);

/// The requests that are held now. Clones are the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Holds {
    held: Arc<Mutex<Held>>,
}

#[derive(Debug, Default)]
struct Held {
    last: u64,
    requests: BTreeMap<u64, Request>,
}

#[derive(Debug)]
struct Request {
    fault: Fault,
    operation: String,
    since: DateTime<Utc>,
    wake: oneshot::Sender<()>,
}

/// Takes a request off the list, also when its caller has gone away.
struct Entry {
    holds: Holds,
    number: u64,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.holds.lock().requests.remove(&self.number);
    }
}

impl Holds {
    /// Returns when the request is released, or the time of the fault is over.
    pub(super) async fn wait(&self, sim: &Sim, fault: Fault, operation: &str) {
        let (wake, woken) = oneshot::channel();
        let (since, until) = (sim.with(|world| world.now), fault.until);
        let entry = {
            let mut held = self.lock();
            held.last += 1;
            let number = held.last;
            let request = Request {
                fault,
                operation: operation.to_owned(),
                since,
                wake,
            };
            held.requests.insert(number, request);
            Entry {
                holds: self.clone(),
                number,
            }
        };
        let is_over = async {
            let Some(until) = until else {
                return std::future::pending().await;
            };
            while sim.with(|world| world.now) < until {
                tokio::time::sleep(LOOKS_EVERY).await;
            }
        };
        tokio::select! {
            _ = woken => {}
            () = is_over => {}
        }
        drop(entry);
    }

    /// Lets those go that `lets_go` accepts, by number and fault; tells how many.
    pub(super) fn release(&self, lets_go: impl Fn(u64, &Fault) -> bool) -> usize {
        let mut held = self.lock();
        let numbers: Vec<u64> = (held.requests.iter())
            .filter(|(number, request)| lets_go(**number, &request.fault))
            .map(|(number, _)| *number)
            .collect();
        for number in &numbers {
            if let Some(request) = held.requests.remove(number) {
                // One whose caller has gone away needs no waking.
                let _gone = request.wake.send(());
            }
        }
        numbers.len()
    }

    /// Those that are held, oldest first.
    pub(super) fn shown(&self) -> Value {
        let held = self.lock();
        let shown = held.requests.iter().map(|(number, request)| {
            json!({
                "id": number,
                "operation": request.operation,
                "since": request.since,
                "fault": request.fault.id,
            })
        });
        shown.collect()
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
