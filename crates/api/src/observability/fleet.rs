//! How everything stands, as gauges: counted in the database when somebody scrapes, so that
//! every replica tells the same and none has to remember it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bennu_ports::Counted;
use bennu_ports::overview::{Overview, Readiness};
use prometheus::{GaugeVec, IntGauge, IntGaugeVec, Opts, Registry};
use tokio::sync::Mutex;

/// Two Prometheus servers that scrape at once ask the database once.
const AT_MOST_EVERY: Duration = Duration::from_secs(1);
/// A scrape gives up after ten seconds by default; metrics of the process itself must not be
/// lost with those of the database.
const TIME_LIMIT: Duration = Duration::from_secs(3);

/// Gauges of what the database counts.
#[derive(Clone)]
pub struct Fleet {
    counted: Arc<dyn Counted>,
    now: fn() -> Instant,
    last: Arc<Mutex<Option<Instant>>>,
    gauges: Gauges,
}

#[derive(Clone)]
struct Gauges {
    up: IntGauge,
    due: IntGaugeVec,
    oldest_due: GaugeVec,
    leased: IntGaugeVec,
    failing: IntGaugeVec,
    parked: IntGaugeVec,
    environments: IntGaugeVec,
    attempts: IntGaugeVec,
    oldest_attempt: GaugeVec,
    slots_held: IntGaugeVec,
    slots_waiting: IntGaugeVec,
    sweep_age: GaugeVec,
    sweep_objects: IntGaugeVec,
    sweep_problem: IntGaugeVec,
}

impl Fleet {
    /// Registers the gauges; they have no values before the first scrape.
    ///
    /// # Errors
    /// When the registry already has one of the names.
    pub fn register(
        counted: Arc<dyn Counted>,
        now: fn() -> Instant,
        registry: &Registry,
    ) -> Result<Self, prometheus::Error> {
        Ok(Self {
            counted,
            now,
            last: Arc::default(),
            gauges: Gauges::register(registry)?,
        })
    }

    /// Counts anew, if the last count is old. When the database cannot be asked, the gauges
    /// have no values: none is better than an old one.
    pub async fn refresh(&self) {
        let mut last = self.last.lock().await;
        let now = (self.now)();
        let is_young = |at: Instant| now.saturating_duration_since(at) < AT_MOST_EVERY;
        if last.is_some_and(is_young) {
            return;
        }
        let counted = tokio::time::timeout(TIME_LIMIT, self.counted.overview()).await;
        self.gauges.reset();
        match counted {
            Ok(Ok(overview)) => {
                *last = Some(now);
                self.gauges.show(&overview);
            }
            Ok(Err(error)) => tracing::warn!(%error, "the fleet could not be counted"),
            Err(_) => tracing::warn!("the fleet could not be counted in time"),
        }
    }
}

