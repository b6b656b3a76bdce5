//! The one handle that every door holds: the world, its clock, who is known.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::earlier::Earlier;
use super::hold::Holds;
use super::serve::Options;
use crate::clock::{Clock, Monotonic};
use crate::sts::Identities;
use crate::world::World;

/// The bucket that the default world has.
const DEFAULT_BUCKET: &str = "bennu-artifacts";

/// A running simulation. Clones are the same simulation.
#[derive(Debug, Clone)]
pub struct Sim {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    monotonic: Monotonic,
    /// Who is known at the start; what a reset goes back to.
    known: Identities,
    seed: u64,
    requests: AtomicU64,
    holds: Holds,
    stop: CancellationToken,
    earlier: Earlier<Said>,
    /// Counts what may have changed the world: for requests that wait.
    news: watch::Sender<u64>,
    state: Mutex<State>,
}

/// An answer as it was given.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// The id of the request that it answered; empty where it tells none.
    pub(super) request_id: String,
}

#[derive(Debug)]
struct State {
    world: World,
    clock: Clock,
    identities: Identities,
}

impl Sim {
    /// The default world: account 123456789012 with its bucket, and Octopus as
    /// [`crate::octopus::Server::new`] makes it.
    pub(super) fn new(options: &Options) -> Self {
        let mut known = Identities::default();
        for (key, account) in &options.keys {
            known.register_key(key, account);
        }
        for (role, external_id) in &options.roles {
            known.register_role(role, external_id);
        }
        let monotonic = Monotonic::start();
        let elapsed = monotonic.elapsed();
        let mut clock = Clock::new(options.start, options.speed, elapsed);
        clock.set_paused(options.paused, elapsed);
        let mut world = World::new(options.seed, options.start, options.parameters.clone());
        world.octopus.assumptions = options.assumptions.clone();
        world.instant = clock.is_instant();
        world.buckets.ensure(DEFAULT_BUCKET, options.start);
        let state = State {
            world,
            clock,
            identities: known.clone(),
        };
        let shared = Shared {
            monotonic,
            known,
            seed: options.seed,
            requests: AtomicU64::new(0),
            holds: Holds::default(),
            stop: CancellationToken::new(),
            earlier: Earlier::default(),
            news: watch::Sender::new(0),
            state: Mutex::new(state),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Plays the world up to now and lets `act` see and change it. Nothing else
    /// happens in the world meanwhile.
    pub fn with<R>(&self, act: impl FnOnce(&mut World) -> R) -> R {
        let done = self.play(|state, _| act(&mut state.world));
        self.tell();
        done
    }

    /// Like [`Self::with`], with those who are known; who waits is not told.
    pub(super) fn with_identities<R>(
        &self,
        act: impl FnOnce(&mut World, &mut Identities) -> R,
    ) -> R {
        self.play(|state, _| act(&mut state.world, &mut state.identities))
    }

    /// Lets `act` turn the clock, then plays the world up to what it shows.
    pub(super) fn with_clock<R>(
        &self,
        act: impl FnOnce(&mut Clock, Duration) -> R,
    ) -> (R, DateTime<Utc>) {
        let done = self.play(|state, elapsed| act(&mut state.clock, elapsed));
        (done, self.with(|world| world.now))
    }

    /// Cancelled when the simulation stops serving.
    pub(super) fn stop(&self) -> &CancellationToken {
        &self.shared.stop
    }

    /// Returns when the simulation stops serving.
    pub(super) async fn stopped(&self) {
        self.shared.stop.cancelled().await;
    }

    /// The requests that faults hold on the wire.
    pub(super) fn holds(&self) -> &Holds {
        &self.shared.holds
    }

    /// The newest answers to reads.
    pub(super) fn earlier(&self) -> &Earlier<Said> {
        &self.shared.earlier
    }

    /// Everything as it was at the start, but for the clock, which runs on. Another seed
    /// makes another world; requests that were held go on.
    pub(super) fn reset(&self, seed: Option<u64>) {
        self.holds().release(|_, _| true);
        self.earlier().clear();
        self.play(|state, _| {
            state.world.seed = seed.unwrap_or(state.world.seed);
            state.world.reset();
            state.world.buckets.ensure(DEFAULT_BUCKET, state.world.now);
            state.identities = self.shared.known.clone();
        });
    }

    /// Lets requests that wait look again.
    pub(super) fn tell(&self) {
        self.shared.news.send_modify(|count| *count += 1);
    }

    /// Tells when the world may have changed.
    pub(super) fn news(&self) -> watch::Receiver<u64> {
        self.shared.news.subscribe()
    }

    /// Real time until the clock shows `at`; `None` while it stands still.
    pub(super) fn real_time_until(&self, at: DateTime<Utc>) -> Option<Duration> {
        let clock = self.lock().clock.clone();
        let now = clock.now(self.shared.monotonic.elapsed());
        let pace = if clock.is_instant() {
            1.0
        } else {
            clock.speed()
        };
        let span = (at - now).to_std().unwrap_or_default();
        (!clock.is_paused()).then(|| span.div_f64(pace))
    }

    /// An id for an answer: the same in every run, and never twice in one.
    pub(super) fn request_id(&self) -> String {
        let number = self.shared.requests.fetch_add(1, Ordering::Relaxed);
        let seed = self.shared.seed & 0xffff_ffff;
        format!("{seed:08x}-0000-4000-8000-{number:012x}")
    }

    fn play<R>(&self, act: impl FnOnce(&mut State, Duration) -> R) -> R {
        let mut state = self.lock();
        // Read under the lock: a clock that is handed older moments counts time twice.
        let elapsed = self.shared.monotonic.elapsed();
        let now = state.clock.now(elapsed);
        state.world.advance_to(now);
        let done = act(&mut state, elapsed);
        // Instant mode has played the world ahead of its clock.
        let (played, instant) = (state.world.now, state.clock.is_instant());
        state.clock.catch_up(played, elapsed);
        state.world.instant = instant;
        done
    }

    /// A call that died half-way leaves a world that the others can still read.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
