//! How time passes in a story: what is due is worked off at one moment, then the clock is
//! stepped, for the daemon and for the world.

use std::time::Duration;

use bennu_engine::clock::{DatabaseClock, monotonic};
use bennu_engine::dispatch::dispatch;
use bennu_engine::gate::{Deadline, LeaseGate};
use bennu_ports::Work as _;
use bennu_ports::ledger::Finish;
use bennu_ports::work::{Claim, ClaimLimits};

use super::Story;
use super::state::statuses_of;

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
        let limits = ClaimLimits {
            batch: 32,
            per_team_and_target: 32,
            lease: Duration::from_secs(30),
        };
        let mut worked = false;
        for replica in 0..self.engines.len() {
            self.tick();
            let owner = self.engines[replica].settings.replica.clone();
            let claims = self.ledger.claim(&owner, limits).await.expect("memory");
            worked |= !claims.is_empty();
            for claim in claims {
                self.task(replica, claim).await;
            }
        }
        worked
    }

    async fn task(&mut self, replica: usize, claim: Claim) {
        let engine = self.engines[replica].clone();
        let lease = claim.lease.clone();
        let gate = LeaseGate::new(
            Deadline::new(monotonic() + Duration::from_secs(3_600)),
            engine.settings.request_timeout,
            engine.metrics.clone(),
            engine.probe.clone(),
        );
        let clock = DatabaseClock::standing(lease.claimed_at);
        let finish = dispatch(&engine, &gate, clock, &lease, claim.load, 0.5).await;
        match finish.expect("memory") {
            Some(finish) => {
                self.tell(&finish);
                self.tick();
                self.ledger.finish(vec![finish]).await.expect("memory");
            }
            None => {
                let held = [(lease.key.clone(), lease.epoch)];
                let owner = &engine.settings.replica;
                self.ledger.release(&held, owner).await.expect("memory");
            }
        }
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
