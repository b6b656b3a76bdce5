//! How time passes in a story: what is due is worked off at one moment, then the clock is
//! stepped, for the daemon and for the world.

use std::time::Duration;

use bennu_engine::Engine;
use bennu_engine::clock::{DatabaseClock, monotonic};
use bennu_engine::dispatch::dispatch;
use bennu_engine::gate::Probe as _;
use bennu_engine::gate::{Deadline, LeaseGate};
use bennu_ports::ledger::Finish;
use bennu_ports::work::{Claim, ClaimLimits};
use bennu_ports::{Boundary, Commit, Moment, Work as _};
use chrono::{DateTime, Utc};

use super::Story;
use super::state::statuses_of;

/// How long a lease lasts, as in production.
const LEASE: Duration = Duration::from_secs(30);

impl Story {
    /// Works until nothing is due. What never comes to rest in one moment is a hot loop.
    pub(super) async fn work_off(&mut self) {
        const MOST_ROUNDS: usize = 60;
        for _ in 0..MOST_ROUNDS {
            if !self.work().await {
                return;
            }
        }
        panic!(
            "{MOST_ROUNDS} rounds at one moment:\n{}\n{:#?}",
            self.log,
            self.state().await.view
        );
    }

    /// Works on everything that is due; `false` when nothing was. Replicas take turns.
    async fn work(&mut self) -> bool {
        if self.nobody_until.is_some_and(|until| until > self.now()) {
            return false;
        }
        let mut worked = false;
        for replica in 0..self.engines.len() {
            self.tick();
            if self.ledger.next_due().is_none_or(|due| due > self.now()) {
                continue;
            }
            let boundaries = self.boundaries.clone();
            match boundaries.live(self.turn(replica)).await {
                Some(claimed) => worked |= claimed > 0,
                None => {
                    self.succeed(replica).await;
                    return self.gap.is_zero();
                }
            }
        }
        worked
    }

    /// One replica claims what is due and works on it; how much it claimed. As long as it
    /// works on one key it renews its leases on the others.
    async fn turn(&mut self, replica: usize) -> usize {
        let engine = self.engines[replica].clone();
        let owner = &engine.settings.replica;
        let limits = ClaimLimits {
            batch: 32,
            per_team_and_target: 32,
            lease: LEASE,
        };
        self.at(Commit::Claim, Moment::Before).await;
        let claims = self.ledger.claim(owner, limits).await.expect("memory");
        self.at(Commit::Claim, Moment::After).await;
        let claimed = claims.len();
        let others = claims.iter().skip(1).map(|claim| &claim.lease);
        let others: Vec<_> = others.map(|one| (one.key.clone(), one.epoch)).collect();
        for (place, claim) in claims.into_iter().enumerate() {
            if place == 1 {
                self.at(Commit::Renew, Moment::Before).await;
                let kept = self.ledger.renew(owner, &others, LEASE).await;
                assert_eq!(
                    kept.expect("memory").len(),
                    others.len(),
                    "no time has passed"
                );
                self.at(Commit::Renew, Moment::After).await;
            }
            self.task(&engine, claim).await;
        }
        claimed
    }

    async fn task(&mut self, engine: &Engine, claim: Claim) {
        let lease = claim.lease.clone();
        let deadline = Deadline::new(monotonic() + Duration::from_secs(3_600));
        if self.gate_is_closed {
            deadline.lose();
        }
        let gate = LeaseGate::new(engine, &claim, deadline);
        let clock = DatabaseClock::standing(lease.claimed_at);
        let finish = dispatch(engine, &gate, clock, &lease, claim.load, 0.5).await;
        match finish.expect("memory") {
            Some(finish) => {
                self.tell(&finish);
                self.tick();
                self.at(Commit::Finish, Moment::Before).await;
                self.ledger.finish(vec![finish]).await.expect("memory");
                self.at(Commit::Finish, Moment::After).await;
            }
            None => {
                let held = [(lease.key.clone(), lease.epoch)];
                let owner = &engine.settings.replica;
                self.at(Commit::Release, Moment::Before).await;
                self.ledger.release(&held, owner).await.expect("memory");
                self.at(Commit::Release, Moment::After).await;
            }
        }
    }

    async fn at(&self, commit: Commit, moment: Moment) {
        self.boundaries.at(Boundary::Commit(commit, moment)).await;
    }

    /// The story's time.
    pub fn now(&self) -> DateTime<Utc> {
        *self.now.lock().expect("no test panicked")
    }

    /// To the next moment: one stride on, or to where something happens, if that is later.
    pub(super) fn pass_time(&mut self, end: DateTime<Utc>) {
        let stride = i64::from(self.stride);
        if !self.jumps {
            return self.step(stride);
        }
        let now = self.now();
        let world = self.sim.sim.with(|world| world.next_due());
        let work = self.ledger.next_due().max(self.nobody_until);
        let next = [world, work].into_iter().flatten().min();
        let next = next.map_or(end, |next| next.min(end));
        // To whole seconds, so that nothing is overtaken by milliseconds.
        let ahead = ((next - now).num_milliseconds() + 999).div_euclid(1_000);
        self.step(ahead.max(stride));
    }

    /// Two statements never share a moment in a real database.
    pub(super) fn tick(&self) {
        *self.now.lock().expect("no test panicked") += chrono::Duration::milliseconds(1);
    }

    fn tell(&mut self, finish: &Finish) {
        let Some(record) = &finish.record else { return };
        for entry in &record.entries {
            let line = format!("{:<10} {}", entry.reason, entry.message);
            self.note_of(&record.uid, &line);
        }
    }

    /// Time passes, for the daemon and for the world.
    pub(super) fn step(&mut self, seconds: i64) {
        let now = {
            let mut now = self.now.lock().expect("no test panicked");
            *now += chrono::Duration::seconds(seconds);
            *now
        };
        if self.jumps {
            return self.sim.sim.with(|world| world.advance_to(now));
        }
        let told = self.served;
        let (statuses, serving) = self.sim.sim.with(|world| {
            world.advance_to(now);
            let regions = world.regions.values().map(|region| region.truth());
            let statuses: Vec<_> = regions.flat_map(|truth| statuses_of(&truth)).collect();
            let serving: Vec<_> = world.history.changes().skip(told).cloned().collect();
            (statuses, serving)
        });
        if statuses != self.statuses {
            self.note(&format!("  world: stacks {statuses:?}"));
            self.statuses = statuses;
        }
        self.served += serving.len();
        for change in serving {
            let of = |id: &String| {
                let versions = change.serving.get(id).into_iter().flatten();
                let versions: Vec<_> = versions.map(|(_, version)| version.as_str()).collect();
                match (change.serving.contains_key(id), versions.is_empty()) {
                    (false, _) => format!("{id} silent"),
                    (true, true) => format!("{id} serves"),
                    (true, false) => format!("{id} serves {}", versions.join(" and ")),
                }
            };
            let members: Vec<_> = change.in_service.iter().map(of).collect();
            let line = if members.is_empty() {
                "nobody".to_owned()
            } else {
                members.join(", ")
            };
            self.note(&format!("  world: in service: {line}"));
        }
    }
}
