//! A request that rather waits for something to say than takes an empty answer: the long
//! poll of a queue. It waits in world time, without the world's lock.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::super::sim::Sim;
use super::reply::Reply;
use crate::world::World;

/// A look that came a moment too early is repeated after this.
const SHORTEST: Duration = Duration::from_millis(1);

/// One request's wait.
#[derive(Debug)]
pub(super) struct LongPoll {
    sim: Sim,
    news: watch::Receiver<u64>,
    stopping: CancellationToken,
    /// World time at which an empty answer has to do.
    deadline: Option<DateTime<Utc>>,
}

impl LongPoll {
    /// A request that has not been answered yet.
    pub(super) fn new(sim: &Sim) -> Self {
        Self {
            sim: sim.clone(),
            news: sim.news(),
            stopping: sim.stop().clone(),
            deadline: None,
        }
    }

    /// When to look again at the latest; `None` if this reply is the answer.
    pub(super) fn until(&mut self, reply: &Reply, world: &World) -> Option<DateTime<Utc>> {
        let waits = reply.waits.filter(|_| !self.stopping.is_cancelled())?;
        let deadline = *self.deadline.get_or_insert(world.now + waits);
        if world.now >= deadline {
            return None;
        }
        let queues = world.regions.values().map(|region| &region.queues);
        let seen = queues.filter_map(|queues| queues.next_visible(world.now));
        seen.chain(world.next_due()).chain([deadline]).min()
    }

    /// Waits until then, or until something has happened.
    pub(super) async fn wait(&mut self, until: DateTime<Utc>) {
        let span = self.sim.real_time_until(until);
        let stopping = self.stopping.clone();
        let news = async {
            tokio::select! {
                _ = self.news.changed() => {}
                () = stopping.cancelled() => {}
            }
        };
        match span {
            Some(span) => drop(timeout(span.max(SHORTEST), news).await),
            None => news.await,
        }
    }

    /// The request is answered, and may have changed what others wait for.
    pub(super) fn over(self) {
        self.sim.tell();
    }
}
