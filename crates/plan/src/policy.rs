//! Limits and periods as data, each with the argument for its value.

use chrono::Duration;

/// Limits and periods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// How long until something in flight is looked at again. 20 s: a stack takes minutes,
    /// and an account's CloudFormation reads are a few a second for everybody.
    pub poll: Duration,
    /// How long until something of somebody else's that is in the way is looked at again.
    /// 5 min: people need longer than that to clear it away.
    pub foreign_poll: Duration,
    /// How long a provider's reads can lag behind its writes. Not published; 5 s is several
    /// times what is reported.
    pub read_lag: Duration,
    /// How long a request of ours can be on its way: the adapters' absolute time-out. Ours,
    /// so it stays in real time whatever the pace.
    pub request_timeout: Duration,
    /// How often the creation of a stack is tried for one generation and retry.
    pub create_tries: usize,
    /// How often a failed deletion is tried again by itself.
    pub delete_tries: usize,
    /// The pause after a first failure; each further one doubles it, up to 20 times as long.
    pub failure_pause: Duration,
    /// How long a creation may take before a person is told. CloudFormation bounds it by
    /// the template's own time-outs (signals: 12 h at most); two hours is past any roll-out
    /// that people wait for.
    pub create_deadline: Duration,
    /// How long an answer about the names of a space is good enough to wait upon.
    pub space_freshness: Duration,
    /// How often Octopus scans for machines to deploy to. About 30 s (documentation).
    pub trigger_scan: Duration,
    /// How long an instance that was on its way when its stack went can still register: a
    /// Tentacle's registration is a dozen requests.
    pub registration_lag: Duration,
    /// How long a machine is left to the trigger before we deploy to it ourselves: its first
    /// health check, one scan, and one look of ours.
    pub grace: Duration,
    /// How often we deploy again what failed on a machine, for one generation and retry.
    pub deploy_tries: usize,
    /// How old the evidence of what machines run may be when a converged environment is
    /// looked over: deployments are not swept.
    pub evidence: Duration,
    /// The period of the sweeps, by which removals are counted.
    pub sweep: Duration,
    /// How many machines of a living environment are taken out of Octopus in such a period.
    /// 10: more than a roll or a scale-in leaves at once, and few enough that a person can
    /// still step in when something is wrong with what was read.
    pub prune_most: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            poll: Duration::seconds(20),
            foreign_poll: Duration::minutes(5),
            read_lag: Duration::seconds(5),
            request_timeout: Duration::seconds(10),
            create_tries: 3,
            delete_tries: 3,
            failure_pause: Duration::seconds(30),
            create_deadline: Duration::hours(2),
            space_freshness: Duration::seconds(60),
            trigger_scan: Duration::seconds(30),
            registration_lag: Duration::seconds(30),
            grace: Duration::seconds(90),
            deploy_tries: 2,
            evidence: Duration::minutes(25),
            sweep: Duration::seconds(60),
            prune_most: 10,
        }
    }
}

impl Policy {
    /// The default with all periods that belong to the outside world divided by `pace`: a
    /// simulated world that runs sixty times as fast is looked at sixty times as often. A
    /// pace below 1 counts as 1.
    pub fn paced(pace: f64) -> Self {
        let base = Self::default();
        let pace = if pace.is_finite() { pace.max(1.0) } else { 1.0 };
        let faster = |d: Duration| {
            #[expect(clippy::cast_possible_truncation, reason = "hours in milliseconds fit")]
            let ms = (d.num_milliseconds() as f64 / pace).ceil() as i64;
            Duration::milliseconds(ms.max(50))
        };
        Self {
            poll: faster(base.poll),
            foreign_poll: faster(base.foreign_poll),
            read_lag: faster(base.read_lag),
            failure_pause: faster(base.failure_pause),
            create_deadline: faster(base.create_deadline),
            space_freshness: faster(base.space_freshness),
            trigger_scan: faster(base.trigger_scan),
            registration_lag: faster(base.registration_lag),
            grace: faster(base.grace),
            evidence: faster(base.evidence),
            sweep: faster(base.sweep),
            ..base
        }
    }

    /// How long after a send it is certain that the provider shows whether it had an effect.
    pub fn certainty(&self) -> Duration {
        self.request_timeout + self.read_lag
    }

    /// How long after a stack is gone it is certain that no instance of it registers any
    /// more, and that no trigger deploys to one.
    pub fn quiet(&self) -> Duration {
        self.trigger_scan + self.registration_lag
    }

    /// The pause after `failures` failures.
    pub fn pause_after(&self, failures: usize) -> Duration {
        let doublings = u32::try_from(failures.saturating_sub(1))
            .unwrap_or(u32::MAX)
            .min(16);
        self.failure_pause * 2_i32.pow(doublings).min(20)
    }
}