impl Gauges {
    fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let whole = |name: &str, help: &str, labels: &[&str]| {
            let made = IntGaugeVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(made.clone()))?;
            Ok::<_, prometheus::Error>(made)
        };
        let real = |name: &str, help: &str, labels: &[&str]| {
            let made = GaugeVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(made.clone()))?;
            Ok::<_, prometheus::Error>(made)
        };
        let up = IntGauge::new(
            "bennu_overview_up",
            "1 when the gauges that the database counts are there.",
        )?;
        registry.register(Box::new(up.clone()))?;
        let (by_kind, by_verb) = (&["kind"], &["verb"]);
        let (by_space, by_place) = (&["server", "space"], &["kind", "place"]);
        Ok(Self {
            up,
            due: whole(
                "bennu_queue_due",
                "Keys that are due and not claimed.",
                by_kind,
            )?,
            oldest_due: real(
                "bennu_queue_oldest_due_seconds",
                "How long the oldest of the due keys has been due.",
                by_kind,
            )?,
            leased: whole(
                "bennu_queue_leased",
                "Keys that a replica works on.",
                by_kind,
            )?,
            failing: whole(
                "bennu_queue_failing",
                "Keys that failed the last time.",
                by_kind,
            )?,
            parked: whole(
                "bennu_queue_parked",
                "Keys given up after three claims that ended without a result.",
                by_kind,
            )?,
            environments: whole(
                "bennu_environments",
                "Environments whose life is not over.",
                &["team", "readiness"],
            )?,
            attempts: whole(
                "bennu_open_attempts",
                "Attempts that are not settled.",
                by_verb,
            )?,
            oldest_attempt: real(
                "bennu_open_attempt_oldest_seconds",
                "How long the oldest open attempt has been open.",
                by_verb,
            )?,
            slots_held: whole(
                "bennu_slots_held",
                "Places to boot instances that are taken.",
                by_space,
            )?,
            slots_waiting: whole(
                "bennu_slots_waiting",
                "Environments that wait for a place to boot instances.",
                by_space,
            )?,
            sweep_age: real(
                "bennu_sweep_age_seconds",
                "How long ago the last good sweep began; no series before the first one.",
                by_place,
            )?,
            sweep_objects: whole(
                "bennu_sweep_objects",
                "How many things of ours the last sweep saw.",
                by_place,
            )?,
            sweep_problem: whole(
                "bennu_sweep_problem",
                "1 when the last sweep counts for nothing.",
                by_place,
            )?,
        })
    }

    fn reset(&self) {
        self.up.set(0);
        let whole = [
            &self.due,
            &self.leased,
            &self.failing,
            &self.parked,
            &self.environments,
            &self.attempts,
            &self.slots_held,
            &self.slots_waiting,
            &self.sweep_objects,
            &self.sweep_problem,
        ];
        whole.into_iter().for_each(|gauge| gauge.reset());
        let real = [&self.oldest_due, &self.oldest_attempt, &self.sweep_age];
        real.into_iter().for_each(|gauge| gauge.reset());
    }

    fn show(&self, overview: &Overview) {
        self.up.set(1);
        for queue in &overview.queues {
            let kind = [queue.kind.as_str()];
            self.due.with_label_values(&kind).set(whole(queue.due));
            let oldest = self.oldest_due.with_label_values(&kind);
            oldest.set(queue.oldest_due_s);
            self.leased
                .with_label_values(&kind)
                .set(whole(queue.leased));
            self.failing
                .with_label_values(&kind)
                .set(whole(queue.failing));
            self.parked
                .with_label_values(&kind)
                .set(whole(queue.parked));
        }
        for count in &overview.environments {
            // A team that has some in one state has none in the others, not no number.
            for readiness in Readiness::ALL {
                let labels = [count.team.as_str(), readiness.as_str()];
                self.environments.with_label_values(&labels);
            }
            let labels = [count.team.as_str(), count.readiness.as_str()];
            let gauge = self.environments.with_label_values(&labels);
            gauge.set(whole(count.environments));
        }
        for open in &overview.attempts {
            let verb = [open.verb.as_str()];
            self.attempts.with_label_values(&verb).set(whole(open.open));
            self.oldest_attempt
                .with_label_values(&verb)
                .set(open.oldest_s);
        }
        for slots in &overview.slots {
            let place = [slots.server.as_str(), slots.space.as_str()];
            self.slots_held
                .with_label_values(&place)
                .set(whole(slots.held));
            let waiting = self.slots_waiting.with_label_values(&place);
            waiting.set(whole(slots.waiting));
        }
        for sweep in &overview.sweeps {
            let place = [sweep.kind.as_str(), sweep.place.as_str()];
            if let Some(age_s) = sweep.age_s {
                self.sweep_age.with_label_values(&place).set(age_s);
            }
            let objects = self.sweep_objects.with_label_values(&place);
            objects.set(whole(sweep.seen));
            let problem = self.sweep_problem.with_label_values(&place);
            problem.set(i64::from(sweep.has_problem));
        }
    }
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
