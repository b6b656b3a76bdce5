//! The limits of the loop, each with the argument for its value.

use std::time::Duration;

use bennu_model::ids::ReplicaId;

/// How long a dead replica's work stands still, against how slow AWS and Octopus may be: a
/// third of it is several times what their slowest answers take.
pub const LEASE: Duration = Duration::from_secs(30);
/// A renewal can fail twice before a lease ends, and a request that was let through ends
/// before its lease does.
const PARTS: u32 = 3;

/// The limits of the loop.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Who we are: a new name at each start.
    pub replica: ReplicaId,
    /// Where jitter comes from.
    pub seed: u64,
    /// How many passes run at once. They wait for replies, not for a processor.
    pub workers: usize,
    /// At most this many keys of one team in one target at once, so that nobody takes all.
    pub per_team_and_target: u32,
    /// How long a lease lasts: three request time-outs.
    pub lease: Duration,
    /// How often leases are renewed: a renewal can fail twice before one ends.
    pub renew: Duration,
    /// How long a request may take, connection included. The adapters are given the same.
    pub request_timeout: Duration,
    /// How often due keys are asked for. A probe is one statement of well under a
    /// millisecond, and this is what a user waits for at least.
    pub claim_poll: Duration,
    /// How long between two sweeps of a target or space.
    pub sweep: Duration,
    /// When a converged or stalled environment is looked over without being woken.
    pub safety: Duration,
    /// The longest pause after failures.
    pub longest_pause: Duration,
}

impl Settings {
    /// The defaults for a world that runs `pace` times as fast as the real one. Leases and
    /// request time-outs are our own and stay in real time.
    pub fn paced(replica: ReplicaId, seed: u64, pace: f64) -> Self {
        let pace = if pace.is_finite() { pace.max(1.0) } else { 1.0 };
        Self {
            replica,
            seed,
            workers: 64,
            per_team_and_target: 16,
            lease: LEASE,
            renew: LEASE / PARTS,
            request_timeout: LEASE / PARTS,
            claim_poll: Duration::from_millis(150),
            sweep: Duration::from_secs(60)
                .div_f64(pace)
                .max(Duration::from_millis(500)),
            safety: Duration::from_secs(1_800)
                .div_f64(pace)
                .max(Duration::from_secs(5)),
            longest_pause: Duration::from_secs(300)
                .div_f64(pace)
                .max(Duration::from_secs(1)),
        }
    }

    /// The same with leases of another length than [`LEASE`], and with renewals and request
    /// time-outs that go with them. Whoever changes it gives the adapters and the planner the
    /// new `request_timeout`, too.
    #[must_use]
    pub fn leased(self, lease: Duration) -> Self {
        Self {
            lease,
            renew: lease / PARTS,
            request_timeout: lease / PARTS,
            ..self
        }
    }
}
